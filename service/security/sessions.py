"""Logins of staff: the browser holds a random token, the server everything else."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.security import tokens
from service.security.permissions import Principal, permissions_of
from service.store.tables import SessionRow, UserRow

COOKIE: Final = "petition_risk_session"
CSRF_HEADER: Final = "X-CSRF-Token"
#: Writing down every use would make a writer of every read.
_NOTED_EVERY: Final = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a session lives unused, and at most."""

    idle: dt.timedelta
    most: dt.timedelta


@dataclass(frozen=True, slots=True)
class Login:
    """What the browser gets: the token for its cookie, and the value it must repeat in `X-CSRF-Token`."""

    token: str
    csrf: str


def begin(session: Session, user: UserRow, now: dt.datetime) -> Login:
    """Begin a session; the token is always a new one, whatever the browser had before."""
    login = Login(tokens.new(), tokens.new())
    session.add(
        SessionRow(token_hash=tokens.digest(login.token), csrf=login.csrf, user_id=user.id, created_at=now, used_at=now)
    )
    return login


def look_up(session: Session, token: str, now: dt.datetime, life: Lifetime) -> tuple[SessionRow, Principal] | None:
    """Return the session of a token and who it is; None when there is none, or no longer."""
    query = (
        select(SessionRow, UserRow)
        .join(UserRow, UserRow.id == SessionRow.user_id)
        .where(SessionRow.token_hash == tokens.digest(token), UserRow.active)
    )
    found = session.execute(query).first()
    if found is None:
        return None
    row, user = found
    if now - row.used_at > life.idle or now - row.created_at > life.most:
        return None
    return row, Principal(user.name, "user", permissions_of(user.roles), row.id)


def needs_note(row: SessionRow, now: dt.datetime) -> bool:
    """Tell whether the time of last use should be written down again."""
    return now - row.used_at > _NOTED_EVERY


def note_use(session: Session, row_id: int, now: dt.datetime) -> None:
    """Write down that a session was used."""
    if row := session.get(SessionRow, row_id):
        row.used_at = now


def end(session: Session, token: str) -> None:
    """End a session."""
    session.execute(delete(SessionRow).where(SessionRow.token_hash == tokens.digest(token)))


def sweep(session: Session, now: dt.datetime, life: Lifetime) -> None:
    """Forget sessions that can no longer be used."""
    old = (SessionRow.used_at < now - life.idle) | (SessionRow.created_at < now - life.most)
    session.execute(delete(SessionRow).where(old))
