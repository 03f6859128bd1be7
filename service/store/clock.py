"""The statutory clock of a registered petition: states, lawful steps, and the date that is due next.

Dates count from the day of receipt (`risk_model.deadlines`). A risk band, high or low, never moves them.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from risk_model.deadlines import ACCEPT_DAYS, EXTENSION_DAYS, FINISH_DAYS
from service.store.errors import Clash, Refused

STATES: Final = {
    "pending": "待受理",
    "accepted": "已受理",
    "handling": "办理中",
    "closed": "已办结",
    "declined": "不予受理",
}
#: Lawful steps. A closed or declined matter can be taken up again, for a stated reason.
STEPS: Final[dict[str, tuple[str, ...]]] = {
    "pending": ("accepted", "declined"),
    "accepted": ("handling", "closed"),
    "handling": ("closed",),
    "closed": ("handling",),
    "declined": ("accepted",),
}
#: Steps that somebody will ask about later.
_NEED_REASON: Final = frozenset({("pending", "declined"), ("closed", "handling"), ("declined", "accepted")})
OPEN: Final = ("pending", "accepted", "handling")


def accept_by(received: dt.date) -> dt.date:
    """Return the last day to decide on acceptance."""
    return received + dt.timedelta(ACCEPT_DAYS)


def finish_by(received: dt.date, extended: bool = False) -> dt.date:
    """Return the last day to finish.

    >>> finish_by(dt.date(2026, 3, 1)), finish_by(dt.date(2026, 3, 1), extended=True)
    (datetime.date(2026, 4, 30), datetime.date(2026, 5, 30))
    """
    return received + dt.timedelta(FINISH_DAYS + EXTENSION_DAYS * extended)


def due_on(state: str, accept: dt.date, finish: dt.date) -> dt.date | None:
    """Return the date that is due next; None once nothing is."""
    if state == "pending":
        return accept
    return finish if state in OPEN else None


def check_step(before: str, after: str, reason: str) -> None:
    """Raise unless the step is lawful and, where needed, explained."""
    if after not in STEPS[before]:
        allowed = "、".join(STATES[s] for s in STEPS[before])
        raise Clash(f"“{STATES[before]}”的事项不能直接改为“{STATES[after]}”，可以改为：{allowed}")
    if (before, after) in _NEED_REASON and not reason.strip():
        raise Refused(f"改为“{STATES[after]}”必须写明理由")
