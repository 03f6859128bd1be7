"""The connection to the database: short transactions, one writer at a time on SQLite, snapshots for reading."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.orm import Session

#: A writer waits this long for another one before it gives up; transactions here take milliseconds.
_BUSY_MS: Final = 15_000
_PRAGMAS: Final = (
    "journal_mode=WAL",
    f"busy_timeout={_BUSY_MS}",
    "foreign_keys=ON",
    # Deleted text is overwritten with zeros, not merely unlinked.
    "secure_delete=ON",
)
_WRITING: Final = "petition_risk_writing"


class Store:
    """The database at `url`; safe to share between threads.

    `reading` and `writing` give a session inside one transaction, committed at the end, rolled back on an error.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        dumps = partial(json.dumps, ensure_ascii=False)
        self.engine = create_engine(url, json_serializer=dumps, pool_pre_ping=not self.is_sqlite, hide_parameters=True)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _configure)
            event.listen(self.engine, "begin", _begin)
        self._writer = self.engine.execution_options(**{_WRITING: True})
        snapshot = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._snapshot = self.engine.execution_options(**snapshot)

    @property
    def file(self) -> Path | None:
        """The file of an embedded database."""
        return Path(self.url.removeprefix("sqlite:///")) if self.is_sqlite else None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that sees one state of the database throughout."""
        with Session(self._snapshot, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session that may change things; on SQLite it is the only one that does so meanwhile."""
        with Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def ddl(self) -> Iterator[Connection]:
        """Give a connection inside one transaction that may change the schema."""
        with self._writer.connect() as connection, connection.begin():
            yield connection

    def alive(self) -> bool:
        """Tell whether the database answers; raises what the driver raises when it does not."""
        with self.reading() as session:
            return bool(session.scalar(text("SELECT 1")) == 1)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _configure(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions of its own: `_begin` does.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A reader that later writes could find the file changed under it and fail; a writer queues from the start.
    writing = connection.get_execution_options().get(_WRITING)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
