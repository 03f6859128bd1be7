"""The control charts of the last whole week, from what the store holds of the weeks before it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from risk_model.drift import Chart, Observed, Week, charts, observe
from risk_model.feedback import settle
from risk_model.taxonomy import RISK_OUTPUT
from service.learning import lot
from service.learning.decisions import decisions
from service.store.learning_tables import LotRow
from service.store.tables import AssessmentRow, PetitionRow, ReviewRow

#: Weeks a week is held against.
BASELINE: Final = 8
#: A way in that is not another system is named by its kind: never by who typed.
_BY_HAND: Final = "人工登记"


@dataclass(frozen=True, slots=True)
class Drift:
    """The charts of a week; none where there is too little to say anything."""

    week: str
    letters: int
    before: tuple[str, ...]
    baseline: int
    charts: tuple[Chart, ...]

    @property
    def alarms(self) -> int:
        """How many charts are at alarm."""
        return sum(chart.level == "alarm" for chart in self.charts)


_known: dict[tuple[str, str, int, int], Drift] = {}


def drift(session: Session, week: str, url: str = "") -> Drift:
    """Return the charts of a week, kept in memory as long as neither letters nor reviews have been added."""
    first = lot.monday(week)
    start, end = first - dt.timedelta(7 * BASELINE), first + dt.timedelta(7)
    letters = session.scalar(
        select(func.count()).select_from(PetitionRow).where(PetitionRow.received >= start, PetitionRow.received < end)
    )
    reviews = session.scalar(select(func.max(ReviewRow.id)))
    key = (url, week, letters or 0, reviews or 0)
    if key not in _known:
        found = _drift(session, week)
        _known.clear()
        _known[key] = found
    return _known[key]


def _drift(session: Session, week: str) -> Drift:
    first = lot.monday(week)
    days = [first - dt.timedelta(7 * k) for k in range(BASELINE, 0, -1)]
    before = [_week(session, day) for day in days]
    now = _week(session, first)
    names = tuple(map(lot.week_of, days))
    return Drift(week, now.letters, names, sum(w.letters > 0 for w in before), tuple(charts(before, now)))


def _week(session: Session, first: dt.date) -> Week:
    happened = _happened(session, lot.week_of(first))
    query = (
        select(PetitionRow, AssessmentRow.result)
        .join(AssessmentRow, AssessmentRow.petition_id == PetitionRow.id)
        .where(PetitionRow.received >= first, PetitionRow.received < first + dt.timedelta(7))
        .order_by(PetitionRow.id, AssessmentRow.id.desc())
    )
    rows: dict[str, Observed] = {}
    for row, result in session.execute(query):
        # The oldest assessment comes last and stays: later models have seen later weeks.
        rows[row.public_id] = _observed(row, result, happened.get(row.public_id))
    return observe(rows.values())


def _observed(row: PetitionRow, result: dict[str, Any], happened: bool | None) -> Observed:
    kind, _, name = row.registered_by.partition(":")
    # A key is renewed now and then; the system behind it stays the same.
    channel = name.partition("(")[0] if kind == "key" else _BY_HAND
    text = f"{row.title}\n{row.body}"
    return Observed(text, channel, frozenset(result["tags"]), result["mass_incident_risk"], happened)


def _happened(session: Session, week: str) -> dict[str, bool]:
    ids = list(session.scalars(select(LotRow.petition_id).where(LotRow.week == week)))
    settled, _ = settle(decisions(session, ids))
    return {x.letter: bool(x.values[RISK_OUTPUT]) for x in settled if RISK_OUTPUT in x.values}
