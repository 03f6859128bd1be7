"""From reviews in the store to decisions that can leave it: no name of a reviewer, none of a petitioner."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from risk_model.feedback import Decision, Labels, is_locked
from risk_model.taxonomy import FACTOR_NAMES, SUBTAG_NAMES, TAG_NAMES, TAG_OF
from service.store.learning_tables import LotRow, ReviewNoteRow
from service.store.notes import UNNOTED
from service.store.tables import AssessmentRow, PetitionRow, ReviewRow

#: Letters in memory at a time.
_CHUNK: Final = 500
#: Reviews that say something: not those that wait, were rejected or taken back.
_COUNT: Final = ("counted", "approved")


@dataclass(slots=True)
class _Letter:
    """A letter while its reviews are gone through: what stood at the time, and who has read it so far."""

    row: PetitionRow
    drawn: bool
    standing: set[str]
    version: str
    readers: dict[str, int]

    def decision(self, actor: str, role: str, at: dt.datetime, kind: str, labels: Labels) -> Decision:
        reader = self.readers.setdefault(actor, len(self.readers) + 1)
        source = "sample" if self.drawn else "inbox"
        return Decision(
            self.row.public_id, self.row.title, self.row.body, reader, role, at, kind, source, self.version, labels
        )


def decisions(session: Session, petition_ids: Sequence[int] | None = None) -> Iterator[Decision]:
    """Yield what people decided, letter by letter, oldest review first; of all letters, or of some."""
    query = select(ReviewRow.petition_id).where(ReviewRow.status.in_(_COUNT)).distinct()
    if petition_ids is not None:
        query = query.where(ReviewRow.petition_id.in_(petition_ids))
    ids = sorted(session.scalars(query))
    for start in range(0, len(ids), _CHUNK):
        yield from _of(session, ids[start : start + _CHUNK])


def reviewed(session: Session) -> tuple[int, int]:
    """Return how many letters have a review that counts, and how many of them are locked."""
    query = (
        select(PetitionRow.public_id)
        .join(ReviewRow, ReviewRow.petition_id == PetitionRow.id)
        .where(ReviewRow.status.in_(_COUNT))
        .distinct()
    )
    ids = list(session.scalars(query))
    return len(ids), sum(map(is_locked, ids))


def _of(session: Session, ids: Sequence[int]) -> Iterator[Decision]:
    petitions = {p.id: p for p in session.scalars(select(PetitionRow).where(PetitionRow.id.in_(ids)))}
    drawn = set(session.scalars(select(LotRow.petition_id).where(LotRow.petition_id.in_(ids))))
    shown: dict[int, list[AssessmentRow]] = defaultdict(list)
    for said in session.scalars(
        select(AssessmentRow).where(AssessmentRow.petition_id.in_(ids)).order_by(AssessmentRow.id)
    ):
        shown[said.petition_id].append(said)
    reviews: dict[int, list[tuple[ReviewRow, ReviewNoteRow | None]]] = defaultdict(list)
    made = select(ReviewRow).where(ReviewRow.petition_id.in_(ids), ReviewRow.status.in_(_COUNT)).order_by(ReviewRow.id)
    rows = list(session.scalars(made))
    noted = select(ReviewNoteRow).where(ReviewNoteRow.review_id.in_([r.id for r in rows]))
    notes = {note.review_id: note for note in session.scalars(noted)}
    for review in rows:
        reviews[review.petition_id].append((review, notes.get(review.id)))
    for key in ids:
        letter = _Letter(petitions[key], key in drawn, set(), "", {})
        for review, note in reviews[key]:
            _show(letter, shown[key], review.at)
            yield from _decided(letter, review, note)


def _show(letter: _Letter, assessments: Sequence[AssessmentRow], at: dt.datetime) -> None:
    """Let what the newest model said by then stand, where it is newer than what stands."""
    seen = [a for a in assessments if a.at <= at] or assessments[:1]
    if seen and seen[-1].model_version != letter.version:
        result: dict[str, Any] = seen[-1].result
        if not letter.version:
            letter.standing = {*result["tags"], *result["subtags"], *result["factors"]}
        letter.version = seen[-1].model_version


def _decided(letter: _Letter, review: ReviewRow, note: ReviewNoteRow | None) -> Iterator[Decision]:
    labels = _labels(letter, review)
    labels = replace(labels, level=note.level if note else None)
    kind = "settle" if note and note.settles else review.decision
    role = note.role if note else ("system" if review.actor.startswith("key:") else UNNOTED)
    if labels != Labels():
        yield letter.decision(review.actor, role, review.at, kind, labels)
    if labels.tags is not None:
        named = {*labels.tags, *(labels.subtags or ()), *(labels.factors or ())}
        kept = {n for n in letter.standing if n in FACTOR_NAMES} if labels.factors is None else set()
        kept |= {n for n in letter.standing if TAG_OF.get(n) in labels.tags} if labels.subtags is None else set()
        letter.standing = named | kept
    elif labels.factors is not None:
        letter.standing = {n for n in letter.standing if n not in FACTOR_NAMES} | set(labels.factors)
    if review.status == "approved" and review.decided_by and review.decided_at and labels != Labels():
        # Who approves a lower band has read the letter, too, and agrees.
        yield letter.decision(review.decided_by, "approver", review.decided_at, "confirm", labels)


def _labels(letter: _Letter, review: ReviewRow) -> Labels:
    if review.decision == "confirm":
        tags, subtags, factors = (_named(names, letter.standing) for names in (TAG_NAMES, SUBTAG_NAMES, FACTOR_NAMES))
        return Labels(tags, subtags, factors)
    # What a correction leaves out was left as it is, which is not the same as looked at.
    return Labels(_tuple(review.tags), _tuple(review.subtags), _tuple(review.factors))


def _tuple(names: list[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(names)


def _named(names: Sequence[str], standing: set[str]) -> tuple[str, ...]:
    return tuple(n for n in names if n in standing)
