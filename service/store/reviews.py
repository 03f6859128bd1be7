"""What people decide about a petition's labels and band. Lowering a band counts only once a second person agrees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from risk_model.taxonomy import FACTOR_NAMES, TAG_NAMES, TAG_OF
from service.store import petitions
from service.store.errors import Clash, Forbidden, Missing, Refused
from service.store.tables import PetitionRow, ReviewRow

_RANK: Final = {"low": 0, "medium": 1, "high": 2}
#: Reviews that no longer say anything about the petition.
_TAKEN_BACK: Final = ("undone", "rejected")


@dataclass(frozen=True, slots=True)
class Review:
    """A decision: `confirm` what the model said, or `correct` tags, sub-tags, factors, band or level (None: leave as it is).

    `level` (0 to 3, escalation if left unanswered) moves nothing here: it is kept beside the review, for training.
    """

    decision: str
    reason: str
    band: str | None = None
    tags: Sequence[str] | None = None
    subtags: Sequence[str] | None = None
    factors: Sequence[str] | None = None
    level: int | None = None


def add(session: Session, petition: PetitionRow, review: Review, now: dt.datetime, actor: str) -> ReviewRow:
    """Record a review; it counts at once unless it lowers the band."""
    _check(review)
    lowers = review.band is not None and _RANK[review.band] < _RANK[petition.band]
    row = ReviewRow(
        petition_id=petition.id,
        at=now,
        actor=actor,
        decision=review.decision,
        band=review.band,
        tags=list(review.tags) if review.tags is not None else None,
        subtags=list(review.subtags) if review.subtags is not None else None,
        factors=list(review.factors) if review.factors is not None else None,
        reason=review.reason,
        status="pending" if lowers else "counted",
    )
    session.add(row)
    session.flush()
    petition.reviewed = True
    petition.revision += 1
    if not lowers:
        _apply(session, petition, row)
    return row


def undo(session: Session, petition: PetitionRow, review_id: int, now: dt.datetime, actor: str) -> ReviewRow:
    """Take back one's own newest review and what it changed; nobody else may have acted on the petition since."""
    row = _find(session, petition, review_id)
    newest = session.scalars(
        select(ReviewRow)
        .where(ReviewRow.petition_id == petition.id, ReviewRow.status != "undone")
        .order_by(ReviewRow.id.desc())
    ).first()
    if row.actor != actor:
        raise Forbidden("只能撤销自己的意见")
    if newest is not row or row.status not in ("counted", "pending"):
        raise Clash("这条意见之后又有了新的意见，或者已经批准，不能撤销：请另作更正")
    if row.status == "counted" and row.before is not None:
        petition.band = row.before["band"]
        petitions.set_labels(session, petition.id, row.before["labels"])
    row.status, row.decided_by, row.decided_at = "undone", actor, now
    others = select(ReviewRow.id).where(ReviewRow.petition_id == petition.id, ReviewRow.status.not_in(_TAKEN_BACK))
    session.flush()
    petition.reviewed = session.scalars(others.limit(1)).first() is not None
    petition.revision += 1
    return row


def _find(session: Session, petition: PetitionRow, review_id: int) -> ReviewRow:
    row = session.scalar(select(ReviewRow).where(ReviewRow.id == review_id, ReviewRow.petition_id == petition.id))
    if row is None:
        raise Missing("没有这条复核意见")
    return row


def decide(
    session: Session, petition: PetitionRow, review_id: int, approve: bool, reason: str, now: dt.datetime, actor: str
) -> ReviewRow:
    """Let a second person approve or reject a review that waits."""
    row = _find(session, petition, review_id)
    if row.status != "pending":
        raise Clash("这条复核意见不在等待批准")
    if row.actor == actor:
        raise Forbidden("降低风险档次须由另一人批准，不能批准自己的意见")
    row.status = "approved" if approve else "rejected"
    row.decided_by, row.decided_at, row.decided_reason = actor, now, reason
    petition.revision += 1
    if approve:
        _apply(session, petition, row)
    return row


def _check(review: Review) -> None:
    corrects = any(x is not None for x in (review.band, review.tags, review.subtags, review.factors))
    allowed = {"correct"} if corrects else {"confirm"} if review.level is None else {"confirm", "correct"}
    if review.decision not in allowed:
        raise Refused("更正（correct）须给出 band、tags、subtags、factors 或 level；确认（confirm）只可带 level")
    if review.subtags is not None:
        if review.tags is None:
            raise Refused("更正 subtags 须同时给出 tags")
        strays = [name for name in review.subtags if TAG_OF[name] not in review.tags]
        if strays:
            raise Refused("子标签须属于所给的标签")


def _apply(session: Session, petition: PetitionRow, row: ReviewRow) -> None:
    before = petitions.labels(session, [petition.id])[petition.id]
    row.before = {"band": petition.band, "labels": sorted(before)}
    if row.band is not None:
        petition.band = row.band
    if row.tags is None and row.factors is None:
        return
    tags = [name for name in TAG_NAMES if name in before] if row.tags is None else row.tags
    subtags = row.subtags
    if subtags is None:
        subtags = [name for name in before if TAG_OF.get(name) in tags]
    factors = [name for name in FACTOR_NAMES if name in before] if row.factors is None else row.factors
    petitions.set_labels(session, petition.id, [*tags, *subtags, *factors])
