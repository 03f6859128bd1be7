"""Bring a database to a revision of the schema."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from service.store.engine import Store

_SCRIPTS: Final = Path(__file__).with_name("migrations")
#: Any number will do, as long as nobody else on this database uses it for a lock.
_LOCK: Final = 7_305_119


def upgrade(store: Store, revision: str = "head") -> None:
    """Upgrade to `revision`, making the file of an embedded database where there is none; two callers take turns."""
    if store.file:
        store.file.parent.mkdir(parents=True, exist_ok=True)
    _run(store, command.upgrade, revision)


def downgrade(store: Store, revision: str) -> None:
    """Go back to `revision`, losing what only later revisions can hold."""
    _run(store, command.downgrade, revision)


def current(store: Store) -> str | None:
    """Return the revision of the database, None where it is empty."""
    if store.file and not store.file.exists():
        return None
    with store.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """Return the revision this program works with."""
    found = _scripts().get_current_head()
    assert found  # noqa: S101  there is always a first one
    return found


def revisions() -> list[str]:
    """Return all revisions, oldest first."""
    return [script.revision for script in _scripts().walk_revisions()][::-1]


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _run(store: Store, action: Callable[[Config, str], None], revision: str) -> None:
    config = _config()
    with store.ddl() as connection:
        if not store.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
        config.attributes["connection"] = connection
        action(config, revision)
