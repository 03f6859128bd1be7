"""What the weekly report is given of the learning loop: quality of the last lots and drift, as of a day."""

from __future__ import annotations

import datetime as dt
import math
from typing import Final

from sqlalchemy.orm import Session

from risk_model.feedback import Quality
from risk_model.feedback.measured import Cause, Hit, Lot, Measured, Moved
from risk_model.taxonomy import RISK_OUTPUT
from service.learning import lot, quality
from service.learning.drift import drift

#: Lots told one by one.
_WEEKS: Final = 8


def measured(session: Session, week: str, today: dt.date, url: str = "") -> Measured | None:
    """Return what is known by the end of a week; None where neither lots nor drift say anything."""
    after = lot.monday(week) + dt.timedelta(7)
    weeks = quality.weeks_before(after, quality.QUARTER)
    found = quality.measured(session, weeks)
    moved = drift(session, week, url)
    if not found.drawn and not moved.charts:
        return None
    lots = [w for w in found.by_week if w.drawn][-_WEEKS:]
    return Measured(
        as_of=today,
        outputs=tuple(_hit(name, q) for name, q in found.outputs.items()),
        lots=tuple(
            Lot(
                w.week, w.drawn, w.read, _hit(RISK_OUTPUT, w.outputs[RISK_OUTPUT]) if RISK_OUTPUT in w.outputs else None
            )
            for w in lots
        ),
        drift_week=moved.week if moved.charts else "",
        drift=tuple(
            Moved(
                c.name,
                c.level,
                _known(c.value),
                _known(c.before),
                tuple(Cause(x.name, x.count, x.expected) for x in c.causes),
            )
            for c in moved.charts
        ),
    )


def _hit(name: str, q: Quality) -> Hit:
    return Hit(
        name, q.letters, q.precision.hits, q.precision.of, q.recall.of, q.foretold, q.low, q.high, q.happened
    )  # fmt: skip


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
