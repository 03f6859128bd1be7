"""What a review says beyond tags and band: level, capacity of the reader, and the last word in a dispute."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.security.permissions import Permission, Principal
from service.store.learning_tables import ReviewNoteRow
from service.store.tables import ReviewRow

#: What an earlier review, made before capacities were noted, counts as.
UNNOTED: Final = "triager"


def role_of(who: Principal) -> str:
    """Return in what capacity somebody reviews; another program of the office is `system`."""
    if who.kind == "key":
        return "system"
    return "approver" if Permission.REVIEWS_APPROVE in who.permissions else "triager"


def levels(session: Session, reviews: Collection[int]) -> dict[int, int]:
    """Return the escalation level that each of these reviews gave, where it gave one."""
    found = select(ReviewNoteRow.review_id, ReviewNoteRow.level).where(
        ReviewNoteRow.review_id.in_(reviews), ReviewNoteRow.level.is_not(None)
    )
    return {review: level for review, level in session.execute(found) if level is not None}


def note(
    session: Session, review: ReviewRow, who: Principal, level: int | None = None, settles: bool = False
) -> ReviewNoteRow:
    """Keep a note beside a review."""
    row = ReviewNoteRow(review_id=review.id, role=role_of(who), level=level, settles=settles)
    session.add(row)
    session.flush()
    return row
