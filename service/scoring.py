"""Scoring off the event loop: letters are checked one by one, so that a bad one fails alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

from anyio import CapacityLimiter, to_thread
from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from risk_model.model import RiskModel
from risk_model.schema import Assessment, Petition
from risk_model.text import prepare_many
from service.api.schemas import FIELDS, LetterIn
from service.errors import ERRORS, field_errors
from service.metrics import Metrics

T = TypeVar("T")

#: The office's cuts of the risk, high and medium; None: those of the model.
CutsOf = Callable[[], tuple[float, float] | None]
#: Seconds for which the cuts are not asked again.
_CUTS_LAST: Final = 2.0
_TOO_LONG: Final = {"field": "body", "reason": "太长"}


@dataclass(frozen=True, slots=True)
class Scored:
    """A letter of a call: what was assessed, or what is wrong with it."""

    index: int
    id: str
    assessment: Assessment | None
    details: tuple[dict[str, str], ...] = ()


class Scoring:
    """The verified model behind a queue: calls are served in order, `threads` at a time, so none waits out of turn."""

    def __init__(
        self, model: RiskModel, threads: int, most_chars: int, metrics: Metrics, cuts: CutsOf = lambda: None
    ) -> None:
        self.model = model
        self._cuts = cuts
        self._looked = -_CUTS_LAST
        self.most_chars = most_chars
        self.metrics = metrics
        self._limiter = CapacityLimiter(threads)
        model.assess("启动时先评一封信，第一位来访者就不必等待。")
        _ = model.scorer.tables
        # A server lives long enough for compiled code to pay, wherever it is installed.
        model.engines.compile_aside()

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:
        """Run a function of this class in a scoring thread."""
        return await to_thread.run_sync(partial(function, *arguments), limiter=self._limiter)

    def score(self, items: Sequence[Any], evidence: int) -> list[Scored]:
        """Assess unchecked items as they were received."""
        checked = [self._checked(i, item) for i, item in enumerate(items)]
        petitions = [x for x in checked if isinstance(x, Petition)]
        assessments = iter(self.assess(petitions, evidence))
        return [x if isinstance(x, Scored) else _scored(i, next(assessments)) for i, x in enumerate(checked)]

    def assess(self, petitions: Sequence[Petition], evidence: int) -> list[Assessment]:
        """Assess letters and count them."""
        started = time.perf_counter()
        self.renew_cuts()
        out = self.model.score(petitions, evidence)
        self.metrics.scoring_seconds.observe(time.perf_counter() - started)
        self.metrics.items.labels("scored").inc(len(out))
        for assessment in out:
            self.metrics.bands.labels(assessment.risk_band).inc()
        return out

    def renew_cuts(self) -> None:
        """Take over the office's cuts; another worker may have changed them a few seconds ago."""
        if time.monotonic() - self._looked < _CUTS_LAST:
            return
        self._looked = time.monotonic()
        thresholds = self.model.thresholds
        cuts = self._cuts()
        if cuts and cuts != (thresholds.high, thresholds.medium):
            self.model = self.model.with_cuts(*cuts)

    def too_long(self, letter: LetterIn) -> bool:
        """Tell whether a letter has more text than the office allows."""
        return len(letter.title) + len(letter.body) > self.most_chars

    def _checked(self, index: int, item: Any) -> Petition | Scored:
        details: list[dict[str, str]]
        try:
            letter = LetterIn.model_validate(item)
            details = [_TOO_LONG] if self.too_long(letter) else []
        except ValidationError as error:
            details = field_errors(error.errors(include_url=False), FIELDS)
        if details:
            self.metrics.items.labels("failed").inc()
            given = item.get("id") if isinstance(item, dict) else None
            return Scored(index, given if isinstance(given, str) else "", None, tuple(details))
        return Petition(body=letter.body, title=letter.title, received=letter.received, area=letter.area, id=letter.id)


def _scored(index: int, assessment: Assessment) -> Scored:
    return Scored(index, assessment.id, assessment)


def masked(petition: Petition) -> Petition:
    """Return a petition as it may be stored: normalised, and every identifier of a person masked."""
    title, body, area = prepare_many([petition.title, petition.body, petition.area])
    return Petition(body=body, title=title, received=petition.received, area=area, id=petition.id)


def plain(assessment: Assessment) -> dict[str, Any]:
    """Return an assessment as the store keeps it: types of JSON only."""
    out: dict[str, Any] = to_jsonable_python(assessment_view(assessment))
    return out


def item_view(scored: Scored) -> dict[str, Any]:
    """Return a letter's part of the answer."""
    head = {"ok": scored.assessment is not None, "index": scored.index, "id": scored.id}
    if scored.assessment is not None:
        return head | {"assessment": assessment_view(scored.assessment)}
    code, message = ERRORS[422]
    return head | {"error": {"code": code, "message": message, "details": list(scored.details)}}


def assessment_view(a: Assessment) -> dict[str, Any]:
    """Return `a.to_dict()` without its copies of copies: this runs once a letter."""
    due = a.due
    return {
        "probabilities": a.probabilities,
        "tags": a.tags,
        "subtags": a.subtags,
        "factors": a.factors,
        "mass_incident_risk": a.mass_incident_risk,
        "risk_band": a.risk_band,
        "review": a.review,
        "evidence": [
            {"text": c.text, "field": c.field, "start": c.start, "end": c.end, "weight": c.weight} for c in a.evidence
        ],
        "facts": [fact.to_dict() for fact in a.facts],
        "due": {
            "accept_by": due.accept_by,
            "finish_by": due.finish_by,
            "extended_to": due.extended_to,
            "departments": due.departments,
            "joint_meeting": due.joint_meeting,
            "mediation": due.mediation,
            "basis": due.basis,
        },
        "model_version": a.model_version,
        "disclaimer": a.disclaimer,
    }
