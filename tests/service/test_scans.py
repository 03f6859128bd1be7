"""Weekly scans: due once a week, made in a process of their own, watched, stopped, resumed."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from service.scanning import SCHEDULE, Scanner, due_week
from service.settings import Settings
from service.store import scans
from service.store.tables import ScanRow
from tests.service.conftest import NOW, Service, Start
from tests.service.live import PATIENCE


@pytest.mark.parametrize(
    ("day", "hour", "days_later", "week"),
    [
        ("mon", 2, 0, "2026-W22"),
        ("mon", 10, 0, "2026-W21"),
        ("tue", 2, 0, "2026-W21"),
        ("tue", 2, 1, "2026-W22"),
        ("sun", 23, 6, "2026-W21"),
        ("off", 2, 0, None),
    ],
)
def test_a_week_is_due_from_its_hour_on(day: str, hour: int, days_later: int, week: str | None) -> None:
    settings = Settings.model_validate({"scan_day": day, "scan_hour": hour})
    assert due_week(settings, NOW + dt.timedelta(days_later)) == week


@pytest.fixture
def office(start: Start, url: str) -> Service:
    """A book of one week, and nobody at work in the background."""
    service = start(url, scan_day="mon")
    service.app.state.jobs.stop()
    for day, body in ((27, "小区电梯停运三个月，物业说等厂家。"), (28, "工厂拖欠一百多名工人工资半年。")):
        service.register(body, received=f"2026-05-{day}")
    return service


def ask(service: Service, path: str = "", **body: Any) -> Any:
    return service.client.post(f"/api/v1/scans{path}", json=body, headers=service.login("triager"))


def state(service: Service, scan: str) -> dict[str, Any]:
    return dict(service.client.get(f"/api/v1/scans/{scan}", headers=service.login("viewer")).json())


def test_the_schedule_asks_once(office: Service) -> None:
    for _ in range(2):
        Scanner(office.core).schedule()
    with office.core.store.reading() as session:
        assert [(r.week, r.actor) for r in session.scalars(select(ScanRow))] == [("2026-W22", SCHEDULE)]
    assert ask(office).status_code == 409, "it is under way"


def test_a_scan_publishes_its_files(office: Service) -> None:
    answer = ask(office)
    assert answer.status_code == 202, answer.text
    scan = answer.json()["id"]
    Scanner(office.core).run(lambda: False)
    told = state(office, scan)
    assert (told["state"], told["letters"], told["problem"]) == ("done", 2, "")
    assert {"rising.csv", "scores.parquet", "manifest.json"} <= set(told["files"])
    headers = office.login("viewer")
    fetched = office.client.get(f"/api/v1/scans/{scan}/files/rising.csv", headers=headers)
    assert fetched.status_code == 200
    assert office.client.get(f"/api/v1/scans/{scan}/files/index.npz", headers=headers).status_code == 404
    events = office.client.get(f"/api/v1/scans/{scan}/events", headers=headers).text
    assert '"state": "done"' in events
    assert ask(office).status_code == 409, "nothing is overwritten"
    rows = office.client.get("/api/v1/audit", headers=office.login("auditor")).json()["rows"]
    assert [r["action"] for r in rows if r["action"].startswith("scan.")] == ["scan.add", "scan.export"]


def test_a_stopped_service_hands_its_scan_on(office: Service) -> None:
    scan = ask(office).json()["id"]
    begun = time.monotonic()
    Scanner(office.core).run(lambda: time.monotonic() - begun > 0.3)
    assert state(office, scan)["state"] in {"waiting", "done"}
    Scanner(office.core).run(lambda: False)
    assert state(office, scan)["state"] == "done"


def test_a_cancelled_scan_publishes_nothing(office: Service, fresh_database: Callable[[str], str]) -> None:
    scan = ask(office).json()["id"]
    headers = office.login("triager")
    assert office.client.delete(f"/api/v1/scans/{scan}", headers=headers).json()["state"] == "cancelled"
    assert office.client.delete(f"/api/v1/scans/{scan}", headers=headers).status_code == 409
    Scanner(office.core).run(lambda: True)
    assert not (office.settings.scan_folder / "2026-W22").exists()


def test_weeks_that_cannot_be_scanned(office: Service) -> None:
    for week in ("2026-W54", "2020-W01", "2031-W01", "last"):
        assert ask(office, week=week).status_code == 422, week


def test_the_background_scans_by_itself(start: Start, fresh_database: Callable[[str], str]) -> None:
    service = start(fresh_database("sqlite"), scan_day="mon")
    service.register("路灯不亮已经一个月了，请来修。", received="2026-05-27")
    service.app.state.jobs.look_round()
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with service.core.store.reading() as session:
            if (row := next(iter(scans.newest(session, 1)), None)) and row.state not in scans.OPEN:
                break
        time.sleep(0.1)
    assert row is not None
    assert (row.state, row.actor) == ("done", SCHEDULE), row.problem
