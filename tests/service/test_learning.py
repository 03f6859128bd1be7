"""The learning loop on the store: decisions out, disputes, the weekly lot, the queue, drift, the shadow."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from risk_model.feedback import read, settle, write
from risk_model.taxonomy import OUTPUTS
from risk_model.training.run import Trained
from risk_model.training.run import write as write_model
from service.learning import outcomes, report
from service.learning.decisions import decisions
from service.scanning import Scanner
from service.store import audit
from tests.service.conftest import Service, Start

LETTERS = (
    "村里征地补偿款拖了两年没有发放，八十多户都没有拿到，多次到镇里反映没有结果。",
    "开发商停工一年，三百多户业主拿不到房，下周准备一起去住建局。",
    "小区门口路灯坏了一个月，晚上看不清路。",
    "请问办理老年证需要带什么材料？",
    "工地拖欠六十多名工人半年工资，老板躲着不见。",
    "物业乱收停车费，业主群里都在说，社区推来推去。",
)


def review(service: Service, letter: str, who: str = "triager", name: str | None = None, **body: Any) -> dict[str, Any]:
    body = {"decision": "correct", "reason": "读信", **body}
    answer = service.client.post(f"/api/v1/petitions/{letter}/reviews", json=body, headers=service.login(who, name))
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["review"])


def get(service: Service, path: str, who: str, **parameters: Any) -> dict[str, Any]:
    answer = service.client.get(f"/api/v1/learning/{path}", params=parameters, headers=service.login(who))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def exported(service: Service, path: Path) -> list[dict[str, Any]]:
    with service.core.store.reading() as session:
        write(path, decisions(session))
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_reviews_become_decisions_without_a_name(service: Service, tmp_path: Path) -> None:
    letter = service.register("我叫张建国，电话13800001111。" + LETTERS[0])["id"]
    review(service, letter, name="li-ming", tags=["land_acquisition"], subtags=["land_requisition"], level=3)
    review(service, letter, "approver", "wang-fang", decision="confirm")
    first, second = exported(service, tmp_path / "d.jsonl")
    assert (first["reader"], first["role"], first["kind"]) == (1, "triager", "correct")
    assert (second["reader"], second["role"], second["kind"]) == (2, "approver", "confirm")
    assert first["labels"]["level"] == 3
    assert first["labels"]["tags"] == second["labels"]["tags"] == ["land_acquisition"]
    assert second["labels"]["level"] is None  # agreeing to the labels is not giving a level
    assert first["model_version"] == "small"
    text = (tmp_path / "d.jsonl").read_text(encoding="utf-8")
    for name in ("li-ming", "wang-fang", "张建国", "13800001111", "读信"):
        assert name not in text
    assert read(tmp_path / "d.jsonl")  # and it is what training reads


def test_what_waits_or_was_rejected_teaches_nothing_and_approval_is_a_second_reading(
    service: Service, tmp_path: Path
) -> None:
    letter = service.register(LETTERS[1])["id"]
    band = service.client.get(f"/api/v1/petitions/{letter}", headers=service.login("viewer")).json()
    assert band["petition"]["risk_band"] != "low"
    waiting = review(service, letter, tags=["livelihood"], band="low")
    assert exported(service, tmp_path / "a.jsonl") == []
    service.client.post(
        f"/api/v1/petitions/{letter}/reviews/{waiting['id']}/decision",
        json={"approve": True, "reason": "同意"},
        headers=service.login("approver"),
    )
    made = exported(service, tmp_path / "b.jsonl")
    assert [(d["reader"], d["role"], d["labels"]["tags"]) for d in made] == [
        (1, "triager", ["livelihood"]),
        (2, "approver", ["livelihood"]),
    ]


def test_a_dispute_is_listed_and_settled_by_a_third(service: Service) -> None:
    letter = service.register(LETTERS[5])["id"]
    review(service, letter, name="one", tags=["livelihood"], level=1)
    review(service, letter, name="two", tags=["livelihood", "governance"], level=1)
    (conflict,) = get(service, "conflicts", "approver")["conflicts"]
    assert (conflict["id"], conflict["label"]) == (letter, "governance")
    assert [p["said"] for p in conflict["said"]] == [False, True]
    body = {"tags": ["livelihood", "governance"], "reason": "文中指明社区推诿"}
    with service.core.store.reading() as session:
        assert "governance" not in settle(decisions(session))[0][0].values
    path = f"/api/v1/learning/conflicts/{letter}"
    assert service.client.post(path, json=body, headers=service.login("triager")).status_code == 403
    # Who has read the letter is a party to the dispute, whatever the role.
    other = service.register(LETTERS[4])["id"]
    review(service, other, "approver", tags=["livelihood"])
    review(service, other, name="two", tags=["governance"])
    own = service.client.post(f"/api/v1/learning/conflicts/{other}", json=body, headers=service.login("approver"))
    assert own.status_code == 403
    assert service.client.post(path, json=body, headers=service.login("approver", "chief")).status_code == 201
    with service.core.store.reading() as session:
        (settled,) = [x for x in settle(decisions(session))[0] if x.letter == letter]
        assert settled.values["governance"] == 1
        rows = audit.page(session, action="review.settle")
    assert [r.actor for r in rows] == ["user:chief"]
    again = service.client.post(path, json=body, headers=service.login("approver", "chief"))
    assert again.status_code == 409


def test_the_lot_of_a_week_is_drawn_once_it_is_over(service: Service) -> None:
    for i in range(40):
        service.register(LETTERS[i % 6] + f"第{i}次", received=str(dt.date(2026, 5, 25) + dt.timedelta(i % 7)))
    early = service.client.post("/api/v1/learning/lots/2026-W23", headers=service.login("triager"))
    assert early.status_code == 409
    first = service.client.post("/api/v1/learning/lots/2026-W22", headers=service.login("triager")).json()
    again = service.client.post("/api/v1/learning/lots/2026-W22", headers=service.login("approver")).json()
    assert first == again == get(service, "lots/2026-W22", "triager")
    assert (first["registered"], len(first["drawn"]), len(first["unread"])) == (40, 30, 30)
    for letter in first["unread"][:20]:
        review(service, letter, tags=["livelihood"], level=1)
    measured = get(service, "quality", "viewer", weeks=4)
    assert (measured["drawn"], measured["read"]) == (30, 20)
    livelihood, risk = measured["outputs"]["livelihood"], measured["outputs"]["level_2"]
    assert livelihood["happened"] == 20
    assert livelihood["recall"]["of"] == 20
    assert livelihood["recall"]["low"] <= livelihood["recall"]["value"] <= livelihood["recall"]["high"]
    assert (risk["happened"], risk["recall"]["value"]) == (0, None)
    with service.core.store.reading() as session:
        assert {d.source for d in decisions(session)} == {"sample"}
        assert len(audit.page(session, action="lot.draw")) == 1
    bad = service.client.post("/api/v1/learning/lots/2026-W99", headers=service.login("triager"))
    assert bad.status_code == 422


def test_the_queue_leaves_out_what_was_reviewed_and_copies(service: Service) -> None:
    ids = [service.register(text)["id"] for text in (*LETTERS, LETTERS[0], LETTERS[0])]
    queue = get(service, "queue", "triager", limit=50)["queue"]
    assert len(queue) == 6
    scores = [x["priority"] for x in queue]
    assert scores == sorted(scores, reverse=True)
    assert all(x["reasons"] for x in queue)
    review(service, queue[0]["petition"]["id"], tags=["livelihood"])
    left = {x["petition"]["id"] for x in get(service, "queue", "triager", limit=50)["queue"]}
    assert queue[0]["petition"]["id"] not in left
    assert left <= set(ids)


def test_outcomes_stand_beside_the_labels(service: Service) -> None:
    done = service.register(LETTERS[2], received="2026-05-20")["id"]
    late = service.register(LETTERS[3], received="2026-05-01")["id"]
    fresh = service.register(LETTERS[4])["id"]
    for state in ("accepted", "closed"):
        service.client.post(f"/api/v1/petitions/{done}/state", json={"state": state}, headers=service.login("triager"))
    with service.core.store.reading() as session:
        found = {o.letter: o for o in outcomes.outcomes(session, service.core.today())}
        assert list(decisions(session)) == []
    assert (found[done].accepted_in_time, found[done].answered_in_time, found[done].days) == (True, True, 12)
    assert (found[late].accepted_in_time, found[late].answered_in_time) == (False, None)
    assert (found[fresh].accepted_in_time, found[fresh].days) == (None, None)


def test_drift_names_a_new_way_in(start: Start, fresh_database: Callable[[str], str]) -> None:
    service = start(fresh_database("sqlite"), rate_limit="100000/minute")
    old, new = service.key("petitions:write"), None
    monday = dt.date(2026, 6, 1) - dt.timedelta(7 * 6)
    with service.core.store.writing() as session:
        from service.security import keys

        _, secret = keys.create(session, "mini-program", ["petitions:write"], 30, service.now(), "test")
        new = {"Authorization": f"Bearer {secret}"}
    for week in range(6):
        for i in range(30):
            headers = new if week == 5 and i % 2 else old
            day = monday + dt.timedelta(7 * week + i % 7)
            body = {"body": LETTERS[i % 6] + f"编号{week}之{i}", "received": str(day)}
            assert service.client.post("/api/v1/petitions", json=body, headers=headers).status_code == 201
    found = get(service, "drift", "admin")
    assert (found["week"], found["letters"]) == ("2026-W22", 30)
    charts = {c["name"]: c for c in found["charts"]}
    assert charts["channel"]["level"] == "alarm"
    assert {c["name"]: c["count"] for c in charts["channel"]["causes"]} == {"mini-program": 15, "oa": 15}
    assert charts["length"]["level"] == charts["family"]["level"] == "ok"
    metrics = service.client.get("/metrics", headers=service.login("admin")).text
    assert "petition_risk_drift_alarms 1.0" in metrics


@pytest.fixture
def own_models(models: Path, trained: Trained, tmp_path: Path) -> Path:
    """A folder of models of the test's own: `small` is served; `grave` finds everything graver; `twin` is equal."""
    root = tmp_path / "own-models"
    shutil.copytree(models, root)
    bias = trained.parameters.mix_bias.copy()
    bias[OUTPUTS.index("level_2")] += 2
    write_model(replace(trained, parameters=replace(trained.parameters, mix_bias=bias)), root / "grave", "grave")
    write_model(trained, root / "twin", "twin")
    return root


def test_a_shadow_reads_along_and_decides_nothing(start: Start, url: str, own_models: Path) -> None:
    service = start(url, models=own_models, session_idle_minutes=100_000, session_hours=1_000)
    before = service.register(LETTERS[2])["id"]
    service.now.pass_by(minutes=1)
    admin = service.login("admin")
    assert service.client.get("/api/v1/learning/shadow", headers=service.login("approver")).status_code == 404
    body = {"version": "grave", "days": 7}
    assert service.client.post("/api/v1/learning/shadow", json=body, headers=admin).status_code == 201
    assert service.client.post("/api/v1/learning/shadow", json=body, headers=admin).status_code == 409
    service.now.pass_by(hours=1)
    ids = [service.register(text)["id"] for text in LETTERS]
    found = get(service, "shadow", "approver")
    assert (found["version"], found["letters"]) == ("grave", 6)
    assert {d["id"] for d in found["differences"]} <= set(ids)
    sizes = [d["size"] for d in found["differences"]]
    assert sizes == sorted(sizes, reverse=True)
    assert all(d["candidate"]["risk"] > d["served"]["risk"] for d in found["differences"])
    assert all(key.split(">")[0] in ("low", "medium") for key in found["moved"])
    shown = service.client.get(f"/api/v1/petitions/{ids[0]}", headers=service.login("viewer")).json()
    assert shown["petition"]["model_version"] == "small"
    assert "grave" not in json.dumps(shown)
    service.now.pass_by(days=8)
    service.register(LETTERS[0] + "又及")
    assert get(service, "shadow", "approver")["letters"] == 6
    assert service.client.delete("/api/v1/learning/shadow", headers=admin).status_code == 409
    assert before not in {d["id"] for d in found["differences"]}


def test_the_report_and_the_metrics_tell_what_the_lot_measured(
    start: Start, fresh_database: Callable[[str], str]
) -> None:
    service = start(fresh_database("sqlite"), rate_limit="100000/minute")
    service.app.state.jobs.stop()
    ids = [service.register(f"{LETTERS[k % 6]}第{k}件", received="2026-05-27")["id"] for k in range(12)]
    with service.core.store.reading() as session:
        assert report.measured(session, "2026-W22", service.core.today()) is None
    answer = service.client.post("/api/v1/learning/lots/2026-W22", headers=service.login("triager"))
    assert answer.status_code == 200
    for letter in ids[:8]:
        review(service, letter, tags=["livelihood"], level=1)
        review(service, letter, name="second", tags=["livelihood"], level=1)
    with service.core.store.reading() as session:
        found = report.measured(session, "2026-W22", service.core.today())
    assert found is not None
    livelihood = next(x for x in found.outputs if x.name == "livelihood")
    assert (livelihood.letters, livelihood.true, livelihood.happened) == (8, 8, 8)
    assert [(x.week, x.drawn, x.read) for x in found.lots] == [("2026-W22", 12, 8)]
    metrics = service.client.get("/metrics", headers=service.login("admin")).text
    assert 'petition_risk_lot_recall{output="livelihood"}' in metrics
    assert 'petition_risk_lot_precision{output="livelihood"} 1.0' in metrics
    assert f"petition_risk_lot_read_share {8 / 12}" in metrics
    made = service.client.post("/api/v1/scans", json={"week": "2026-W22"}, headers=service.login("triager"))
    assert made.status_code == 202, made.text
    Scanner(service.core).run(lambda: False)
    page = (service.settings.scan_folder / "2026-W22" / "report.html").read_text(encoding="utf-8")
    assert "抽样实测" in page
    assert "看过8封" in page


def test_a_dispute_about_the_level_alone_is_settled_alone(service: Service) -> None:
    letter = service.register(LETTERS[5])["id"]
    review(service, letter, name="one", level=1)
    review(service, letter, name="two", level=3)
    before = service.client.get(f"/api/v1/petitions/{letter}", headers=service.login("viewer")).json()["petition"]
    path = f"/api/v1/learning/conflicts/{letter}"
    empty = service.client.post(path, json={"reason": "会商一致"}, headers=service.login("approver", "chief"))
    assert empty.status_code == 422
    body = {"level": 2, "reason": "会商一致"}
    assert service.client.post(path, json=body, headers=service.login("approver", "chief")).status_code == 201
    assert get(service, "conflicts", "approver")["conflicts"] == []
    after = service.client.get(f"/api/v1/petitions/{letter}", headers=service.login("viewer")).json()["petition"]
    assert (after["tags"], after["risk_band"]) == (before["tags"], before["risk_band"])
    with service.core.store.reading() as session:
        assert settle(decisions(session))[0][0].level == 2


def test_what_became_of_a_letter_changes_no_figure(service: Service) -> None:
    ids = [service.register(f"{LETTERS[k % 6]}第{k}件", received="2026-05-27")["id"] for k in range(6)]
    service.client.post("/api/v1/learning/lots/2026-W22", headers=service.login("triager"))
    for letter in ids:
        review(service, letter, tags=["livelihood"], level=1)
    before = get(service, "quality", "viewer", weeks=4)
    for state in ("accepted", "closed"):
        for letter in ids:
            path = f"/api/v1/petitions/{letter}/state"
            service.client.post(path, json={"state": state}, headers=service.login("triager"))
    assert get(service, "quality", "viewer", weeks=4) == before
    page = service.client.get("/desk/learning/lots?week=2026-W22", headers=service.login("viewer"))
    assert "办理结果另记，不当作标注" in page.text
    assert "6件中6件" in page.text
