"""Keys of other systems: `prk_<public part>_<secret>`, with scopes and an expiry."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.security import tokens
from service.security.permissions import SCOPES, Permission, Principal
from service.store.errors import Missing, Refused
from service.store.tables import KeyRow

_FORM: Final = re.compile(r"prk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
#: A key nobody remembers must end by itself.
MOST_DAYS: Final = 730


def create(
    session: Session, name: str, scopes: Sequence[str], days: int, now: dt.datetime, actor: str
) -> tuple[KeyRow, str]:
    """Add a key; returns its row and the key itself, which is shown this once."""
    if not scopes or any(scope not in SCOPES for scope in scopes):
        raise Refused(f"权限范围只能是：{'、'.join(SCOPES)}，至少一个")
    if not 1 <= days <= MOST_DAYS:
        raise Refused(f"有效期须为1到{MOST_DAYS}天")
    public, secret = secrets.token_hex(6), tokens.new()
    row = KeyRow(
        public_id=public,
        secret_hash=tokens.digest(secret),
        name=name,
        scopes=sorted(set(scopes)),
        created_at=now,
        created_by=actor,
        expires_at=now + dt.timedelta(days),
    )
    session.add(row)
    session.flush()
    return row, f"prk_{public}_{secret}"


def look_up(session: Session, key: str, now: dt.datetime) -> Principal | None:
    """Return who a key stands for; None for one that is unknown, revoked or expired."""
    form = _FORM.fullmatch(key)
    row = session.scalar(select(KeyRow).where(KeyRow.public_id == form[1])) if form else None
    if form is None or row is None or not tokens.same(row.secret_hash, tokens.digest(form[2])):
        return None
    if row.revoked_at is not None or row.expires_at <= now:
        return None
    return Principal(f"{row.name}({row.public_id})", "key", frozenset(map(Permission, row.scopes)))


def revoke(session: Session, public_id: str, now: dt.datetime) -> KeyRow:
    """End a key; ending it again changes nothing."""
    row = session.scalar(select(KeyRow).where(KeyRow.public_id == public_id))
    if row is None:
        raise Missing("没有这个密钥")
    row.revoked_at = row.revoked_at or now
    return row


def all_keys(session: Session) -> list[KeyRow]:
    """Return all keys, oldest first."""
    return list(session.scalars(select(KeyRow).order_by(KeyRow.id)))
