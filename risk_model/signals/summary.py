"""What features and explanations take from the signals of a letter, and how a clerk reads one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from risk_model.signals.kinds import KINDS, Signal


@dataclass(frozen=True, slots=True)
class Summary:
    """The facts of one letter in numbers; lengths and sums take the low end of a range, so nothing is overstated.

    `group_low` and `group_high` are the largest group counted (people or households, 0 when none), `duration_days` the
    longest time passed, `repeats` the most often said, `money_total` and `money_largest` yuan without unit prices,
    `deadline_days` the days until the nearest deadline has come at the latest, None when none is known.
    """

    group_low: float
    group_high: float
    duration_days: float
    repeats: float
    money_total: float
    money_largest: float
    deadline_days: float | None
    under_way: bool
    collective: bool
    whole_group: bool


def summary(signals: Sequence[Signal]) -> Summary:
    """Sum up the signals of one letter; readings the text leaves open (NaN) count as absent."""
    known = [s for s in signals if not math.isnan(s.low)]
    kinds = {s.kind for s in signals}

    def low(kind: str) -> list[float]:
        return [s.low for s in known if s.kind == kind]

    group = max(((s.low, s.high) for s in known if s.kind in ("people", "households")), default=(0.0, 0.0))
    return Summary(
        group_low=group[0],
        group_high=group[1],
        duration_days=max(low("duration"), default=0.0),
        repeats=max(low("repeats"), default=0.0),
        money_total=sum(low("money")),
        money_largest=max(low("money"), default=0.0),
        deadline_days=min((s.high for s in known if s.kind == "deadline"), default=None),
        under_way="under_way" in kinds,
        collective="collective" in kinds,
        whole_group="whole_group" in kinds,
    )


_PHRASES: Final = {
    "people": "涉及{}人",
    "households": "涉及{}户",
    "duration": "已持续{}",
    "repeats": "已反映{}次",
    "money": "涉及金额{}元",
    "unit_price": "单价{}元",
    "date": "日期{}",
    "deadline": "收信后{}将到节点",
}


def describe(signal: Signal) -> str:
    """Say a signal in a clerk's words, with the words of the letter.

    >>> describe(Signal("households", 0, 4, "三百多户", 300.0, 400.0, "household"))
    '涉及约300户（原文“三百多户”）'
    """
    phrase = _PHRASES.get(signal.kind)
    if phrase is None or math.isnan(signal.low):
        said = KINDS[signal.kind].label
    else:
        said = phrase.format(_READINGS.get(signal.unit, _count)(signal.low, signal.high))
    return f"{said}（原文“{signal.text}”）"


def _count(low: float, high: float) -> str:
    """300; 约300 where the range is within a third; else 20至90."""
    if low == high:
        return _number(low)
    if high <= low * 4 / 3:
        return f"约{_number(low)}"
    return f"{_number(low)}至{_number(high)}"


def _number(x: float) -> str:
    return f"{x / 10_000:.10g}万" if x >= 10_000 else f"{x:.10g}"


def _span_of_days(low: float, high: float) -> str:
    for days, unit in ((365, "年"), (30, "个月"), (1, "天")):
        if low >= days:
            return f"{_count(round(low / days, 1), round(high / days, 1))}{unit}"
    return f"{math.ceil(high)}天内"


def _day(low: float, high: float) -> str:
    first, last = date.fromordinal(int(low)), date.fromordinal(int(high))
    return first.isoformat() if first == last else f"{first.isoformat()}至{last.isoformat()}"


_READINGS: Final = {"day": _span_of_days, "date": _day}
