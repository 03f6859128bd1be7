"""Tables of letters registered in the background: every row once, whatever happens; on both databases."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from service.store import Store, audit, uploads
from service.store.tables import PetitionRow, UploadLetterRow
from service.uploads import CHUNK, Worker, read
from tests.service.conftest import NOW, Service
from tests.service.live import PATIENCE, live

TROUBLES = ("路灯不亮", "井盖丢失", "欠薪半年", "占地未补偿", "电梯停运")


def table(rows: int, start: int = 0) -> bytes:
    lines = ["编号,标题,内容,姓名,联系电话"]
    lines += [
        f"A-{i},{TROUBLES[i % 5]},第{i}件：{TROUBLES[i % 5]}，请尽快解决。,王小明,13812345678"
        for i in range(start, start + rows)
    ]
    return "\n".join(lines).encode("gb18030")


def send(service: Service, data: bytes) -> Any:
    return service.client.post(
        "/api/v1/uploads", files={"file": ("信访.csv", io.BytesIO(data))}, headers=service.login("triager")
    )


def finished(service: Service, upload: str) -> dict[str, Any]:
    """Wait for the end of an upload."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        state = dict(service.client.get(f"/api/v1/uploads/{upload}", headers=service.login("triager")).json())
        if state["state"] in {"done", "cancelled"}:
            return state
        time.sleep(0.05)
    raise AssertionError("the upload does not end")


def count(store: Store, what: Any = PetitionRow) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(what)) or 0


def test_every_row_is_registered_or_refused(service: Service) -> None:
    service.register("另一件事，已经登记过。", external_id="A-1")
    data = table(5) + "\nA-0,重复,编号重复的一行。,李,1\n13812345678,坏编号,编号是手机号。,李,1\n,空,,,".encode(
        "gb18030"
    )
    answer = send(service, data)
    assert answer.status_code == 202
    state = finished(service, answer.json()["id"])
    assert set(state["dropped_columns"]) == {"姓名", "联系电话"}
    assert (state["rows"], state["registered"], state["repeated"]) == (6, 5, 0), state
    assert {r["row"] for r in state["rejects"]} == {3, 7, 8}
    assert count(service.core.store) == 6
    assert count(service.core.store, UploadLetterRow) == 0
    again = finished(service, send(service, table(5)).json()["id"])
    assert (again["registered"], again["repeated"]) == (0, 4)


def test_progress_is_pushed(service: Service) -> None:
    upload = send(service, table(3)).json()["id"]
    with service.client.stream("GET", f"/api/v1/uploads/{upload}/events", headers=service.login("triager")) as stream:
        text = "".join(stream.iter_text())
    assert text.startswith("event: progress\ndata: {")
    assert '"state": "done"' in text.strip().splitlines()[-1]


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"\x00\x01\x02"])
def test_what_is_no_table_is_refused(service: Service, data: bytes) -> None:
    assert send(service, data).status_code == 422


def test_a_cancelled_upload_stops(store: Store, service: Service) -> None:
    core, path = service.core, service.settings.data_dir / "table.csv"
    path.write_bytes(table(3))
    with core.store.writing() as session:
        upload = uploads.create(session, NOW, "user:wang")
    headers = service.login("triager")
    assert service.client.delete(f"/api/v1/uploads/{upload.public_id}", headers=headers).json()["state"] == "cancelled"
    assert service.client.delete(f"/api/v1/uploads/{upload.public_id}", headers=headers).status_code == 409


def test_a_lost_lease_registers_nothing_twice(service: Service) -> None:
    """One worker is thought dead and is not: the other goes on, and the first finds that it may not."""
    core, path = service.core, service.settings.data_dir / "table.csv"
    path.write_bytes(table(2 * CHUNK + 5))
    slow, quick = Worker(core), Worker(core)
    service.client.__exit__(None, None, None)
    try:
        read(core, path, "user:wang")
        with core.store.writing() as session:
            mine = uploads.lease(session, slow.name, core.now())
        assert mine is not None
        assert not quick.work(), "leased"
        service.now.pass_by(minutes=1)
        assert quick.work()
        assert not slow._chunk(mine.id)
        assert count(core.store) == 2 * CHUNK + 5
    finally:
        service.client.__enter__()


@pytest.mark.slow
def test_a_killed_server_loses_and_repeats_nothing(models: Path, tmp_path: Path) -> None:
    # `make drill` does the same with twenty thousand.
    rows = int(os.environ.get("PETITION_RISK_DRILL_ROWS", "2000"))
    patience = PATIENCE * max(1, rows // 2_000)
    with live(tmp_path / "a", models=models, auth="off") as server:
        answer = httpx.post(f"{server.url}/api/v1/uploads", files={"file": ("t.csv", table(rows))}, timeout=patience)
        upload = answer.json()["id"]
        while not httpx.get(f"{server.url}/api/v1/uploads/{upload}", timeout=patience).json()["registered"]:
            time.sleep(0.02)
        server.process.kill()
        server.process.wait(PATIENCE)
    store = Store(f"sqlite:///{tmp_path / 'a' / 'data' / 'petition-risk.sqlite3'}")
    assert 0 < count(store) < rows
    with store.writing() as session:
        # Half a minute later.
        uploads.find(session, upload).lease_until = NOW
    with live(tmp_path / "a", models=models, auth="off") as server:
        end = time.monotonic() + patience
        while time.monotonic() < end:
            state = httpx.get(f"{server.url}/api/v1/uploads/{upload}", timeout=patience).json()
            if state["state"] == "done":
                break
            time.sleep(0.1)
        assert (state["state"], state["registered"], state["repeated"]) == ("done", rows, 0)
    assert count(store) == rows
    with store.reading() as session:
        assert audit.verify(session).broken_at is None
    store.close()
