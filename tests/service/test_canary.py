"""What a petition says stays in the petition: not in a log, a metric, an error, an audit row, or any other table."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import text

from service import logs
from service.store import Store
from service.store.tables import Base
from tests.service.conftest import Service

#: Strings that occur nowhere else, in places where a careless program would repeat them.
CANARY = "鹈鹕衔枚"
ASCII_CANARY = "pelicanbit"
WORDS = f"{CANARY}{ASCII_CANARY}"
#: Where text of letters belongs.
AT_HOME = {"petition", "assessment", "matter", "matter_letter"}


def calls(service: Service) -> list[Any]:
    """Ask everything that can be asked with the canary in every place."""
    everything = service.key("score", "petitions:read", "petitions:write", "clock:write", "reviews:write", "jobs")
    letter = {"body": f"路灯不亮，{WORDS}，请来修。", "title": WORDS, "area": WORDS}
    api = service.client

    def post(path: str, body: Any) -> Any:
        return api.post(f"/api/v1/{path}", json=body, headers=everything)

    return [
        post("score", {"petitions": [letter, {WORDS: WORDS}, WORDS, {"body": WORDS, "received": WORDS}]}),
        post("score", {WORDS: WORDS, "petitions": WORDS, "evidence": WORDS}),
        post("petitions", letter),
        post("petitions", letter | {"external_id": "A-1"}),
        post("petitions", letter | {"external_id": "A-1", "title": "另一件"}),
        post("petitions", letter | {"received": WORDS}),
        post("petitions", letter | {WORDS: "1"}),
        api.post(
            "/api/v1/petitions",
            content=f'{{"body": "{WORDS}'.encode(),
            headers=everything | {"Content-Type": "application/json"},
        ),
        api.post(
            "/api/v1/petitions", content=WORDS.encode(), headers=everything | {"Content-Type": f"text/{ASCII_CANARY}"}
        ),
        api.get(
            "/api/v1/petitions", params={"q": WORDS, "area": WORDS, "cursor": WORDS, "tag": WORDS}, headers=everything
        ),
        api.get("/api/v1/petitions", params={"q": WORDS}, headers=everything),
        api.get(f"/api/v1/petitions/{WORDS}", headers=everything),
        api.get(
            f"/{WORDS}?{WORDS}={WORDS}", headers=everything | {"X-Request-ID": ASCII_CANARY, "User-Agent": ASCII_CANARY}
        ),
        api.request(ASCII_CANARY.upper(), "/api/v1/petitions", headers=everything),
        api.post("/api/v1/session", json={"username": WORDS, "password": WORDS}),
        api.post("/api/v1/setup", json={"username": WORDS, "password": WORDS, "token": WORDS}),
    ]


def test_the_words_of_a_petition_stay_in_it(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    logs.configure("debug", stream)
    answers = calls(service)
    headers = service.key("petitions:write")
    with monkeypatch.context() as patch:
        # A fault of the database whose message repeats a statement's values.
        def broken(_: Store) -> Any:
            raise RuntimeError(f"INSERT … {WORDS}")

        patch.setattr(Store, "writing", broken)
        answers.append(service.client.post("/api/v1/petitions", json={"body": WORDS}, headers=headers))
    assert {a.status_code for a in answers} >= {200, 201, 400, 401, 403, 404, 405, 409, 415, 422, 500}
    for answer in answers:
        if answer.status_code >= 400:
            hidden(answer.text)
    hidden(stream.getvalue())
    assert len(stream.getvalue().splitlines()) >= len(answers)
    hidden(service.client.get("/metrics", headers=service.key("metrics:read")).text)
    with service.core.store.reading() as session:
        for table in set(Base.metadata.tables) - AT_HOME:
            hidden(str(session.execute(text(f"SELECT * FROM {table}")).all()))
    logs.configure()


def hidden(text: str) -> None:
    assert CANARY not in text
    assert ASCII_CANARY not in text.lower()
