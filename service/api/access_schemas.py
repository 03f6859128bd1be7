"""Bodies of the endpoints for logins, staff, keys and the audit log."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field

from service.api.schemas import Model, Text, _not_a_person, _without_nul
from service.security.permissions import ROLES, SCOPES

Name = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_without_nul), AfterValidator(_not_a_person)]
Password = Annotated[Text, Field(min_length=1, max_length=256)]
# What is not in the list is refused where accounts and keys are made, for the command line, too.
RoleName = Annotated[str, Field(max_length=64, json_schema_extra={"enum": list(ROLES)})]
Scope = Annotated[str, Field(max_length=64, json_schema_extra={"enum": [s.value for s in SCOPES]})]


class LoginIn(Model):
    """Who logs in."""

    username: Name
    password: Password


class SetupIn(LoginIn):
    """The first administrator, made with the link that the first start prints."""

    token: Annotated[Text, Field(max_length=64)]


class SessionOut(BaseModel):
    """A login; send `csrf` as `X-CSRF-Token` with whatever changes something."""

    ok: Literal[True] = True
    actor: str
    permissions: list[str]
    csrf: str | None = None


class UserIn(Model):
    """A new account."""

    username: Name
    password: Password
    roles: list[RoleName] = Field(min_length=1, max_length=len(ROLES))


class UserChange(Model):
    """What changes of an account; what is left out stays."""

    password: Password | None = None
    roles: list[RoleName] | None = Field(default=None, min_length=1, max_length=len(ROLES))
    active: bool | None = None


class PasswordIn(Model):
    """One's own new password."""

    old: Password
    new: Password


class UserOut(BaseModel):
    """An account."""

    username: str
    roles: list[str]
    active: bool
    created_at: dt.datetime


class UsersOut(BaseModel):
    """All accounts."""

    ok: Literal[True] = True
    users: list[UserOut]


class KeyIn(Model):
    """A new key for a system of the office."""

    name: Name
    scopes: list[Scope] = Field(min_length=1, max_length=len(SCOPES))
    days: int = Field(default=365, ge=1, le=730)


class KeyOut(BaseModel):
    """A key without its secret."""

    id: str
    name: str
    scopes: list[str]
    created_at: dt.datetime
    created_by: str
    expires_at: dt.datetime
    revoked_at: dt.datetime | None


class NewKeyOut(BaseModel):
    """A new key; `secret` is shown this once."""

    ok: Literal[True] = True
    key: KeyOut
    secret: str


class KeysOut(BaseModel):
    """All keys."""

    ok: Literal[True] = True
    keys: list[KeyOut]


class AuditOut(BaseModel):
    """One thing that happened."""

    seq: int
    at: str
    actor: str
    action: str
    object: str
    model_version: str
    reason: str
    details: dict[str, Any]
    hash: str


class AuditPage(BaseModel):
    """Rows in order; ask on with `after` = the last `seq`."""

    ok: Literal[True] = True
    rows: list[AuditOut]


class VerdictOut(BaseModel):
    """What a check of the chain found; `broken_at` is the first row that was changed, removed or added."""

    ok: Literal[True] = True
    rows: int
    head: str
    broken_at: int | None
