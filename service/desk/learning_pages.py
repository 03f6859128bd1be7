"""复核与质量: what to review next, the weekly lot and what was measured on it, disputes, labels in doubt, drift."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from risk_model.drift import CHARTS, Chart, limits
from risk_model.drift.words import cause_words, value_words
from risk_model.taxonomy import RISK_OUTPUT, TAG_NAMES
from service.api import views
from service.api.score import ready
from service.desk import learning_figures as figures
from service.desk.grounds import GROUNDS, reasons
from service.desk.inbox import openings
from service.desk.pages import Desk, PageGuard
from service.desk.rail import review_list
from service.learning import lot, outcomes, quality, suspects
from service.learning.drift import BASELINE, drift
from service.learning.queue import queue
from service.security.permissions import Permission
from service.store import learning_jobs
from service.store.tables import PetitionRow

router = APIRouter(include_in_schema=False)
Reviewer = Annotated[Desk, Depends(PageGuard(Permission.REVIEWS_WRITE))]
Approver = Annotated[Desk, Depends(PageGuard(Permission.REVIEWS_APPROVE))]
Reader = Annotated[Desk, Depends(PageGuard(Permission.MODEL_READ))]
WeekName = Annotated[str, Query(pattern=r"^([0-9]{4}-W[0-9]{2})?$")]

#: Letters of the queue: what an hour or so allows.
_ASKED: Final = 20
#: Weeks offered on the page of drift.
_WEEKS: Final = 26
#: What is measured on the lots, in the order in which it is offered.
OUTPUTS: Final = (RISK_OUTPUT, *TAG_NAMES)


@router.get("/desk/learning/queue")
def asked(desk: Reviewer) -> HTMLResponse:
    """Show which letters the model would learn most from, and why."""
    core, model = desk.core, ready(desk.core).model
    with core.store.reading() as session:
        found = queue(session, model.thresholds, _ASKED)
        rows = [x.petition for x in found]
        lines = views.summaries(session, rows, core.today(), core.settings.due_soon_days)
    return desk.page(
        "learning_queue.html",
        "review",
        lines=[(line, reasons(x)) for line, x in zip(lines, found, strict=True)],
        openings=openings(rows),
        grounds=GROUNDS,
        carried=review_list([line.id for line in lines]),
    )


@router.get("/desk/learning/lots")
def lots(desk: Reader, week: WeekName = "", output: Annotated[str, Query(max_length=64)] = RISK_OUTPUT) -> HTMLResponse:
    """Show the lot of a week, and precision, recall and calibration on the lots of the last quarter."""
    core = desk.core
    watched = output if output in OUTPUTS else RISK_OUTPUT
    quarter = quality.weeks_before(core.today(), quality.QUARTER)
    with core.store.reading() as session:
        drawn_weeks = lot.weeks(session)
        offered = sorted({*drawn_weeks, quarter[-1]}, reverse=True)
        chosen = week or offered[0]
        found = quality.measured(session, quarter)
        context = _lot(desk, session, chosen)
    return desk.page(
        "learning_lots.html",
        "lots",
        week=chosen,
        weeks=offered if chosen in offered else [chosen, *offered],
        over=core.today() >= lot.monday(chosen) + dt.timedelta(7),
        measured=found,
        lots=[w for w in reversed(found.by_week) if w.drawn],
        output=watched,
        outputs=OUTPUTS,
        figures=figures.of_lots(found, watched) if any(w.outputs for w in found.by_week) else [],
        schedule=_schedule(desk),
        **context,
    )


_DAYS: Final = dict(zip(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "一二三四五六日", strict=True))


def _schedule(desk: Desk) -> str:
    settings = desk.core.settings
    if settings.lot_day == "off":
        return "没有设置自动抽样，由研判人员在这里抽取。"
    return f"每周{_DAYS[settings.lot_day]}{settings.lot_hour}点自动抽取上一周的{settings.lot_size}封。"


def _lot(desk: Desk, session: Session, week: str) -> dict[str, Any]:
    """Return what a page tells of a week's lot; the letters only to those who review."""
    core = desk.core
    drawn = lot.drawn(session, week)
    unread = lot.unread(session, drawn)
    registered = drawn[0].registered if drawn else len(lot.registered(session, week))
    out: dict[str, Any] = {
        "registered": registered, "drawn": len(drawn), "read": len(drawn) - len(unread), "lines": [], "openings": {},
        "became": outcomes.summed(outcomes.outcomes(session, core.today(), [r.petition_id for r in drawn])),
    }  # fmt: skip
    if drawn and desk.may("reviews:write"):
        rows = [session.get_one(PetitionRow, row.petition_id) for row in drawn]
        lines = views.summaries(session, rows, core.today(), core.settings.due_soon_days)
        out["lines"] = [(line, row.id not in unread) for line, row in zip(lines, rows, strict=True)]
        out["openings"] = openings(rows)
    return out


@router.get("/desk/learning/suspects")
def doubted(desk: Approver) -> HTMLResponse:
    """Show labels that a model which has not seen the letter strongly doubts."""
    with desk.core.store.reading() as session:
        row = learning_jobs.newest(session, suspects.KIND)
        found = suspects.listed(session)
    return desk.page(
        "learning_suspects.html",
        "suspects",
        installed=suspects.installed(),
        job=row,
        doubts=found,
        openings=openings([d.petition for d in found]),
        running=row is not None and row.state in learning_jobs.OPEN,
    )


@router.get("/desk/learning/drift")
def drifted(desk: Reader, week: WeekName = "") -> HTMLResponse:
    """Show the control charts of a week, by default of the last whole one."""
    weeks = tuple(reversed(quality.weeks_before(desk.core.today(), _WEEKS)))
    chosen = week or weeks[0]
    lot.monday(chosen)
    with desk.core.store.reading() as session:
        found = drift(session, chosen, desk.core.store.url)
    return desk.page(
        "learning_drift.html",
        "drift",
        week=chosen,
        weeks=weeks if chosen in weeks else (chosen, *weeks),
        drift=found,
        lines=[line_of(chart) for chart in found.charts],
        most=BASELINE,
        figures=[figures.control(c, found.before, found.week, limits()) for c in found.charts],
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A control chart as a line of words: what moved, from what to what, and the named causes with their counts."""

    name: str
    level: str
    value: str
    before: str
    causes: tuple[tuple[str, int, float], ...]


def line_of(chart: Chart) -> Line:
    """Return a chart as the page tells it."""
    causes = tuple((cause_words(c.name), c.count, c.expected) for c in chart.causes)
    value, before = (value_words(chart.name, x) for x in (chart.value, chart.before))
    return Line(CHARTS[chart.name], chart.level, value, before, causes)
