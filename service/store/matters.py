"""Matters as people see them: lists, the letters of one and why they are in it, and what staff decide about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from service.store import audit, match
from service.store.cursor import read_cursor, write_cursor
from service.store.errors import Clash, Missing, Refused
from service.store.tables import LabelRow, MatterDecisionRow, MatterLetterRow, MatterRow, PetitionRow

M, L, P = MatterRow, MatterLetterRow, PetitionRow
_LATEST: Final = dt.date(9999, 12, 31)
#: Orders of the list, all with the largest first.
ORDERS: Final[dict[str, InstrumentedAttribute[Any]]] = {"latest": M.last_received, "letters": M.letters, "risk": M.risk}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which matters: every condition that is not None must hold; `labels` must each be that of some letter."""

    labels: Sequence[str] = ()
    area: str | None = None
    last_from: dt.date | None = None
    last_to: dt.date | None = None
    least: int = 1
    text: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of matters and the cursor of the next, None on the last."""

    rows: list[MatterRow]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Member:
    """A letter of a matter: the letter it is nearest to, how surely they belong together, the words they share."""

    petition: PetitionRow
    nearest: str | None
    probability: float | None
    words: list[str]
    copy: bool


def page(session: Session, wanted: Filter, order: str, cursor: str | None, limit: int) -> Page:
    """Return up to `limit` matters after `cursor`; raises `Refused` for a cursor that is not one of ours."""
    by = ORDERS[order]
    query = select(M).where(*_conditions(wanted))
    if cursor is not None:
        value, last = read_cursor(cursor, order, dated=order == "latest")
        query = query.where(or_(by < value, and_(by == value, M.id < last)))
    rows = list(session.scalars(query.order_by(by.desc(), M.id.desc()).limit(limit + 1)))
    if len(rows) <= limit:
        return Page(rows, None)
    rows = rows[:limit]
    return Page(rows, write_cursor(order, getattr(rows[-1], by.key), rows[-1].id))


def find(session: Session, public_id: str) -> MatterRow:
    """Return a matter; the id of one that was merged leads to the one it is part of now."""
    row = session.scalar(select(M).where(M.public_id == public_id))
    while row is not None and row.merged_into is not None:
        row = session.get(M, row.merged_into)
    if row is None or not row.letters:
        raise Missing("没有这个事项")
    return row


def of(session: Session, petition_id: int) -> MatterRow | None:
    """Return the matter of a petition; None while it waits to be grouped, which takes about a minute at most."""
    return session.scalar(select(M).join(L, L.matter_id == M.id).where(L.petition_id == petition_id))


def of_many(session: Session, petition_ids: Collection[int]) -> dict[int, MatterRow]:
    """Return the matters of petitions by petition."""
    query = select(L.petition_id, M).join(M, M.id == L.matter_id).where(L.petition_id.in_(list(petition_ids)))
    return dict(session.execute(query).all())


def letters(session: Session, matter_id: int, limit: int, offset: int = 0) -> list[Member]:
    """Return letters of a matter, the newest first."""
    nearest = aliased(P)
    query = (
        select(P, L, nearest.public_id)
        .join(L, L.petition_id == P.id)
        .outerjoin(nearest, nearest.id == L.nearest_id)
        .where(L.matter_id == matter_id)
        .order_by(P.received.desc(), P.id.desc())
        .limit(limit)
        .offset(offset)
    )
    found = session.execute(query).all()
    return [Member(p, near, place.probability, place.words, place.copy) for p, place, near in found]


def labels(session: Session, matter_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Return how many letters of each matter carry each label."""
    out: dict[int, dict[str, int]] = {i: {} for i in matter_ids}
    query = (
        select(L.matter_id, LabelRow.name, func.count())
        .join(LabelRow, LabelRow.petition_id == L.petition_id)
        .where(L.matter_id.in_(list(out)))
        .group_by(L.matter_id, LabelRow.name)
    )
    for matter, name, count in session.execute(query):
        out[matter][name] = count
    return out


def merge(session: Session, public_ids: Sequence[str], reason: str, now: dt.datetime, actor: str) -> MatterRow:
    """Make matters one, under the name of the oldest. It holds against every likeness, and in the weekly scan, too."""
    match.state(session, lock=True)
    rows = sorted({row.id: row for row in (find(session, i) for i in public_ids)}.values(), key=lambda row: row.id)
    if len(rows) < 2:
        raise Clash("这些已经是同一个事项")
    named = [_first(session, row.id) for row in rows]
    for gone in rows[1:]:
        match.unite(session, rows[0].id, gone.id, now, actor, reason)
    _decided(session, "merge", named, reason, now, actor)
    match.refresh(session, {rows[0].id})
    match.touch(session)
    session.flush()
    session.refresh(rows[0])
    return rows[0]


def split(
    session: Session, public_id: str, petitions: Sequence[str], reason: str, now: dt.datetime, actor: str
) -> MatterRow:
    """Take letters out of a matter into one of their own, which is never joined to the old one by likeness."""
    match.state(session, lock=True)
    source = find(session, public_id)
    query = (
        select(P)
        .join(L, L.petition_id == P.id)
        .where(L.matter_id == source.id, P.public_id.in_(petitions))
        .order_by(P.received, P.id)
    )
    taken = list(session.scalars(query))
    if len(taken) < len(set(petitions)):
        raise Missing("所选来信不都在这个事项里：请刷新后重新选择")
    if len(taken) >= source.letters:
        raise Refused("不能把全部来信都拆出去：至少要留一封在原事项")
    row = match.found(session, taken[0].id)
    values = {"matter_id": row.id, "strand": row.id}
    session.execute(update(L).where(L.petition_id.in_([p.id for p in taken])).values(values))
    match.bar(session, source.id, row.id)
    _decided(session, "split", [p.public_id for p in taken], reason, now, actor)
    details = {"from": source.public_id, "letters": [p.public_id for p in taken]}
    audit.record(session, now, actor, "matter.split", row.public_id, reason=reason, details=details)
    match.refresh(session, {source.id, row.id})
    match.touch(session)
    session.flush()
    session.refresh(row)
    return row


def decisions(session: Session) -> list[MatterDecisionRow]:
    """Return what staff decided, oldest first."""
    return list(session.scalars(select(MatterDecisionRow).order_by(MatterDecisionRow.id)))


def _first(session: Session, matter_id: int) -> str:
    query = select(P.public_id).join(L, L.petition_id == P.id).where(L.matter_id == matter_id)
    found = session.scalar(query.order_by(P.received, P.id).limit(1))
    assert found  # noqa: S101  no standing matter is without letters
    return found


def _decided(session: Session, action: str, letters: Sequence[str], reason: str, now: dt.datetime, actor: str) -> None:
    session.add(MatterDecisionRow(at=now, actor=actor, action=action, letters=list(letters), reason=reason))


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    out: list[ColumnElement[bool]] = [M.letters >= max(1, wanted.least)]
    if wanted.area is not None:
        out.append(M.area == wanted.area)
    if wanted.last_from is not None:
        out.append(M.last_received >= wanted.last_from)
    if wanted.last_to is not None:
        out.append(M.last_received <= wanted.last_to)
    out += [
        select(LabelRow)
        .join(L, L.petition_id == LabelRow.petition_id)
        .where(L.matter_id == M.id, LabelRow.name == name)
        .exists()
        for name in wanted.labels
    ]
    if wanted.text:
        out.append(M.title.icontains(wanted.text, autoescape=True))
    return out
