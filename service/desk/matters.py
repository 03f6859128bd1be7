"""Letters about the same matter, as the pages show them: folded into one line, and listed beside a letter."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.store import matters
from service.store.clock import OPEN
from service.store.tables import MatterLetterRow, MatterRow, PetitionRow

#: Letters listed beside one; the inbox shows all of a matter.
_MOST: Final = 12


@dataclass(frozen=True, slots=True)
class Same:
    """Another letter of the same matter, how surely it belongs there and the words that link it."""

    id: str
    title: str
    received: str
    state: str
    likeness: float | None
    words: tuple[str, ...]
    copy: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """The matter of a letter and its other letters; `total` counts all of them, the letter itself included."""

    matter: str
    total: int
    letters: list[Same]


@dataclass(frozen=True, slots=True)
class Fold:
    """Further open letters of the matter behind a line of the inbox."""

    matter: str
    others: int


def beside(session: Session, public_id: str) -> Beside | None:
    """Return the other letters of a petition's matter, surest first; None while it waits to be grouped."""
    own = session.scalar(select(PetitionRow.id).where(PetitionRow.public_id == public_id))
    matter = matters.of(session, own) if own is not None else None
    if matter is None:
        return None
    found = matters.letters(session, matter.id, _MOST + 1)
    mine = next((m for m in found if m.petition.public_id == public_id), None)
    letters = []
    for m in found:
        if m.petition.public_id == public_id:
            continue
        # The pair is linked from whichever of the two came later.
        link = mine if mine and mine.nearest == m.petition.public_id else m
        letters.append(
            Same(
                m.petition.public_id,
                m.petition.title or m.petition.body[:28] + "…",
                m.petition.received.isoformat(),
                m.petition.state,
                link.probability,
                tuple(link.words),
                link.copy,
            )
        )
    letters.sort(key=lambda s: -(s.likeness or 0))
    return Beside(matter.public_id, matter.letters, letters[:_MOST])


def fold(session: Session, rows: list[PetitionRow]) -> tuple[list[PetitionRow], dict[str, Fold]]:
    """Keep the first line of each matter, and tell what stands behind it, by public id."""
    placed = matters.of_many(session, [row.id for row in rows])
    many = {m.id for m in placed.values() if m.letters > 1}
    open_letters = _open(session, many)
    kept, folds, seen = [], {}, set()
    for row in rows:
        matter = placed.get(row.id)
        if matter is None or matter.id not in many:
            kept.append(row)
            continue
        if matter.id in seen:
            continue
        seen.add(matter.id)
        kept.append(row)
        if others := open_letters.get(matter.id, 0) - (row.state in OPEN):
            folds[row.public_id] = Fold(matter.public_id, others)
    return kept, folds


def name(session: Session, public_id: str) -> str:
    """Return what a matter is called, its id where it is not known."""
    row = session.scalar(select(MatterRow).where(MatterRow.public_id == public_id))
    return row.title if row and row.title else public_id


def _open(session: Session, matter_ids: Collection[int]) -> dict[int, int]:
    query = (
        select(MatterLetterRow.matter_id, func.count())
        .join(PetitionRow, PetitionRow.id == MatterLetterRow.petition_id)
        .where(MatterLetterRow.matter_id.in_(matter_ids), PetitionRow.state.in_(OPEN))
        .group_by(MatterLetterRow.matter_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}
