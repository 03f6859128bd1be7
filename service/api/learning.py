"""The learning loop: what to review next, what quality was, what has drifted, what is in dispute."""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi import Path as PathParameter
from sqlalchemy import select
from sqlalchemy.orm import Session

from risk_model.drift import CHARTS, Chart, limits
from risk_model.feedback import settle
from risk_model.text import prepare
from service.api import views
from service.api.common import PREFIX, errors
from service.api.learning_schemas import (
    AskedOut,
    CauseOut,
    ChartOut,
    ConflictOut,
    ConflictsOut,
    DriftOut,
    LotOut,
    MeasuredOut,
    Position,
    QueueOut,
    SettleIn,
    SuspectOut,
    SuspectsOut,
)
from service.api.petition_schemas import ReviewAnswer
from service.api.petitions import PublicId
from service.api.score import ready
from service.core import Core
from service.deps import TheCore, allowed
from service.learning import lot, quality, suspects
from service.learning.decisions import decisions
from service.learning.drift import drift
from service.learning.queue import queue
from service.security.permissions import Permission, Principal
from service.store import audit, learning_jobs, petitions, reviews
from service.store.errors import Clash, Forbidden
from service.store.learning_tables import LotRow
from service.store.notes import note
from service.store.tables import PetitionRow

router = APIRouter(prefix=PREFIX, tags=["学习"])

Reviewer = Annotated[Principal, Depends(allowed(Permission.REVIEWS_WRITE))]
Approver = Annotated[Principal, Depends(allowed(Permission.REVIEWS_APPROVE))]
Reader = Annotated[Principal, Depends(allowed(Permission.MODEL_READ))]
WeekName = Annotated[str, PathParameter(pattern=r"^[0-9]{4}-W[0-9]{2}$", description="ISO 周，如 2026-W23")]


@router.get("/learning/queue", summary="建议先复核的来信", responses=errors(401, 403, 422, 429, 503))
def asked(core: TheCore, _who: Reviewer, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> QueueOut:
    """List the letters the model would learn most from; reading them is not more urgent than the inbox."""
    model = ready(core).model
    with core.store.reading() as session:
        found = queue(session, model.thresholds, limit)
        rows = views.summaries(session, [x.petition for x in found], core.today(), core.settings.due_soon_days)
    out = [
        AskedOut(petition=row, priority=x.priority.score, reasons=list(x.priority.reasons))  # type: ignore[arg-type]
        for x, row in zip(found, rows, strict=True)
    ]
    return QueueOut(queue=out)


@router.get("/learning/lots/{week}", summary="一周的抽样", responses=errors(401, 403, 404, 422, 429))
def lot_of(week: WeekName, core: TheCore, _who: Reviewer) -> LotOut:
    """Show the lot of a week, empty where none has been drawn."""
    with core.store.reading() as session:
        return _lot(core, session, week, lot.drawn(session, week))


@router.post("/learning/lots/{week}", summary="抽取一周的样本", responses=errors(401, 403, 409, 422, 429))
def draw(week: WeekName, core: TheCore, who: Reviewer) -> LotOut:
    """Draw the lot of a week that is over; asked again, it is the same."""
    with core.store.writing() as session:
        rows, new = lot.take(session, week, core.today(), core.now(), core.settings.lot_size)
        if new:
            audit.record(session, core.now(), who.actor, "lot.draw", week, details={"letters": len(rows)})
        return _lot(core, session, week, rows)


def _lot(core: Core, session: Session, week: str, rows: list[LotRow]) -> LotOut:
    ids = [row.petition_id for row in rows]
    letters = list(session.scalars(select(PetitionRow).where(PetitionRow.id.in_(ids)).order_by(PetitionRow.id)))
    unread = lot.unread(session, rows)
    return LotOut(
        week=week,
        registered=rows[0].registered if rows else len(lot.registered(session, week)),
        drawn=views.summaries(session, letters, core.today(), core.settings.due_soon_days),
        unread=[x.public_id for x in letters if x.id in unread],
    )


@router.get("/learning/quality", summary="抽样质量", responses=errors(401, 403, 422, 429))
def measured(core: TheCore, _who: Reader, weeks: Annotated[int, Query(ge=1, le=52)] = 13) -> MeasuredOut:
    """Tell precision, recall and calibration on the lots of the last weeks, and how far readers agree."""
    with core.store.reading() as session:
        found = quality.measured(session, quality.weeks_before(core.today(), weeks))
        return MeasuredOut.model_validate(
            {
                "weeks": list(found.weeks),
                "drawn": found.drawn,
                "read": found.read,
                "outputs": found.outputs,
                "by_week": found.by_week,
                "agreement": quality.agreed(session),
            }
        )


@router.get("/learning/drift", summary="漂移监控", responses=errors(401, 403, 422, 429))
def drifted(
    core: TheCore, _who: Reader, week: Annotated[str | None, Query(pattern=r"^[0-9]{4}-W[0-9]{2}$")] = None
) -> DriftOut:
    """Show the control charts of a week, by default of the last whole one."""
    chosen = week or quality.weeks_before(core.today(), 1)[0]
    with core.store.reading() as session:
        found = drift(session, chosen, core.store.url)
    charts = [_chart(chart) for chart in found.charts]
    notice, alarm = limits()
    return DriftOut(
        week=found.week,
        letters=found.letters,
        baseline_weeks=found.baseline,
        baseline=list(found.before),
        notice_at=notice,
        alarm_at=alarm,
        charts=charts,
    )


def _chart(chart: Chart) -> ChartOut:
    return ChartOut(
        name=chart.name,
        label=CHARTS[chart.name],
        value=None if math.isnan(chart.value) else chart.value,
        before=None if math.isnan(chart.before) else chart.before,
        chance=chart.chance,
        level=chart.level,  # type: ignore[arg-type]
        distance=chart.distance,
        track=list(chart.track),
        causes=[CauseOut.model_validate(cause) for cause in chart.causes],
    )


@router.get("/learning/conflicts", summary="复核分歧", responses=errors(401, 403, 429))
def disputed(core: TheCore, _who: Approver) -> ConflictsOut:
    """List the labels on which readers of the same letter differ."""
    with core.store.reading() as session:
        _, conflicts = settle(decisions(session))
    out = [
        ConflictOut(id=c.letter, label=c.output, said=[Position(role=role, said=bool(v)) for role, v in c.said])
        for c in conflicts
    ]
    return ConflictsOut(conflicts=out)


@router.post(
    "/learning/conflicts/{id}",
    status_code=201,
    summary="裁定复核分歧",
    responses=errors(400, 401, 403, 404, 409, 413, 415, 422, 429),
)
def settled(id: PublicId, body: SettleIn, core: TheCore, who: Approver) -> ReviewAnswer:
    """Say the last word on a letter in dispute; never on one's own reading."""
    with core.store.writing() as session:
        row = petitions.find(session, id, lock=True)
        made = decisions(session, [row.id])
        if not settle(made)[1]:
            raise Clash("这件事项的复核没有分歧")
        if any(r.actor == who.actor for r in petitions.reviews_of(session, row.id)):
            raise Forbidden("分歧须由没有参加复核的人裁定")
        said = reviews.Review(
            "correct", prepare(body.reason).text, tags=body.tags, subtags=body.subtags, factors=body.factors,
            level=body.level,
        )  # fmt: skip
        kept = reviews.add(session, row, said, core.now(), who.actor)
        note(session, kept, who, body.level, settles=True)
        details = {"review": kept.id, "level": body.level}
        audit.record(
            session, core.now(), who.actor, "review.settle", id, model_version=row.model_version, reason=kept.reason,
            details=details,
        )  # fmt: skip
        return ReviewAnswer(review=views.review(kept))


@router.get("/learning/suspects", summary="疑似错标", responses=errors(401, 403, 429))
def doubted(core: TheCore, _who: Approver) -> SuspectsOut:
    """List labels that a model which has not seen the letter strongly doubts; nothing is relabelled by it."""
    with core.store.reading() as session:
        row = learning_jobs.newest(session, suspects.KIND)
        found = suspects.listed(session)
    return SuspectsOut(
        installed=suspects.installed(),
        state=row.state if row else "none",  # type: ignore[arg-type]
        step=row.step if row else "",
        asked_at=row.at if row else None,
        finished_at=row.finished_at if row else None,
        suspects=[
            SuspectOut(
                id=d.petition.public_id,
                title=d.petition.title,
                label=d.output,
                said=d.said,
                probability=d.probability,
                again=d.again,
            )
            for d in found
        ],
    )


@router.post("/learning/suspects", status_code=202, summary="查找疑似错标", responses=errors(401, 403, 409, 429))
def search(core: TheCore, who: Approver) -> SuspectsOut:
    """Look for labels in doubt in the background; the list before is replaced once it is done."""
    with core.store.writing() as session:
        suspects.begin(session, core.now(), who.actor)
        audit.record(session, core.now(), who.actor, "suspects.search")
    core.wake(suspects.KIND)
    return doubted(core, who)


@router.delete("/learning/suspects", summary="停止查找疑似错标", responses=errors(401, 403, 409, 429))
def stop(core: TheCore, who: Approver) -> SuspectsOut:
    """Stop the search; the list before stays."""
    with core.store.writing() as session:
        learning_jobs.cancel(session, suspects.KIND, core.now())
        audit.record(session, core.now(), who.actor, "suspects.cancel")
    return doubted(core, who)
