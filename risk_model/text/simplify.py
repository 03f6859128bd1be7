"""Traditional characters to simplified ones, by OpenCC's phrase rules, letter by letter."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Final

from risk_model.text.mapping import SEPARATOR

#: The two blocks that hold every traditional character in use.
_BLOCKS: Final = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000))


@cache
def _converter() -> Callable[[str], str]:
    import opencc

    convert: Callable[[str], str] = opencc.OpenCC("t2s").convert
    return convert


@cache
def _table() -> dict[int, str]:
    """Return the characters that are only traditional, each with its simplified form.

    GB 2312 is the character set of simplified text: what it holds (乾, 徵, 於, 著) may stand in a simplified text on purpose and
    must not set off a conversion.
    """
    characters = [chr(code) for block in _BLOCKS for code in block]
    simplified = _converter()("\n".join(characters)).split("\n")
    pairs = zip(characters, simplified, strict=True)
    return {ord(a): b for a, b in pairs if a != b and len(b) == 1 and not a.encode("gb2312", "ignore")}


def traditional() -> str:
    """Return the characters that are only traditional."""
    return "".join(map(chr, _table()))


@cache
def _traditional() -> re.Pattern[str]:
    return re.compile(f"[{traditional()}]")


def simplified(text: str) -> str:
    """Return `text` with traditional characters made simple, of the same length; simplified letters are left untouched.

    >>> simplified("徵收土地的補償")
    '征收土地的补偿'
    """
    pieces: list[str] = []
    at = 0
    while hit := _traditional().search(text, at):
        start = text.rfind(SEPARATOR, 0, hit.start()) + 1
        end = text.find(SEPARATOR, hit.end())
        end = len(text) if end < 0 else end
        letter = text[start:end]
        converted = _converter()(letter)
        # A phrase rule that changed the length would break the way back to the source.
        pieces += text[at:start], converted if len(converted) == len(letter) else letter.translate(_table())
        at = end
    return "".join((*pieces, text[at:])) if pieces else text
