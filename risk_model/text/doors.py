"""House and room numbers: what leads to one door.

A building alone (3栋), a floor, a line (3号线), a plot (2号地块), a document (〔2019〕15号) or a clause is no door and stays.
"""

from __future__ import annotations

import re
import string
from typing import Final

from risk_model.text.mapping import Edit
from risk_model.text.masks import Kind

_HAN_DIGITS: Final = "一二三四五六七八九十零〇"
_N: Final = "0-9" + _HAN_DIGITS
#: What cannot stand behind a bare room number: 3栋100户, 12栋2018年, 5栋301-302.
_UNIT: Final = r"(?![0-9多余几户套人名家平米㎡元块万亿年月日层间个亩度分点天栋幢单期.％%~])"
#: What cannot stand behind 房: 200房产, 301房价.
_NO_ROOM: Final = "(?![产屋价地子间贷源租款东交管企改卡补])"
#: What makes 18号 a day of the month, a line, a plot or a document instead of a house.
_NO_HOUSE: Final = "(?!线|楼|栋|地|文|令|公告|通知|井|站|台|机|桩|桥|路|上午|下午|晚|早|凌晨|左右|开始|之|以|前|后|起|至|到|就|才|通车|开工|停)"

_BUILDING: Final = rf"(?:[{_N}]{{1,4}}|[A-Za-z][0-9]{{0,2}})(?:栋楼?|幢|号[楼栋]|座|#[楼栋]?)"
_STAIRS: Final = rf"[{_N}]{{1,3}}(?:单元|梯)"
_ROOM: Final = rf"(?:[0-9]{{1,2}}[楼层][0-9]{{1,4}}[号室房]|[A-Za-z]?[0-9]{{3,4}}(?:[室号]房?|房{_NO_ROOM}|{_UNIT})|[{_HAN_DIGITS}]{{3,4}}[室房号])"
_INSIDE: Final = (
    rf"(?:{_BUILDING}[ ,，-]?(?:{_STAIRS}[ ,，-]?)?|{_STAIRS}[ ,，-]?){_ROOM}(?:[、/和][0-9]{{3,4}}(?:[室号]|{_UNIT}))*"
)
_NAMED_ROOM: Final = rf"[A-Za-z]?[0-9]{{3,4}}(?:室|号?房{_NO_ROOM})"
#: 5-2-301: building, stairs, room. With a fourth part, or a year in the last place, it is something else.
_DASHED: Final = r"[A-Za-z]?[0-9]{1,2}-[0-9]{1,2}-(?!(?:19|20)[0-9]{2})[1-9][0-9]{2,3}[室房号]?(?![0-9-])"
#: 3-501, only behind a word that ends the name of an estate or building: elsewhere it is a range.
_PAIR: Final = rf"(?<=[苑园城府庭湾郡轩居寓厦栋座住])[A-Za-z]?[0-9]{{1,2}}-[1-9][0-9]{{2,3}}[室房号]?{_UNIT}(?!-)"
_STREET: Final = (
    rf"(?:(?<=[路街巷弄])|(?<=大道)|(?<=胡同)|(?<=[{_N}东南西北中]段)|(?<=[{_N}]组))[{_N}]{{1,4}}号(?:附[{_N}]{{1,3}}号)?{_NO_HOUSE}"
    # A village numbers its houses too, but 村18号停电 is a date: only numbers no month has.
    rf"|(?<=村)(?:3[2-9]|[4-9][0-9]|[0-9]{{3,4}})号{_NO_HOUSE}"
)
_DOOR: Final = re.compile("|".join((_INSIDE, _NAMED_ROOM, _DASHED, _PAIR, _STREET)))

#: Every form holds one of these marks behind its first number, which has at most five places.
MARKS: Final = "栋幢座室号房楼梯单#-"
_MARK: Final = re.compile(rf"[{MARKS}](?<=[{_N}A-Za-z].)")
_PLACES: Final = 5
#: What stands before the first of them.
MARK_BEFORE: Final = string.ascii_letters + string.digits + _HAN_DIGITS
_IN_NUMBER: Final = frozenset(MARK_BEFORE)
#: Before a number: a decimal, an ordinal, the year of a document.
_BARRED: Final = frozenset(".第〔") | _IN_NUMBER
_CUED: Final = re.compile(rf"门牌号?码?[为是:： ]{{0,2}}(?P<door>[{_N}A-Za-z][{_N}A-Za-z-]{{0,9}}号?)")


def doors(text: str) -> list[Edit]:
    """Mask house and room numbers; the street, the estate and a building alone stay.

    >>> doors("阳光苑3栋2单元501室漏水")
    [(3, 12, '〔门牌〕')]
    """
    edits: list[Edit] = []
    at = 0
    for mark in _MARK.finditer(text):
        start = mark.start()
        while start > at and mark.start() - start <= _PLACES and text[start - 1] in _IN_NUMBER:
            start -= 1
        if start < mark.start() and text[start - 1 : start] not in _BARRED and (door := _DOOR.match(text, start)):
            edits.append((*door.span(), Kind.DOOR.mask))
            at = door.end()
    return edits


def named_doors(text: str) -> list[Edit]:
    """Mask what follows 门牌号.

    >>> named_doors("门牌号：12-3")
    [(4, 8, '〔门牌〕')]
    """
    return [(*m.span("door"), Kind.DOOR.mask) for m in _CUED.finditer(text)] if "门牌" in text else []
