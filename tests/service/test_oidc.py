"""Login by a provider: a small real one on this machine, which signs with its own key and checks PKCE."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from pydantic import ValidationError

from service.settings import Settings
from tests.service.conftest import Service, Start

CLIENT, SECRET = "desk", "agreed in an office"
BACK = "http://127.0.0.1/api/v1/session/oidc/callback"


@dataclass
class Provider:
    """An OpenID provider at which the same person is always logged in; `wrong` changes claims of its tokens."""

    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, auto_kid=True))
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "wang", "office": {"roles": ["xf-clerk", "other"]}})
    wrong: dict[str, Any] = field(default_factory=dict)
    sign: Callable[[dict[str, Any]], str] | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def get(self, path: str, query: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        if path == "/.well-known/openid-configuration":
            names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            return (
                200,
                {},
                json.dumps({"issuer": self.issuer} | {k: f"{self.issuer}/{v}" for k, v in names.items()}).encode(),
            )
        if path == "/keys":
            return 200, {}, json.dumps({"keys": [self.key.as_dict(private=False)]}).encode()
        assert path == "/authorize"
        assert (query["client_id"], query["redirect_uri"], query["response_type"]) == (CLIENT, BACK, "code")
        assert query["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return 302, {"Location": f"{BACK}?{urlencode({'code': code, 'state': query['state']})}"}, b""

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, str], bytes]:
        right = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        proof = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if authorization != f"Basic {right}" or asked is None or asked["code_challenge"] != proof:
            return 400, {}, b'{"error": "invalid_grant"}'
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
        token = (self.sign or self._signed)(claims | self.claims | self.wrong)
        return 200, {}, json.dumps({"access_token": "x", "token_type": "Bearer", "id_token": token}).encode()

    def _signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)


@pytest.fixture
def provider() -> Iterator[Provider]:
    said = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            split = urlsplit(self.path)
            self.reply(*said.get(split.path, {k: v[0] for k, v in parse_qs(split.query).items()}))

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.reply(*said.token({k: v[0] for k, v in form.items()}, self.headers.get("Authorization", "")))

        def reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in (
                headers | {"Content-Type": "application/json", "Content-Length": str(len(body))}
            ).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    said.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield said
    server.shutdown()
    server.server_close()


@pytest.fixture
def office(start: Start, fresh_database: Callable[[str], str], provider: Provider) -> Service:
    return start(
        fresh_database("sqlite"), public_url="http://127.0.0.1", oidc_issuer=provider.issuer, oidc_client_id=CLIENT,
        oidc_client_secret=SECRET, oidc_roles_claim="office.roles", oidc_roles={"xf-clerk": "triager", "xf-it": "admin"},
    )  # fmt: skip


def go(office: Service) -> Any:
    """Log in as a browser does: to the provider, and with its answer back."""
    office.client.cookies.clear()
    away = office.client.get("/api/v1/session/oidc", follow_redirects=False)
    assert away.status_code == 303, away.text
    back = httpx.get(away.headers["location"]).headers["location"]
    return office.client.get(back.removeprefix("http://127.0.0.1"))


def test_somebody_the_provider_knows_gets_in(office: Service) -> None:
    answer = go(office)
    assert answer.status_code == 200, answer.text
    who = office.client.get("/api/v1/session").json()
    assert who["actor"] == "user:sso.wang"
    assert "reviews:write" in who["permissions"]
    assert "reviews:approve" not in who["permissions"]
    login = {"username": "sso.wang", "password": "x" * 12}
    assert office.client.post("/api/v1/session", json=login).status_code == 401, "no password leads in"


def test_roles_follow_the_provider(office: Service, provider: Provider) -> None:
    go(office)
    provider.claims["office"] = {"roles": ["xf-it"]}
    go(office)
    assert "users" in office.client.get("/api/v1/session").json()["permissions"]
    provider.claims["office"] = {"roles": ["other"]}
    assert go(office).status_code == 403


def test_a_disabled_account_stays_out(office: Service) -> None:
    go(office)
    headers = office.login("admin")
    assert office.client.patch("/api/v1/users/sso.wang", json={"active": False}, headers=headers).status_code == 200
    assert go(office).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [{"iss": "http://elsewhere"}, {"aud": "another"}, {"exp": 1}, {"nonce": "another"}, {"sub": None}, {"iat": None}],
)
def test_a_token_that_is_not_in_order(office: Service, provider: Provider, wrong: dict[str, Any]) -> None:
    provider.wrong = wrong
    assert go(office).status_code == 403


def test_a_token_signed_by_somebody_else(office: Service, provider: Provider) -> None:
    other = RSAKey.generate_key(2048)
    shared = OctKey.import_key(SECRET * 4)
    provider.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": provider.key.kid}, claims, other)
    assert go(office).status_code == 403
    provider.sign = lambda claims: jwt.encode({"alg": "HS256"}, claims, shared)
    assert go(office).status_code == 403


def test_only_the_browser_that_began_can_finish(office: Service) -> None:
    office.client.cookies.clear()
    away = office.client.get("/api/v1/session/oidc", follow_redirects=False)
    back = httpx.get(away.headers["location"]).headers["location"].removeprefix("http://127.0.0.1")
    office.client.cookies.clear()
    assert office.client.get(back).status_code == 403
    assert office.client.get("/api/v1/session/oidc/callback?state=&code=x").status_code == 403


def test_a_provider_that_is_away(start: Start, fresh_database: Callable[[str], str]) -> None:
    away = {"public_url": "http://127.0.0.1", "oidc_client_id": CLIENT, "oidc_issuer": "http://127.0.0.1:9"}
    assert start(fresh_database("sqlite"), **away).client.get("/api/v1/session/oidc").status_code == 503


def test_off_by_default(open_service: Service) -> None:
    assert open_service.client.get("/api/v1/session/oidc").status_code == 404
    with pytest.raises(ValidationError, match="PUBLIC_URL"):
        Settings(oidc_issuer="https://id.example")
