"""One pass over a letter: every family of signals, masks skipped, in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import Final, NamedTuple

from risk_model.signals import actions, dates, groups, money, time
from risk_model.signals.actions import (
    COLLECTIVE,
    OFTEN_WORDS,
    UNDER_WAY,
    find_collective,
    find_repeats,
    find_under_way,
)
from risk_model.signals.dates import NEAR, WORD_YEAR
from risk_model.signals.groups import WHOLE, find_counted, find_whole
from risk_model.signals.kinds import Signal
from risk_model.signals.money import find_money
from risk_model.signals.numbers import NUMBER, find_numbers
from risk_model.signals.time import SOON_SAID, find_time
from risk_model.text.sieve import Sieve, Starts

#: Letters after which a process prepares the sieve: for fewer, that costs more than it spares.
_FEW: Final = 20
#: A mask such as 〔手机〕, and the year bracket of a document number (〔2019〕15号).
_MASK = re.compile(r"〔[^〔〕\n]{0,12}〕[0-9]{0,6}号?")


class _Starts(NamedTuple):
    """Where the patterns that read the whole letter may begin; None for each where nobody looked."""

    numbers: Starts = None
    whole: Starts = None
    years: Starts = None
    near: Starts = None
    soon: Starts = None
    often: Starts = None
    under_way: Starts = None
    collective: Starts = None


_ANYWHERE: Final = _Starts()
_FOLLOWERS: Final = actions.FOLLOWERS | dates.FOLLOWERS | groups.FOLLOWERS | money.FOLLOWERS | time.FOLLOWERS


@cache
def _sieve() -> Sieve:
    return Sieve((NUMBER, WHOLE, WORD_YEAR, NEAR, SOON_SAID, OFTEN_WORDS, UNDER_WAY, COLLECTIVE))


def extract(text: str, received: date | None = None) -> tuple[Signal, ...]:
    """Return the signals of a normalised and redacted text, ordered by start, not overlapping within a kind.

    `received` is the day the letter came; without it dates such as 去年10月 keep their span but have no reading (NaN).

    >>> [(s.kind, s.text, s.low, s.high) for s in extract("我们三百多户业主停水三天了")]
    [('households', '三百多户', 300.0, 400.0), ('duration', '三天', 3.0, 3.0)]
    """
    return _extract(text, received, _ANYWHERE)


def extract_many(texts: Sequence[str], received: Sequence[date | None]) -> list[tuple[Signal, ...]]:
    """Return the signals of each text, as `extract` does, in half the time or less."""
    if _asked(len(texts)) < _FEW:
        return [extract(text, day) for text, day in zip(texts, received, strict=True)]
    found = zip(texts, received, _sieve().starts(texts), strict=True)
    return [_extract(text, day, _Starts(*starts)) for text, day, starts in found]


_so_far = 0


def _asked(texts: int) -> int:
    """Return of how many texts this process has been asked for the signals."""
    global _so_far  # noqa: PLW0603  (what a process has been asked is one number)
    _so_far += texts
    return _so_far


def _extract(text: str, received: date | None, starts: _Starts) -> tuple[Signal, ...]:
    found = sorted(_all(text, received, starts), key=lambda s: (s.start, -s.end, s.kind))
    if "〔" in text:
        masks = [m.span() for m in _MASK.finditer(text)]
        found = _outside(found, masks)
    kept: list[Signal] = []
    ends: dict[str, int] = {}
    for s in found:
        if s.start >= ends.get(s.kind, 0):
            ends[s.kind] = s.end
            kept.append(s)
    return tuple(kept)


def _all(text: str, received: date | None, starts: _Starts) -> Iterator[Signal]:
    spans = find_numbers(text, starts.numbers, _FOLLOWERS)
    yield from find_counted(text, spans)
    yield from find_whole(text, starts.whole)
    yield from find_time(text, spans, received, (starts.years, starts.near, starts.soon))
    yield from find_money(text, spans)
    yield from find_repeats(text, spans, starts.often)
    yield from find_under_way(text, starts.under_way)
    yield from find_collective(text, starts.collective)


def _outside(found: list[Signal], masks: list[tuple[int, int]]) -> list[Signal]:
    """Drop the signals that touch a mask; both lists are in order of start, so one walk does."""
    kept: list[Signal] = []
    i = 0
    for s in found:
        while i < len(masks) and masks[i][1] <= s.start:
            i += 1
        if i == len(masks) or masks[i][0] >= s.end:
            kept.append(s)
    return kept
