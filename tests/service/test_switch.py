"""The switch: guarded, audited, and turned while requests run."""

from __future__ import annotations

import datetime as dt
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from risk_model import guard
from risk_model.artifact import Registry
from risk_model.model import load
from risk_model.taxonomy import OUTPUTS
from risk_model.training.examples import corpus
from risk_model.training.run import Trained, write
from service.store import audit
from tests.service.conftest import Service, Start
from tests.service.live import live

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
LETTER = {"body": "开发商停工一年，三百多户业主拿不到房，下周准备一起去住建局。"}


@pytest.fixture
def root(prepared: Path, tmp_path: Path) -> Path:
    """A folder of models of the test's own."""
    root = tmp_path / "switch-models"
    shutil.copytree(prepared, root)
    return root


@pytest.fixture(scope="module")
def prepared(models: Path, trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models: `small` is served; `twin` equals it and has been compared; `deaf` hears no blame and has been compared."""
    root = tmp_path_factory.mktemp("switch") / "models"
    shutil.copytree(models, root)
    bias = trained.parameters.mix_bias.copy()
    bias[OUTPUTS.index("governance")] -= 3
    write(trained, root / "twin", "twin")
    write(replace(trained, parameters=replace(trained.parameters, mix_bias=bias)), root / "deaf", "deaf")
    registry = Registry(root)
    letters = corpus().take(np.arange(0, 1195, 6))
    for name in ("twin", "deaf"):
        found = guard.compare(load(root / name), load(root / "small"), {"locked": letters}, NOW, 0, probed=600)
        guard.keep(registry, replace(found, figures=tuple(f for f in found.figures if f.where != "speed")))
    return root


def turn(service: Service, what: str, role: str = "admin", **body: str) -> Any:
    return service.client.post(f"/api/v1/learning/{what}", json=body, headers=service.login(role))


def served(service: Service) -> str:
    answer = service.client.post("/api/v1/score", json={"petitions": [LETTER]}, headers=service.login("triager"))
    return str(answer.json()["model_version"])


def test_the_switch_is_guarded_audited_and_effective_at_once(start: Start, url: str, root: Path) -> None:
    service = start(url, models=root)
    assert served(service) == "small"
    refused = turn(service, "promotion", version="deaf", instead_of="small")
    assert refused.status_code == 409
    assert "governance.f1" in refused.json()["error"]["message"]
    assert served(service) == "small"
    assert turn(service, "promotion", version="twin", instead_of="grave").status_code == 409  # not what is served
    assert turn(service, "promotion", version="none", instead_of="small").status_code == 404
    done = turn(service, "promotion", version="deaf", instead_of="small", reason="治理类由专班人工判定")
    assert done.status_code == 201, done.text
    assert "locked:governance.f1" in done.json()["turn"]["worse"]
    assert served(service) == "deaf"
    assert service.register(LETTER["body"])["assessment"]["model_version"] == "deaf"
    back = turn(service, "rollback", instead_of="deaf", reason="误判增多")
    assert back.json()["turn"]["after"] == "small" == served(service)
    assert turn(service, "rollback", instead_of="small", reason="再退").status_code == 409
    turns = service.client.get("/api/v1/learning/turns", headers=service.login("auditor")).json()["turns"]
    assert [(t["action"], t["after"]) for t in turns] == [("promote", "deaf"), ("rollback", "small")]
    with service.core.store.reading() as session:
        rows = [r for action in ("model.promote", "model.rollback") for r in audit.page(session, action=action)]
        assert audit.verify(session).broken_at is None
    # Refused turns are no turns, and leave no row that says otherwise.
    assert [(r.object, r.model_version, r.reason) for r in rows] == [
        ("deaf", "small", "治理类由专班人工判定"),
        ("small", "deaf", "误判增多"),
    ]
    versions = service.client.get("/api/v1/learning/versions", headers=service.login("viewer")).json()["versions"]
    assert [(v["version"], v["served"]) for v in versions] == [("small", True), ("deaf", False), ("twin", False)]
    assert versions[1]["worse"]
    assert versions[2]["compared"]


def test_a_version_named_by_the_settings_is_not_switched(
    start: Start, fresh_database: Callable[[str], str], root: Path
) -> None:
    service = start(fresh_database("sqlite"), models=root, model="small")
    refused = turn(service, "promotion", version="twin", instead_of="small")
    assert refused.status_code == 409
    assert "PETITION_RISK_MODEL" in refused.json()["error"]["message"]
    Registry(root).promote("twin")
    assert served(service) == "small"


def test_a_switch_to_a_broken_model_keeps_the_old_one_and_says_so(
    start: Start, fresh_database: Callable[[str], str], root: Path
) -> None:
    service = start(fresh_database("sqlite"), models=root)
    weights = root / "twin" / "weights.npz"
    weights.write_bytes(weights.read_bytes()[:-1])
    assert turn(service, "promotion", version="twin", instead_of="small").status_code == 409
    (root / "CURRENT").write_text("twin\n", encoding="utf-8")  # by hand, past the guard
    assert served(service) == "small"
    assert service.client.get("/readyz").json()["checks"]["model"] is False
    Registry(root).promote("small")
    assert served(service) == "small"
    assert service.client.get("/readyz").json()["checks"]["model"] is True


class Load:
    """Clients that ask all the time and keep what they were told, with the instants before and after."""

    def __init__(self, url: str) -> None:
        self.url, self.stop = url, threading.Event()
        self.seen: list[tuple[float, str, set[str]]] = []
        self.failures: list[str] = []
        self.threads = [threading.Thread(target=self.ask, args=(k,)) for k in range(4)]

    def ask(self, number: int) -> None:
        with httpx.Client(base_url=self.url, timeout=120) as client:
            for turn in range(10**6):
                if self.stop.is_set():
                    return
                began = time.monotonic()
                if number == 3:
                    body: dict[str, Any] = {**LETTER, "external_id": f"load-{turn}"}
                    answer = client.post("/api/v1/petitions", json=body)
                else:
                    answer = client.post("/api/v1/score", json={"petitions": [LETTER] * 8, "evidence": 2})
                if answer.status_code not in (200, 201):
                    self.failures.append(answer.text)
                    return
                told = answer.json()
                if number == 3:
                    version = told["assessment"]["model_version"]
                    self.seen.append((began, version, {version}))
                else:
                    inside = {r["assessment"]["model_version"] for r in told["results"]}
                    self.seen.append((began, told["model_version"], inside))

    def __enter__(self) -> Load:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def wait(self, more: int) -> None:
        """Wait until so many more answers have come, or one has failed."""
        goal = len(self.seen) + more
        while len(self.seen) < goal and not self.failures:
            time.sleep(0.02)


@pytest.fixture
def server(root: Path, tmp_path: Path) -> Iterator[str]:
    with live(tmp_path / "live", models=root, workers=2, auth="off", rate_limit="1000000/minute") as running:
        yield running.url
        # Its workers end only when it is asked to: a killed parent leaves them behind.
        assert running.stop()


@pytest.mark.slow
def test_under_load_no_request_fails_and_no_answer_mixes_versions(server: str, root: Path) -> None:
    turned: list[tuple[float, str]] = []
    with Load(server) as load_, httpx.Client(base_url=server, timeout=120) as admin:
        for path, body, after in (
            ("promotion", {"version": "twin", "instead_of": "small"}, "twin"),
            ("rollback", {"instead_of": "twin", "reason": "演练"}, "small"),
            ("promotion", {"version": "deaf", "instead_of": "small", "reason": "演练换到另一版"}, "deaf"),
        ):
            load_.wait(30)
            answer = admin.post(f"/api/v1/learning/{path}", json=body)
            assert answer.status_code == 201, answer.text
            turned.append((time.monotonic(), after))
        load_.wait(30)
    assert load_.failures == []
    assert all(inside == {version} for _, version, inside in load_.seen)
    # Whoever asked after a turn was answered by the new version, whichever worker took it.
    for (since, version), until in zip(turned, [*(t for t, _ in turned[1:]), float("inf")], strict=True):
        later = {v for began, v, _ in load_.seen if since <= began < until}
        assert later <= {version, *(v for t, v in turned if t == until)}
    last, version = turned[-1]
    assert {v for began, v, _ in load_.seen if began >= last} == {version}
    assert {v for _, v, _ in load_.seen} == {"small", "twin", "deaf"}
