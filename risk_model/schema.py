"""What goes in and what comes out: petitions and assessments, typed and frozen.

An assessment describes a matter. Nothing here is keyed by, or says anything about, the person who wrote.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from risk_model.signals import Signal


@dataclass(frozen=True, slots=True)
class Petition:
    """One letter. `received` starts the statutory clock; `area` is the township or street, never an address."""

    body: str
    title: str = ""
    received: dt.date | None = None
    area: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Contribution:
    """How much one stretch of the letter moves the logit of one output.

    `field` is "title" or "body"; `start` and `end` are a half-open span of that field as it was received. A positive
    `weight` raises the probability.
    """

    text: str
    field: str
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """The exact account of one probability: intercept plus all contributions is the logit (within rounding)."""

    output: str
    probability: float
    logit: float
    intercept: float
    contributions: tuple[Contribution, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain types only."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Due:
    """Who usually answers and by when. Dates count from the day of receipt; a low score never delays them."""

    accept_by: dt.date | None
    finish_by: dt.date | None
    extended_to: dt.date | None
    departments: tuple[str, ...]
    joint_meeting: bool
    mediation: bool
    basis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """The judgement of one letter: probabilities in [0, 1], decisions at the model's thresholds, and why."""

    id: str
    probabilities: dict[str, float]
    tags: tuple[str, ...]
    subtags: tuple[str, ...]
    factors: tuple[str, ...]
    mass_incident_risk: float
    risk_band: str
    review: tuple[str, ...]
    evidence: tuple[Contribution, ...]
    facts: tuple[Signal, ...]
    due: Due
    model_version: str
    disclaimer: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain types only, dates as ISO 8601, ready for JSON."""
        out = asdict(self)
        out["facts"] = [fact.to_dict() for fact in self.facts]
        for name in ("accept_by", "finish_by", "extended_to"):
            day = getattr(self.due, name)
            out["due"][name] = day.isoformat() if day else None
        return out
