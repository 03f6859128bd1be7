"""One width for every character, by an explicit table.

NFKC would also rewrite Chinese punctuation, ①, ㎡ and ½, so it is not used. The canonical form:

- digits, Latin letters and most ASCII symbols are half width: ０１ａ％－ become 01a%-;
- the sentence punctuation ，！？；：（） is full width, and its small and half-width variants (﹐﹗｡) join it;
- the same marks typed in ASCII become full width where they touch a Han character, so 9:30 and (a) stay; a full stop becomes 。
  between a Han character and another one, white space, a closing mark or the end, so 3.5 and ... stay;
- every kind of blank is a space, every kind of line end a newline, emoji are a space (people write them instead of a comma);
- half a surrogate pair becomes U+FFFD, the sign of a damaged text;
- what nobody sees (controls, zero-width and direction marks, private use, variation selectors, noncharacters) becomes U+0000, to be
  dropped with the surplus white space.

Every rule here replaces one character by one character.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from risk_model.text.mapping import SEPARATOR

#: Ideographs and the zero 〇, as the inside of a character class.
HAN_RANGES: Final = ((0x3007, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
HAN: Final = "".join(f"{chr(low)}-{chr(high)}" for low, high in HAN_RANGES)

_SENTENCE: Final = "，！？；：（）"
_BLANKS: Final = "\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_LINE_ENDS: Final = "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
#: Pictographs and dingbats; arrows, geometric shapes (□ △ ○) and circled numbers are ordinary marks and stay.
_EMOJI: Final = "\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
#: Stands for a character to be dropped.
UNSEEN: Final = "\x00"
#: Letters and marks by their category, yet without a shape: fillers, joiners, keycaps, variation selectors.
_SHAPELESS: Final = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u20e3\u3164\uffa0\ufe00-\ufe0f\ufffc\U000e0100-\U000e01ef"
)
_VARIANTS: Final = {
    "｡､｢｣": "。、「」",
    "﹐﹑﹒﹔﹕﹖﹗﹙﹚﹝﹞": "，、。；：？！（）〔〕",
    "‐‑‒–−﹣": "------",
    "∶︰": "：：",
    "〜∼": "~~",
    "∕⁄": "//",
    "￥﹪﹟﹠﹡﹢﹤﹥﹦﹨﹩﹫": "¥%#&*+<>=\\$@",
}


#: All but the characters letters are made of; the few others are looked up one by one, a class that names them all is far slower.
#: Written as a class and its repetition because `re` skims the text for a leading class, but not for a leading `+`.
_ODD: Final = f"[^\n -~\u4e00-\u9fff、。《》“”…—【】〔〕，！？；：（）{SEPARATOR}]"
_UNUSUAL: Final = re.compile(f"{_ODD}{_ODD}*")
_IS_ODD: Final = re.compile(_ODD)


def _expand(inside: str) -> str:
    """Return every character of the inside of a character class."""
    return re.sub("(.)-(.)", lambda m: "".join(map(chr, range(ord(m[1]), ord(m[2]) + 1))), inside)


class _Table(dict[int, str]):
    """The canonical form of each character; what no rule names keeps its form, or is seen by nobody."""

    def __missing__(self, code: int) -> str:
        category = unicodedata.category(chr(code))
        noncharacter = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
        unseen = noncharacter or category in ("Cc", "Cf", "Co")
        form = "\ufffd" if category == "Cs" else UNSEEN if unseen else chr(code)
        self[code] = form
        return form


def _table() -> _Table:
    table = _Table({code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if chr(code) not in _SENTENCE})
    for variants, canonical in _VARIANTS.items():
        table |= {ord(a): b for a, b in zip(variants, canonical, strict=True)}
    for inside, canonical in ((_BLANKS, " "), (_LINE_ENDS, "\n"), (_EMOJI, " "), (_SHAPELESS, UNSEEN)):
        table |= dict.fromkeys(map(ord, _expand(inside)), canonical)
    # Mathematical digits, five styles of ten: they read as digits, so a number written in them must be found.
    table |= {code: str((code - 0x1D7CE) % 10) for code in range(0x1D7CE, 0x1D800)}
    return table


_TABLE: Final = _table()
_FULL: Final = str.maketrans(",!?;:().", "，！？；：（）。")
_ASCII_MARK: Final = re.compile(
    rf"[,!?;:().](?:(?<!\.)(?:(?<=[{HAN}].)|(?=[{HAN}]))|(?<=[{HAN}]\.)(?=[{HAN} \n{SEPARATOR}”’）」』》]|\Z))"
)


def is_odd(character: str) -> bool:
    """Tell whether a character is none of those that letters are made of."""
    return _IS_ODD.match(character) is not None


def one_width(text: str) -> str:
    """Return `text` with each character in its canonical form, of the same length.

    >>> one_width("Ａ７县３０％，打１２３４５．")
    'A7县30%，打12345.'
    """
    return _UNUSUAL.sub(lambda m: m[0].translate(_TABLE), text)


def sentence_marks(text: str) -> str:
    """Return `text` with ASCII sentence marks beside Han characters made full width, of the same length.

    >>> sentence_marks("您好,9:30停水!(第3次)")
    '您好，9:30停水！（第3次）'
    """
    return _ASCII_MARK.sub(lambda m: m[0].translate(_FULL), text)
