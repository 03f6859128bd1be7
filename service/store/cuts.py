"""Where the office cuts the risk into bands; kept a model's version, because a new model has cuts of its own."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.store.errors import Refused
from service.store.tables import CutRow


def newest(session: Session, version: str) -> CutRow | None:
    """Return the cuts that count for a version, None where nobody has changed them."""
    query = select(CutRow).where(CutRow.model_version == version).order_by(CutRow.id.desc()).limit(1)
    return session.scalar(query)


def change(
    session: Session, version: str, high: float, medium: float, reason: str, now: dt.datetime, actor: str
) -> CutRow:
    """Set the cuts of a version."""
    if not 0 < medium < high < 1:
        raise Refused("分档线须在0和1之间，高档线要大于中档线")
    row = CutRow(at=now, actor=actor, model_version=version, high=high, medium=medium, reason=reason)
    session.add(row)
    session.flush()
    return row
