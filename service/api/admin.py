"""Accounts and keys, for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from service.api.access_schemas import KeyIn, KeyOut, KeysOut, NewKeyOut, UserChange, UserIn, UserOut, UsersOut
from service.api.common import PREFIX, errors
from service.deps import TheCore, allowed
from service.security import keys, staff
from service.security.permissions import Permission, Principal
from service.store import audit
from service.store.tables import KeyRow, UserRow

router = APIRouter(prefix=PREFIX, tags=["管理"])
UserAdmin = Annotated[Principal, Depends(allowed(Permission.USERS))]
KeyAdmin = Annotated[Principal, Depends(allowed(Permission.KEYS))]
UserName = Annotated[str, Path(max_length=64)]
KeyId = Annotated[str, Path(pattern="^[0-9a-f]{12}$")]


@router.get("/users", summary="全部账号", responses=errors(401, 403, 429))
def users(core: TheCore, _who: UserAdmin) -> UsersOut:
    """List accounts."""
    with core.store.reading() as session:
        return UsersOut(users=[_user(row) for row in staff.everybody(session)])


@router.post("/users", status_code=201, summary="添加账号", responses=errors(400, 401, 403, 409, 413, 415, 422, 429))
def add_user(body: UserIn, core: TheCore, who: UserAdmin) -> UserOut:
    """Add an account."""
    with core.store.writing() as session:
        row = staff.create(session, body.username, body.password, body.roles, core.now())
        audit.record(session, core.now(), who.actor, "user.add", row.name, details={"roles": row.roles})
        return _user(row)


@router.patch("/users/{username}", summary="改账号", responses=errors(400, 401, 403, 404, 409, 413, 415, 422, 429))
def change_user(username: UserName, body: UserChange, core: TheCore, who: UserAdmin) -> UserOut:
    """Change password, roles or whether an account is active; its sessions end."""
    with core.store.writing() as session:
        row = staff.find(session, username)
        staff.change(session, row, password=body.password, roles=body.roles, active=body.active)
        details = {"roles": row.roles, "active": row.active, "password": body.password is not None}
        audit.record(session, core.now(), who.actor, "user.change", row.name, details=details)
        return _user(row)


@router.get("/keys", summary="全部密钥", responses=errors(401, 403, 429))
def all_keys(core: TheCore, _who: KeyAdmin) -> KeysOut:
    """List keys, without their secrets."""
    with core.store.reading() as session:
        return KeysOut(keys=[_key(row) for row in keys.all_keys(session)])


@router.post("/keys", status_code=201, summary="发放密钥", responses=errors(400, 401, 403, 413, 415, 422, 429))
def add_key(body: KeyIn, core: TheCore, who: KeyAdmin) -> NewKeyOut:
    """Make a key for a system; the secret is shown this once."""
    with core.store.writing() as session:
        row, secret = keys.create(session, body.name, body.scopes, body.days, core.now(), who.actor)
        audit.record(session, core.now(), who.actor, "key.add", row.public_id, details={"scopes": row.scopes})
        return NewKeyOut(key=_key(row), secret=secret)


@router.delete("/keys/{key_id}", summary="撤销密钥", responses=errors(401, 403, 404, 422, 429))
def revoke(key_id: KeyId, core: TheCore, who: KeyAdmin) -> KeyOut:
    """End a key at once."""
    with core.store.writing() as session:
        row = keys.revoke(session, key_id, core.now())
        audit.record(session, core.now(), who.actor, "key.revoke", row.public_id)
        return _key(row)


def _user(row: UserRow) -> UserOut:
    return UserOut(username=row.name, roles=row.roles, active=row.active, created_at=row.created_at)


def _key(row: KeyRow) -> KeyOut:
    return KeyOut(
        id=row.public_id,
        name=row.name,
        scopes=row.scopes,
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
