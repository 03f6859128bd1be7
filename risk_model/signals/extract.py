"""One pass over a letter: every family of signals, masks skipped, in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from risk_model.signals.actions import find_collective, find_repeats, find_under_way
from risk_model.signals.groups import find_counted, find_whole
from risk_model.signals.kinds import Signal
from risk_model.signals.money import find_money
from risk_model.signals.numbers import find_numbers
from risk_model.signals.time import find_time

#: A mask such as 〔手机〕, and the year bracket of a document number (〔2019〕15号).
_MASK = re.compile(r"〔[^〔〕\n]{0,12}〕[0-9]{0,6}号?")


def extract(text: str, received: date | None = None) -> tuple[Signal, ...]:
    """Return the signals of a normalised and redacted text, ordered by start, not overlapping within a kind.

    `received` is the day the letter came; without it dates such as 去年10月 keep their span but have no reading (NaN).

    >>> [(s.kind, s.text, s.low, s.high) for s in extract("我们三百多户业主停水三天了")]
    [('households', '三百多户', 300.0, 400.0), ('duration', '三天', 3.0, 3.0)]
    """
    found = sorted(_all(text, received), key=lambda s: (s.start, -s.end, s.kind))
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


def _all(text: str, received: date | None) -> Iterator[Signal]:
    spans = find_numbers(text)
    yield from find_counted(text, spans)
    yield from find_whole(text)
    yield from find_time(text, spans, received)
    yield from find_money(text, spans)
    yield from find_repeats(text, spans)
    yield from find_under_way(text)
    yield from find_collective(text)


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
