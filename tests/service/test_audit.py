"""The audit log tells what happened, cannot be changed, and shows when somebody did it all the same."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.store import Store, audit
from tests.service.conftest import NOW, Service


def fill(store: Store, rows: int = 5) -> None:
    for i in range(rows):
        with store.writing() as session:
            audit.record(session, NOW, "user:wang", "petition.read", f"p{i}", reason="核查", details={"n": i})


def verdict(store: Store) -> int | None:
    with store.reading() as session:
        return audit.verify(session).broken_at


def without_guard(store: Store, change: str) -> None:
    """Change the table as somebody with the rights of the database's owner would."""
    with store.writing() as session:
        if store.is_sqlite:
            for name in ("update", "delete"):
                session.execute(text(f"DROP TRIGGER audit_no_{name}"))
        else:
            session.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        session.execute(text(change))


def test_an_untouched_log_is_whole(store: Store) -> None:
    assert verdict(store) is None
    fill(store)
    assert verdict(store) is None


@pytest.mark.parametrize("change", ["UPDATE audit SET reason = 'x'", "DELETE FROM audit"])
def test_the_database_refuses_changes(store: Store, change: str) -> None:
    fill(store)
    with pytest.raises(DBAPIError, match="append-only"), store.writing() as session:
        session.execute(text(change))


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ("UPDATE audit SET reason = 'x' WHERE seq = 3", 3),
        ("UPDATE audit SET actor = 'user:li' WHERE seq = 1", 1),
        ("DELETE FROM audit WHERE seq = 2", 2),
        ("DELETE FROM audit WHERE seq = 5", 5),
        ("DELETE FROM audit", 1),
        (
            "INSERT INTO audit SELECT 6, at, actor, action, object, model_version, reason, details, hash FROM audit WHERE seq = 5",
            6,
        ),
    ],
)
def test_a_change_is_found(store: Store, change: str, at: int) -> None:
    fill(store)
    without_guard(store, change)
    assert verdict(store) == at


def test_writers_at_once_make_one_chain(store: Store, url: str) -> None:
    other = Store(url)
    threads = [threading.Thread(target=fill, args=(s, 10)) for s in (store, other, store, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    with store.reading() as session:
        found = audit.verify(session)
    assert (found.rows, found.broken_at) == (40, None)


def test_what_people_do_is_recorded(service: Service) -> None:
    petition = service.register()["id"]
    viewer = service.login("viewer")
    service.client.get(f"/api/v1/petitions/{petition}", headers=viewer)
    body = {"decision": "confirm", "reason": "已核实"}
    service.client.post(f"/api/v1/petitions/{petition}/reviews", json=body, headers=service.login("triager"))
    auditor = service.login("auditor")
    rows = service.client.get("/api/v1/audit", params={"object": petition}, headers=auditor).json()["rows"]
    assert [(r["actor"], r["action"], r["reason"]) for r in rows] == [
        ("user:registrar", "petition.register", ""),
        ("user:one-viewer", "petition.read", ""),
        ("user:one-triager", "review.add", "已核实"),
    ]
    assert {r["model_version"] for r in rows} == {"small"}
    logins = service.client.get("/api/v1/audit", params={"action": "login"}, headers=auditor).json()["rows"]
    assert len(logins) == 4
    assert service.client.get("/api/v1/audit/verification", headers=auditor).json()["broken_at"] is None


def test_a_refused_action_leaves_no_trace_of_success(service: Service) -> None:
    petition = service.register()["id"]
    headers = service.login("triager")
    assert (
        service.client.post(
            f"/api/v1/petitions/{petition}/state", json={"state": "closed"}, headers=headers
        ).status_code
        == 409
    )
    rows = service.client.get("/api/v1/audit", params={"object": petition}, headers=service.login("auditor")).json()[
        "rows"
    ]
    assert [r["action"] for r in rows] == ["petition.register"]


def test_an_older_log_stays_readable() -> None:
    """The hash of a row is a promise to every later version."""
    from service.store.tables import AuditRow

    row = AuditRow(
        seq=1, at="2026-06-01T01:00:00+00:00", actor="user:wang", action="login", object="", model_version="",
        reason="", details="{}",
    )  # fmt: skip
    assert audit.digest(audit.START, row) == "5bb968e60c8c64ca914c474ae0937788f15f86148d72b7f8833bb52d11fbd886"
