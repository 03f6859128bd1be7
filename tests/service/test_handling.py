"""Reviews, the statutory clock and the table of departments; on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service.conftest import Service


def act(
    service: Service, petition: str, what: str, body: dict[str, Any], role: str = "approver", name: str | None = None
) -> Any:
    path = f"/api/v1/petitions/{petition}/{what}"
    return service.client.post(path, json=body, headers=service.login(role, name))


def shown(service: Service, petition: str) -> dict[str, Any]:
    return dict(service.client.get(f"/api/v1/petitions/{petition}", headers=service.login("viewer")).json())


def test_a_review_raises_the_band_at_once(service: Service) -> None:
    petition = service.register()["id"]
    answer = act(
        service, petition, "reviews", {"decision": "correct", "band": "high", "reason": "业主约定下周同去"}, "triager"
    )
    assert answer.status_code == 201
    assert answer.json()["review"]["status"] == "counted"
    assert shown(service, petition)["petition"]["risk_band"] == "high"


def test_lowering_the_band_needs_a_second_person(service: Service) -> None:
    petition = service.register()["id"]
    act(service, petition, "reviews", {"decision": "correct", "band": "high", "reason": "先提高"}, "triager")
    lower = {"decision": "correct", "band": "low", "reason": "已解决大半"}
    review = act(service, petition, "reviews", lower, "approver", "first").json()["review"]
    assert review["status"] == "pending"
    assert shown(service, petition)["petition"]["risk_band"] == "high"
    decision = f"reviews/{review['id']}/decision"
    agree = {"approve": True, "reason": "同意"}
    assert act(service, petition, decision, agree, "triager").status_code == 403
    assert act(service, petition, decision, agree, "approver", "first").status_code == 403
    assert act(service, petition, decision, agree, "approver", "second").json()["review"]["status"] == "approved"
    assert shown(service, petition)["petition"]["risk_band"] == "low"
    assert act(service, petition, decision, agree, "approver", "second").status_code == 409


def test_a_rejected_review_changes_nothing(service: Service) -> None:
    petition = service.register()["id"]
    act(service, petition, "reviews", {"decision": "correct", "band": "high", "reason": "先提高"}, "triager")
    review = act(
        service, petition, "reviews", {"decision": "correct", "band": "low", "reason": "不急"}, "triager"
    ).json()
    decision = f"reviews/{review['review']['id']}/decision"
    assert (
        act(service, petition, decision, {"approve": False, "reason": "仍有三十户"}).json()["review"]["status"]
        == "rejected"
    )
    assert shown(service, petition)["petition"]["risk_band"] == "high"


def test_correcting_labels_changes_who_answers(service: Service) -> None:
    petition = service.register()["id"]
    body = {
        "decision": "correct",
        "tags": ["livelihood", "governance"],
        "subtags": ["wages_labor"],
        "reason": "实为欠薪",
    }
    assert act(service, petition, "reviews", body).status_code == 201
    seen = shown(service, petition)
    assert seen["petition"]["subtags"] == ["wages_labor"]
    assert seen["suggestion"]["departments"][0] == "人力资源和社会保障局（劳动监察）"
    assert seen["suggestion"]["mediation"]
    assert seen["suggestion"]["joint_meeting"], "two families sit down together"
    assert seen["reviews"][0]["actor"] == "user:one-approver"


@pytest.mark.parametrize(
    "body",
    [
        {"decision": "confirm", "band": "high", "reason": "x"},
        {"decision": "correct", "reason": "x"},
        {"decision": "correct", "subtags": ["wages_labor"], "reason": "x"},
        {"decision": "correct", "tags": ["governance"], "subtags": ["wages_labor"], "reason": "x"},
        {"decision": "correct", "tags": ["weather"], "reason": "x"},
        {"decision": "confirm", "reason": " "},
    ],
)
def test_a_review_must_make_sense(service: Service, body: dict[str, Any]) -> None:
    assert act(service, service.register()["id"], "reviews", body).status_code == 422


def test_names_in_a_reason_are_masked(service: Service) -> None:
    petition = service.register()["id"]
    act(service, petition, "reviews", {"decision": "confirm", "reason": "已致电13812345678核实"})
    assert "13812345678" not in str(shown(service, petition))


def test_the_way_through_the_procedure(service: Service) -> None:
    petition = service.register(received="2026-06-01")["id"]
    dues = []
    for state in ("accepted", "handling", "closed"):
        answer = act(service, petition, "state", {"state": state}, "triager")
        assert answer.status_code == 200, answer.text
        dues.append(answer.json()["petition"]["due_on"])
    assert dues == ["2026-07-31", "2026-07-31", None]
    assert [s["after"] for s in shown(service, petition)["history"]] == ["accepted", "handling", "closed"]
    assert act(service, petition, "state", {"state": "handling"}, "triager").status_code == 422, (
        "reopening needs a reason"
    )
    again = act(service, petition, "state", {"state": "handling", "reason": "答复后仍未通电"}, "triager")
    assert again.json()["petition"]["due_on"] == "2026-07-31"


@pytest.mark.parametrize(("state", "status"), [("closed", 409), ("handling", 409), ("pending", 409), ("declined", 422)])
def test_unlawful_steps_are_refused(service: Service, state: str, status: int) -> None:
    assert act(service, service.register()["id"], "state", {"state": state}, "triager").status_code == status


def test_declining_stops_the_clock_for_a_reason(service: Service) -> None:
    petition = service.register()["id"]
    answer = act(service, petition, "state", {"state": "declined", "reason": "已进入诉讼程序，依法告知"}, "triager")
    assert answer.json()["petition"]["due_on"] is None


def test_an_extension_is_granted_once(service: Service) -> None:
    petition = service.register(received="2026-06-01")["id"]
    reason = {"reason": "需委托鉴定"}
    assert act(service, petition, "extension", reason).status_code == 409, "nothing to extend before acceptance"
    act(service, petition, "state", {"state": "accepted"}, "triager")
    assert act(service, petition, "extension", reason, "triager").status_code == 403
    answer = act(service, petition, "extension", reason).json()["petition"]
    assert (answer["finish_by"], answer["due_on"], answer["extended"]) == ("2026-08-30", "2026-08-30", True)
    assert act(service, petition, "extension", reason).status_code == 409


def test_overdue_and_due_soon_follow_the_days(service: Service) -> None:
    petition = service.register(received="2026-06-01")["id"]

    def state() -> tuple[bool, bool, list[str], list[str]]:
        def found(due: str) -> list[str]:
            answer = service.client.get("/api/v1/petitions", params={"due": due}, headers=service.key("petitions:read"))
            return [p["id"] for p in answer.json()["petitions"]]

        answer = service.client.get(f"/api/v1/petitions/{petition}", headers=service.key("petitions:read"))
        p = answer.json()["petition"]
        return p["overdue"], p["due_soon"], found("overdue"), found("soon")

    assert state() == (False, False, [], [])
    service.now.pass_by(days=10)
    assert state() == (False, True, [], [petition])
    service.now.pass_by(days=5)
    assert state() == (False, True, [], [petition]), "the last day is not yet overdue"
    service.now.pass_by(days=1)
    assert state() == (True, False, [petition], [])


def test_a_low_band_never_delays_the_clock(service: Service) -> None:
    petition = service.register(received="2026-06-01")
    act(service, petition["id"], "reviews", {"decision": "correct", "band": "high", "reason": "提高"}, "triager")
    assert shown(service, petition["id"])["petition"]["due_on"] == petition["accept_by"]


def test_the_office_edits_who_answers(service: Service) -> None:
    admin = service.login("admin")
    body = {"departments": ["欠薪治理专班"], "mediation": False, "basis": "县政府会议纪要"}
    answer = service.client.put("/api/v1/departments/wages_labor", json=body, headers=admin)
    assert answer.status_code == 200
    changed = {d["subtag"]: d for d in answer.json()["departments"]}["wages_labor"]
    assert changed["departments"] == ["欠薪治理专班"]
    assert changed["changed"]
    petition = service.register()["id"]
    act(
        service,
        petition,
        "reviews",
        {"decision": "correct", "tags": ["livelihood"], "subtags": ["wages_labor"], "reason": "欠薪"},
    )
    assert shown(service, petition)["suggestion"]["departments"] == ["欠薪治理专班"]
    service.client.delete("/api/v1/departments/wages_labor", headers=admin)
    assert shown(service, petition)["suggestion"]["departments"][0] == "人力资源和社会保障局（劳动监察）"
    assert service.client.put("/api/v1/departments/weather", json=body, headers=admin).status_code == 404
