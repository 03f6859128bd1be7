"""单件研判: one letter, why it is judged as it is, its clock, and what people decided; and a letter tried without keeping it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from risk_model.model import RiskModel
from risk_model.schema import Petition
from risk_model.taxonomy import FACTOR_NAMES, SUBTAGS, TAG_NAMES
from service.api import views
from service.api.petition_schemas import PetitionOut, ReviewOut
from service.api.petitions import PublicId
from service.api.schemas import LetterIn
from service.api.score import ready
from service.desk import matters
from service.desk.grounds import GROUNDS, reasons
from service.desk.inbox import openings
from service.desk.pages import ENVIRONMENT, Desk, PageGuard
from service.desk.rail import rail_of
from service.desk.reading import read
from service.errors import ApiError
from service.learning.queue import Asked, why
from service.scoring import masked, plain
from service.security.permissions import Permission
from service.store import audit, clock, notes, petitions

router = APIRouter(include_in_schema=False)
Reader = Annotated[Desk, Depends(PageGuard(Permission.PETITIONS_READ))]
Scorer = Annotated[Desk, Depends(PageGuard(Permission.SCORE))]
Lens = Annotated[str, Query(max_length=64)]

_EVIDENCE: Final = 8
#: Escalation if left unanswered, as the annotation guide has it.
ESCALATION: Final = ("0 不会升级", "1 个别诉求", "2 群体诉求", "3 重大群体诉求")
#: A sub-tag that is not asserted but this likely is shown, so that it can be added.
_POSSIBLE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Judgement:
    """A tag, sub-tag or factor as the page shows it: how likely, and whether it counts."""

    name: str
    probability: float
    counts: bool


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the history."""

    at: dt.datetime
    actor: str
    what: str
    reason: str
    review: ReviewOut | None = None


@router.get("/desk/petitions/{id}")
def show(
    id: PublicId, desk: Reader, lens: Lens = "", list: Annotated[str, Query(max_length=2000)] = ""
) -> HTMLResponse:
    """Show everything of a petition; the reading is recorded in the audit log."""
    core, model = desk.core, ready(desk.core).model
    today = core.today()
    with core.store.writing() as session:
        row = petitions.find(session, id)
        audit.record(session, core.now(), desk.who.actor, "petition.read", id, model_version=row.model_version)
        whole = views.whole(session, row, today, core.settings.due_soon_days)
        registered = (row.registered_at, row.registered_by)
    said = whole.assessment.model_dump()
    with core.store.reading() as session:
        beside_list = rail_of(session, desk, list)
        rail = views.summaries(session, beside_list.rows, today, core.settings.due_soon_days)
        asked = _asked(session, id, said, model) if beside_list.is_review else None
        beside_it = matters.beside(session, id)
        levels = notes.levels(session, [r.id for r in whole.reviews])
    letter = Petition(whole.body, whole.petition.title, whole.petition.received, whole.petition.area)
    return desk.page(
        "case.html",
        "inbox",
        list=beside_list,
        rail=rail,
        openings=openings(beside_list.rows),
        grounds=GROUNDS,
        asked=reasons(asked) if asked and not whole.petition.reviewed else [],
        whole=whole,
        p=whole.petition,
        reading=read(model, letter, said, lens),
        judgements=_judgements(said, whole),
        thresholds=model.thresholds,
        stale=whole.assessment.model_version != model.version,
        steps=clock.STEPS[whole.petition.state],
        pending=[r for r in whole.reviews if r.status == "pending"],
        mine=_undoable(whole, desk.who.actor),
        history=_history(whole, registered, levels),
        escalation=ESCALATION,
        beside=beside_it,
    )


def _asked(session: Session, public_id: str, said: dict[str, Any], model: RiskModel) -> Asked:
    return why(session, petitions.find(session, public_id), said, model.thresholds)


def _judgements(said: dict[str, Any], whole: PetitionOut) -> dict[str, Any]:
    chances = said["probabilities"]
    now = {*whole.petition.tags, *whole.petition.subtags, *whole.petition.factors}
    tags = []
    for tag in TAG_NAMES:
        under = [
            Judgement(s.name, chances[s.name], s.name in now)
            for s in SUBTAGS
            if s.tag == tag and (s.name in now or chances[s.name] >= _POSSIBLE)
        ]
        others = [s.name for s in SUBTAGS if s.tag == tag and s.name not in {u.name for u in under}]
        tags.append((Judgement(tag, chances[tag], tag in now), sorted(under, key=lambda j: -j.probability), others))
    return {"tags": tags, "factors": {f: Judgement(f, chances[f], f in now) for f in FACTOR_NAMES}}


def _undoable(whole: PetitionOut, actor: str) -> int | None:
    live = [r for r in whole.reviews if r.status != "undone"]
    if live and live[-1].actor == actor and live[-1].status in ("counted", "pending"):
        return live[-1].id
    return None


def _history(whole: PetitionOut, registered: tuple[dt.datetime, str], levels: dict[int, int]) -> list[Event]:
    at, actor = registered
    events = [Event(at, actor, "登记", "")]
    events += [
        Event(step.at, step.actor, f"{clock.STATES[step.before]} → {clock.STATES[step.after]}", step.reason)
        for step in whole.history
    ]
    decided = {"confirm": "确认研判", "correct": "更正"}
    for r in whole.reviews:
        level = f"，升级程度判为“{ESCALATION[levels[r.id]]}”" if r.id in levels else ""
        events.append(Event(r.at, r.actor, decided[r.decision] + level, r.reason, r))
    return sorted(events, key=lambda e: e.at, reverse=True)


@router.get("/desk/try")
def try_page(desk: Scorer) -> HTMLResponse:
    """Show a box for a letter that is assessed and forgotten."""
    return desk.page("try.html", "try", most=desk.core.settings.max_text_chars)


@router.post("/desk/try")
async def try_letter(body: LetterIn, desk: Scorer, lens: Lens = "") -> dict[str, str]:
    """Assess a letter without keeping it; answers with the piece of the page that shows it."""
    scoring = ready(desk.core)
    if scoring.too_long(body):
        raise ApiError(422, f"文字太长：标题和正文合计最多{scoring.most_chars}字")
    return {"html": await scoring.run(_tried, desk, body, lens)}


def _tried(desk: Desk, body: LetterIn, lens: str) -> str:
    scoring = ready(desk.core)
    letter = masked(Petition(body.body, body.title, body.received or desk.core.today(), body.area))
    (assessment,) = scoring.assess([letter], _EVIDENCE)
    said = plain(assessment)
    return ENVIRONMENT.get_template("tried.html").render(
        said=said,
        reading=read(scoring.model, letter, said, lens),
        thresholds=scoring.model.thresholds,
        letter=letter,
    )
