"""Restore drills and purges, on both databases and from one to the other."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from risk_model.errors import InputError, OutputError
from service.operations.backup import backup, restore
from service.operations.purge import candidates, purge
from service.store import Store, audit, migrate
from service.store.tables import Base
from tests.service.conftest import NOW, Service, Start
from tests.service.test_handling import act

TRANSIENT = {"login_session", "login_failure", "setup_link"}


def contents(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    with store.reading() as session:
        return {
            table.name: [tuple(row) for row in session.execute(table.select().order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
            if table.name not in TRANSIENT
        }


def used(service: Service) -> Service:
    for i in range(3):
        petition = service.register(external_id=f"A-{i}", received="2024-01-05")["id"]
        act(service, petition, "reviews", {"decision": "correct", "band": "high", "reason": "核实"})
        act(service, petition, "state", {"state": "accepted"})
    service.key("score")
    return service


@pytest.mark.parametrize("into", ["sqlite", "postgresql"])
def test_a_restored_database_is_the_same(
    service: Service, start: Start, fresh_database: Callable[[str], str], tmp_path: Path, into: str
) -> None:
    store = used(service).core.store
    expected = contents(store)
    backup(store, tmp_path / "b.zip", NOW)
    other = start(fresh_database(into))
    restore(other.core.store, tmp_path / "b.zip")
    assert contents(other.core.store) == expected
    with other.core.store.reading() as session:
        assert audit.verify(session).broken_at is None
    new = other.client.post(
        "/api/v1/petitions", json={"body": "井盖丢了，请来补。"}, headers=other.key("petitions:write")
    )
    assert new.status_code == 201, "new rows find free numbers"
    assert len(other.client.get("/api/v1/petitions", headers=other.key("petitions:read")).json()["petitions"]) == 4


def test_a_backup_sees_one_moment(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    used(service)
    from service.operations import backup as module

    tables = module._tables

    def then_write(connection: Any) -> Any:
        found = tables(connection)
        service.register(external_id="late")
        return found

    monkeypatch.setattr(module, "_tables", then_write)
    rows = backup(service.core.store, tmp_path / "b.zip", NOW)
    assert rows["petition"] == rows["assessment"] == 3


def test_a_damaged_backup_is_not_believed(
    service: Service, tmp_path: Path, fresh_database: Callable[[str], str]
) -> None:
    backup(used(service).core.store, tmp_path / "b.zip", NOW)
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files["manifest.json"])
    broken = {
        "changed.zip": files | {"petition.jsonl": files["petition.jsonl"].replace("电梯".encode(), "扶梯".encode())},
        "missing.zip": {n: d for n, d in files.items() if n != "audit.jsonl"},
        "newer.zip": files | {"manifest.json": json.dumps(manifest | {"revision": "9999"}).encode()},
    }
    (tmp_path / "cut.zip").write_bytes((tmp_path / "b.zip").read_bytes()[:-100])
    for name, members in broken.items():
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for member, data in members.items():
                archive.writestr(member, data)
    store = Store(fresh_database("sqlite"))
    for name in (*broken, "cut.zip"):
        with pytest.raises(InputError):
            restore(store, tmp_path / name)
    assert migrate.current(store) is None, "nothing was touched"
    store.close()


def test_a_database_in_use_is_not_overwritten(service: Service, tmp_path: Path) -> None:
    store = used(service).core.store
    backup(store, tmp_path / "b.zip", NOW)
    with pytest.raises(OutputError):
        restore(store, tmp_path / "b.zip")


def test_a_backup_is_for_its_owner_only(service: Service, tmp_path: Path) -> None:
    backup(service.core.store, tmp_path / "b.zip", NOW)
    assert (tmp_path / "b.zip").stat().st_mode & 0o077 == 0


def test_what_is_purged_is_gone_from_the_disk(service: Service, kind: str) -> None:
    marker = "甲乙丙丁戊己庚辛"
    closed = service.register(f"路灯{marker}不亮已有一月，请来修。", received="2024-01-05")["id"]
    opened = service.register("桥栏杆断了两处，请来修。", received="2024-01-05")["id"]
    recent = service.register("井盖丢了，请来补。", received="2026-05-30")["id"]
    for petition in (closed, recent):
        act(service, petition, "state", {"state": "declined", "reason": f"不属本机关职权，{marker}"})
    store = service.core.store
    before = NOW.date().replace(year=2025)
    assert candidates(store, before) == 1
    assert purge(store, before, NOW, "machine:cli") == 1
    left = service.client.get("/api/v1/petitions", headers=service.key("petitions:read")).json()["petitions"]
    assert {p["id"] for p in left} == {opened, recent}
    # The words stay once where they belong: the reasons in the audit log and of the petition that is kept.
    with store.reading() as session:
        rows = [(t, str(tuple(r))) for t in Base.metadata.tables for r in session.execute(text(f"SELECT * FROM {t}"))]
    assert {t for t, row in rows if f"路灯{marker}" in row} == set()
    for file in files(store, kind):
        assert f"路灯{marker}".encode() not in file.read_bytes(), file


def files(store: Store, kind: str) -> list[Path]:
    """Return the files the data of a database lie in."""
    if store.file:
        return [f for f in store.file.parent.glob(store.file.name + "*") if f.suffix != ".sqlite3-shm"]
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        root = Path(connection.scalar(text("SHOW data_directory")) or "")
        oid = connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
    found = [f for f in (root / "base" / str(oid)).iterdir() if f.is_file()]
    assert len(found) > 10
    return found
