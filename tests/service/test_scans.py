"""Weekly scans: due once a week, made in a process of their own, watched, stopped, resumed."""

from __future__ import annotations

import datetime as dt
import os
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


def test_the_book_is_read_in_chunks(office: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """However large the book is, a scan holds a chunk of it at a time, on both databases."""
    for k in range(5):
        office.register(f"第{k}盏路灯不亮，请来修。", received="2026-05-27")
    monkeypatch.setattr(scans, "_CHUNK", 3)
    with office.core.store.reading() as session:
        sizes, ids = [], []
        for rows in scans.export(session, dt.date(2026, 5, 31)):
            sizes.append(len(rows))
            ids += [row["id"] for row in rows]
            assert len(list(session)) <= 2 * 3, "petitions and their states; what was read before is let go"
    assert sizes == [3, 3, 1]
    assert len(set(ids)) == 7


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


TABLE = (
    "编号,姓名,标题,内容,来信日期,办理状态\n"
    "A-1,赵秋实,电梯停运,小区电梯停运三个月，物业说等厂家，我的手机是13912345678。,2026-05-20,办理中\n"
    "A-2,钱万里,电梯还没修,小区电梯停运三个多月，老人下不了楼，物业还说等厂家。,2026-05-22,已办结\n"
    "A-3,孙有年,,,2026-05-22,办理中\n"
)


def hand_in(service: Service, content: bytes, name: str = "letters.csv", **fields: str) -> Any:
    headers = service.login("triager")
    return service.client.post("/api/v1/scans", files={"file": (name, content)}, data=fields, headers=headers)


def kept(service: Service) -> bytes:
    return b"".join(p.read_bytes() for p in service.settings.data_dir.rglob("*") if p.is_file())


def test_a_table_is_scanned_by_itself(office: Service) -> None:
    stopped = hand_in(office, TABLE.encode()).json()["id"]
    answer = hand_in(office, TABLE.encode(), accept_drift="true")
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert (told["source"], told["week"], told["rejected"]) == ("file", "2026-W21", 1)
    assert b"13912345678" not in kept(office), "only masked text waits"
    Scanner(office.core).run(lambda: False)
    assert "--accept-drift" in state(office, stopped)["problem"], "a third of the rows is empty: the gate holds"
    told = state(office, told["id"])
    assert (told["state"], told["letters"], told["rejected"], told["problem"]) == ("done", 2, 1, "")
    assert {"report.html", "rising.csv", "overdue.csv", "rejected.csv", "scores.parquet"} <= set(told["files"])
    path = f"/api/v1/scans/{told['id']}/files/rejected.csv"
    rejected = office.client.get(path, headers=office.login("viewer")).content.decode("utf-8-sig").splitlines()
    assert len(rejected) == 2, "what was refused at the door is listed"
    assert "4" in rejected[1].split(","), "by its row in the table"
    page = office.client.get("/desk/weekly", headers=office.login("triager")).text
    assert f"/api/v1/scans/{told['id']}/files/report.html" in page
    everything = kept(office)
    for secret in ("13912345678", "赵秋实", "钱万里"):
        assert secret.encode() not in everything
    assert not (office.settings.data_dir / "scan-input" / told["id"]).exists(), "the table is not kept"
    assert not (office.settings.scan_folder / "2026-W21").exists(), "the book's own reports are another matter"
    again = hand_in(office, TABLE.encode(), week="2026-W22", accept_drift="true")
    assert again.json()["week"] == "2026-W22", "a table may be handed in as often as wanted"


def test_a_table_that_waits_can_be_withdrawn(office: Service) -> None:
    scan = hand_in(office, TABLE.encode()).json()["id"]
    waiting = office.settings.data_dir / "scan-input" / scan
    assert waiting.is_dir()
    forgotten = waiting.with_name("f" * 32)
    forgotten.mkdir()
    for folder in (waiting, forgotten):
        os.utime(folder, (0, 0))
    Scanner(office.core).run(lambda: True)
    assert waiting.is_dir(), "its scan has not begun"
    assert not forgotten.exists(), "left by somebody who was killed"
    office.client.delete(f"/api/v1/scans/{scan}", headers=office.login("triager"))
    assert not waiting.exists()


@pytest.mark.parametrize(
    ("content", "fields", "status"),
    [
        (b"\x89PNG nothing like a table", {}, 422),
        ("标题,内容,来信日期\n,,2026-05-20\n".encode(), {}, 422),
        (TABLE.encode(), {"week": "2026-W54"}, 422),
        (TABLE.encode(), {"week": "last week"}, 422),
        (TABLE.encode(), {"folder": "/etc"}, 422),
    ],
)
def test_tables_that_are_refused(office: Service, content: bytes, fields: dict[str, str], status: int) -> None:
    assert hand_in(office, content, **fields).status_code == status
    assert not list((office.settings.data_dir / "scan-input").glob("*"))
    no_file = office.client.post("/api/v1/scans", files={"week": (None, "2026-W21")}, headers=office.login("triager"))
    assert no_file.status_code == 422


def test_only_so_many_tables_wait(office: Service) -> None:
    answers = [hand_in(office, TABLE.encode()).status_code for _ in range(6)]
    assert answers == [202] * 5 + [409]


def test_viewers_hand_in_no_table(office: Service) -> None:
    headers = office.login("viewer")
    files = {"file": ("letters.csv", TABLE.encode())}
    assert office.client.post("/api/v1/scans", files=files, headers=headers).status_code == 403
