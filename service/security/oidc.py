"""Logging in by the office's own OpenID provider: authorization code with PKCE, the identity token checked in full.

Needs the extra `sso`. The provider says who it is and, by a claim, which roles they have; nothing else of what it knows is read.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.security import staff, tokens
from service.security.permissions import ROLES
from service.settings import Settings
from service.store.errors import Forbidden
from service.store.tables import UserRow

#: Signatures of the provider's own key; never one with our secret, and never none.
_ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
_SCOPE: Final = "openid"
_SECONDS: Final = 10.0
#: Clocks of two machines differ a little.
_LEEWAY: Final = 60
#: Accounts of the provider are named apart from those made here, so that neither can pass for the other.
_PREFIX: Final = "sso."
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


class Unavailable(Exception):
    """The provider does not answer, or not as OpenID says."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A login under way: known to the browser that began it and to nobody else."""

    state: str
    nonce: str
    verifier: str

    def cookie(self) -> str:
        """Return it as the value of a cookie."""
        return ".".join((self.state, self.nonce, self.verifier))


def begin() -> Attempt:
    """Begin a login."""
    return Attempt(tokens.new(), tokens.new(), tokens.new())


def resume(cookie: str) -> Attempt | None:
    """Return the login that a cookie holds; None for one that holds none."""
    parts = cookie.split(".")
    return Attempt(*parts) if len(parts) == 3 and all(parts) else None


def address(settings: Settings, attempt: Attempt) -> str:
    """Return where to send the browser."""
    with _client(settings) as client:
        found: tuple[str, str] = client.create_authorization_url(
            _said(settings)["authorization_endpoint"],
            state=attempt.state,
            code_verifier=attempt.verifier,
            nonce=attempt.nonce,
        )
    return found[0]


def identity(settings: Settings, attempt: Attempt, code: str) -> tuple[str, list[str]]:
    """Exchange a code and return the account's name and roles; raises `Forbidden` for a token that is not in order."""
    said = _said(settings)
    try:
        with _client(settings) as client:
            given = client.fetch_token(said["token_endpoint"], code=code, code_verifier=attempt.verifier)
            keys = KeySet.import_key_set(
                {"keys": _json(client.request("GET", said["jwks_uri"], withhold_token=True))["keys"]}
            )
        claims = jwt.decode(given["id_token"], keys, algorithms=list(_ALGORITHMS)).claims
        jwt.JWTClaimsRegistry(
            leeway=_LEEWAY,
            iss={"essential": True, "value": settings.oidc_issuer},
            aud={"essential": True, "value": settings.oidc_client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": attempt.nonce},
        ).validate(claims)
    except httpx.HTTPError as error:
        raise Unavailable from error
    except (OAuthError, JoseError, KeyError, ValueError):
        raise Forbidden("统一身份认证没有通过：请重新登录，仍不行请联系管理员") from None
    return _name(str(claims["sub"])), roles(settings, claims)


def roles(settings: Settings, claims: Mapping[str, Any]) -> list[str]:
    """Return the roles that the claim gives; what is not in the office's table gives none."""
    found: Any = claims
    for part in settings.oidc_roles_claim.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    values = [found] if isinstance(found, str) else found if isinstance(found, Sequence) else []
    table = settings.oidc_roles or {role: role for role in ROLES}
    return sorted({table[v] for v in values if isinstance(v, str) and table.get(v) in ROLES})


def account(session: Session, name: str, given: list[str], now: dt.datetime) -> UserRow:
    """Return the account of somebody the provider knows, made at the first login; roles follow the provider each time."""
    if not given:
        raise Forbidden("你的账号在本系统没有任何角色：请联系管理员")
    row = session.scalar(select(UserRow).where(UserRow.name == name))
    if row is None:
        # Nobody knows this password: the account can be used through the provider only.
        return staff.create(session, name, tokens.new(), given, now)
    if not row.active:
        raise Forbidden("你的账号已停用：请联系管理员")
    if row.roles != given:
        staff.change(session, row, roles=given)
    return row


def _name(subject: str) -> str:
    if _NAME.fullmatch(subject):
        return _PREFIX + subject
    return _PREFIX + hashlib.sha256(subject.encode()).hexdigest()[:32]


def _client(settings: Settings) -> OAuth2Client:
    return OAuth2Client(
        settings.oidc_client_id,
        settings.oidc_client_secret.get_secret_value() or None,
        scope=_SCOPE,
        redirect_uri=f"{settings.public_url}/api/v1/session/oidc/callback",
        code_challenge_method="S256",
        timeout=_SECONDS,
    )


def _said(settings: Settings) -> dict[str, Any]:
    """Return what the provider publishes about itself."""
    try:
        said = _json(
            httpx.get(f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration", timeout=_SECONDS)
        )
    except (httpx.HTTPError, ValueError) as error:
        raise Unavailable from error
    if said.get("issuer") != settings.oidc_issuer:
        raise Unavailable
    return said


def _json(answer: httpx.Response) -> dict[str, Any]:
    answer.raise_for_status()
    out: dict[str, Any] = answer.json()
    return out
