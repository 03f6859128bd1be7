"""Purging: what is closed and old is deleted for good, from the file, its journal and its indexes."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import ColumnElement, delete, func, select, text

from service.store import Store, audit, match
from service.store.clock import OPEN
from service.store.tables import PetitionRow

#: Rewritten so that no page keeps a deleted text.
_TABLES: Final = (
    "petition", "petition_label", "assessment", "review", "state_change", "matter", "matter_letter", "matter_term",
)  # fmt: skip


def candidates(store: Store, before: dt.date) -> int:
    """Return how many closed or declined petitions were received before a day; open ones are never purged."""
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(PetitionRow).where(*_old(before))) or 0


def purge(store: Store, before: dt.date, now: dt.datetime, actor: str, reason: str = "") -> int:
    """Delete them and all that hangs on them, record how many, and wipe the space they took; returns the number."""
    with store.writing() as session:
        gone = session.scalars(select(PetitionRow.id).where(*_old(before)).with_for_update()).all()
        matters = match.forget(session, gone)
        count = len(session.scalars(delete(PetitionRow).where(*_old(before)).returning(PetitionRow.id)).all())
        match.mend(session, matters)
        details = {"before": before.isoformat(), "petitions": count}
        audit.record(session, now, actor, "purge", reason=reason, details=details)
    wipe(store)
    return count


def wipe(store: Store) -> None:
    """Give back and overwrite the space of deleted rows.

    On PostgreSQL the write-ahead log holds old pages until it is recycled, and so do backups: see `docs/service.md`.
    """
    with store.engine.connect() as connection:
        if store.is_sqlite:
            raw = connection.connection.driver_connection
            assert raw is not None  # noqa: S101  just connected
            # Outside any transaction; the journal holds copies of old pages, so it is emptied before and after.
            for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                raw.execute(statement).fetchall()
            return
        autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
        for table in _TABLES:
            autocommit.execute(text(f"VACUUM (FULL) {table}"))


def _old(before: dt.date) -> tuple[ColumnElement[bool], ...]:
    return (PetitionRow.received < before, PetitionRow.state.not_in(OPEN))
