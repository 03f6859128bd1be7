"""Personal names, where a cue tells that a name stands there.

Without a cue (我叫, a label such as 联系人：, a relation such as 邻居, an office such as 书记) no name is looked for: an ordinary
word taken for a name costs the reader more than a name without context tells. The office stays: 王书记 becomes 〔姓名〕书记.
"""

from __future__ import annotations

import re
from typing import Final

from risk_model.text.cues import (
    CLOSING,
    CUE_END,
    DESCRIPTION,
    DESCRIPTION_STARTS,
    OFFICE,
    TELLING,
    cue_before,
    is_office,
    is_telling,
)
from risk_model.text.mapping import Edit
from risk_model.text.masks import Kind
from risk_model.text.surnames import BEGINS_A_WORD, COMPOUND, ENDS_A_WORD, RARELY, SINGLE
from risk_model.text.width import HAN

#: Never in a given name.
_STOP: Final = "的了是在我你您他她它们这那不没个也就又还把被将从于因且但或所得着过吗呢吧啊请去找给让该很太再更最什么怎哪谁每各某两几些此岁号住咱姓址"
#: Seldom in a given name, often right behind one: part of a name only where it surely ends there.
_SOFT: Final = "才能和与及同等说到向对有家男女身电今现系为已曾要来称以用拿作做打带当之却都则即自前后年月日上下其可手户一二三四五六七八九十并私由按均"
#: More characters that may follow a name.
_NEXT: Final = "非违借收参负担利仗擅强亲独承霸贪挪伙夫妻先"
#: What ends the name of a place, an office or a group, not a person's.
_GROUP: Final = "镇乡县市区村社街局院校所站办处科股部委组队厂店司府厅苑楼巷厦贷省库矿城庄坊者人员屯圩垸"
#: Before an office more of them do: 石桥支书, 长岭主任.
_PLACE: Final = f"{_GROUP}会党政支总副班坪冲桥塘湾岭坡洞溪河集铺寨沟坑坳垅垄路道坝屋园小期届任"

#: The stand-ins of everyday talk: 张三, 李四.
_NUMERALS: Final = "一二三四五六七八九"

_S: Final = f"[{SINGLE}]"
_C: Final = "(?:" + "|".join(COMPOUND) + ")"
_G: Final = f"(?:[{HAN}](?<![{_STOP}]))"
_PLAIN: Final = f"(?:[{HAN}](?<![{_STOP}{_SOFT}]))"
_TITLED: Final = f"(?:[{HAN}](?<![{_STOP}{_SOFT}{_PLACE}]))"
_END: Final = rf"(?=[^{HAN}]|\Z)"
_BOUND: Final = rf"(?=[^{HAN}]|[{_STOP}{_SOFT}{_NEXT}]|\Z)"

#: A name that ends where a name can end, the longest reading first.
_CLEAR: Final = re.compile(
    f"{_C}{_PLAIN}{{1,2}}{_BOUND}|{_S}(?:{_G}{{2}}{_END}|{_G}{_PLAIN}{_BOUND}|(?:{_PLAIN}|[{_NUMERALS}]){_BOUND}|{_G}{_END})"
)
#: The best guess where a name must begin but its end is not marked.
_GUESS: Final = re.compile(f"(?:{_C}|{_S}){_PLAIN}{{1,2}}(?<![{_GROUP}])")
_PHRASE_END: Final = re.compile(_END)
#: Written with a middle dot (阿依古丽·买买提): no surname to go by, so only behind a telling cue.
_DOTTED: Final = re.compile(f"{TELLING}[:： ]{{0,2}}(?P<name>[{HAN}]{{1,8}}(?:·[{HAN}]{{1,8}}){{1,3}})")
#: Already half hidden by the writer: 王某某, 李某, 张××, 赵**, 陈某芳. Begins at the second character.
_HALF_HIDDEN: Final = (
    f"(?<=[{''.join(sorted({*SINGLE} - {*RARELY}))}].)"
    "(?:(?<=某)某{0,2}(?![些种个日年月天处地方公单项市县区省村校])|(?<=[×*])[×*]{0,2}(?![×*])|(?<=[xX])[xX]{0,2}(?![A-Za-z0-9]))"
    f"(?:{_PLAIN}(?={_END}|[的在说妈爸爷奶和与]))?"
)
_UNCUED: Final = re.compile(
    f"[某×*xX{DESCRIPTION_STARTS}](?:(?P<hidden>{_HALF_HIDDEN})|(?P<description>{DESCRIPTION}))"
)
_LIST: Final = re.compile(f"[、和与及](?={_S}|{_C})")
#: What may stand before a full name with an office behind it.
_BEFORE: Final = frozenset("的是向找请对和与叫由让给被把跟为见问及记任长师民主工兼局会委部处科办所站院校队厂")
_FULL: Final = re.compile(rf"(?:{_C}{_PLAIN}{{0,2}}|{_S}{_TITLED}{{1,2}})\Z")
_DESCRIBED_NAME: Final = re.compile(rf"(?:[^{HAN}]|\A)(?P<name>(?:{_C}|{_S}){_PLAIN}{{1,2}})\Z")
_LONGEST: Final = 4
#: Between a name and the last two characters of an office: 王副书记, 李总经理, 赵董事长, 钱检察官.
_RANKS: Final = frozenset("副总董检")
_HAN: Final = re.compile(f"[{HAN}]")


def _edit(start: int, end: int) -> Edit:
    return start, end, Kind.NAME.mask


def named_officials(text: str) -> list[Edit]:
    """Mask the name before an office: 王书记, 张建国主任.

    >>> named_officials("请王书记和张建国副主任协调")
    [(1, 2, '〔姓名〕'), (5, 8, '〔姓名〕')]
    """
    edits: list[Edit] = []
    at = 0
    for m in OFFICE.finditer(text):
        if not is_office(text, m):
            continue
        end = m.start() - 1
        while end > at and text[end - 1] in _RANKS:
            end -= 1
        if start := _start_before(text, at, end):
            edits.append(_edit(start - 1, end))
        at = m.end()
    return edits


def _start_before(text: str, low: int, end: int) -> int:
    """Return the place behind the surname whose name ends at `end` and begins at `low` or later, 0 where none does."""
    for length in range(_LONGEST, 1, -1):
        start = end - length
        if start < low or text[start] in RARELY or not _FULL.match(text, start, end):
            continue
        before = text[start - 1 : start]
        if (before in _BEFORE or not _HAN.match(before)) and not _is_word(text, start):
            return start + 1
    start = end - 1
    if start < low or text[start] not in SINGLE or _ends_a_word(text, start):
        return 0
    before = text[start - 1 : start]
    return 0 if text[start] in RARELY and before not in "的请找" and _HAN.match(before) else end


def _begins_a_word(text: str, at: int) -> bool:
    return text[at + 1 : at + 2] in BEGINS_A_WORD.get(text[at], ())


def _ends_a_word(text: str, at: int) -> bool:
    return text[at - 1 : at] in ENDS_A_WORD.get(text[at], ())


def _is_word(text: str, at: int) -> bool:
    """Tell whether the surname at `at` is part of a word: 高度, 感谢, 时任."""
    return _begins_a_word(text, at) or _ends_a_word(text, at)


def cued_names(text: str) -> list[Edit]:
    """Mask the name a cue announces, and the names listed behind it: 邻居张三, 联系人：李四、王五.

    >>> cued_names("本人李小明，邻居张三和王五可以作证")
    [(2, 5, '〔姓名〕'), (8, 10, '〔姓名〕'), (11, 13, '〔姓名〕')]
    """
    edits: list[Edit] = []
    at = 0
    for m in CUE_END.finditer(text):
        if m.end() < at or not (cue := cue_before(text, m.start("link"))):
            continue
        at = m.end()
        end = _sure_end(text, at) if is_telling(cue, m["link"]) else _fitting_end(text, at)
        while end:
            edits.append(_edit(at, end))
            more = _LIST.match(text, end)
            at = more.end() if more else end
            end = _fitting_end(text, at) if more else 0
    return edits


def _fitting_end(text: str, at: int) -> int:
    """Return where the name that may begin at `at` ends, 0 where what stands there is no clear name."""
    m = _CLEAR.match(text, at)
    if not m or m[0][-1] in _GROUP or _is_word(text, at):
        return 0
    rare = text[at] in RARELY and (len(m[0]) == 2 or not _PHRASE_END.match(text, m.end()))
    return 0 if rare else m.end()


def _sure_end(text: str, at: int) -> int:
    """Return where the name that should begin at `at` ends, 0 where an ordinary word stands there: 申请人：全体业主."""
    m = _CLEAR.match(text, at) or _GUESS.match(text, at)
    if not m:
        return 0
    # A whole phrase of three characters is a name even if it begins like a word: 我叫高明华。
    whole = len(m[0]) > 2 and m[0][0] not in RARELY and m[0][-1] not in _GROUP and _PHRASE_END.match(text, m.end())
    return m.end() if whole or not _begins_a_word(text, at) else 0


def other_names(text: str) -> list[Edit]:
    """Mask half-hidden names (王某某), names with a description (张三，男，汉族), signatures, and names with a middle dot."""
    spans = [m.span("name") for m in _DOTTED.finditer(text)] if "·" in text else []
    for m in _UNCUED.finditer(text):
        if m["hidden"] is not None:
            compound = text[max(0, m.start() - 2) : m.start()] in COMPOUND
            spans.append((m.start() - (2 if compound else 1), m.end()))
        elif name := _described(text, m.start() - 1):  # before the mark in front of the description
            spans.append(name)
    spans += [(m.end(), end) for m in CLOSING.finditer(text) if (end := _fitting_end(text, m.end()))]
    edits: list[Edit] = []
    for start, end in sorted(spans):
        if not edits or start >= edits[-1][1]:
            edits.append(_edit(start, end))
    return edits


def _described(text: str, end: int) -> tuple[int, int] | None:
    """Return the name that ends at `end`, if it stands alone there."""
    m = _DESCRIBED_NAME.search(text, max(0, end - _LONGEST - 1), end)
    return m.span("name") if m and not _begins_a_word(text, m.start("name")) else None
