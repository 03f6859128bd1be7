"""What became of a letter, beside its labels and never among them.

An outcome depends on the office's work as much as on the matter: a grave matter that was answered well ends quietly. A
model that learnt from outcomes would learn to call it harmless.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from risk_model.tables.atomic import atomic
from service.store.clock import OPEN, accept_by
from service.store.tables import MatterLetterRow, PetitionRow, StateRow


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a letter: dates kept (None: not yet decided), days until the end, further letters on the matter.

    `further_letters` is None where matters have not been grouped.
    """

    letter: str
    state: str
    accepted_in_time: bool | None
    answered_in_time: bool | None
    days: int | None
    further_letters: int | None


def outcomes(session: Session, today: dt.date, petition_ids: Sequence[int] | None = None) -> Iterator[Outcome]:
    """Yield the outcome of every registered letter, or of some."""
    wanted = None if petition_ids is None else set(petition_ids)
    first: dict[int, dt.datetime] = {}
    ended: dict[int, dt.datetime] = {}
    steps = select(StateRow).order_by(StateRow.id)
    rows_of = select(PetitionRow).order_by(PetitionRow.id)
    if wanted is not None:
        steps, rows_of = steps.where(StateRow.petition_id.in_(wanted)), rows_of.where(PetitionRow.id.in_(wanted))
    for step in session.scalars(steps):
        first.setdefault(step.petition_id, step.at)
        if step.after not in OPEN:
            ended[step.petition_id] = step.at
    rows = list(session.scalars(rows_of))
    matter_of, received = _matters(session, wanted)
    for row in rows:
        end = ended[row.id].date() if row.state not in OPEN and row.id in ended else None
        began = first[row.id].date() if row.id in first else None
        yield Outcome(
            row.public_id,
            row.state,
            _kept(began, accept_by(row.received), today),
            _kept(end, row.finish_by, today),
            (end - row.received).days if end else None,
            sum(day > row.received for day in received[matter_of[row.id]]) if row.id in matter_of else None,
        )


def _matters(session: Session, wanted: set[int] | None) -> tuple[dict[int, int], dict[int, list[dt.date]]]:
    """Return the matter of each letter, and the days on which letters came to each matter."""
    placed = select(MatterLetterRow.petition_id, MatterLetterRow.matter_id)
    days = select(MatterLetterRow.matter_id, PetitionRow.received).join(
        PetitionRow, PetitionRow.id == MatterLetterRow.petition_id
    )
    if wanted is not None:
        placed = placed.where(MatterLetterRow.petition_id.in_(wanted))
        own = select(MatterLetterRow.matter_id).where(MatterLetterRow.petition_id.in_(wanted))
        days = days.where(MatterLetterRow.matter_id.in_(own))
    received: dict[int, list[dt.date]] = defaultdict(list)
    for matter, day in session.execute(days):
        received[matter].append(day)
    return dict(session.execute(placed).all()), received


@dataclass(frozen=True, slots=True)
class Summed:
    """Outcomes counted: (in time, decided) of accepting and answering; (with further letters, grouped)."""

    accepted: tuple[int, int]
    answered: tuple[int, int]
    further: tuple[int, int]


def summed(found: Iterable[Outcome]) -> Summed:
    """Count outcomes; what is not decided yet is not counted."""
    every = list(found)

    def share(values: list[bool | None]) -> tuple[int, int]:
        known = [v for v in values if v is not None]
        return sum(known), len(known)

    return Summed(
        share([o.accepted_in_time for o in every]),
        share([o.answered_in_time for o in every]),
        share([None if o.further_letters is None else o.further_letters > 0 for o in every]),
    )


def _kept(done: dt.date | None, due: dt.date, today: dt.date) -> bool | None:
    if done is not None:
        return done <= due
    return False if today > due else None


def write(path: Path, found: Iterator[Outcome]) -> int:
    """Write outcomes as JSON lines; returns how many."""
    count = 0
    with atomic(path) as file:
        for outcome in found:
            file.write((json.dumps(asdict(outcome), ensure_ascii=False) + "\n").encode())
            count += 1
    return count
