"""The weekly lot: drawn once a week is over, read like any other letter, and the only measure of quality."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from risk_model.feedback import draw
from service.store.errors import Clash, Refused
from service.store.learning_tables import LotRow
from service.store.tables import PetitionRow, ReviewRow


def monday(week: str) -> dt.date:
    """Return the first day of an ISO week such as 2026-W23; raises `Refused` for what is none.

    >>> monday("2026-W23")
    datetime.date(2026, 6, 1)
    """
    try:
        year, number = week.split("-W")
        return dt.date.fromisocalendar(int(year), int(number), 1)
    except ValueError:
        raise Refused("周次应写成 2026-W23 的形式") from None


def week_of(day: dt.date) -> str:
    """Return the ISO week of a day.

    >>> week_of(dt.date(2026, 6, 7))
    '2026-W23'
    """
    year, number, _ = day.isocalendar()
    return f"{year}-W{number:02}"


def registered(session: Session, week: str) -> dict[str, int]:
    """Return the letters received in a week: public id and key."""
    first = monday(week)
    query = select(PetitionRow.public_id, PetitionRow.id).where(
        PetitionRow.received >= first, PetitionRow.received < first + dt.timedelta(7)
    )
    return dict(session.execute(query).all())


def drawn(session: Session, week: str) -> list[LotRow]:
    """Return the lot of a week, empty where none was drawn."""
    return list(session.scalars(select(LotRow).where(LotRow.week == week).order_by(LotRow.petition_id)))


def take(session: Session, week: str, today: dt.date, now: dt.datetime, size: int) -> tuple[list[LotRow], bool]:
    """Draw the lot of a week that is over, once; returns it and whether it is new. A week without letters has none.

    Public ids are random, so nobody can choose a letter into the lot or out of it.
    """
    if kept := drawn(session, week):
        return kept, False
    if today < monday(week) + dt.timedelta(7):
        raise Clash("这一周还没有结束：周日之后才能抽样，先抽会漏掉后来的信")
    letters = registered(session, week)
    rows = [
        LotRow(week=week, petition_id=letters[x], drawn_at=now, registered=len(letters))
        for x in draw(letters, week, size)
    ]
    session.add_all(rows)
    session.flush()
    return rows, bool(rows)


def unread(session: Session, rows: Sequence[LotRow]) -> set[int]:
    """Return the keys of the letters of a lot that nobody has reviewed."""
    ids = [row.petition_id for row in rows]
    said = select(ReviewRow.petition_id).where(
        ReviewRow.petition_id.in_(ids), ReviewRow.status.not_in(("rejected", "undone"))
    )
    return set(ids) - set(session.scalars(said))


def weeks(session: Session) -> list[str]:
    """Return the weeks that have a lot, newest first."""
    return sorted(session.scalars(select(LotRow.week).distinct()), reverse=True)
