"""What people do with a petition: review it, approve a lower band, move it along, extend its time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from sqlalchemy.orm import Session

from risk_model.text import prepare
from service.api import views
from service.api.common import PREFIX, errors
from service.api.petition_schemas import ClockOut, DecisionIn, ExtendIn, ReviewAnswer, ReviewIn, StepIn
from service.api.petitions import PublicId
from service.core import Core
from service.deps import TheCore, allowed
from service.security.permissions import Permission, Principal
from service.store import audit, petitions, reviews
from service.store.notes import note
from service.store.tables import PetitionRow

router = APIRouter(prefix=PREFIX, tags=["复核与办理"])
_ERRORS = errors(400, 401, 403, 404, 409, 413, 415, 422, 429)
ReviewId = Annotated[int, Path(ge=1, lt=2**31)]


@router.post("/petitions/{id}/reviews", status_code=201, summary="复核", responses=_ERRORS)
def review(
    id: PublicId, body: ReviewIn, core: TheCore, who: Annotated[Principal, Depends(allowed(Permission.REVIEWS_WRITE))]
) -> ReviewAnswer:
    """Confirm or correct an assessment. A lower band is kept as `pending` and does not count yet."""
    with core.store.writing() as session:
        row = petitions.find(session, id, lock=True)
        petitions.check_seen(row, body.seen)
        said = reviews.Review(
            body.decision, _clean(body.reason), body.band, body.tags, body.subtags, body.factors, body.level
        )
        before = row.band
        kept = reviews.add(session, row, said, core.now(), who.actor)
        note(session, kept, who, body.level)
        details = {"review": kept.id, "decision": kept.decision, "status": kept.status, "from": before, "to": kept.band}
        _recorded(session, core, who, row, "review.add", kept.reason, details)
        return ReviewAnswer(review=views.review(kept))


@router.post("/petitions/{id}/reviews/{review_id}/decision", summary="批准或驳回降档", responses=_ERRORS)
def decide(
    id: PublicId,
    review_id: ReviewId,
    body: DecisionIn,
    core: TheCore,
    who: Annotated[Principal, Depends(allowed(Permission.REVIEWS_APPROVE))],
) -> ReviewAnswer:
    """Approve or reject a review that lowers the band; never one's own."""
    with core.store.writing() as session:
        row = petitions.find(session, id, lock=True)
        petitions.check_seen(row, body.seen)
        reason = _clean(body.reason)
        kept = reviews.decide(session, row, review_id, body.approve, reason, core.now(), who.actor)
        _recorded(session, core, who, row, f"review.{kept.status}", reason, {"review": kept.id, "to": row.band})
        return ReviewAnswer(review=views.review(kept))


@router.delete(
    "/petitions/{id}/reviews/{review_id}", summary="撤销自己的复核意见", responses=errors(401, 403, 404, 409, 422, 429)
)
def undo(
    id: PublicId,
    review_id: ReviewId,
    core: TheCore,
    who: Annotated[Principal, Depends(allowed(Permission.REVIEWS_WRITE))],
) -> ReviewAnswer:
    """Take back one's own newest review; band and labels are as they were before it."""
    with core.store.writing() as session:
        row = petitions.find(session, id, lock=True)
        kept = reviews.undo(session, row, review_id, core.now(), who.actor)
        _recorded(session, core, who, row, "review.undo", "", {"review": kept.id, "to": row.band})
        return ReviewAnswer(review=views.review(kept))


@router.post("/petitions/{id}/state", summary="受理、办理、办结", responses=_ERRORS)
def step(
    id: PublicId, body: StepIn, core: TheCore, who: Annotated[Principal, Depends(allowed(Permission.CLOCK_WRITE))]
) -> ClockOut:
    """Move a petition to its next state; only lawful steps are taken."""
    with core.store.writing() as session:
        row = petitions.find(session, id, lock=True)
        petitions.check_seen(row, body.seen)
        before, reason = row.state, _clean(body.reason)
        petitions.step(session, row, body.state, reason, core.now(), who.actor)
        _recorded(session, core, who, row, "petition.state", reason, {"from": before, "to": row.state})
        return _clock(session, core, row)


@router.post("/petitions/{id}/extension", summary="延长办理期限", responses=_ERRORS)
def extend(
    id: PublicId, body: ExtendIn, core: TheCore, who: Annotated[Principal, Depends(allowed(Permission.CLOCK_EXTEND))]
) -> ClockOut:
    """Extend the time to finish once, from 60 to 90 days after receipt."""
    with core.store.writing() as session:
        row = petitions.find(session, id, lock=True)
        petitions.check_seen(row, body.seen)
        reason = _clean(body.reason)
        petitions.extend(row, reason)
        details = {"finish_by": row.finish_by.isoformat()}
        _recorded(session, core, who, row, "petition.extend", reason, details)
        return _clock(session, core, row)


def _clean(reason: str) -> str:
    # Staff quote letters, and letters hold names.
    return prepare(reason).text


def _recorded(
    session: Session,
    core: Core,
    who: Principal,
    row: PetitionRow,
    action: str,
    reason: str,
    details: Mapping[str, object],
) -> None:
    audit.record(
        session,
        core.now(),
        who.actor,
        action,
        row.public_id,
        model_version=row.model_version,
        reason=reason,
        details=details,
    )


def _clock(session: Session, core: Core, row: PetitionRow) -> ClockOut:
    (view,) = views.summaries(session, [row], core.today(), core.settings.due_soon_days)
    return ClockOut(petition=view)
