"""Personal names, where a cue tells that a name stands there.

Without a cue (我叫, a label such as 联系人：, a relation such as 邻居, an office such as 书记) no name is looked for: an ordinary
word taken for a name costs the reader more than a name without context tells. The office stays: 王书记 becomes 〔姓名〕书记.
"""

from __future__ import annotations

import re
from typing import Final

from risk_model.text.cues import CLOSING, CUE, DESCRIBED, OFFICE, TELLING, is_telling
from risk_model.text.mapping import Edit
from risk_model.text.masks import Kind
from risk_model.text.surnames import BEGINS_A_WORD, COMPOUND, ENDS_A_WORD, RARELY, SINGLE
from risk_model.text.width import HAN

#: Never in a given name.
_STOP: Final = (
    "的了是在我你您他她它们这那不没个也就又还把被将从于因且但或所得着过吗呢吧啊请去找给让能该很太再更最才什么怎哪谁每各某两几些此岁号住咱姓址"
)
#: Seldom in a given name, often right behind one: part of a name only where it surely ends there.
_SOFT: Final = (
    "和与及同等说到向对有家男女身电今现系为已曾要来称以用拿作做打带当之却都则即自前后年月日上下其可手户一二三四五六七八九十并私由按均"
)
#: More characters that may follow a name.
_NEXT: Final = "非违借收参负担利仗擅强亲独承霸贪挪伙夫妻先"
#: What ends the name of a place, an office or a group rather than a person's.
_PLACE: Final = "镇乡县市区村社街局院校所站办处科股部委会组队厂店司府厅党政支总副班坪冲桥塘湾岭坡洞溪河庄屯圩垸集铺寨沟坑坳垅垄路道坝屋园苑城小期届任员者人"

_S: Final = f"[{SINGLE}]"
_FIRST: Final = frozenset(SINGLE + "".join(COMPOUND))
_C: Final = "(?:" + "|".join(COMPOUND) + ")"
_G: Final = f"[{HAN}](?<![{_STOP}])"
_PLAIN: Final = f"[{HAN}](?<![{_STOP}{_SOFT}])"
_END: Final = rf"(?=[^{HAN}]|\Z)"
_BOUND: Final = rf"(?=[^{HAN}]|[{_STOP}{_SOFT}{_NEXT}]|\Z)"

#: A name that ends where a name can end, the longest reading first.
_CLEAR: Final = re.compile(
    f"{_C}{_PLAIN}{{1,2}}{_BOUND}|{_S}(?:{_G}{_G}{_END}|{_G}{_PLAIN}{_BOUND}|{_PLAIN}{_BOUND}|{_G}{_END})"
)
#: The best guess where a name must begin but its end is not marked.
_GUESS: Final = re.compile(f"{_C}{_PLAIN}{{1,2}}|{_S}{_PLAIN}{{1,2}}")
#: Written with a middle dot (阿依古丽·买买提): no surname to go by, so only behind a telling cue.
_DOTTED: Final = re.compile(f"{TELLING}[:： ]{{0,2}}(?P<name>[{HAN}]{{1,8}}(?:·[{HAN}]{{1,8}}){{1,3}})")
#: Already half hidden by the writer: 王某某, 李某, 张××, 赵**.
_HALF_HIDDEN: Final = re.compile(
    rf"[某×*xX](?<={_S}.)(?:(?<=某)某{{0,2}}(?![些种个日年月天处地方公单项市县区省村校])(?:{_PLAIN}(?={_END}|[的在说妈爸爷奶和与]))?"
    r"|(?<=[×*])[×*]{0,2}(?![×*])|(?<=[xX])[xX]{0,2}(?![A-Za-z0-9]))"
)
_LIST: Final = re.compile(f"[、和与及](?={_S}|{_C})")
#: What may stand before a full name with an office behind it.
_BEFORE: Final = re.compile(rf"(?:[^{HAN}]|\A|[的是向找请对和与叫由让给被把跟为见问及记任长师民主工兼])\Z")
_FULL: Final = re.compile(rf"(?:{_C}{_PLAIN}{{0,2}}|{_S}[{HAN}](?<![{_STOP}{_SOFT}{_PLACE}])[{HAN}]?(?<![{_STOP}{_SOFT}{_PLACE}]))\Z")
_DESCRIBED_NAME: Final = re.compile(rf"(?:[^{HAN}]|\A)(?P<name>(?:{_C}|{_S}){_PLAIN}{{1,2}})\Z")
_LONGEST: Final = 4


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
        end = m.start() - (text[m.start() - 1 : m.start()] == "副")
        start = _start_before(text, at, end)
        if start is not None:
            edits.append(_edit(start, end))
        at = m.end()
    return edits


def _start_before(text: str, low: int, end: int) -> int | None:
    """Return where the name that ends at `end` begins, at `low` or behind it."""
    for length in (4, 3, 2):
        start = end - length
        if start < low or text[start] not in _FIRST or not _FULL.match(text, start, end) or not _BEFORE.search(text[max(0, start - 1) : start]):
            continue
        if text[start + 1] not in BEGINS_A_WORD.get(text[start], "") and not _ends_a_word(text, start):
            return start
    start = end - 1
    if start < low or text[start] not in SINGLE or _ends_a_word(text, start):
        return None
    return start


def _ends_a_word(text: str, at: int) -> bool:
    """Tell whether the surname at `at` belongs to the word before it: 感谢, 时任."""
    before = text[at - 1 : at]
    if text[at] in RARELY and re.fullmatch(f"[{HAN}]", before) and before not in "的请找":
        return True
    return before != "" and before in ENDS_A_WORD.get(text[at], "")


def cued_names(text: str) -> list[Edit]:
    """Mask the name a cue announces, and the names listed behind it: 邻居张三, 联系人：李四、王五.

    >>> cued_names("本人李小明，邻居张三和王五可以作证")
    [(2, 5, '〔姓名〕'), (8, 10, '〔姓名〕'), (11, 13, '〔姓名〕')]
    """
    edits: list[Edit] = []
    at = 0
    while m := CUE.search(text, at):
        at = m.end()
        end = _end_of_name(text, at, sure=is_telling(m))
        while end:
            edits.append(_edit(at, end))
            more = _LIST.match(text, end)
            at = more.end() if more else end
            end = _end_of_name(text, at, sure=False) if more else 0
    return edits


def _end_of_name(text: str, at: int, *, sure: bool) -> int:
    """Return where the name that begins at `at` ends, 0 where no name does."""
    surname = text[at : at + 1]
    wordlike = text[at + 1 : at + 2] in BEGINS_A_WORD.get(surname, "")
    if m := _CLEAR.match(text, at):
        length = m.end() - at
        if not wordlike and (sure or surname not in RARELY or length > 2):
            return m.end()
        # A whole phrase of three characters behind a telling cue is a name even if it begins like a word: 我叫高明华。
        if sure and length > 2 and surname not in RARELY and re.match(_END, text[m.end() : m.end() + 1]):
            return m.end()
    if sure and not wordlike and (m := _GUESS.match(text, at)):
        return m.end()
    return 0


def other_names(text: str) -> list[Edit]:
    """Mask half-hidden names (王某某), names with a description (张三，男，汉族), signatures, and names with a middle dot."""
    spans = [(m.start() - 1, m.end()) for m in _HALF_HIDDEN.finditer(text)]
    spans += [m.span("name") for m in _DOTTED.finditer(text)] if "·" in text else []
    for m in DESCRIBED.finditer(text):
        low = max(0, m.start() - _LONGEST - 1)
        if (name := _DESCRIBED_NAME.search(text, low, m.start())) and name["name"][1] not in BEGINS_A_WORD.get(name["name"][0], ""):
            spans.append(name.span("name"))
    for m in CLOSING.finditer(text):
        if end := _end_of_name(text, m.end(), sure=False):
            spans.append((m.end(), end))
    edits: list[Edit] = []
    for start, end in sorted(spans):
        if not edits or start >= edits[-1][1]:
            edits.append(_edit(start, end))
    return edits
