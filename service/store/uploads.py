"""Uploads in the database: rows wait, a worker leases an upload, and each row becomes a petition exactly once.

A row is deleted in the transaction that registers it, so a worker may be killed at any point: what it had not
committed still waits, and another worker takes the upload over when the lease has run out.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from risk_model.schema import Petition
from service.store.errors import Clash, Missing
from service.store.tables import UploadLetterRow, UploadRejectRow, UploadRow

#: Longer than any chunk takes; a killed worker's upload goes on after this time.
LEASE: Final = dt.timedelta(seconds=30)
OPEN: Final = ("reading", "waiting", "running")


def create(session: Session, now: dt.datetime, actor: str) -> UploadRow:
    """Begin an upload; workers leave it alone until it is `ready`."""
    row = UploadRow(
        public_id=uuid.uuid4().hex, at=now, actor=actor, state="reading", rows=0, registered=0, repeated=0, rejected=0,
        dropped=[],
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def add(session: Session, upload: UploadRow, letters: Iterable[tuple[int, Petition]]) -> None:
    """Let masked letters wait, each with the number of its row."""
    for number, p in letters:
        session.add(
            UploadLetterRow(
                upload_id=upload.id,
                number=number,
                external_id=p.id,
                title=p.title,
                body=p.body,
                area=p.area,
                received=p.received,
            )
        )
        upload.rows += 1


def reject(session: Session, upload: UploadRow, number: int, reason: str) -> None:
    """Say why a row is not taken."""
    session.add(UploadRejectRow(upload_id=upload.id, number=number, reason=reason))
    upload.rejected += 1


def find(session: Session, public_id: str, *, lock: bool = False) -> UploadRow:
    """Return an upload."""
    query = select(UploadRow).where(UploadRow.public_id == public_id)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise Missing("没有这次上传")
    return row


def rejects(session: Session, upload_id: int, limit: int) -> list[UploadRejectRow]:
    """Return the first rows that were not taken."""
    query = select(UploadRejectRow).where(UploadRejectRow.upload_id == upload_id).order_by(UploadRejectRow.number)
    return list(session.scalars(query.limit(limit)))


def cancel(session: Session, upload: UploadRow) -> None:
    """Stop an upload; what is registered stays, what waits is deleted."""
    if upload.state not in OPEN:
        raise Clash("这次上传已经结束")
    upload.state = "cancelled"
    session.execute(delete(UploadLetterRow).where(UploadLetterRow.upload_id == upload.id))


def lease(session: Session, worker: str, now: dt.datetime) -> UploadRow | None:
    """Take the oldest upload that nobody is at, None where there is none."""
    free = or_(UploadRow.lease_until.is_(None), UploadRow.lease_until < now)
    query = select(UploadRow).where(UploadRow.state.in_(("waiting", "running")), free).order_by(UploadRow.id).limit(1)
    row = session.scalar(query.with_for_update(skip_locked=True))
    if row is not None:
        row.state, row.lease, row.lease_until = "running", worker, now + LEASE
    return row


def held(session: Session, upload_id: int, worker: str, now: dt.datetime) -> UploadRow | None:
    """Return the upload, locked and its lease renewed, if the worker still holds it."""
    query = select(UploadRow).where(UploadRow.id == upload_id, UploadRow.lease == worker, UploadRow.state == "running")
    row = session.scalar(query.with_for_update())
    if row is not None:
        row.lease_until = now + LEASE
    return row


def waiting(session: Session, upload_id: int, most: int) -> Sequence[UploadLetterRow]:
    """Return the next letters of an upload."""
    query = select(UploadLetterRow).where(UploadLetterRow.upload_id == upload_id).order_by(UploadLetterRow.number)
    return session.scalars(query.limit(most)).all()


def done(session: Session, upload_id: int, numbers: Sequence[int]) -> None:
    """Forget letters that have become petitions or rejects."""
    session.execute(
        delete(UploadLetterRow).where(UploadLetterRow.upload_id == upload_id, UploadLetterRow.number.in_(numbers))
    )


def oldest(session: Session) -> dt.datetime | None:
    """Return when the oldest unfinished upload was made."""
    query = select(UploadRow.at).where(UploadRow.state.in_(OPEN)).order_by(UploadRow.id).limit(1)
    return session.scalar(query)
