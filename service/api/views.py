"""Rows of the store as the bodies that endpoints answer with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy.orm import Session

from risk_model.taxonomy import DISCLAIMER, FACTOR_NAMES, SUBTAG_NAMES, TAG_NAMES
from service.api.petition_schemas import PetitionOut, RegisterOut, ReviewOut, StepOut, Suggestion, Summary
from service.api.schemas import AssessmentOut
from service.store import clock, departments, petitions
from service.store.tables import AssessmentRow, PetitionRow, ReviewRow, StateRow


def summary(row: PetitionRow, labels: set[str], today: dt.date, soon_days: int) -> Summary:
    """Return a petition as it stands in a list."""
    overdue = row.due_on is not None and row.due_on < today
    return Summary(
        id=row.public_id,
        external_id=row.external_id or "",
        title=row.title,
        area=row.area,
        received=row.received,
        registered_at=row.registered_at,
        state=row.state,  # type: ignore[arg-type]
        state_label=clock.STATES[row.state],
        accept_by=row.accept_by,
        finish_by=row.finish_by,
        extended=row.extension_reason is not None,
        due_on=row.due_on,
        overdue=overdue,
        due_soon=row.due_on is not None and not overdue and row.due_on <= today + dt.timedelta(soon_days),
        mass_incident_risk=row.risk,
        risk_band=row.band,  # type: ignore[arg-type]
        tags=_in_order(TAG_NAMES, labels),
        subtags=_in_order(SUBTAG_NAMES, labels),
        factors=_in_order(FACTOR_NAMES, labels),
        model_version=row.model_version,
        revision=row.revision,
        reviewed=row.reviewed,
        look=row.look,
    )


def summaries(session: Session, rows: list[PetitionRow], today: dt.date, soon_days: int) -> list[Summary]:
    """Return petitions as they stand in a list."""
    labels = petitions.labels(session, [row.id for row in rows])
    return [summary(row, labels[row.id], today, soon_days) for row in rows]


def whole(session: Session, row: PetitionRow, today: dt.date, soon_days: int) -> PetitionOut:
    """Return everything kept of a petition."""
    labels = petitions.labels(session, [row.id])[row.id]
    return PetitionOut(
        petition=summary(row, labels, today, soon_days),
        body=row.body,
        extension_reason=row.extension_reason,
        assessment=AssessmentOut.model_validate(petitions.latest(session, row.id).result),
        suggestion=Suggestion.model_validate(departments.suggest(departments.table(session), labels)),
        reviews=[review(r) for r in petitions.reviews_of(session, row.id)],
        history=[step(s) for s in petitions.history(session, row.id)],
        disclaimer=DISCLAIMER,
    )


def registered(row: PetitionRow, assessment: AssessmentRow) -> RegisterOut:
    """Return the first answer to a registration, from what never changes."""
    return RegisterOut(
        id=row.public_id,
        external_id=row.external_id or "",
        received=row.received,
        accept_by=clock.accept_by(row.received),
        finish_by=clock.finish_by(row.received),
        assessment=AssessmentOut.model_validate(assessment.result),
    )


def review(row: ReviewRow) -> ReviewOut:
    """Return a review."""
    return ReviewOut.model_validate(row, from_attributes=True)


def step(row: StateRow) -> StepOut:
    """Return a step through the procedure."""
    return StepOut.model_validate(row, from_attributes=True)


def _in_order(names: Iterable[str], labels: set[str]) -> list[str]:
    return [name for name in names if name in labels]
