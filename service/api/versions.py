"""Versions of the model: candidates, the comparison with the one in use, the switch, and the shadow."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import select

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
    TurnAnswer,
    TurnOut,
    TurnsOut,
    VersionOut,
    VersionsOut,
)
from service.core import Core
from service.deps import TheCore, allowed
from service.errors import ApiError
from service.learning import candidates, shadow, switch
from service.security.permissions import Permission, Principal
from service.served import Served
from service.store import audit
from service.store.errors import Missing
from service.store.learning_tables import CandidateRow, ShadowRow
from service.store.tables import PetitionRow

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
        rows = {row.name: row for row in session.scalars(select(CandidateRow))}
    current = registry.current()
    names = sorted({*registry.versions(), *rows}, key=lambda name: (name != current, name))
    return VersionsOut(versions=[_version(core, name, current, rows.get(name)) for name in names])


def _version(core: Core, name: str, current: str, row: CandidateRow | None) -> VersionOut:
    found = guard.comparison_of(_served(core).registry, name, current)
    return VersionOut(
        version=name,
        served=name == current,
        state=candidates.state(row, core.now()) if row else "ready",  # type: ignore[arg-type]
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
    candidates.start(core.store, body.version, candidates.program(core.settings, registry), core.now)
    return CandidateAnswer(version=body.version, state="running")


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
        ids = [d.letter for d in shown]
        titles = dict(
            session.execute(
                select(PetitionRow.public_id, PetitionRow.title).where(PetitionRow.public_id.in_(ids))
            ).all()
        )
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
