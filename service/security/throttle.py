"""Failed logins slow the account and the address down, on every worker and across restarts."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from service.store.tables import FailureRow

#: Five in a minute: a person who mistypes gets through, a program does not.
MOST: Final = 5
WINDOW: Final = dt.timedelta(minutes=1)


def subjects(account: str, address: str) -> list[str]:
    """Return what is counted: digests, so that the table is no list of accounts or addresses."""
    return [hashlib.sha256(f"{kind}:{value}".encode()).hexdigest() for kind, value in (("a", account), ("h", address))]


def wait(session: Session, counted: list[str], now: dt.datetime) -> int:
    """Return the seconds to wait before the next try, 0 if it may be made now."""
    since = now - WINDOW
    query = (
        select(func.count(), func.min(FailureRow.at))
        .where(FailureRow.subject.in_(counted), FailureRow.at > since)
        .group_by(FailureRow.subject)
        .having(func.count() >= MOST)
    )
    oldest = [first for _, first in session.execute(query)]
    return max((math.ceil((first + WINDOW - now).total_seconds()) for first in oldest), default=0)


def failed(session: Session, counted: list[str], now: dt.datetime) -> None:
    """Count a failed login, and forget those that no longer matter."""
    session.execute(delete(FailureRow).where(FailureRow.at <= now - WINDOW))
    session.add_all(FailureRow(subject=subject, at=now) for subject in counted)


def passed(session: Session, account: str) -> None:
    """Forget the failures of an account whose owner has logged in; the address stays counted."""
    session.execute(delete(FailureRow).where(FailureRow.subject == subjects(account, "")[0]))
