"""Staff accounts and the one-time link that makes the first of them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from service.security import passwords, tokens
from service.security.permissions import ROLES
from service.store.errors import Clash, Forbidden, Missing, Refused
from service.store.tables import SessionRow, SetupRow, UserRow

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,63}")
#: Long enough to walk over to the machine, short enough that a forgotten printout is worthless.
_LINK_LIFE: Final = dt.timedelta(hours=24)


def create(session: Session, name: str, password: str, roles: Sequence[str], now: dt.datetime) -> UserRow:
    """Add an account."""
    if not _NAME.fullmatch(name):
        raise Refused("账号只能用字母、数字、点、下划线、连字符，2到64个字符")
    if session.scalar(select(UserRow).where(UserRow.name == name)):
        raise Clash("已经有这个账号")
    row = UserRow(
        name=name, password_hash=passwords.hashed(password), roles=_checked(roles), active=True, created_at=now
    )
    session.add(row)
    session.flush()
    return row


def find(session: Session, name: str) -> UserRow:
    """Return an account by name."""
    row = session.scalar(select(UserRow).where(UserRow.name == name))
    if row is None:
        raise Missing("没有这个账号")
    return row


def change(
    session: Session,
    row: UserRow,
    *,
    password: str | None = None,
    roles: Sequence[str] | None = None,
    active: bool | None = None,
) -> None:
    """Change an account and end its sessions; the last active administrator stays one."""
    was_admin = row.active and "admin" in row.roles
    if password is not None:
        row.password_hash = passwords.hashed(password)
    if roles is not None:
        row.roles = _checked(roles)
    if active is not None:
        row.active = active
    session.flush()
    if was_admin and not any("admin" in user.roles for user in session.scalars(select(UserRow).where(UserRow.active))):
        raise Clash("至少要留一个有效的管理员")
    session.execute(delete(SessionRow).where(SessionRow.user_id == row.id))


def everybody(session: Session) -> list[UserRow]:
    """Return all accounts by name."""
    return list(session.scalars(select(UserRow).order_by(UserRow.name)))


def setup_link(session: Session, now: dt.datetime) -> str | None:
    """Return the secret of a new one-time link, None once there is an account; an older link stops working."""
    if session.scalar(select(func.count()).select_from(UserRow)):
        return None
    secret = tokens.new()
    session.execute(delete(SetupRow))
    session.add(SetupRow(token_hash=tokens.digest(secret), expires_at=now + _LINK_LIFE))
    return secret


def set_up(session: Session, secret: str, name: str, password: str, now: dt.datetime) -> UserRow:
    """Use the link: make the first administrator."""
    link = session.get(SetupRow, tokens.digest(secret), with_for_update=True)
    if link is None or link.expires_at <= now or session.scalar(select(func.count()).select_from(UserRow)):
        raise Forbidden("这个链接无效、已用过或已过期：重新启动服务会打印新的链接")
    session.delete(link)
    return create(session, name, password, ["admin"], now)


def _checked(roles: Sequence[str]) -> list[str]:
    if not roles or any(role not in ROLES for role in roles):
        raise Refused(f"角色只能是：{'、'.join(ROLES)}，至少一个")
    return sorted(set(roles))
