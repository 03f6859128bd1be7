"""What grouping reads and writes: letters that wait, letters they may belong with, and where they were placed.

The index over all letters is a table of hashed n-grams, so the work for a new letter does not grow with the book.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.orm import Session

from risk_model.matters import name_matter
from service.store import audit
from service.store.tables import (
    AssessmentRow,
    MatterBarRow,
    MatterLetterRow,
    MatterRow,
    MatterStateRow,
    MatterTermRow,
    MatterWaitRow,
    PetitionRow,
)

P, L, T = PetitionRow, MatterLetterRow, MatterTermRow
_STATE: Final = 1
#: Longer than a batch takes; a killed worker's place is free after this time.
LEASE: Final = dt.timedelta(seconds=60)
#: An n-gram in this many letters names no matter; no more places of it are kept, which bounds every look-up.
MOST_PLACES: Final = 400
#: Letters at each end of a strand that new ones are compared with (`risk_model.matters.week`).
_FIRST, _LAST = 8, 16
#: Values in one statement, well below what either database allows.
_AT_ONCE: Final = 500
#: Who groups, in the audit log.
ACTOR: Final = "machine:matters"


@dataclass(frozen=True, slots=True)
class Letter:
    """A petition as grouping reads it; `matter` and `strand` are None while it waits."""

    id: int
    public_id: str
    title: str
    body: str
    received: dt.date
    area: str
    probabilities: Mapping[str, float]
    matter: int | None = None
    strand: int | None = None
    copy: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a letter belongs: a standing matter and strand, or None for the new matter that `founder` founds."""

    id: int
    matter: int | None
    strand: int | None
    founder: int
    nearest: int | None
    probability: float | None
    words: tuple[str, ...]
    copy: bool
    terms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Union:
    """Two standing matters that new letters show to be one."""

    kept: int
    gone: int
    reason: str


def state(session: Session, *, lock: bool = False) -> MatterStateRow:
    """Return the one row of the state, made at the first call that may write."""
    row = session.get(MatterStateRow, _STATE, with_for_update=lock, populate_existing=True)
    if row is None:
        row = MatterStateRow(id=_STATE, revision=0, seen=0, counts="", lease=None, lease_until=None)
        if lock:
            session.add(row)
            session.flush()
    return row


def lease(session: Session, worker: str, now: dt.datetime) -> bool:
    """Take the place of the one who groups; False while somebody else has it or nothing waits."""
    if session.scalar(select(MatterWaitRow.petition_id).limit(1)) is None:
        return False
    row = state(session, lock=True)
    if row.lease not in (None, worker) and row.lease_until is not None and row.lease_until > now:
        return False
    row.lease, row.lease_until = worker, now + LEASE
    return True


def release(session: Session, worker: str) -> None:
    """Give the place back."""
    row = state(session, lock=True)
    if row.lease == worker:
        row.lease = row.lease_until = None


def touch(session: Session) -> None:
    """Raise the revision: whoever groups at present must look again."""
    state(session, lock=True).revision += 1


def waiting(session: Session, most: int) -> list[Letter]:
    """Return letters without a matter, those received first before others."""
    query = select(P).join(MatterWaitRow, MatterWaitRow.petition_id == P.id).order_by(P.received, P.id).limit(most)
    rows = session.scalars(query).all()
    said = _probabilities(session, [row.id for row in rows])
    return [_letter(row, said[row.id]) for row in rows]


def places(session: Session, terms: Collection[int]) -> list[tuple[int, int]]:
    """Return (term, petition) for these terms, those that occur everywhere left out."""
    found: list[tuple[int, int]] = []
    for some in _chunks(sorted(terms)):
        found += session.execute(select(T.term, T.petition_id).where(T.term.in_(some)))
    return found


def strands(session: Session, petitions: Collection[int]) -> dict[int, int]:
    """Return the strand of each petition."""
    out: dict[int, int] = {}
    for some in _chunks(sorted(petitions)):
        out |= dict(session.execute(select(L.petition_id, L.strand).where(L.petition_id.in_(some))).all())
    return out


def known(session: Session, strands: Collection[int]) -> list[Letter]:
    """Return the first and last letters of these strands, in order of id."""
    out: list[Letter] = []
    for some in _chunks(sorted(strands)):
        rows = session.execute(_ends(some)).all()
        said = _probabilities(session, [p.id for p, _ in rows])
        out += [_letter(p, said[p.id], place) for p, place in rows]
    return sorted(out, key=lambda letter: letter.id)


def _ends(some: Sequence[int]) -> Select[PetitionRow, MatterLetterRow]:
    rank = func.row_number().over(partition_by=L.strand, order_by=L.petition_id).label("rank")
    size = func.count().over(partition_by=L.strand).label("size")
    ends = select(L.petition_id, rank, size).where(L.strand.in_(some)).subquery()
    return (
        select(P, L)
        .join(L, L.petition_id == P.id)
        .join(ends, ends.c.petition_id == P.id)
        .where((ends.c.rank <= _FIRST) | (ends.c.rank > ends.c.size - _LAST))
    )


def bars(session: Session, matters: Collection[int]) -> list[tuple[int, int]]:
    """Return the pairs among these matters that staff keep apart."""
    out: list[tuple[int, int]] = []
    for some in _chunks(sorted(matters)):
        query = select(MatterBarRow.low, MatterBarRow.high).where(MatterBarRow.low.in_(some))
        out += [(low, high) for low, high in session.execute(query) if high in matters]
    return out


def keep(
    session: Session, seen: int, placed: Sequence[Place], unions: Iterable[Union], counts: str | None, now: dt.datetime
) -> bool:
    """Write where letters belong; False, and nothing is written, where matters changed after revision `seen`.

    `counts` replaces the kept frequencies where it is not None.
    """
    row = state(session, lock=True)
    if row.revision != seen:
        return False
    row.revision += 1
    row.seen += len(placed)
    if counts is not None:
        row.counts = counts
    founded: dict[int, int] = {}
    touched: set[int] = set()
    for place in placed:
        if place.matter is None and place.founder not in founded:
            founded[place.founder] = found(session, place.founder).id
    for place in placed:
        new = founded.get(place.founder, 0)
        matter, strand = place.matter or new, place.strand or new
        touched.add(matter)
        session.add(
            L(
                petition_id=place.id, matter_id=matter, strand=strand, nearest_id=place.nearest,
                probability=place.probability, words=list(place.words), copy=place.copy,
            )
        )  # fmt: skip
    session.flush()
    _index(session, placed)
    for union in unions:
        unite(session, union.kept, union.gone, now, ACTOR, union.reason)
        session.execute(update(L).where(L.strand == union.gone).values(strand=union.kept))
        touched.add(union.kept)
    refresh(session, touched)
    for some in _chunks([place.id for place in placed]):
        session.execute(delete(MatterWaitRow).where(MatterWaitRow.petition_id.in_(some)))
    return True


def found(session: Session, founder: int) -> MatterRow:
    """Make a matter that is named by a petition; one that founds again gets another name."""
    petition = session.get_one(P, founder)
    turn = session.scalar(select(func.count()).select_from(MatterRow).where(MatterRow.founder_id == founder)) or 0
    row = MatterRow(
        public_id=name_matter(petition.public_id, turn),
        founder_id=founder,
        title=_title(petition),
        area=petition.area,
        letters=0,
        first_received=petition.received,
        last_received=petition.received,
        risk=petition.risk,
    )
    session.add(row)
    session.flush()
    return row


def unite(session: Session, kept: int, gone: int, now: dt.datetime, actor: str, reason: str) -> None:
    """Let the letters of `gone` belong to `kept`; matters barred for the one are barred for the other."""
    session.execute(update(L).where(L.matter_id == gone).values(matter_id=kept))
    pairs = session.execute(
        select(MatterBarRow.low, MatterBarRow.high).where((MatterBarRow.low == gone) | (MatterBarRow.high == gone))
    ).all()
    session.execute(delete(MatterBarRow).where((MatterBarRow.low == gone) | (MatterBarRow.high == gone)))
    for low, high in pairs:
        bar(session, kept, high if low == gone else low)
    row, into = session.get_one(MatterRow, gone), session.get_one(MatterRow, kept)
    # An empty matter says nothing, so it also keeps no words.
    row.merged_into, row.letters, row.title = kept, 0, ""
    audit.record(session, now, actor, "matter.merge", into.public_id, reason=reason, details={"gone": row.public_id})


def bar(session: Session, one: int, other: int) -> None:
    """Keep two matters apart."""
    low, high = min(one, other), max(one, other)
    if low != high and session.get(MatterBarRow, (low, high)) is None:
        session.add(MatterBarRow(low=low, high=high))
        session.flush()


def refresh(session: Session, matters: Collection[int]) -> None:
    """Bring the counts of these matters up to date."""
    session.flush()
    for some in _chunks(sorted(matters)):
        query = (
            select(L.matter_id, func.count(), func.min(P.received), func.max(P.received), func.max(P.risk))
            .join(P, P.id == L.petition_id)
            .where(L.matter_id.in_(some))
            .group_by(L.matter_id)
        )
        for matter, letters, first, last, risk in session.execute(query).all():
            values = {"letters": letters, "first_received": first, "last_received": last, "risk": risk}
            session.execute(update(MatterRow).where(MatterRow.id == matter).values(values))


def forget(session: Session, petitions: Sequence[int]) -> set[int]:
    """Take petitions that are about to be deleted out of the index; returns the matters they were in."""
    touched: set[int] = set()
    for some in _chunks(petitions):
        touched |= set(session.scalars(select(L.matter_id).where(L.petition_id.in_(some))))
        session.execute(delete(T).where(T.petition_id.in_(some)))
    touch(session)
    return touched


def mend(session: Session, matters: Collection[int]) -> None:
    """After a deletion: rename matters whose first letter is gone after the next one, and delete those without letters."""
    refresh(session, matters)
    for number in sorted(matters):
        first = session.scalar(
            select(P).join(L, L.petition_id == P.id).where(L.matter_id == number).order_by(P.received, P.id).limit(1)
        )
        row = session.get_one(MatterRow, number, populate_existing=True)
        if first is None:
            row.letters, row.title, row.area = 0, "", ""
        elif row.founder_id is None:
            row.founder_id, row.title, row.area = first.id, _title(first), first.area
    session.flush()


def _title(petition: PetitionRow) -> str:
    return petition.title or petition.body[:30]


def _index(session: Session, placed: Sequence[Place]) -> None:
    wanted = sorted({term for place in placed for term in place.terms})
    size: dict[int, int] = {}
    for some in _chunks(wanted):
        query = select(T.term, func.count()).where(T.term.in_(some)).group_by(T.term)
        size |= dict(session.execute(query).all())
    rows = [
        {"term": term, "petition_id": place.id}
        for place in placed
        for term in place.terms
        if size.get(term, 0) < MOST_PLACES
    ]
    if rows:
        session.execute(insert(T), rows)


def _probabilities(session: Session, petitions: Sequence[int]) -> dict[int, Mapping[str, float]]:
    out: dict[int, Mapping[str, float]] = {}
    for some in _chunks(petitions):
        query = select(AssessmentRow).where(AssessmentRow.petition_id.in_(some)).order_by(AssessmentRow.id)
        out |= {row.petition_id: row.result["probabilities"] for row in session.scalars(query)}
    return out


def _letter(row: PetitionRow, said: Mapping[str, float], place: MatterLetterRow | None = None) -> Letter:
    return Letter(
        row.id, row.public_id, row.title, row.body, row.received, row.area, said,
        *((place.matter_id, place.strand, place.copy) if place else ()),
    )  # fmt: skip


def _chunks(values: Sequence[int]) -> Iterable[Sequence[int]]:
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))
