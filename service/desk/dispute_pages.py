"""复核分歧: where readers of a letter differ, both decisions side by side, and how far readers agree."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from risk_model.feedback import Agreement, Conflict, Decision, settle
from risk_model.taxonomy import FACTOR_NAMES, LEVELS, RISK_OUTPUT, SUBTAG_NAMES, TAG_NAMES, TAG_OF, label
from service.api.petitions import PublicId
from service.desk.case import ESCALATION
from service.desk.inbox import openings
from service.desk.pages import Desk, PageGuard
from service.desk.rail import by_id
from service.learning import quality
from service.learning.decisions import decisions
from service.security.permissions import Permission
from service.store import audit, petitions
from service.store.tables import ReviewRow

router = APIRouter(include_in_schema=False)
Approver = Annotated[Desk, Depends(PageGuard(Permission.REVIEWS_APPROVE))]

CAPACITIES: Final = {"triager": "研判", "approver": "审批", "system": "办公系统"}
_GROUPS: Final = (
    ("tags", "标签", TAG_NAMES),
    ("subtags", "具体类别", SUBTAG_NAMES),
    ("factors", "风险因素", FACTOR_NAMES),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader of a capacity said last, when and why; nobody's name."""

    reader: int
    capacity: str
    at: dt.datetime
    reasons: tuple[str, ...]
    level: int | None


@dataclass(frozen=True, slots=True)
class Question:
    """A label in dispute and what each reader said of it (None: nothing)."""

    name: str
    label: str
    group: str
    of: str
    said: tuple[bool | None, ...]


@router.get("/desk/learning/conflicts")
def overview(desk: Approver) -> HTMLResponse:
    """List the letters in dispute, and how far readers agree by label."""
    with desk.core.store.reading() as session:
        _, found = settle(decisions(session))
        letters: dict[str, list[Conflict]] = {}
        for conflict in found:
            letters.setdefault(conflict.letter, []).append(conflict)
        rows = by_id(session, list(letters))
        agreed = quality.agreed(session)
    lines = [(row, _labels(letters[row.public_id]), _capacities(letters[row.public_id])) for row in rows]
    return desk.page(
        "learning_conflicts.html", "conflicts", lines=lines, openings=openings(rows), agreed=_split(agreed)
    )


def _split(agreed: dict[str, Agreement]) -> dict[str, list[tuple[str, Agreement]]]:
    """Return tags and risk first, the rest apart; empty where nobody has read a letter after another."""
    if not agreed:
        return {}
    first = [n for n in (*TAG_NAMES, RISK_OUTPUT) if n in agreed]
    return {"first": [(n, agreed[n]) for n in first], "rest": [(n, a) for n, a in agreed.items() if n not in first]}


def _labels(found: list[Conflict]) -> list[str]:
    return list(dict.fromkeys("升级程度" if c.output in LEVELS else label(c.output) for c in found))


def _capacities(found: list[Conflict]) -> list[str]:
    return [CAPACITIES[role] for role, _ in max((c.said for c in found), key=len)]


@router.get("/desk/learning/conflicts/{id}")
def one(id: PublicId, desk: Approver) -> HTMLResponse:
    """Show a letter in dispute, what each reader said of it, and the form for the last word; recorded as a reading."""
    core = desk.core
    with core.store.writing() as session:
        row = petitions.find(session, id)
        audit.record(session, core.now(), desk.who.actor, "petition.read", id, model_version=row.model_version)
        made = list(decisions(session, [row.id]))
        reviews = petitions.reviews_of(session, row.id)
    settled, found = settle(made)
    readings = _readings(made, reviews)
    return desk.page(
        "learning_conflict.html",
        "conflicts",
        row=row,
        opening=openings([row])[id],
        readings=readings,
        questions=_questions(found, made, len(readings)),
        groups=[(key, text) for key, text, _ in _GROUPS],
        is_level=any(c.output in LEVELS for c in found),
        escalation=ESCALATION,
        settled=_standing(settled[0].values if settled else {}),
        parents=TAG_OF,
        party=any(r.actor == desk.who.actor for r in reviews),
    )


def _readings(made: list[Decision], reviews: list[ReviewRow]) -> list[Reading]:
    """Return the readers in order of their first word, with all reasons they gave."""
    why = {r.at: r.reason for r in reviews} | {r.decided_at: r.decided_reason for r in reviews if r.decided_at}
    out: dict[int, Reading] = {}
    for decision in made:
        before = out.get(decision.reader)
        level = decision.labels.level if decision.labels.level is not None else before.level if before else None
        reasons = (*(before.reasons if before else ()), why.get(decision.at) or "")
        given = tuple(r for r in reasons if r)
        out[decision.reader] = Reading(decision.reader, CAPACITIES[decision.role], decision.at, given, level)
    return list(out.values())


def _questions(found: list[Conflict], made: list[Decision], readers: int) -> list[Question]:
    held: dict[int, dict[str, int]] = {}
    for decision in made:
        held.setdefault(decision.reader, {}).update(decision.labels.values())
    order = list(held)
    questions = []
    for conflict in found:
        group = next((key for key, _, names in _GROUPS if conflict.output in names), None)
        if group:
            said = tuple(None if (v := held[r].get(conflict.output)) is None else bool(v) for r in order[:readers])
            of = TAG_OF.get(conflict.output, "")
            questions.append(Question(conflict.output, label(conflict.output), group, of, said))
    return questions


def _standing(values: dict[str, int]) -> dict[str, Any]:
    """Return what is not in dispute, by group: the names that hold."""
    return {key: [n for n in names if values.get(n)] for key, _, names in _GROUPS}
