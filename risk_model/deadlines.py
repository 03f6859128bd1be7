"""The statutory clock: who usually answers, and by when.

Days are calendar days from the day of receipt: 15 to accept, 60 to finish, 30 more at most (see `taxonomy.STATUTE`).
Finishing counts from acceptance; until that day is known the latest lawful one, receipt + 15, would be too late a
warning, so receipt is used.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Final

from risk_model.schema import Due
from risk_model.taxonomy import STATUTE, SUBTAGS

ACCEPT_DAYS: Final = 15
FINISH_DAYS: Final = 60
EXTENSION_DAYS: Final = 30

#: Shown where no sub-tag says who answers.
_FALLBACK: Final = "信访局（登记转送）"


def due(received: dt.date | None, tags: Collection[str], subtags: Collection[str]) -> Due:
    """Return dates, departments and whether several of them should sit down together.

    >>> due(dt.date(2026, 3, 1), ["livelihood"], ["education"]).accept_by
    datetime.date(2026, 3, 16)
    """
    named = [s for s in SUBTAGS if s.name in subtags]
    departments = dict.fromkeys(d for s in named for d in s.departments)
    basis = dict.fromkeys(s.basis for s in named)
    return Due(
        accept_by=_after(received, ACCEPT_DAYS),
        finish_by=_after(received, FINISH_DAYS),
        extended_to=_after(received, FINISH_DAYS + EXTENSION_DAYS),
        departments=tuple(departments) or (_FALLBACK,),
        joint_meeting=len(set(tags)) > 1 or len({s.departments[0] for s in named}) > 2,
        mediation=any(s.mediation for s in named),
        basis=tuple(basis) or (STATUTE,),
    )


def _after(day: dt.date | None, days: int) -> dt.date | None:
    return day + dt.timedelta(days) if day else None
