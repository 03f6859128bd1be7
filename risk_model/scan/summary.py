"""The findings of a week, put together from the book and the present input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from risk_model.matters import week_name
from risk_model.scan import attention, clock, numbers
from risk_model.scan.book import Book
from risk_model.scan.findings import Findings, Gate
from risk_model.scan.forecast import forecast
from risk_model.scan.lists import high_letters, rising_lines
from risk_model.scan.weekly import monday, sunday
from risk_model.tables.names import ROLE_LABELS

#: Roles that parts of the report hang on.
_WANTED: Final = (
    "received", "area", "channel", "kind", "department", "status", "accepted_at", "answered_at", "satisfaction", "first",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Numbers:
    """Rows of the input and where they went: rows = scored + rejected."""

    rows: int
    scored: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Findings, and the unanswered letters with their dates (None where the table does not say)."""

    findings: Findings
    clocked: pd.DataFrame | None


def summarise(
    book: Book,
    week: int,
    frame: pd.DataFrame,
    letters: pd.DataFrame,
    present: pd.DataFrame,
    *,
    roles: frozenset[str],
    gate: Gate,
    office: str,
    model_version: str,
    medium: float,
    counted: Numbers,
    notes: tuple[str, ...],
) -> Summary:
    """Put a week's findings together.

    `frame` has this week's letters, `letters` all of the book up to the week, `present` those of them that the input holds, which alone
    say how handling stands; all bear their matter. `medium` is the cut of the medium band.
    """
    as_of = sunday(week)
    start = int(letters["week"].min()) if len(letters) else week
    handled = clock.knows_handling(roles)
    clocked = clock.running(present, as_of, roles) if handled else None
    late = dict.fromkeys(clocked.loc[clocked["days_left"] < 0, "id"], True) if clocked is not None else None
    open_matters = frozenset(clocked["matter_id"]) if clocked is not None else None
    total = numbers.count("来信总数", letters, week, start, None if late is None else len(late))
    findings = Findings(
        week=week_name(week),
        monday=monday(week),
        sunday=as_of,
        office=office,
        model_version=model_version,
        rows=counted.rows,
        scored=counted.scored,
        rejected=counted.rejected,
        total=total,
        trend=numbers.trend(letters, week, start),
        breakdowns=numbers.breakdowns(letters, week, start, late, by_department="department" in roles),
        rising=rising_lines(book.lists.get(week, ()), book, letters, week),
        gate=gate,
        forecast=forecast(book, letters, week, open_matters),
        clock=clock.clock(clocked, as_of) if clocked is not None else None,
        backlog=clock.backlog(clocked, as_of) if clocked is not None else None,
        rates=clock.rates(present, as_of, roles),
        hearings=attention.hearings(clocked, as_of, medium) if clocked is not None else (),
        mismatches=attention.mismatches(frame) if "kind" in roles else None,
        disputes=attention.disputes(frame, week) if "channel" in roles else None,
        high=high_letters(frame, week),
        missing=tuple(ROLE_LABELS[role] for role in _WANTED if role not in roles),
        notes=notes,
    )
    return Summary(findings, clocked)
