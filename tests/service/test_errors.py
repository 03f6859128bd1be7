"""One error shape for everything, and nothing of what was sent in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from service.store import Store
from tests.service.conftest import Service, Start

Send = Callable[[Service], Any]

CASES: list[tuple[int, str, Send]] = [
    (400, "bad_request", lambda s: s.client.post("/api/v1/score", content=b"{", headers=JSON)),
    (404, "not_found", lambda s: s.client.get("/nowhere")),
    (404, "not_found", lambda s: s.client.get("/api/v1/petitions/" + "0" * 32)),
    (405, "method_not_allowed", lambda s: s.client.put("/api/v1/score", json={})),
    (413, "payload_too_large", lambda s: s.client.post("/api/v1/score", content=b" " * 2000, headers=JSON)),
    (413, "payload_too_large", lambda s: s.client.post("/api/v1/score", content=chunks(), headers=JSON)),
    (
        413,
        "payload_too_large",
        lambda s: s.client.post("/api/v1/score", content=b"1", headers=JSON | {"Content-Length": "x"}),
    ),
    (
        415,
        "unsupported_media_type",
        lambda s: s.client.post("/api/v1/score", content=b"{}", headers={"Content-Type": "text/xml"}),
    ),
    (422, "invalid", lambda s: s.client.post("/api/v1/score", json={"petition": []})),
    (422, "invalid", lambda s: s.client.get("/api/v1/petitions", params={"limit": 0})),
    (422, "invalid", lambda s: s.client.get("/api/v1/petitions", params={"cursor": "Zm9v"})),
]
JSON = {"Content-Type": "application/json"}


def chunks() -> Iterator[bytes]:
    for _ in range(20):
        yield b" " * 100


@pytest.fixture
def small(start: Start, fresh_database: Callable[[str], str]) -> Service:
    return start(fresh_database("sqlite"), auth="off", max_body_bytes=1000)


@pytest.mark.parametrize(("status", "code", "send"), CASES)
def test_the_shape(small: Service, status: int, code: str, send: Send) -> None:
    answer = send(small)
    assert answer.status_code == status
    check_shape(answer, code)


def check_shape(answer: Any, code: str) -> None:
    body = answer.json()
    assert set(body) == {"ok", "error"}
    assert body["ok"] is False
    assert set(body["error"]) == {"code", "message", "details", "request_id"}
    assert body["error"]["code"] == code
    assert body["error"]["message"]
    assert body["error"]["request_id"] == answer.headers["x-request-id"]


def test_a_fault_of_ours_is_an_answer_too(small: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Any) -> None:
        raise RuntimeError("秘密的内容")

    monkeypatch.setattr(Store, "reading", broken)
    answer = small.client.get("/api/v1/petitions")
    assert answer.status_code == 500
    check_shape(answer, "internal")
    assert "秘密" not in answer.text


def test_too_many_requests(start: Start, fresh_database: Callable[[str], str]) -> None:
    service = start(fresh_database("sqlite"), auth="off", rate_limit="2/minute")
    answers = [service.client.get("/api/v1/model") for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 429]
    check_shape(answers[2], "too_many_requests")
    assert 1 <= int(answers[2].headers["retry-after"]) <= 62


def test_an_unknown_field_is_not_repeated(open_service: Service) -> None:
    answer = open_service.client.post("/api/v1/petitions", json={"body": "路灯坏了", "王五住三楼": 1})
    assert answer.status_code == 422
    assert "王五" not in answer.text


def test_a_callers_request_id_is_kept_only_if_it_is_one(open_service: Service) -> None:
    given = "0b5cbb25-4f4e-4b43-9d3f-3a6dfb5b6f9e"
    for sent, kept in ((given, True), ("13800138000", False), ("a b", False)):
        answer = open_service.client.get("/healthz", headers={"X-Request-ID": sent})
        assert (answer.headers["x-request-id"] == sent) is kept
