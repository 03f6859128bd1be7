"""The audit log: what happened to which record, by whom, and why; every row carries the hash of all before it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.store.tables import AuditHeadRow, AuditRow

START: Final = "0" * 64
_HEAD: Final = 1
#: Rows of the chain in memory at a time.
_CHUNK: Final = 1000
_FIELDS: Final = ("seq", "at", "actor", "action", "object", "model_version", "reason", "details")


def record(
    session: Session,
    now: dt.datetime,
    actor: str,
    action: str,
    subject: str = "",
    *,
    model_version: str = "",
    reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Append a row in the caller's transaction: what is done and its record are kept or lost together.

    `details` hold names and numbers, never text of a letter. Writers wait here for each other.
    """
    head = session.get_one(AuditHeadRow, _HEAD, with_for_update=True, populate_existing=True)
    row = AuditRow(
        seq=head.seq + 1,
        at=now.astimezone(dt.UTC).isoformat(),
        actor=actor,
        action=action,
        object=subject,
        model_version=model_version,
        reason=reason,
        details=json.dumps(details or {}, ensure_ascii=False, sort_keys=True),
    )
    row.hash = digest(head.hash, row)
    head.seq, head.hash = row.seq, row.hash
    session.add(row)
    session.flush()


def digest(previous: str, row: AuditRow) -> str:
    """Return the hash of a row in its place: SHA-256 of the hash before it and its own fields, as JSON."""
    content = [previous, *(getattr(row, field) for field in _FIELDS)]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the chain found: the rows read, the hash of the last, and the first wrong row if there is one."""

    rows: int
    head: str
    broken_at: int | None


def verify(session: Session) -> Verdict:
    """Walk the chain; a changed, removed or added row breaks it at that place.

    Whoever can rewrite the whole table can rewrite the chain: note `head` outside the machine now and then.
    """
    previous, seq = START, 0
    for row in _rows(session):
        if row.seq != seq + 1 or row.hash != digest(previous, row):
            return Verdict(seq, previous, seq + 1)
        previous, seq = row.hash, row.seq
    head = session.get_one(AuditHeadRow, _HEAD)
    whole = (head.seq, head.hash) == (seq, previous)
    return Verdict(seq, previous, None if whole else seq + 1)


def _rows(session: Session) -> Iterator[AuditRow]:
    after = 0
    while rows := page(session, after=after, limit=_CHUNK):
        yield from rows
        after = rows[-1].seq
        session.expunge_all()


def length(session: Session) -> int:
    """Return the number of rows."""
    return session.get_one(AuditHeadRow, _HEAD).seq


def page(
    session: Session, *, after: int = 0, limit: int = 100, action: str = "", actor: str = "", subject: str = ""
) -> list[AuditRow]:
    """Return rows in order, those after `after`, filtered by what is not empty."""
    query = select(AuditRow).where(AuditRow.seq > after).order_by(AuditRow.seq).limit(limit)
    for column, wanted in ((AuditRow.action, action), (AuditRow.actor, actor), (AuditRow.object, subject)):
        if wanted:
            query = query.where(column == wanted)
    return list(session.scalars(query))
