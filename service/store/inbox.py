"""The order in which a desk works: open petitions by band, within a band by the date that is next; and the counts."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from service.store import listing
from service.store.clock import OPEN
from service.store.errors import Refused
from service.store.listing import Filter, Page
from service.store.tables import PetitionRow, ReviewRow

P = PetitionRow
_BANDS: Final = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many open petitions wait for what; `approval` are lower bands that wait for a second person."""

    open: int
    new: int
    soon: int
    overdue: int
    look: int
    approval: int


def page(session: Session, wanted: Filter, cursor: str | None, limit: int) -> Page:
    """Return up to `limit` open petitions after `cursor`: high before medium before low, the nearest date first.

    Each band is asked for by itself, so that the index gives the order and nothing is sorted.
    """
    begin = _read(cursor) if cursor else None
    rows: list[PetitionRow] = []
    for band in _BANDS:
        if wanted.band not in (None, band) or (begin and _BANDS.index(band) < _BANDS.index(begin[0])):
            continue
        query = select(P).where(*listing.conditions(replace(wanted, band=band)), P.due_on.is_not(None))
        if begin and band == begin[0]:
            _, day, last = begin
            query = query.where(or_(P.due_on > day, and_(P.due_on == day, P.id > last)))
        query = query.order_by(P.due_on, P.id).limit(limit + 1 - len(rows))
        rows += session.scalars(query)
        if len(rows) > limit:
            return Page(rows[:limit], _write(rows[limit - 1]))
    return Page(rows, None)


def counts(session: Session, today: dt.date, soon: dt.date) -> Counts:
    """Return the counts as of `today`; `soon` is the last day that counts as near."""
    total = func.count()
    row = session.execute(
        select(
            total,
            total.filter(P.reviewed.is_(False)),
            total.filter(P.due_on >= today, P.due_on <= soon),
            total.filter(P.due_on < today),
            total.filter(P.look.is_(True), P.reviewed.is_(False)),
        ).where(P.state.in_(OPEN))
    ).one()
    waiting = session.scalar(select(func.count(ReviewRow.petition_id.distinct())).where(ReviewRow.status == "pending"))
    return Counts(*row, waiting or 0)


def areas(session: Session, most: int) -> list[str]:
    """Return the townships and streets of the book, for a choice."""
    query = select(P.area).where(P.area != "").distinct().order_by(P.area).limit(most)
    return list(session.scalars(query))


def _write(row: PetitionRow) -> str:
    assert row.due_on  # noqa: S101  asked for
    place = [row.band, row.due_on.isoformat(), row.id]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[str, dt.date, int]:
    try:
        band, day, last = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if band not in _BANDS or type(last) is not int or not 0 <= last < 2**31:
            raise ValueError
        return band, dt.date.fromisoformat(day), last
    except (ValueError, TypeError, binascii.Error):
        raise Refused("翻页标记无效：请从第一页重新开始") from None
