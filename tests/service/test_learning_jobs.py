"""Background work of the loop: one at a time, stage by stage, stopped, handed on, begun again after a kill; and the schedule."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from risk_model.artifact import Registry
from risk_model.feedback import read
from service.core import Core
from service.learning import candidates, lot, suspects
from service.learning.keeper import SCHEDULE, Keeper
from service.learning.work import Learner, Stage, Stop
from service.store import audit, learning_jobs
from service.store.learning_tables import LearningJobRow
from tests.service.conftest import Service, Start
from tests.service.live import PATIENCE, live, wait_until_ready

LETTER = "村里征地补偿款拖了两年没有发放，八十多户都没有拿到，多次到镇里反映没有结果。"
PATH = "/api/v1/learning/versions"


def never() -> bool:
    return False


@pytest.fixture
def office(start: Start, url: str, models: Path, tmp_path: Path) -> Service:
    """A service with models of its own, one reviewed letter, and nobody at work in the background."""
    root = tmp_path / "own-models"
    shutil.copytree(models, root)
    service = start(url, models=root, session_idle_minutes=100_000, session_hours=1_000)
    service.app.state.jobs.stop()
    letter = service.register(LETTER)["id"]
    body = {"decision": "correct", "reason": "读信", "tags": ["land_acquisition"], "level": 2}
    path = f"/api/v1/petitions/{letter}/reviews"
    assert service.client.post(path, json=body, headers=service.login("triager")).status_code == 201
    return service


def ask(service: Service, name: str) -> Any:
    return service.client.post(PATH, json={"version": name}, headers=service.login("admin"))


def training(service: Service) -> dict[str, Any]:
    answer = service.client.get("/api/v1/learning/training", headers=service.login("admin"))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def learner(core: Core, stages: Callable[[Core, LearningJobRow, Path], Iterator[Stage]]) -> Learner:
    return Learner(core, candidates.KIND, stages, candidates.tidy)


def test_one_at_a_time_under_a_new_name(office: Service) -> None:
    assert ask(office, "small").status_code == 409
    assert ask(office, "../x").status_code == 422
    assert ask(office, "next").status_code == 202
    refused = ask(office, "other")
    assert refused.status_code == 409
    assert "next" in refused.json()["error"]["message"]
    assert training(office)["state"] == "waiting"
    stopped = office.client.delete("/api/v1/learning/training", headers=office.login("admin"))
    assert stopped.json()["state"] == "cancelled"
    assert office.client.delete("/api/v1/learning/training", headers=office.login("admin")).status_code == 409
    assert ask(office, "next").status_code == 202, "a name that became no version is free"
    with office.core.store.reading() as session:
        actions = [r.action for r in audit.page(session) if r.action.startswith("model.")]
    assert actions == ["model.train", "model.train.cancel", "model.train"]


def test_nothing_to_learn_from(start: Start, fresh_database: Callable[[str], str]) -> None:
    assert ask(start(fresh_database("sqlite")), "next").status_code == 409


def test_stages_follow_one_another_and_the_work_leaves_nothing_behind(office: Service) -> None:
    ask(office, "next")
    seen: list[Any] = []

    def stages(core: Core, row: LearningJobRow, folder: Path) -> Iterator[Stage]:
        real = candidates.stages(core, row, folder)
        yield next(real)
        seen.append(read(folder / "decisions.jsonl")[0].labels.level)
        made = core.settings.models / ".training" / row.name  # type: ignore[operator]
        command = next(real)
        assert isinstance(command.work, list)
        assert command.work[:3] == ["cli", "train", "next"]
        yield Stage("train", lambda: shutil.copytree(core.settings.models / "small", made))  # type: ignore[operator, arg-type]
        yield next(real)
        seen.append(training(office)["stage"])
        # A child whose command the program does not know says so and ends: that is what is kept of it.
        yield Stage("compare", ["cli", "model", "compare", "nothing-of-that-name"])

    learner(office.core, stages).run(never)
    found = training(office)
    assert seen == [2, "keep"]
    assert (found["state"], found["stage"]) == ("failed", "compare")
    assert "nothing-of-that-name" in found["step"]
    root = office.settings.models
    assert root is not None
    assert "next" in Registry(root).versions()
    assert not (root / ".training").exists()
    assert list((office.settings.data_dir / "learning-work").iterdir()) == []
    events = office.client.get("/api/v1/learning/training/events", headers=office.login("viewer")).text
    assert '"state": "failed"' in events


def test_a_training_that_is_stopped_ends_within_a_breath(office: Service) -> None:
    ask(office, "next")
    ended: list[str] = []

    def stages(core: Core, row: LearningJobRow, folder: Path) -> Iterator[Stage]:
        yield Stage("export", lambda: None)
        office.client.delete("/api/v1/learning/training", headers=office.login("admin"))
        # Trains for a minute if nobody stops it.
        yield Stage("train", ["cli", "train", "next", "-o", folder])
        ended.append("never")

    learner(office.core, stages).run(never)
    assert training(office)["state"] == "cancelled"
    assert ended == []


def test_a_stopped_service_hands_its_training_on(office: Service) -> None:
    ask(office, "next")
    begun = time.monotonic()

    def stages(core: Core, row: LearningJobRow, folder: Path) -> Iterator[Stage]:
        yield Stage("train", ["cli", "train", "next", "-o", folder])

    learner(office.core, stages).run(lambda: time.monotonic() - begun > 0.6)
    found = training(office)
    assert (found["state"], found["tries"]) == ("waiting", 0)
    assert "重新开始" in found["step"]


def test_what_a_killed_worker_was_at_is_begun_again_and_a_whole_model_is_kept(office: Service) -> None:
    ask(office, "next")
    with office.core.store.writing() as session:
        assert learning_jobs.lease(session, candidates.KIND, "killed", office.now())
    with office.core.store.writing() as session:
        assert learning_jobs.lease(session, candidates.KIND, "second", office.now()) is None, "it is at it"
    root = office.settings.models
    assert root is not None
    shutil.copytree(root / "small", root / "next")
    office.now.pass_by(minutes=1)
    names: list[str] = []

    def stages(core: Core, row: LearningJobRow, folder: Path) -> Iterator[Stage]:
        for stage in candidates.stages(core, row, folder):
            names.append(stage.name)
            yield replace(stage, work=lambda: None)

    learner(office.core, stages).run(never)
    assert names == ["export", "compare"]
    assert (training(office)["state"], training(office)["tries"]) == ("done", 2)


def test_what_kills_the_service_is_not_tried_for_ever(office: Service) -> None:
    ask(office, "next")
    for _ in range(learning_jobs.MOST_TRIES + 1):
        with office.core.store.writing() as session:
            learning_jobs.lease(session, candidates.KIND, "killed", office.now())
        office.now.pass_by(minutes=1)
    assert training(office)["state"] == "failed"


def test_a_refusal_is_told(office: Service) -> None:
    ask(office, "next")

    def stages(core: Core, row: LearningJobRow, folder: Path) -> Iterator[Stage]:
        def refuse() -> None:
            raise Stop("磁盘已满")

        yield Stage("export", refuse)

    learner(office.core, stages).run(never)
    assert (training(office)["state"], training(office)["step"]) == ("failed", "磁盘已满")
    states = {
        v["version"]: v["state"] for v in office.client.get(PATH, headers=office.login("viewer")).json()["versions"]
    }
    assert states == {"small": "ready", "next": "failed"}


def test_labels_in_doubt_become_a_list(office: Service) -> None:
    approver = office.login("approver")
    path = "/api/v1/learning/suspects"
    assert office.client.get(path, headers=approver).json()["state"] == "none"
    letter = office.register("路灯坏了一个月")["id"]
    assert office.client.post(path, headers=approver).status_code == 202
    assert office.client.post(path, headers=approver).status_code == 409

    def stages(core: Core, row: LearningJobRow, folder: Path) -> Iterator[Stage]:
        for stage in suspects.stages(core, row, folder):
            if stage.name == "search":
                line = {"letter": letter, "output": "governance", "said": 1, "probability": 0.04}
                purged = line | {"letter": "0" * 32}
                (folder / "suspects.json").write_text(json.dumps([line, purged]), encoding="utf-8")
                continue
            yield stage

    Learner(office.core, suspects.KIND, stages).run(never)
    found = office.client.get(path, headers=approver).json()
    assert found["state"] == "done"
    assert [(x["id"], x["label"], x["said"], x["again"]) for x in found["suspects"]] == [
        (letter, "governance", True, False)
    ]
    office.now.pass_by(minutes=1)
    body = {"decision": "confirm", "reason": "再看过"}
    office.client.post(f"/api/v1/petitions/{letter}/reviews", json=body, headers=office.login("triager"))
    assert office.client.get(path, headers=approver).json()["suspects"][0]["again"]


def test_what_a_process_dies_of_is_told_without_its_words(office: Service) -> None:
    assert office.client.post("/api/v1/learning/suspects", headers=office.login("approver")).status_code == 202

    def stages(core: Core, row: LearningJobRow, folder: Path) -> Iterator[Stage]:
        yield Stage("search", ["suspects", folder / "张建国.jsonl", folder / "suspects.json"])

    Learner(office.core, suspects.KIND, stages).run(never)
    found = office.client.get("/api/v1/learning/suspects", headers=office.login("approver")).json()
    assert found["state"] == "failed"
    assert "FileNotFoundError" in found["step"]
    assert "张建国" not in found["step"]


def test_the_lot_is_drawn_when_due_once(start: Start, url: str) -> None:
    service = start(url, lot_day="tue", lot_hour=3, lot_size=5)
    service.app.state.jobs.stop()
    for k in range(9):
        service.register(f"{LETTER}第{k}封", received="2026-05-27")
    one, two = Keeper(service.core), Keeper(service.core)
    one.run(never)
    with service.core.store.reading() as session:
        assert lot.weeks(session) == [], "Monday is not the day"
    service.now.pass_by(days=1)
    for keeper in (one, two, one):
        keeper.run(never)
    # Two workers in the same instant: the second finds the rows of the first and leaves it at that.
    with service.core.store.reading() as session:
        assert len(lot.drawn(session, "2026-W22")) == 5
        drawn = audit.page(session, action="lot.draw")
    assert [(r.actor, r.object) for r in drawn] == [(SCHEDULE, "2026-W22")]


def test_two_workers_at_once_draw_one_lot(start: Start, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    service = start(url, lot_day="mon", lot_size=5)
    service.app.state.jobs.stop()
    for k in range(9):
        service.register(f"{LETTER}第{k}封", received="2026-05-27")
    Keeper(service.core).draw()
    # The second looked before the first had drawn.
    monkeypatch.setattr(lot, "drawn", lambda session, week: [])
    Keeper(service.core).draw()
    monkeypatch.undo()
    with service.core.store.reading() as session:
        assert len(lot.drawn(session, "2026-W22")) == 5
        assert len(audit.page(session, action="lot.draw")) == 1


def test_a_week_without_letters_has_no_lot(start: Start, fresh_database: Callable[[str], str]) -> None:
    service = start(fresh_database("sqlite"), lot_day="mon")
    service.app.state.jobs.stop()
    Keeper(service.core).draw()
    service.client.post("/api/v1/learning/lots/2026-W22", headers=service.login("triager"))
    with service.core.store.reading() as session:
        assert audit.page(session, action="lot.draw") == []


def children(data: Path) -> list[int]:
    """Return the processes that train for a service."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().decode()
            except OSError:
                continue
            if "service.learning.child" in line and str(data) in line:
                found.append(int(entry.name))
    return found


def until(what: Callable[[], Any]) -> Any:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not come to that")


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks at processes through /proc")
def test_a_killed_service_begins_its_training_again(models: Path, tmp_path: Path) -> None:
    root = tmp_path / "own-models"
    shutil.copytree(models, root)
    data = tmp_path / "office" / "data"

    def states(server: Any) -> dict[str, Any]:
        return dict(httpx.get(f"{server.url}/api/v1/learning/training", timeout=60).json())

    with live(tmp_path / "office", models=root, auth="off", workers=1) as server:
        with httpx.Client(base_url=f"{server.url}/api/v1", timeout=60) as client:
            letter = client.post("/petitions", json={"body": LETTER}).json()["id"]
            review = {"decision": "correct", "reason": "读信", "tags": ["land_acquisition"]}
            assert client.post(f"/petitions/{letter}/reviews", json=review).status_code == 201
            assert client.post("/learning/versions", json={"version": "next"}).status_code == 202
        (first,) = until(lambda: children(data))
        until(lambda: states(server)["stage"] == "train")
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait(PATIENCE)
    until(lambda: not children(data))
    with sqlite3.connect(data / "petition-risk.sqlite3") as book:
        # Half a minute later, the lease has run out.
        book.execute("UPDATE learning_job SET lease_until = '2000-01-01 00:00:00.000000'")
    with live(tmp_path / "office", models=root, auth="off", workers=1) as server:
        wait_until_ready(server)
        (second,) = until(lambda: children(data))
        assert second != first
        found = until(lambda: (s := states(server))["stage"] == "train" and s)
        assert (found["state"], found["tries"]) == ("running", 2)
        assert httpx.delete(f"{server.url}/api/v1/learning/training", timeout=60).json()["state"] == "cancelled"
        until(lambda: not children(data))
    until(lambda: not (root / ".training").exists())
    assert Registry(root).versions() == ["small"]
