"""What a week's scan found, as plain facts. Every report is written from this and from nothing else.

A part that the input has no columns for is None or empty, never a guess: the reports then leave it out or say which column is
missing. Nothing here is keyed by a petitioner, and nothing may be.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from typing import Final, Literal

from risk_model.feedback.measured import Measured

#: Normal quantile of a 95 % interval.
_Z: Final = 1.959964


@dataclass(frozen=True, slots=True)
class Share:
    """A counted rate and the day it was true: `part` of `whole`."""

    label: str
    part: int
    whole: int
    as_of: dt.date

    @property
    def rate(self) -> float:
        """Return the rate in [0, 1], NaN where there is nothing to count."""
        return self.part / self.whole if self.whole else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Return the 95 % Wilson interval [1].

        [1] E. B. Wilson (1927), Probable inference, the law of succession, and statistical inference. JASA 22.

        >>> tuple(round(x, 2) for x in Share("按期受理", 8, 10, dt.date(2019, 11, 24)).interval)
        (0.49, 0.94)
        """
        if not self.whole:
            return math.nan, math.nan
        n, p = self.whole, self.rate
        centre = p + _Z**2 / (2 * n)
        spread = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n * n))
        return max(0.0, (centre - spread) / (1 + _Z**2 / n)), min(1.0, (centre + spread) / (1 + _Z**2 / n))


@dataclass(frozen=True, slots=True)
class Count:
    """Letters of this week beside last week (环比) and the same ISO week a year before (同比); None where the book does not reach back."""

    label: str
    now: int
    last_week: int | None = None
    last_year: int | None = None
    high: int = 0
    overdue: int | None = None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Counts along one dimension, most letters first: 诉求大类, 诉求小类, 区域 or 承办部门."""

    dimension: str
    rows: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Rising:
    """One rising matter, or (not `sure`) an early sign; the fields of rising.csv that readers see, with its letters in each of the last weeks, oldest first."""

    rank: int
    matter_id: str
    title: str
    area: str
    letters_this_week: int
    letters_before: int
    expected: float
    risk: float
    chance: float
    beyond_expected: bool
    sure: bool
    reasons: str
    first_listed: str
    departments: tuple[str, ...]
    weekly: tuple[int, ...]


Outcome = Literal["further", "answered", "quiet"]


@dataclass(frozen=True, slots=True)
class ForecastLine:
    """A line of last week's list and what came of it: further letters this week, an answer, or quiet."""

    rank: int
    matter_id: str
    title: str
    chance: float
    further_letters: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Missed:
    """A matter with two or more further letters this week that last week's list did not name."""

    matter_id: str
    title: str
    letters_this_week: int
    why: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """Forecast against outcome. `week` is the week whose list is judged; `precision` is stated for several lengths of the list.

    `history` is precision over all judged weeks so far; `lead_weeks` are weeks between first listing and peak, one number a
    matter that was listed and has passed its peak; negative means listed after it.
    """

    week: str
    lines: tuple[ForecastLine, ...]
    precision: tuple[Share, ...]
    misses: tuple[Missed, ...]
    history: tuple[Share, ...] = ()
    lead_weeks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ClockLine:
    """A letter that is overdue or due soon; `days_left` is negative where it is overdue; `step` is what is due."""

    letter_id: str
    matter_id: str
    title: str
    area: str
    received: dt.date
    due_on: dt.date
    days_left: int
    step: Literal["受理", "办结"]
    risk: float
    band: str
    departments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clock:
    """The statutory clock as of `as_of`; lists are ordered by days left, then risk. Counts are whole, lists may be cut."""

    as_of: dt.date
    overdue: tuple[ClockLine, ...]
    due_soon: tuple[ClockLine, ...]
    overdue_count: int
    due_soon_count: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """Unanswered letters by age (积案): (label of the age class, letters), youngest first."""

    as_of: dt.date
    ages: tuple[tuple[str, int], ...]
    median_days: float


@dataclass(frozen=True, slots=True)
class Hearing:
    """A matter proposed for a leader's reception day (领导接访下访), with one line why."""

    rank: int
    matter_id: str
    title: str
    area: str
    letters: int
    risk: float
    waiting_days: int
    departments: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A letter registered as 咨询, 建议 or 普通 whose text scores high."""

    letter_id: str
    matter_id: str
    title: str
    area: str
    registered_as: str
    risk: float
    band: str
    evidence: str


@dataclass(frozen=True, slots=True)
class SmallDispute:
    """A small dispute told by a grid worker (渠道：网格) that mediation may settle early."""

    letter_id: str
    matter_id: str
    title: str
    area: str
    received: dt.date
    subtags: tuple[str, ...]
    departments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HighLetter:
    """A letter of this week in the high band, highest risk first."""

    letter_id: str
    matter_id: str
    title: str
    area: str
    received: dt.date
    risk: float
    tags: tuple[str, ...]
    subtags: tuple[str, ...]
    factors: tuple[str, ...]
    departments: tuple[str, ...]
    review: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the data gate: what was measured, its limit, whether it held, and a sentence for the reader with named rows or words."""

    name: str
    value: float
    limit: float
    passed: bool
    says: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gate:
    """The data gate: `accepted` says that a failed check was let through on request (--accept-drift)."""

    checks: tuple[Check, ...]
    accepted: bool = False

    @property
    def passed(self) -> bool:
        """Return whether every check held."""
        return all(check.passed for check in self.checks)


@dataclass(frozen=True, slots=True)
class Findings:
    """All that the reports show of one week. `trend` is (week, letters, high-band letters), oldest first, this week last."""

    week: str
    monday: dt.date
    sunday: dt.date
    office: str
    model_version: str
    rows: int
    scored: int
    rejected: int
    total: Count
    trend: tuple[tuple[str, int, int], ...]
    breakdowns: tuple[Breakdown, ...]
    rising: tuple[Rising, ...]
    gate: Gate
    forecast: Forecast | None = None
    clock: Clock | None = None
    backlog: Backlog | None = None
    rates: tuple[Share, ...] = ()
    hearings: tuple[Hearing, ...] = ()
    mismatches: tuple[Mismatch, ...] | None = None
    disputes: tuple[SmallDispute, ...] | None = None
    high: tuple[HighLetter, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
    measured: Measured | None = None
