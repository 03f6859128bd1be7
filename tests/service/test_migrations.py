"""Schemas of every revision, up and down, with data in them; on both databases."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, insert, inspect, select, text

from service.store import Store, audit, migrate
from service.store.tables import Base
from tests.service.conftest import NOW

#: One row a table, as any revision that has the table must keep it.
ROWS: dict[str, dict[str, object]] = {
    "petition": {
        "public_id": "0" * 32, "external_id": "A-1", "digest": "d", "title": "路灯", "body": "不亮", "area": "河东",
        "received": NOW.date(), "registered_at": NOW, "registered_by": "user:wang", "risk": 0.5, "band": "high",
        "model_version": "1", "state": "pending", "accept_by": NOW.date(), "finish_by": NOW.date(), "due_on": NOW.date(),
    },
    "department": {"subtag": "education", "departments": ["教育局"], "mediation": False, "basis": "条例"},
    "staff": {"name": "wang", "password_hash": "h", "roles": ["viewer"], "active": True, "created_at": NOW},
}  # fmt: skip


def fill(store: Store) -> set[str]:
    """Put rows into the tables that the revision has."""
    found = MetaData()
    with store.ddl() as connection:
        found.reflect(connection)
        for name, row in ROWS.items():
            if name in found.tables:
                naive = {k: v.replace(tzinfo=None) if v is NOW and store.is_sqlite else v for k, v in row.items()}  # type: ignore[attr-defined]
                connection.execute(insert(found.tables[name]), [naive])
    return set(found.tables) & set(ROWS)


def kept(store: Store, tables: set[str]) -> bool:
    with store.reading() as session:
        return all(len(session.execute(select(Base.metadata.tables[t])).all()) == 1 for t in tables)


@pytest.fixture
def empty(url: str) -> Store:
    return Store(url)


@pytest.mark.parametrize("revision", migrate.revisions())
def test_every_revision_leads_to_the_newest(empty: Store, revision: str) -> None:
    migrate.upgrade(empty, revision)
    tables = fill(empty)
    migrate.upgrade(empty)
    assert migrate.current(empty) == migrate.head()
    assert kept(empty, tables)
    empty.close()


@pytest.mark.parametrize("revision", migrate.revisions())
def test_every_revision_can_be_gone_back_to(empty: Store, revision: str) -> None:
    migrate.upgrade(empty)
    fill(empty)
    with empty.writing() as session:
        audit.record(session, NOW, "user:wang", "login")
    migrate.downgrade(empty, revision)
    assert migrate.current(empty) == revision
    migrate.upgrade(empty)
    assert kept(empty, {"petition"})
    migrate.downgrade(empty, "base")
    assert set(inspect(empty.engine).get_table_names()) == {"alembic_version"}
    empty.close()


def test_the_migrations_make_what_the_code_expects(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_candidates_become_jobs_and_go_back(empty: Store) -> None:
    migrate.upgrade(empty, "0009")
    ended = "2026-06-01 01:00:00"
    with empty.ddl() as connection:
        for name, state in (("first", "done"), ("lost", "running")):
            connection.execute(
                text("INSERT INTO candidate (name, at, actor, state, step) VALUES (:n, :at, 'user:chen', :s, 'x')"),
                {"n": name, "at": ended, "s": state},
            )
    migrate.upgrade(empty)
    with empty.reading() as session:
        rows = session.execute(text("SELECT kind, name, state, tries FROM learning_job ORDER BY name")).all()
    assert [tuple(r) for r in rows] == [("training", "first", "done", 1), ("training", "lost", "failed", 1)]
    migrate.downgrade(empty, "0009")
    with empty.reading() as session:
        rows = session.execute(text("SELECT name, state FROM candidate ORDER BY name")).all()
    assert [tuple(r) for r in rows] == [("first", "done"), ("lost", "failed")]
    empty.close()
