"""What is measured on the weekly lots: precision, recall and calibration with intervals; and agreement of readers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from risk_model.feedback import Agreement, Quality, agreement, quality, settle
from risk_model.taxonomy import RISK_OUTPUT, TAG_NAMES
from service.learning import lot
from service.learning.decisions import decisions
from service.store.learning_tables import LotRow
from service.store.tables import AssessmentRow, PetitionRow, ReviewRow

_WATCHED: Final = (*TAG_NAMES, RISK_OUTPUT)
_IN_CHUNKS: Final = 500
#: Weeks of a quarter of a year: at thirty letters a week enough for intervals of five points on a family.
QUARTER: Final = 13


@dataclass(frozen=True, slots=True)
class OfWeek:
    """Quality on the lot of one week, by output."""

    week: str
    drawn: int
    read: int
    outputs: dict[str, Quality]


@dataclass(frozen=True, slots=True)
class Measured:
    """Quality over the lots of some weeks, by output. Letters nobody has read yet make it less than unbiased."""

    weeks: tuple[str, ...]
    drawn: int
    read: int
    outputs: dict[str, Quality]
    by_week: tuple[OfWeek, ...]


#: A letter that was read: of which week, and by output the truth, what was said, how likely it was held.
_Read = tuple[str, dict[str, tuple[int, bool, float]]]


def weeks_before(today: dt.date, count: int) -> tuple[str, ...]:
    """Return the last whole ISO weeks, oldest first."""
    return tuple(lot.week_of(today - dt.timedelta(7 * k)) for k in range(count, 0, -1))


def measured(session: Session, weeks: Sequence[str]) -> Measured:
    """Compare what the model said first of the letters of the lots with what people settled.

    The risk counts as said where the band was high or medium.
    """
    rows = session.execute(
        select(LotRow.petition_id, PetitionRow.public_id, LotRow.week)
        .join(PetitionRow, PetitionRow.id == LotRow.petition_id)
        .where(LotRow.week.in_(weeks))
    ).all()
    week_of = {public: week for _, public, week in rows}
    ids = [key for key, _, _ in rows]
    said = first_results(session, ids)
    settled, _ = settle(decisions(session, ids))
    read: list[_Read] = []
    for letter in settled:
        result = said[letter.letter]
        found = {}
        for name in _WATCHED:
            if name in letter.values:
                yes = result["risk_band"] != "low" if name == RISK_OUTPUT else name in result["tags"]
                found[name] = (letter.values[name], yes, result["probabilities"][name])
        read.append((week_of[letter.letter], found))
    by_week = []
    for week in weeks:
        of = [r for r in read if r[0] == week]
        by_week.append(OfWeek(week, sum(w == week for w in week_of.values()), len(of), _outputs(of)))
    return Measured(tuple(weeks), len(ids), len(settled), _outputs(read), tuple(by_week))


def _outputs(read: Sequence[_Read]) -> dict[str, Quality]:
    rows = {name: [found[name] for _, found in read if name in found] for name in _WATCHED}
    return {name: quality(*zip(*found, strict=True)) for name, found in rows.items() if found}


def first_results(session: Session, petition_ids: Sequence[int]) -> dict[str, dict[str, Any]]:
    """Return what a model said of each letter when it came in, by public id."""
    out: dict[str, dict[str, Any]] = {}
    for start in range(0, len(petition_ids), _IN_CHUNKS):
        query = (
            select(PetitionRow.public_id, AssessmentRow.result)
            .join(AssessmentRow, AssessmentRow.petition_id == PetitionRow.id)
            .where(PetitionRow.id.in_(petition_ids[start : start + _IN_CHUNKS]))
            .order_by(AssessmentRow.id.desc())
        )
        # The oldest comes last and stays.
        out |= dict(session.execute(query).all())
    return out


def agreed(session: Session) -> dict[str, Agreement]:
    """Return how far two readers of the same letter agree, by output."""
    return agreement(decisions(session))


@dataclass(frozen=True, slots=True)
class LotFigures:
    """What the metrics tell of the last quarter's lots: figures by output, and the share of letters read."""

    precision: dict[str, float]
    recall: dict[str, float]
    kappa: dict[str, float]
    read: float | None


_known: dict[tuple[object, ...], LotFigures] = {}


def figures(session: Session, today: dt.date, url: str) -> LotFigures:
    """Return the figures of the last quarter, kept in memory as long as neither lots nor reviews have changed."""
    weeks = weeks_before(today, QUARTER)
    counted = select(func.count(), func.max(ReviewRow.id)).where(ReviewRow.status.in_(("counted", "approved")))
    lots = select(func.count()).select_from(LotRow)
    key = (url, weeks, session.scalar(lots), *session.execute(counted).one())
    if key not in _known:
        found = measured(session, weeks)
        ids = list(session.scalars(select(LotRow.petition_id).where(LotRow.week.in_(weeks))))
        kappas = agreement(decisions(session, ids))
        _known.clear()
        _known[key] = LotFigures(
            {n: q.precision.value for n, q in found.outputs.items() if q.precision.value is not None},
            {n: q.recall.value for n, q in found.outputs.items() if q.recall.value is not None},
            {n: a.kappa for n, a in kappas.items() if n in _WATCHED and a.kappa is not None},
            found.read / found.drawn if found.drawn else None,
        )
    return _known[key]
