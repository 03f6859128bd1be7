"""The vocabulary of signals: what a signal is, and the one table of its kinds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Signal:
    """A fact the letter states, with the words that state it.

    `start` and `end` are a half-open span of the text given and `text` the words in it. `low` and `high` are the
    reading as a range, equal when the writer was exact and NaN where the text does not say. In the unit "date" they
    are the ordinals (:meth:`datetime.date.toordinal`) of the first and last day meant; for a deadline, days after
    receipt.
    """

    kind: str
    start: int
    end: int
    text: str
    low: float
    high: float
    unit: str

    def to_dict(self) -> dict[str, str | int | float | None]:
        """Return the fields in order, None for NaN, so that JSON can carry them."""
        low, high = (None if math.isnan(x) else x for x in (self.low, self.high))
        return {
            "kind": self.kind,
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "low": low,
            "high": high,
            "unit": self.unit,
        }


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of signal: its Chinese label, the unit of its reading and what it means."""

    label: str
    unit: str
    description: str


KINDS: Final[dict[str, Kind]] = {
    "people": Kind("涉及人数", "person", "信中说到的一群人的人数（两人以上）"),
    "households": Kind("涉及户数", "household", "信中说到的户数（两户以上）"),
    "whole_group": Kind("未计数的群体", "group", "没有数字、但指明一个群体：全村、全体业主、附近居民、业主们"),
    "duration": Kind("持续时间", "day", "事情已经持续或拖延的时间"),
    "repeats": Kind("反映次数", "time", "同一事情反映、投诉、交涉的次数"),
    "money": Kind("涉及金额", "yuan", "信中说到的金额"),
    "unit_price": Kind("单价", "yuan", "按面积、时间、人头等计的单价，不计入金额"),
    "date": Kind("日期", "date", "信中说到的日期，相对说法按收信日推算"),
    "deadline": Kind("临近节点", "day", "收信后将要发生、使事情变化的日子"),
    "under_way": Kind("正在发生", "event", "写信时正在发生的施工、拆除、停水等"),
    "collective": Kind("集体行动", "event", "多人已经一起行动或表示将一起行动"),
}


def signal(kind: str, text: str, span: tuple[int, int], low: float, high: float) -> Signal:
    """Build a signal of `kind` over `span` of `text`, its unit taken from the table."""
    start, end = span
    return Signal(kind, start, end, text[start:end], float(low), float(high), KINDS[kind].unit)
