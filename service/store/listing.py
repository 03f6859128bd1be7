"""Lists of petitions: filters, three orders, and cursors that stay right while letters come in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, UnaryExpression, and_, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.store.clock import OPEN
from service.store.cursor import read_cursor, write_cursor
from service.store.tables import LabelRow, MatterLetterRow, MatterRow, PetitionRow, ReviewRow

P = PetitionRow
_LATEST: Final = dt.date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which petitions: every condition that is not None must hold; `labels` must all be there.

    `text` looks into masked titles and bodies. `due_before` leaves out what is closed. `waits`: a lower band waits for a
    second person.
    """

    labels: Sequence[str] = ()
    band: str | None = None
    area: str | None = None
    state: str | None = None
    received_from: dt.date | None = None
    received_to: dt.date | None = None
    due_from: dt.date | None = None
    due_before: dt.date | None = None
    text: str = ""
    is_open: bool | None = None
    reviewed: bool | None = None
    look: bool | None = None
    waits: bool = False
    matter: str | None = None


@dataclass(frozen=True, slots=True)
class _Order:
    column: InstrumentedAttribute[Any]
    descending: bool


#: Newest: last registered first. Risk: highest first. Due: what the law wants next first.
ORDERS: Final[dict[str, _Order]] = {
    "newest": _Order(P.id, True),
    "risk": _Order(P.risk, True),
    "due": _Order(P.due_on, False),
}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of petitions and the cursor of the next, None on the last."""

    rows: list[PetitionRow]
    cursor: str | None


def page(session: Session, wanted: Filter, order: str, cursor: str | None, limit: int) -> Page:
    """Return up to `limit` petitions after `cursor`; raises `Refused` for a cursor that is not one of ours."""
    by = ORDERS[order]
    query = select(P).where(*conditions(wanted))
    if order == "due":
        query = query.where(P.due_on.is_not(None))
    if cursor is not None:
        query = query.where(_after(by, *read_cursor(cursor, order, dated=order == "due")))
    rows = list(session.scalars(query.order_by(*_direction(by)).limit(limit + 1)))
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(rows, write_cursor(order, getattr(rows[-1], by.column.key), rows[-1].id) if more else None)


def count(session: Session, wanted: Filter) -> int:
    """Return how many petitions there are of a kind."""
    return session.scalar(select(func.count()).select_from(P).where(*conditions(wanted))) or 0


def conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    """Return the conditions of a filter."""
    pairs = [
        (wanted.band, P.band == wanted.band),
        (wanted.area, P.area == wanted.area),
        (wanted.state, P.state == wanted.state),
        (wanted.received_from, P.received >= (wanted.received_from or _LATEST)),
        (wanted.received_to, P.received <= (wanted.received_to or _LATEST)),
        (wanted.due_from, P.due_on >= (wanted.due_from or _LATEST)),
        (wanted.due_before, P.due_on < (wanted.due_before or _LATEST)),
        (wanted.is_open, P.state.in_(OPEN) if wanted.is_open else P.state.not_in(OPEN)),
        (wanted.reviewed, P.reviewed == wanted.reviewed),
        (wanted.look, P.look == wanted.look),
    ]
    out: list[ColumnElement[bool]] = [condition for value, condition in pairs if value is not None]
    out += [
        select(LabelRow).where(LabelRow.petition_id == P.id, LabelRow.name == name).exists() for name in wanted.labels
    ]
    if wanted.matter is not None:
        place = select(MatterLetterRow.petition_id).join(MatterRow, MatterRow.id == MatterLetterRow.matter_id)
        out.append(P.id.in_(place.where(MatterRow.public_id == wanted.matter)))
    if wanted.waits:
        out.append(P.id.in_(select(ReviewRow.petition_id).where(ReviewRow.status == "pending")))
    if wanted.text:
        out.append(or_(P.title.icontains(wanted.text, autoescape=True), P.body.icontains(wanted.text, autoescape=True)))
    return out


def _direction(by: _Order) -> list[UnaryExpression[Any]]:
    return [c.desc() if by.descending else c.asc() for c in (by.column, P.id)]


def _after(by: _Order, value: Any, last: int) -> ColumnElement[bool]:
    beyond, next_id = (by.column < value, P.id < last) if by.descending else (by.column > value, P.id > last)
    return or_(beyond, and_(by.column == value, next_id)) if value is not None else false()
