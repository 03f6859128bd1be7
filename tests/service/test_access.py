"""Who may do what: every route times every role, and every way in that must not be one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from service.app import check_routes, routes
from service.deps import guard_of
from service.security import staff
from service.security.permissions import ROLES, SCOPES
from service.store import audit
from tests.service.conftest import PASSWORD, Service, Start

#: Written out by hand, so that a change of the table of roles is a change here.
EVERYBODY = {"viewer", "triager", "approver", "admin", "auditor"}
READERS = EVERYBODY - {"admin"}
TRIAGE = {"triager", "approver"}
EXPECTED: dict[tuple[str, str], set[str]] = {
    ("POST", "/api/v1/score"): TRIAGE,
    ("GET", "/api/v1/model"): EVERYBODY,
    ("POST", "/api/v1/petitions"): TRIAGE,
    ("GET", "/api/v1/petitions"): READERS,
    ("GET", "/api/v1/petitions/{id}"): READERS,
    ("POST", "/api/v1/petitions/{id}/reviews"): TRIAGE,
    ("POST", "/api/v1/petitions/{id}/reviews/{review_id}/decision"): {"approver"},
    ("POST", "/api/v1/petitions/{id}/state"): TRIAGE,
    ("POST", "/api/v1/petitions/{id}/extension"): {"approver"},
    ("GET", "/api/v1/matters"): READERS,
    ("GET", "/api/v1/matters/{id}"): READERS,
    ("POST", "/api/v1/matters/{id}/merge"): TRIAGE,
    ("POST", "/api/v1/matters/{id}/split"): TRIAGE,
    ("GET", "/api/v1/departments"): EVERYBODY,
    ("PUT", "/api/v1/departments/{subtag}"): {"admin"},
    ("DELETE", "/api/v1/departments/{subtag}"): {"admin"},
    ("GET", "/api/v1/session"): EVERYBODY,
    ("DELETE", "/api/v1/session"): EVERYBODY,
    ("PUT", "/api/v1/session/password"): EVERYBODY,
    ("GET", "/api/v1/users"): {"admin"},
    ("POST", "/api/v1/users"): {"admin"},
    ("PATCH", "/api/v1/users/{username}"): {"admin"},
    ("GET", "/api/v1/keys"): {"admin"},
    ("POST", "/api/v1/keys"): {"admin"},
    ("DELETE", "/api/v1/keys/{key_id}"): {"admin"},
    ("POST", "/api/v1/uploads"): TRIAGE,
    ("GET", "/api/v1/uploads/{id}"): TRIAGE,
    ("GET", "/api/v1/uploads/{id}/events"): TRIAGE,
    ("DELETE", "/api/v1/uploads/{id}"): TRIAGE,
    ("GET", "/api/v1/learning/queue"): TRIAGE,
    ("GET", "/api/v1/learning/lots/{week}"): TRIAGE,
    ("POST", "/api/v1/learning/lots/{week}"): TRIAGE,
    ("GET", "/api/v1/learning/quality"): EVERYBODY,
    ("GET", "/api/v1/learning/drift"): EVERYBODY,
    ("GET", "/api/v1/learning/conflicts"): {"approver"},
    ("POST", "/api/v1/learning/conflicts/{id}"): {"approver"},
    ("GET", "/api/v1/learning/versions"): EVERYBODY,
    ("POST", "/api/v1/learning/versions"): {"admin"},
    ("GET", "/api/v1/learning/training"): EVERYBODY,
    ("GET", "/api/v1/learning/training/events"): EVERYBODY,
    ("DELETE", "/api/v1/learning/training"): {"admin"},
    ("GET", "/api/v1/learning/suspects"): {"approver"},
    ("POST", "/api/v1/learning/suspects"): {"approver"},
    ("DELETE", "/api/v1/learning/suspects"): {"approver"},
    ("GET", "/api/v1/learning/turns"): EVERYBODY,
    ("POST", "/api/v1/learning/promotion"): {"admin"},
    ("POST", "/api/v1/learning/rollback"): {"admin"},
    ("GET", "/api/v1/learning/shadow"): {"approver"},
    ("POST", "/api/v1/learning/shadow"): {"admin"},
    ("DELETE", "/api/v1/learning/shadow"): {"admin"},
    ("DELETE", "/api/v1/petitions/{id}/reviews/{review_id}"): TRIAGE,
    ("POST", "/api/v1/views"): READERS,
    ("DELETE", "/api/v1/views/{view_id}"): READERS,
    ("PUT", "/api/v1/model/cuts"): {"approver"},
    ("GET", "/api/v1/retention"): {"admin"},
    ("POST", "/api/v1/batches"): TRIAGE,
    ("GET", "/api/v1/batches/{id}"): TRIAGE,
    ("DELETE", "/api/v1/batches/{id}"): TRIAGE,
    ("POST", "/api/v1/batches/{id}/run"): TRIAGE,
    ("GET", "/api/v1/batches/{id}/events"): TRIAGE,
    ("GET", "/api/v1/batches/{id}/result"): TRIAGE,
    ("POST", "/api/v1/batches/{id}/registration"): TRIAGE,
    ("POST", "/api/v1/scans"): TRIAGE,
    ("GET", "/api/v1/scans"): READERS,
    ("GET", "/api/v1/scans/{id}"): READERS,
    ("GET", "/api/v1/scans/{id}/events"): READERS,
    ("GET", "/api/v1/scans/{id}/files/{name}"): READERS,
    ("DELETE", "/api/v1/scans/{id}"): TRIAGE,
    ("GET", "/api/v1/audit"): {"auditor"},
    ("GET", "/api/v1/audit/verification"): {"auditor"},
}
PUBLIC = {
    ("POST", "/api/v1/session"),
    ("POST", "/api/v1/setup"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/api/v1/session/oidc"),
    ("GET", "/api/v1/session/oidc/callback"),
}


def all_routes() -> set[tuple[str, str]]:
    return {(method, route.path) for route in routes() for method in route.methods}


def test_every_route_is_in_the_matrix(open_service: Service) -> None:
    assert all_routes() == set(EXPECTED) | PUBLIC
    described = open_service.client.get("/openapi.json").json()["paths"]
    assert {(m.upper(), path) for path, methods in described.items() for m in methods} == {
        (method, path) for method, path in all_routes() if "oidc" not in path
    }


def test_the_matrix(start: Start, fresh_database: Callable[[str], str]) -> None:
    service = start(fresh_database("sqlite"))
    for (method, path), allowed in EXPECTED.items():
        for role in ROLES:
            answer = ask(service, method, path, login(service, role, method, path))
            assert (answer.status_code not in (401, 403)) == (role in allowed), (method, path, role, answer.text)
        assert ask(service, method, path, {}).status_code == 401, (method, path)


def login(service: Service, role: str, method: str, path: str) -> dict[str, str]:
    """Return somebody's headers; two of the routes end the session they are asked with."""
    ends = "session" in path and method != "GET"
    return service.login(role, f"{role}-{method}" if ends else None)


def ask(service: Service, method: str, path: str, headers: dict[str, str]) -> Any:
    concrete = path.format(
        id="M-" + "0" * 12 if "/matters/" in path else "0" * 32,
        review_id=1,
        view_id=1,
        subtag="education",
        username="nobody",
        name="x",
        key_id="0" * 12,
        week="2020-W01",
    )
    if path.endswith(("/uploads", "/batches")):
        return service.client.post(path, files={"file": ("x.csv", b"")}, headers=headers)
    # An empty object is refused after the guard has let it through.
    body = {"old": PASSWORD, "new": PASSWORD + "!"} if path.endswith("password") else {}
    return service.client.request(
        method, concrete, headers=headers, json=body if method in ("POST", "PUT", "PATCH") else None
    )


def test_a_route_without_a_guard_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    guarded = next(r for r in routes() if guard_of(r))
    monkeypatch.setattr(guarded.dependant, "dependencies", [])
    with pytest.raises(RuntimeError, match="no guard"):
        check_routes([guarded])


@pytest.mark.parametrize("scope", SCOPES)
def test_a_key_does_what_its_scope_says(start: Start, fresh_database: Callable[[str], str], scope: str) -> None:
    service = start(fresh_database("sqlite"))
    headers = service.key(scope)
    for route in routes():
        guard = guard_of(route)
        if guard is None or guard.permission is None:
            continue
        for method in route.methods:
            reached = ask(service, method, route.path, headers).status_code != 403
            assert reached == (guard.permission == scope), (method, route.path)


def test_keys_end(service: Service) -> None:
    admin = service.login("admin")
    made = service.client.post(
        "/api/v1/keys", json={"name": "oa", "scopes": ["model:read"], "days": 2}, headers=admin
    ).json()
    bearer = {"Authorization": f"Bearer {made['secret']}"}

    def status() -> int:
        return service.client.get("/api/v1/model", headers=bearer).status_code

    assert status() == 200
    assert made["secret"] not in service.client.get("/api/v1/keys", headers=admin).text
    service.now.pass_by(days=2)
    assert status() == 401
    service.now.pass_by(days=-2)
    assert status() == 200
    assert service.client.delete(f"/api/v1/keys/{made['key']['id']}", headers=admin).status_code == 200
    assert status() == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer prk_000000000000_" + "A" * 43},
        {"Authorization": "Bearer x"},
        {"Authorization": "Basic YWRtaW46YWRtaW4="},
        {"X-Forwarded-User": "admin"},
        {"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1"},
        {"Cookie": "petition_risk_session=guess"},
        {"Cookie": "petition_risk_session="},
    ],
)
def test_forged_credentials_let_nobody_in(service: Service, headers: dict[str, str]) -> None:
    assert service.client.get("/api/v1/model", headers=headers).status_code == 401


def test_a_keys_secret_must_be_right_in_full(service: Service) -> None:
    bearer = service.key("model:read")["Authorization"]
    wrong = bearer[:-1] + ("A" if bearer[-1] != "A" else "B")
    assert service.client.get("/api/v1/model", headers={"Authorization": wrong}).status_code == 401


def test_a_session_needs_its_csrf_value_to_change_things(service: Service) -> None:
    mine, other = service.login("triager"), service.login("viewer")
    letter = {"body": "路灯不亮已经一个月了，请来修。"}
    for csrf in (None, "", "wrong", other["X-CSRF-Token"]):
        headers = {"Cookie": mine["Cookie"]} | ({"X-CSRF-Token": csrf} if csrf is not None else {})
        assert service.client.post("/api/v1/petitions", json=letter, headers=headers).status_code == 403
    assert service.client.get("/api/v1/petitions", headers={"Cookie": mine["Cookie"]}).status_code == 200


def test_a_session_planted_before_login_is_worth_nothing(service: Service) -> None:
    service.login("viewer")
    planted = "petition_risk_session=planted-by-somebody"
    answer = service.client.post(
        "/api/v1/session", json={"username": "one-viewer", "password": PASSWORD}, headers={"Cookie": planted}
    )
    cookie = answer.headers["set-cookie"]
    assert "planted" not in cookie
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    service.client.cookies.clear()
    assert service.client.get("/api/v1/session", headers={"Cookie": planted}).status_code == 401


def test_logging_in_again_and_out_ends_the_old_session(service: Service) -> None:
    headers = service.login("viewer")
    again = service.client.post(
        "/api/v1/session", json={"username": "one-viewer", "password": PASSWORD}, headers={"Cookie": headers["Cookie"]}
    )
    service.client.cookies.clear()
    assert service.client.get("/api/v1/session", headers=headers).status_code == 401
    new = {
        "Cookie": f"petition_risk_session={again.cookies['petition_risk_session']}",
        "X-CSRF-Token": again.json()["csrf"],
    }
    assert service.client.get("/api/v1/session", headers=new).json()["csrf"] == new["X-CSRF-Token"]
    assert service.client.delete("/api/v1/session", headers=new).status_code == 204
    assert service.client.get("/api/v1/session", headers=new).status_code == 401


def test_sessions_end_by_themselves(service: Service) -> None:
    headers = service.login("viewer")

    def status() -> int:
        return service.client.get("/api/v1/session", headers=headers).status_code

    for _ in range(3):
        service.now.pass_by(minutes=29)
        assert status() == 200, "use keeps it alive"
    service.now.pass_by(minutes=31)
    assert status() == 401
    service.now.pass_by(minutes=-31)
    for _ in range(24):
        service.now.pass_by(minutes=29)
        last = status()
    assert last == 401, "but not for ever"


def test_a_changed_account_is_logged_out(service: Service) -> None:
    viewer, admin = service.login("viewer"), service.login("admin")
    answer = service.client.patch("/api/v1/users/one-viewer", json={"active": False}, headers=admin)
    assert answer.json()["active"] is False
    assert service.client.get("/api/v1/session", headers=viewer).status_code == 401
    login = service.client.post("/api/v1/session", json={"username": "one-viewer", "password": PASSWORD})
    assert login.status_code == 401


def test_the_last_administrator_stays(service: Service) -> None:
    admin = service.login("admin")
    for change in ({"active": False}, {"roles": ["viewer"]}):
        assert service.client.patch("/api/v1/users/one-admin", json=change, headers=admin).status_code == 409


def test_one_changes_ones_own_password(service: Service) -> None:
    headers = service.login("viewer")
    path = "/api/v1/session/password"
    assert service.client.put(path, json={"old": "wrong", "new": "x" * 12}, headers=headers).status_code == 403
    assert service.client.put(path, json={"old": PASSWORD, "new": "short"}, headers=headers).status_code == 422
    assert service.client.put(path, json={"old": PASSWORD, "new": "x" * 12}, headers=headers).status_code == 204
    assert service.client.get("/api/v1/session", headers=headers).status_code == 401
    login = service.client.post("/api/v1/session", json={"username": "one-viewer", "password": "x" * 12})
    assert login.status_code == 201


def test_five_failures_in_a_minute_slow_down(service: Service) -> None:
    service.login("viewer")

    def attempt(name: str, password: str) -> Any:
        service.client.cookies.clear()
        return service.client.post("/api/v1/session", json={"username": name, "password": password})

    codes = [attempt("one-viewer", "wrong").status_code for _ in range(5)]
    assert codes == [401] * 5
    late = attempt("one-viewer", PASSWORD)
    assert late.status_code == 429
    assert 1 <= int(late.headers["retry-after"]) <= 60
    assert attempt("somebody-else", "wrong").status_code == 429, "the address is slowed down, too"
    service.now.pass_by(seconds=61)
    assert attempt("one-viewer", PASSWORD).status_code == 201


def test_unknown_accounts_look_like_wrong_passwords(service: Service) -> None:
    service.login("viewer")
    answers = [
        service.client.post("/api/v1/session", json={"username": name, "password": "wrong"})
        for name in ("one-viewer", "nobody")
    ]
    assert [a.status_code for a in answers] == [401, 401]
    assert answers[0].json()["error"]["message"] == answers[1].json()["error"]["message"]
    with service.core.store.reading() as session:
        assert "nobody" in {row.actor for row in audit.page(session, action="login.failed")}


def test_the_first_administrator_is_made_with_a_link_used_once(service: Service) -> None:
    with service.core.store.writing() as session:
        older = staff.setup_link(session, service.now())
        link = staff.setup_link(session, service.now())
    body = {"username": "boss", "password": PASSWORD}

    def attempt(token: str | None) -> int:
        return service.client.post("/api/v1/setup", json=body | {"token": token}).status_code

    assert attempt("guess") == 403
    assert attempt(older) == 403
    service.now.pass_by(hours=25)
    assert attempt(link) == 403
    service.now.pass_by(hours=-25)
    assert attempt(link) == 201
    assert attempt(link) == 403
    with service.core.store.writing() as session:
        assert staff.setup_link(session, service.now()) is None


def test_without_login_only_this_machine_gets_in(start: Start, fresh_database: Callable[[str], str]) -> None:
    from fastapi.testclient import TestClient

    service = start(fresh_database("sqlite"), auth="off")
    assert service.client.get("/api/v1/model").status_code == 200
    assert service.client.get("/api/v1/model", headers={"Host": "evil.example"}).status_code == 403, (
        "a name made to point here"
    )
    elsewhere = TestClient(service.app, client=("10.0.0.9", 1), base_url="http://127.0.0.1")
    assert elsewhere.get("/api/v1/model").status_code == 403
    letter = {"body": "路灯不亮已经一个月了，请来修。"}
    foreign = service.client.post("/api/v1/petitions", json=letter, headers={"Origin": "http://evil.example"})
    assert foreign.status_code == 403
    own = service.client.post("/api/v1/petitions", json=letter, headers={"Origin": "http://127.0.0.1"})
    assert own.status_code == 201


def test_expiry_is_kept_in_utc(service: Service) -> None:
    made = service.client.post(
        "/api/v1/keys", json={"name": "oa", "scopes": ["score"], "days": 1}, headers=service.login("admin")
    ).json()
    assert dt.datetime.fromisoformat(made["key"]["expires_at"]) == service.now() + dt.timedelta(1)
