"""Where the numbers stand in a text: found once, read only when a family of signals asks."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from risk_model.signals.numerals import NumeralError, Quantity, read_number
from risk_model.text.sieve import Starts, matches

_CN: Final = "零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟"
# Possessive and bounded: a run of digits of any length is walked once.
_ONE: Final = (
    r"(?:(?:[0-9]{1,3}(?:,[0-9]{3}){1,4}+(?![0-9])|[0-9]{1,20}+)(?:\.[0-9]{1,6}+(?!年|\.[0-9]))?"
    rf"[{_CN}几0-9]{{0,12}}+"
    rf"|[{_CN}几俩仨廿卅][{_CN}几0-9]{{0,15}}+|数(?=[十百千万亿户年月天])[十百千万亿]{{0,3}}+|半)"
)
NUMBER: Final = re.compile(
    rf"{_ONE}(?:[多余来][十百千万亿]{{0,2}}+)?(?:[ ]?[~～\-—至到、，][ ]?(?P<last>{_ONE}(?:[多余来][万亿]?)?))?"
)

#: A word before the number that makes it approximate, not where it is part of another word (附近, 预约, 看不到).
_ABOUT = re.compile(
    r"(?:将近|接近|(?<![附最临邻靠新就远])近|(?<![找买看见得收等拿])不到|不足|大约|大概|(?<![预合签违相节制])约|差不多"
    r"|多达|高达|超过|超|逾|上|成|好)\Z"
)
_ABOUT_ENDS: Final = frozenset("近到足约概多达过超逾上成好")
#: What makes the digits an identifier, an ordinal or a fraction: A3, 第三, 5/6, 三分之二, 14:30, 〔2019〕.
_IDENTIFIER = re.compile(r"(?:[A-Za-z第之〔/#*]|[0-9A-Za-z][:：.\-])\Z")


class Span(NamedTuple):
    """A number's place; `last` is where its second part starts (5、6; else -1), `follower` the character after it."""

    start: int
    end: int
    last: int
    follower: str


class Number(NamedTuple):
    """A number read, with the place where it starts, words such as 近 included."""

    start: int
    value: Quantity


#: What makes a number worth reading whatever follows it: a year, a sum of money, a size.
_YEARS: Final = ("19", "20")
_BEFORE: Final = frozenset("￥¥")
_LAST: Final = frozenset("万亿多余")


def find_numbers(text: str, starts: Starts = None, followers: frozenset[str] | None = None) -> list[Span]:
    """Return the spans of the numbers in `text`, in order: of all, or of those that may be something's.

    `followers` holds the characters that begin a unit of any family of signals: three numbers in four have none behind them.
    """
    spans: list[Span] = []
    for m in matches(NUMBER, text, starts):
        start, end = m.span()
        follower = text[end : end + 1]
        if (
            followers is None
            or follower in followers
            or text[end - 1] in _LAST
            or text.startswith(_YEARS, start)
            or text[start - 1 : start] in _BEFORE
        ):
            spans.append(Span(start, end, m.start("last"), follower))
    return spans


def read(text: str, span: Span) -> Number | None:
    """Read the number at `span`; None where it counts nothing (A3, 第三, 三分之二)."""
    if _IDENTIFIER.search(text, max(0, span.start - 2), span.start):
        return None
    for start in (span.start, span.last) if span.last >= 0 else (span.start,):
        try:
            written = text[start : span.end]
            value = read_number("几" if written == "数" else written)
        except NumeralError:
            continue
        return _about(text, start, span.end) or Number(start, value)
    return None


def _about(text: str, start: int, end: int) -> Number | None:
    """Read the number with the word of approximation before it, if there is one that fits it."""
    if not start or text[start - 1] not in _ABOUT_ENDS:
        return None
    word = _ABOUT.search(text, max(0, start - 3), start)
    if word is None:
        return None
    try:
        return Number(word.start(), read_number(text[word.start() : end]))
    except NumeralError:
        return None
