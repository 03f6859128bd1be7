"""Versions of the model: candidates, the comparison with the one in use, the switch, and the shadow."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from risk_model import guard
from service.api.common import PREFIX, errors
from service.api.learning_schemas import (
    CandidateAnswer,
    CandidateIn,
    DifferenceOut,
    FigureOut,
    PromoteIn,
    RollbackIn,
    SaidOut,
    ShadowIn,
    ShadowOut,
    TrainingOut,
    TurnAnswer,
    TurnOut,
    TurnsOut,
    VersionOut,
    VersionsOut,
)
from service.api.progress import pushed
from service.core import Core
from service.deps import TheCore, allowed
from service.errors import ApiError
from service.learning import candidates, shadow, switch
from service.security.permissions import Permission, Principal
from service.served import Served
from service.store import audit
from service.store import learning_jobs as jobs
from service.store.errors import Missing
from service.store.learning_tables import LearningJobRow, ShadowRow

router = APIRouter(prefix=PREFIX, tags=["模型版本"])

Reader = Annotated[Principal, Depends(allowed(Permission.MODEL_READ))]
Admin = Annotated[Principal, Depends(allowed(Permission.MODEL_WRITE))]
Approver = Annotated[Principal, Depends(allowed(Permission.REVIEWS_APPROVE))]
_BODY = errors(400, 401, 403, 404, 409, 413, 415, 422, 429, 503)
#: Matters shown of a shadow's differences: the rest is smaller.
_SHOWN = 200


def _served(core: Core) -> Served:
    if core.served is None:
        raise ApiError(503, "模型还没有载入", headers={"Retry-After": "5"})
    return core.served


@router.get("/learning/versions", summary="全部模型版本", responses=errors(401, 403, 429, 503))
def versions(core: TheCore, _who: Reader) -> VersionsOut:
    """List versions, the one in use first, each with its comparison to it."""
    registry = _served(core).registry
    with core.store.reading() as session:
        rows = {row.name: row for row in jobs.every(session, candidates.KIND)}
    current = registry.current()
    names = sorted({*registry.versions(), *rows}, key=lambda name: (name != current, name))
    return VersionsOut(versions=[_version(core, name, current, rows.get(name)) for name in names])


def _version(core: Core, name: str, current: str, row: LearningJobRow | None) -> VersionOut:
    found = guard.comparison_of(_served(core).registry, name, current)
    return VersionOut(
        version=name,
        served=name == current,
        state=row.state if row else "ready",  # type: ignore[arg-type]
        step=row.step if row else "",
        started_at=row.at if row else None,
        finished_at=row.finished_at if row else None,
        compared=found is not None and found.judged,
        letters=found.letters if found else {},
        worse=[f"{f.where}:{f.name}" for f in found.worse] if found else [],
        figures=[FigureOut.model_validate(f) for f in found.figures] if found else [],
    )


@router.post("/learning/versions", status_code=202, summary="训练候选模型", responses=_BODY)
def train(body: CandidateIn, core: TheCore, who: Admin) -> CandidateAnswer:
    """Train a candidate in the background on what the staff decided, and compare it. Nothing is served by it."""
    registry = _served(core).registry
    with core.store.writing() as session:
        row = candidates.begin(session, registry, body.version, core.now(), who.actor)
        audit.record(session, core.now(), who.actor, "model.train", row.name)
    core.wake(candidates.KIND)
    return CandidateAnswer(version=body.version, state="waiting")


@router.get("/learning/training", summary="训练的进度", responses=errors(401, 403, 404, 429))
def training(core: TheCore, _who: Reader) -> TrainingOut:
    """Tell how far the newest training is."""
    return _training(core)


@router.get(
    "/learning/training/events",
    summary="训练的进度（服务器推送）",
    response_class=StreamingResponse,
    responses=errors(401, 403, 404, 429),
)
async def training_events(core: TheCore, _who: Reader) -> StreamingResponse:
    """Send the progress as server-sent events until the training has ended."""
    return await pushed(lambda: _training(core), lambda training: training.state in jobs.OPEN)


@router.delete("/learning/training", summary="停止训练", responses=errors(401, 403, 409, 429))
def stop(core: TheCore, who: Admin) -> CandidateAnswer:
    """Stop the training; nothing of an unfinished model is kept."""
    with core.store.writing() as session:
        row = jobs.cancel(session, candidates.KIND, core.now())
        audit.record(session, core.now(), who.actor, "model.train.cancel", row.name)
        return CandidateAnswer(version=row.name, state="cancelled")


def _training(core: Core) -> TrainingOut:
    with core.store.reading() as session:
        row = jobs.newest(session, candidates.KIND)
    if row is None:
        raise Missing("还没有训练过候选模型")
    return TrainingOut(
        version=row.name,
        state=row.state,  # type: ignore[arg-type]
        stage=row.stage,
        step=row.step,
        tries=row.tries,
        asked_by=row.actor,
        asked_at=row.at,
        finished_at=row.finished_at,
    )


@router.get("/learning/turns", summary="模型更换记录", responses=errors(401, 403, 429, 503))
def turns(core: TheCore, _who: Reader) -> TurnsOut:
    """List every turn of the switch."""
    return TurnsOut(turns=[TurnOut.model_validate(t) for t in guard.journal(_served(core).registry)])


@router.post("/learning/promotion", status_code=201, summary="启用一个版本", responses=_BODY)
def promote(body: PromoteIn, core: TheCore, who: Admin) -> TurnAnswer:
    """Serve a version from the next request on, in every worker; refused by the guard unless there is a reason."""
    done = switch.promote(
        core.store, _served(core), body.version, body.instead_of, body.reason.strip(), who.actor, core.now()
    )
    return TurnAnswer(turn=TurnOut.model_validate(done))


@router.post("/learning/rollback", status_code=201, summary="退回上一个版本", responses=_BODY)
def rollback(body: RollbackIn, core: TheCore, who: Admin) -> TurnAnswer:
    """Serve the version before again."""
    done = switch.rollback(core.store, _served(core), body.instead_of, body.reason, who.actor, core.now())
    return TurnAnswer(turn=TurnOut.model_validate(done))


@router.post("/learning/shadow", status_code=201, summary="旁路试评", responses=_BODY)
def begin(body: ShadowIn, core: TheCore, who: Admin) -> CandidateAnswer:
    """Let a version read along for some days."""
    with core.store.writing() as session:
        shadow.begin(session, _served(core).registry, body.version, body.days, core.now(), who.actor)
        audit.record(session, core.now(), who.actor, "shadow.begin", body.version, details={"days": body.days})
    return CandidateAnswer(version=body.version, state="running")


@router.delete("/learning/shadow", summary="停止旁路试评", responses=errors(401, 403, 409, 429, 503))
def end(core: TheCore, who: Admin) -> CandidateAnswer:
    """Stop the shadow; what it said stays."""
    with core.store.writing() as session:
        row = shadow.end(session, core.now())
        audit.record(session, core.now(), who.actor, "shadow.end", row.version)
        return CandidateAnswer(version=row.version, state="done")


@router.get("/learning/shadow", summary="旁路试评的差异", responses=errors(401, 403, 404, 429, 503))
def differences(core: TheCore, _who: Approver) -> ShadowOut:
    """Show where the newest shadow and the model in use differ, by matter, largest difference first."""
    shadow.read_along(core.store, _served(core).registry)
    with core.store.reading() as session:
        row = shadow.latest(session)
        if row is None:
            raise Missing("还没有旁路试评过任何版本")
        letters, found = shadow.compared(session, row)
        shown = found[:_SHOWN]
        titles = shadow.titles(session, [d.letter for d in shown])
        return _shadow(row, letters, found, shown, titles)


def _shadow(
    row: ShadowRow, letters: int, found: list[guard.Difference], shown: list[guard.Difference], titles: dict[str, str]
) -> ShadowOut:
    return ShadowOut(
        version=row.version,
        began=row.began,
        ends=row.ends,
        letters=letters,
        moved=guard.moved(found),
        differences=[
            DifferenceOut(
                id=d.letter,
                title=titles[d.letter],
                letters=d.letters,
                served=_said(d.served),
                candidate=_said(d.candidate),
                size=round(d.size, 4),
            )
            for d in shown
        ],
    )


def _said(said: guard.Said) -> SaidOut:
    return SaidOut(risk=said.risk, band=said.band, labels=sorted(said.labels))  # type: ignore[arg-type]
