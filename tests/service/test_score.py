"""Stateless scoring: what comes in, what goes out, and that a bad letter fails alone."""

from __future__ import annotations

from typing import Any

import pytest

from risk_model import load
from risk_model.schema import Petition
from service.api.schemas import ScoreOut
from tests.service.conftest import Service

LETTER = "我们三十多户的门面被拆了两年，安置房一直没有着落，去街道问过五次都说再等等。"


def score(service: Service, *petitions: Any, **more: Any) -> Any:
    return service.client.post("/api/v1/score", json={"petitions": list(petitions), **more})


def test_scores_are_those_of_the_library(open_service: Service) -> None:
    answer = score(open_service, {"body": LETTER, "title": "安置房", "id": "7", "received": "2026-05-30"})
    assert answer.status_code == 200
    body = answer.json()
    ScoreOut.model_validate(body)
    (result,) = body["results"]
    model = load(open_service.settings.models / "small")  # type: ignore[operator]
    (expected,) = model.score([Petition(LETTER, "安置房")], evidence=5)
    assert result["id"] == "7"
    assert result["assessment"]["probabilities"] == pytest.approx(expected.probabilities, abs=1e-5)
    assert [w["text"] for w in result["assessment"]["evidence"]] == [c.text for c in expected.evidence]
    assert result["assessment"]["due"]["accept_by"] == "2026-06-14"
    assert body["model_version"] == "small"


def test_a_bad_letter_fails_alone_and_the_order_is_kept(open_service: Service) -> None:
    good = {"body": LETTER}
    bad: list[Any] = [
        {"body": ""},
        {"body": "   "},
        {"title": "没有正文"},
        {"body": 5},
        {"body": LETTER, "received": "昨天"},
        {"body": LETTER, "received": "9999-12-31"},
        {"body": LETTER, "电话": "1"},
        {"body": LETTER, "id": "13800138000"},
        {"body": "长" * 20_001},
        "不是对象",
        None,
    ]
    answer = score(open_service, good, *bad, good, evidence=0).json()
    assert [r["ok"] for r in answer["results"]] == [True, *[False] * len(bad), True]
    assert [r["index"] for r in answer["results"]] == list(range(len(bad) + 2))
    assert (answer["scored"], answer["failed"]) == (2, len(bad))
    ScoreOut.model_validate(answer)


def test_columns_about_a_person_are_refused_by_name(open_service: Service) -> None:
    answer = score(open_service, {"body": LETTER, "姓名": "张三丰"}).json()
    (detail,) = answer["results"][0]["error"]["details"]
    assert "个人信息" in detail["reason"]
    assert "张三丰" not in str(answer)


@pytest.mark.parametrize("count", [0, 501])
def test_the_number_of_letters_is_limited(open_service: Service, count: int) -> None:
    answer = score(open_service, *[{"body": LETTER}] * count)
    assert answer.status_code == 422
    assert answer.json()["error"]["details"][0]["field"] == "body.petitions"


def test_five_hundred_letters_at_once(open_service: Service) -> None:
    answer = score(open_service, *[{"body": LETTER}] * 500, evidence=0).json()
    assert answer["scored"] == 500


def test_the_model_tells_what_it_is(open_service: Service) -> None:
    body = open_service.client.get("/api/v1/model").json()
    assert body["version"] == "small"
    assert body["tags"]["livelihood"] == "民生保障"
    assert body["disclaimer"] == "辅助研判，不作为处理依据"
