"""A real server: starting, stopping, hostile clients, two of them on one file, and every endpoint fuzzed."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.store import Store, audit
from tests.service.live import Live, live

LETTER = {"body": "开发商拖欠三十多名工人工资半年，多次讨要没有结果。"}


def test_the_first_start_prints_a_link_that_works_once(models: Path, tmp_path: Path) -> None:
    with live(tmp_path / "a", models=models) as server:
        assert "一次性链接" in server.first_lines()
        assert httpx.get(f"{server.url}/setup").status_code == 200
        body = {"username": "boss", "password": "a long password", "token": server.setup_token}
        assert httpx.post(f"{server.url}/api/v1/setup", json=body).status_code == 201
        assert httpx.post(f"{server.url}/api/v1/setup", json=body).status_code == 403
        assert server.setup_token not in server.log.read_text()
        assert server.stop()
    with live(tmp_path / "a", models=models) as server:
        assert "一次性链接" not in server.first_lines()
    for line in server.log.read_text().splitlines():
        json.loads(line)


def test_a_stop_finishes_running_requests(models: Path, tmp_path: Path) -> None:
    letters = {"petitions": [{"body": LETTER["body"] * 40}] * 500, "evidence": 5}
    sent = threading.Event()

    def body() -> Iterator[bytes]:
        yield json.dumps(letters).encode()
        sent.set()

    with live(tmp_path / "a", models=models, auth="off") as server, ThreadPoolExecutor() as pool:
        headers = {"Content-Type": "application/json"}
        pending = pool.submit(httpx.post, f"{server.url}/api/v1/score", content=body(), headers=headers, timeout=60)
        assert sent.wait(60)
        # Asking once more makes sure that the first request has been read.
        httpx.get(f"{server.url}/healthz")
        server.process.terminate()
        answer = pending.result()
        assert answer.status_code == 200
        assert answer.json()["scored"] == 500
        assert server.ended()


def test_slow_and_broken_clients_hold_nobody_up(models: Path, tmp_path: Path) -> None:
    with live(tmp_path / "a", models=models, auth="off", body_timeout_seconds=0.5, max_body_bytes=1000) as server:
        host, port = server.url.removeprefix("http://").split(":")
        head = f"POST /api/v1/score HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"

        def answer(data: str) -> str:
            with socket.create_connection((host, int(port)), timeout=20) as s:
                s.sendall(data.encode())
                return s.recv(65536).decode()

        assert " 408 " in answer(head + "Content-Length: 100\r\n\r\n{").splitlines()[0]
        assert " 413 " in answer(head + "Content-Length: 9999\r\n\r\n").splitlines()[0]
        assert (
            " 413 " in answer(head + "Transfer-Encoding: chunked\r\n\r\n" + f"400\r\n{'x' * 1024}\r\n").splitlines()[0]
        )
        assert " 400 " in answer("GET / HTTP/9\r\n\r\n").splitlines()[0]
        assert " 400 " in answer(f"GET /{'a' * 70000} HTTP/1.1\r\n\r\n").splitlines()[0]
        assert httpx.post(f"{server.url}/api/v1/score", json={"petitions": [LETTER]}).status_code == 200


def test_two_servers_write_to_one_file(models: Path, tmp_path: Path) -> None:
    """Each number is sent to both at once: it is registered once, and both give the same answer."""
    with live(tmp_path / "a", models=models, auth="off") as one, live(tmp_path / "a", models=models, auth="off") as two:
        gate = threading.Barrier(2)

        def register(server: Live) -> list[str]:
            out = []
            with httpx.Client(base_url=server.url, timeout=60) as client:
                for i in range(25):
                    gate.wait()
                    answer = client.post("/api/v1/petitions", json=LETTER | {"external_id": f"A-{i}"})
                    assert answer.status_code in (200, 201), answer.text
                    out.append(answer.json()["id"])
            return out

        with ThreadPoolExecutor() as pool:
            first, second = pool.map(register, (one, two))
        assert first == second
        assert len(set(first)) == 25
        assert one.stop()
        assert two.stop()
    store = Store(f"sqlite:///{tmp_path / 'a' / 'data' / 'petition-risk.sqlite3'}")
    with store.reading() as session:
        found = audit.verify(session)
    store.close()
    assert (found.rows, found.broken_at) == (25, None)


def test_workers_count_together(models: Path, tmp_path: Path) -> None:
    with live(tmp_path / "a", models=models, auth="off", workers=2) as server:
        for _ in range(10):
            httpx.post(f"{server.url}/api/v1/score", json={"petitions": [LETTER]})
        text = httpx.get(f"{server.url}/metrics").text
        assert 'petition_risk_items_total{outcome="scored"} 10.0' in text
        assert server.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks workers")
def test_workers_are_forked_from_one_process_that_has_the_model(models: Path, tmp_path: Path) -> None:
    with live(tmp_path / "a", models=models, auth="off", workers=2) as server:
        httpx.post(f"{server.url}/api/v1/score", json={"petitions": [LETTER]})
        (warm,) = [pid for pid in _children(server.process.pid) if _children(pid)]
        workers = _children(warm)
        assert len(workers) == 2
        for worker in workers:
            memory = dict.fromkeys(("Rss", "Private_Clean", "Private_Dirty"), 0)
            for line in Path(f"/proc/{worker}/smaps_rollup").read_text().splitlines():
                name, _, rest = line.partition(":")
                if name in memory:
                    memory[name] = int(rest.split()[0])
            assert memory["Private_Clean"] + memory["Private_Dirty"] < memory["Rss"] / 2, "the rest is shared"
        assert server.stop()


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.slow
def test_no_endpoint_can_be_made_to_fail(models: Path, tmp_path: Path) -> None:
    """Every operation of the description, with data that fits it and data that does not."""
    schemathesis = pytest.importorskip("schemathesis")
    from hypothesis import HealthCheck, given, settings
    from hypothesis.errors import Unsatisfiable
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    checks = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
    calm = settings(
        max_examples=12, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    with live(tmp_path / "a", models=models, auth="off", rate_limit="1000000/minute", log_level="error") as server:
        schema = schemathesis.openapi.from_url(f"{server.url}/openapi.json", timeout=60)
        operations = [result.ok() for result in schema.get_all_operations()]
        assert len(operations) > 25
        for operation in operations:
            for mode in schemathesis.GenerationMode:

                @calm
                @given(operation.as_strategy(generation_mode=mode))
                def check(case: Any) -> None:
                    case.call_and_validate(base_url=server.url, checks=checks)

                # Some operations have nothing that could be wrong.
                with suppress(Unsatisfiable):
                    check()
        assert server.process.poll() is None
