"""What is measured on the weekly lots: precision, recall and calibration with intervals; and agreement of readers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from risk_model.feedback import Agreement, Quality, agreement, quality, settle
from risk_model.taxonomy import RISK_OUTPUT, TAG_NAMES
from service.learning import lot
from service.learning.decisions import decisions
from service.store.learning_tables import LotRow
from service.store.tables import AssessmentRow, PetitionRow

_WATCHED: Final = (*TAG_NAMES, RISK_OUTPUT)
_IN_CHUNKS: Final = 500


@dataclass(frozen=True, slots=True)
class Measured:
    """Quality over the lots of some weeks, by output. Letters nobody has read yet make it less than unbiased."""

    weeks: tuple[str, ...]
    drawn: int
    read: int
    outputs: dict[str, Quality]


def weeks_before(today: dt.date, count: int) -> tuple[str, ...]:
    """Return the last whole ISO weeks, oldest first."""
    return tuple(lot.week_of(today - dt.timedelta(7 * k)) for k in range(count, 0, -1))


def measured(session: Session, weeks: Sequence[str]) -> Measured:
    """Compare what the model said first of the letters of the lots with what people settled.

    The risk counts as said where the band was high or medium.
    """
    ids = list(session.scalars(select(LotRow.petition_id).where(LotRow.week.in_(weeks))))
    said = first_results(session, ids)
    settled, _ = settle(decisions(session, ids))
    rows: dict[str, list[tuple[int, bool, float]]] = {name: [] for name in _WATCHED}
    for letter in settled:
        result = said[letter.letter]
        for name in _WATCHED:
            if name in letter.values:
                yes = result["risk_band"] != "low" if name == RISK_OUTPUT else name in result["tags"]
                rows[name].append((letter.values[name], yes, result["probabilities"][name]))
    outputs = {name: quality(*zip(*found, strict=True)) for name, found in rows.items() if found}
    return Measured(tuple(weeks), len(ids), len(settled), outputs)


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
