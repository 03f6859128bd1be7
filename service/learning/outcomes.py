"""What became of a letter, beside its labels and never among them.

An outcome depends on the office's work as much as on the matter: a grave matter that was answered well ends quietly. A
model that learnt from outcomes would learn to call it harmless.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterator
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


def outcomes(session: Session, today: dt.date) -> Iterator[Outcome]:
    """Yield the outcome of every registered letter."""
    first: dict[int, dt.datetime] = {}
    ended: dict[int, dt.datetime] = {}
    for step in session.scalars(select(StateRow).order_by(StateRow.id)):
        first.setdefault(step.petition_id, step.at)
        if step.after not in OPEN:
            ended[step.petition_id] = step.at
    matter_of = dict(session.execute(select(MatterLetterRow.petition_id, MatterLetterRow.matter_id)).all())
    received: dict[int, list[dt.date]] = defaultdict(list)
    rows = list(session.scalars(select(PetitionRow).order_by(PetitionRow.id)))
    for row in rows:
        if row.id in matter_of:
            received[matter_of[row.id]].append(row.received)
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
