"""Records of weekly scans: asked for once, leased by one worker, moved along, ended."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from service.store.clock import STATES
from service.store.errors import Clash, Missing
from service.store.tables import PetitionRow, ScanRow, StateRow

#: Longer than two signs of life of a scan; a killed worker's scan goes on after this time.
LEASE: Final = dt.timedelta(seconds=60)
OPEN: Final = ("waiting", "running")
BOOK: Final = "book"
FILE: Final = "file"
#: Tables that wait for their scan at most; each may take as much disk as an upload.
_MOST_FILES: Final = 5
#: Petitions read at a time.
_CHUNK: Final = 1_000


def create(
    session: Session, week: str, now: dt.datetime, actor: str, *, accept_drift: bool = False, scheduled: bool = False
) -> ScanRow:
    """Ask for a scan of a week of the book; `Clash` while one of that week is under way."""
    mine = (ScanRow.week == week, ScanRow.source == BOOK, ScanRow.state.in_(OPEN))
    if session.scalar(select(ScanRow.id).where(*mine).limit(1)):
        raise Clash("这一周的扫描正在进行")
    row = _new(uuid.uuid4().hex, week, now, actor, BOOK, accept_drift)
    row.scheduled = week if scheduled else None
    session.add(row)
    session.flush()
    return row


def create_of_file(
    session: Session, public_id: str, week: str, now: dt.datetime, actor: str, *, accept_drift: bool, rejected: int
) -> ScanRow:
    """Ask for a scan of a table that waits under `public_id`; `Clash` where too many wait."""
    waiting = select(func.count()).select_from(ScanRow).where(ScanRow.source == FILE, ScanRow.state.in_(OPEN))
    if (session.scalar(waiting) or 0) >= _MOST_FILES:
        raise Clash(f"已有{_MOST_FILES}份表格在等待扫描：请等其中一份完成")
    row = _new(public_id, week, now, actor, FILE, accept_drift)
    row.rejected = rejected
    session.add(row)
    session.flush()
    return row


def _new(public_id: str, week: str, now: dt.datetime, actor: str, source: str, accept_drift: bool) -> ScanRow:
    return ScanRow(
        public_id=public_id, at=now, actor=actor, week=week, source=source, accept_drift=accept_drift,
        state="waiting", stage="", done=0, share=None, letters=0, rejected=0, problem="",
    )  # fmt: skip


def was_scheduled(session: Session, week: str) -> bool:
    """Tell whether the scan of a week has been scheduled."""
    return session.scalar(select(ScanRow.id).where(ScanRow.scheduled == week)) is not None


def newest(session: Session, limit: int, source: str | None = None) -> list[ScanRow]:
    """Return the newest scans, of one source if it is named."""
    query = select(ScanRow).order_by(ScanRow.id.desc()).limit(limit)
    return list(session.scalars(query.where(ScanRow.source == source) if source else query))


def find(session: Session, public_id: str, *, lock: bool = False) -> ScanRow:
    """Return a scan."""
    query = select(ScanRow).where(ScanRow.public_id == public_id)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise Missing("没有这次扫描")
    return row


def is_open(session: Session, public_id: str) -> bool:
    """Tell whether a scan waits or runs."""
    found = select(ScanRow.id).where(ScanRow.public_id == public_id, ScanRow.state.in_(OPEN))
    return session.scalar(found) is not None


def cancel(row: ScanRow) -> None:
    """Stop a scan; nothing of it is published."""
    if row.state not in OPEN:
        raise Clash("这次扫描已经结束")
    row.state = "cancelled"


def lease(session: Session, worker: str, now: dt.datetime) -> ScanRow | None:
    """Take the oldest scan that nobody is at, None where there is none."""
    free = or_(ScanRow.lease_until.is_(None), ScanRow.lease_until < now)
    query = select(ScanRow).where(ScanRow.state.in_(OPEN), free).order_by(ScanRow.id).limit(1)
    row = session.scalar(query.with_for_update(skip_locked=True))
    if row is not None:
        row.state, row.lease, row.lease_until = "running", worker, now + LEASE
    return row


def held(session: Session, scan_id: int, worker: str, now: dt.datetime) -> ScanRow | None:
    """Return the scan, locked and its lease renewed, if the worker still holds it and nobody has cancelled it."""
    query = select(ScanRow).where(ScanRow.id == scan_id, ScanRow.lease == worker, ScanRow.state == "running")
    row = session.scalar(query.with_for_update())
    if row is not None:
        row.lease_until = now + LEASE
    return row


def has_letters(session: Session, last: dt.date) -> bool:
    """Tell whether any petition was received up to a day."""
    return session.scalar(select(PetitionRow.id).where(PetitionRow.received <= last).limit(1)) is not None


def export(session: Session, last: dt.date) -> Iterator[list[dict[str, Any]]]:
    """Yield the petitions received up to a day, a chunk of rows at a time, with the columns a scan knows by name."""
    after = 0
    while True:
        query = select(PetitionRow).where(PetitionRow.id > after, PetitionRow.received <= last)
        rows = list(session.scalars(query.order_by(PetitionRow.id).limit(_CHUNK)))
        if not rows:
            return
        after = rows[-1].id
        steps = _steps(session, [row.id for row in rows])
        yield [_exported(row, steps.get(row.id, {})) for row in rows]
        session.expunge_all()


def _steps(session: Session, petitions: list[int]) -> dict[int, dict[str, dt.datetime]]:
    out: dict[int, dict[str, dt.datetime]] = {}
    query = select(StateRow).where(StateRow.petition_id.in_(petitions)).order_by(StateRow.id)
    for step in session.scalars(query):
        out.setdefault(step.petition_id, {})[step.after] = step.at
    return out


def _exported(row: PetitionRow, steps: dict[str, dt.datetime]) -> dict[str, Any]:
    decided = steps.get("accepted") or steps.get("declined")
    ended = steps.get(row.state) if row.state in ("closed", "declined") else None
    return {
        "id": row.public_id,
        "title": row.title,
        "body": row.body,
        "received": row.received,
        "area": row.area,
        "status": STATES[row.state],
        "accepted_at": decided.date() if decided else None,
        "answered_at": ended.date() if ended else None,
        "due_at": row.finish_by,
    }
