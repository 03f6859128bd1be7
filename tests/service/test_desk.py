"""The desk without a browser: who may see what, what goes out with a page, and the order of the inbox."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from risk_model.schema import Contribution
from risk_model.taxonomy import DISCLAIMER
from service.desk import site
from service.desk.marks import mark
from service.desk.queue import Queue, read_queue
from service.security.permissions import ROLES
from service.store import inbox
from service.store.listing import Filter
from tests.service.conftest import Service, Start

EVERYBODY = {"viewer", "triager", "approver", "admin", "auditor"}
READERS = EVERYBODY - {"admin"}
TRIAGE = {"triager", "approver"}
EXPECTED: dict[tuple[str, str], set[str]] = {
    ("GET", "/desk"): EVERYBODY,
    ("GET", "/desk/account"): EVERYBODY,
    ("GET", "/desk/inbox"): READERS,
    ("GET", "/desk/petitions/{id}"): READERS,
    ("GET", "/desk/try"): TRIAGE,
    ("POST", "/desk/try"): TRIAGE,
    ("GET", "/desk/batches"): TRIAGE,
    ("GET", "/desk/batches/{id}"): TRIAGE,
    ("GET", "/desk/batches/{id}/rejects.csv"): TRIAGE,
    ("GET", "/desk/weekly"): READERS,
    ("GET", "/desk/weekly/{week}"): READERS,
    ("GET", "/desk/weekly/{week}/files/{name}"): READERS,
    ("GET", "/desk/model"): EVERYBODY,
    ("GET", "/desk/learning/queue"): TRIAGE,
    ("GET", "/desk/learning/lots"): EVERYBODY,
    ("GET", "/desk/learning/conflicts"): {"approver"},
    ("GET", "/desk/learning/conflicts/{id}"): {"approver"},
    ("GET", "/desk/learning/suspects"): {"approver"},
    ("GET", "/desk/learning/drift"): EVERYBODY,
    ("GET", "/desk/learning/versions"): EVERYBODY,
    ("GET", "/desk/learning/versions/{version}"): EVERYBODY,
    ("GET", "/desk/learning/shadow"): {"approver"},
    ("GET", "/desk/admin/users"): {"admin"},
    ("GET", "/desk/admin/keys"): {"admin"},
    ("GET", "/desk/admin/departments"): EVERYBODY,
    ("GET", "/desk/admin/retention"): {"admin"},
    ("GET", "/desk/admin/audit"): {"auditor"},
    ("GET", "/desk/admin/audit.csv"): {"auditor"},
}
PUBLIC = {("GET", "/"), ("GET", "/desk/login"), ("GET", "/setup")}
PAGE = {"Accept": "text/html"}


def test_the_matrix_of_pages(start: Start, fresh_database: Callable[[str], str]) -> None:
    assert {(m, r.path) for r in site.routes() for m in r.methods} == set(EXPECTED) | PUBLIC
    service = start(fresh_database("sqlite"))
    for (method, path), allowed in EXPECTED.items():
        concrete = path.format(id="0" * 32, week="2019-W47", name="report.html", version="small")
        for role in ROLES:
            headers = service.login(role)
            body = {"body": "路灯不亮"} if method == "POST" else None
            answer = service.client.request(method, concrete, headers=headers, json=body, follow_redirects=False)
            assert (answer.status_code not in (401, 403)) == (role in allowed), (path, role, answer.text)
        assert service.client.request(method, concrete, json={"body": "x"}).status_code == 401, path


def test_nobody_is_sent_to_the_login_and_back(start: Start, fresh_database: Callable[[str], str]) -> None:
    service = start(fresh_database("sqlite"))
    answer = service.client.get("/desk/inbox?band=high", headers=PAGE, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/desk/login?next=/desk/inbox%3Fband%3Dhigh"
    login = service.client.get("/desk/login?next=https://evil.example/")
    assert 'data-next="/desk"' in login.text


def test_what_goes_out_with_a_page(open_service: Service) -> None:
    for path in ("/desk/inbox", "/desk/model", "/desk/login", "/desk/nowhere"):
        answer = open_service.client.get(path, headers=PAGE)
        policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
        assert policy["script-src"] == "'self'"
        assert policy["default-src"] == "'none'"
        assert answer.headers["Cache-Control"] == "no-store"
        assert DISCLAIMER in answer.text
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|(?:src|href)=[\"']?(?:https?:)?//", answer.text)


def test_a_page_shows_a_letter_as_text(open_service: Service) -> None:
    body = {"body": "<script>alert(1)</script>三百多户停水半年，<b>多次反映无人处理</b>", "title": "<i>停水</i>"}
    made = open_service.client.post("/api/v1/petitions", json=body)
    shown = open_service.client.get(f"/desk/petitions/{made.json()['id']}", headers=PAGE).text
    assert "<script>alert" not in shown
    assert "<i>停水" not in shown
    listed = open_service.client.get("/desk/inbox", headers=PAGE).text
    assert "<i>停水" not in listed


@pytest.mark.parametrize("path", sorted(site.HERE.glob("static/*")), ids=lambda p: p.name)
def test_scripts_and_styles_work_on_chromium_90(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    newer = r":has\(|@container|@layer|\.at\(|structuredClone|Object\.hasOwn|randomUUID|^await |startViewTransition|\.toSorted|findLast|replaceChildren\(\)\?"
    assert re.findall(newer, text, re.MULTILINE) == []
    assert re.findall(r"https?://(?!www\.w3\.org/)", text) == []


def test_the_marked_stretches_are_the_text() -> None:
    text = "拖欠工资，已经解决。"
    words = [Contribution("拖欠", "body", 0, 2, 0.9), Contribution("解决", "body", 7, 9, -0.5)]
    found = mark(text, words, 0.9)
    assert "".join(s.text for s in found) == text
    assert [s.style for s in found if s.weight] == ["up3", "down2"]


def test_an_address_says_the_whole_selection() -> None:
    queue = read_queue("view=new&band=high&area=河东街道&nonsense=1&tag=unknown&sort=due")
    assert queue == Queue(view="new", band="high", area="河东街道", sort="due")
    assert read_queue(queue.query) == queue


LETTERS = [
    "三百多户停水半年，多次反映无人处理，准备集体上访。",
    "小区路灯不亮。",
    "工地欠了我们四十个人三个月工资，过年回不了家。",
]


def test_the_inbox_pages_through_everything_once(service: Service) -> None:
    for day in range(1, 4):
        for letter in LETTERS:
            service.register(letter, received=f"2026-05-{10 + day}")
    seen: list[Any] = []
    cursor = None
    while True:
        with service.core.store.reading() as session:
            page = inbox.page(session, Filter(is_open=True), cursor, 2)
        seen += page.rows
        if (cursor := page.cursor) is None:
            break
    rank = {"high": 0, "medium": 1, "low": 2}
    keys = [(rank[r.band], r.due_on, r.id) for r in seen]
    assert len(keys) == 9
    assert keys == sorted(keys)


def test_the_counts(service: Service) -> None:
    first, _, third = (service.register(letter, received="2026-05-01") for letter in LETTERS)
    headers = service.login("triager")
    service.client.post(
        f"/api/v1/petitions/{first['id']}/reviews", json={"decision": "confirm", "reason": "看过"}, headers=headers
    )
    service.client.post(f"/api/v1/petitions/{third['id']}/state", json={"state": "accepted"}, headers=headers)
    with service.core.store.reading() as session:
        today = service.core.today()
        found = inbox.counts(session, today, today)
    assert (found.open, found.new, found.overdue, found.soon, found.approval) == (3, 2, 2, 0, 0)


def test_undoing_goes_back_to_before(service: Service) -> None:
    made = service.register(LETTERS[1])
    headers = service.login("triager")
    url = f"/api/v1/petitions/{made['id']}"
    before = service.client.get(url, headers=headers).json()["petition"]
    change = {
        "decision": "correct",
        "band": "high",
        "tags": ["governance"],
        "factors": ["hardship"],
        "reason": "电话核实",
    }
    review = service.client.post(f"{url}/reviews", json=change, headers=headers).json()["review"]
    corrected = service.client.get(url, headers=headers).json()["petition"]
    assert (corrected["risk_band"], corrected["tags"], corrected["factors"]) == ("high", ["governance"], ["hardship"])
    assert service.client.delete(f"{url}/reviews/{review['id']}", headers=service.login("approver")).status_code == 403
    assert service.client.delete(f"{url}/reviews/{review['id']}", headers=headers).status_code == 200
    after = service.client.get(url, headers=headers).json()["petition"]
    assert {k: v for k, v in after.items() if k != "revision"} == {k: v for k, v in before.items() if k != "revision"}
    assert service.client.delete(f"{url}/reviews/{review['id']}", headers=headers).status_code == 409


def test_a_decision_on_what_has_changed_is_refused(service: Service) -> None:
    made = service.register(LETTERS[0])
    headers = service.login("triager")
    url = f"/api/v1/petitions/{made['id']}"
    confirm = {"decision": "confirm", "reason": "看过", "seen": 0}
    assert service.client.post(f"{url}/reviews", json=confirm, headers=headers).status_code == 201
    assert service.client.post(f"{url}/reviews", json=confirm, headers=headers).status_code == 409
    assert (
        service.client.post(f"{url}/state", json={"state": "accepted", "seen": 0}, headers=headers).status_code == 409
    )
    assert (
        service.client.post(f"{url}/state", json={"state": "accepted", "seen": 1}, headers=headers).status_code == 200
    )


def test_the_cut_counts_from_the_next_letter_on(start: Start, fresh_database: Callable[[str], str]) -> None:
    service = start(fresh_database("sqlite"))
    first = service.register(LETTERS[0])["assessment"]
    risk = first["mass_incident_risk"]
    approver = service.login("approver")
    high, medium = (risk + 1) / 2, risk / 2
    body = {"high": high, "medium": medium, "reason": "人手不足"}
    assert service.client.put("/api/v1/model/cuts", json=body, headers=approver).status_code == 200
    service.core.scoring._looked = -1e9
    assert service.register(LETTERS[0], title="又一封")["assessment"]["risk_band"] != "high"
    refused = service.client.put("/api/v1/model/cuts", json=body | {"high": medium, "medium": high}, headers=approver)
    assert refused.status_code == 422
    page = service.client.get("/desk/model", headers=approver | PAGE)
    assert "人手不足" in page.text


def test_a_batch_keeps_nothing_of_a_person(open_service: Service, tmp_path: Path) -> None:
    table = "编号,姓名,内容\nA1,王小明,我叫王小明，手机13800001234，路灯坏了三个月没人修\nA2,李四,\n"
    made = open_service.client.post("/api/v1/batches", files={"file": ("王小明.csv", table.encode())})
    assert made.status_code == 201, made.text
    kept = "".join(p.read_text(encoding="utf-8") for p in tmp_path.glob("batches/*/*"))
    assert "13800001234" not in kept
    assert "路灯坏了" in kept
    page = open_service.client.get(f"/desk/batches/{made.json()['id']}", headers=PAGE).text
    assert "标题和正文都是空的" in page
    assert "姓名" in page
    assert open_service.client.delete(f"/api/v1/batches/{made.json()['id']}").status_code == 204
    assert list(tmp_path.glob("batches/*")) == []
