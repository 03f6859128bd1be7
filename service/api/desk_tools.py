"""What the desk needs beyond the office's own system: saved views, the office's cuts, what a purge would delete."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field

from service.api.common import PREFIX, errors
from service.api.schemas import Model, Reason, Text
from service.api.score import ready
from service.deps import TheCore, allowed
from service.operations import purge
from service.security.permissions import Permission, Principal
from service.store import audit, cuts, saved_views

router = APIRouter(prefix=PREFIX, tags=["工作台"])
Reader = Annotated[Principal, Depends(allowed(Permission.PETITIONS_READ))]
Cutter = Annotated[Principal, Depends(allowed(Permission.MODEL_CUT))]


class ViewIn(Model):
    """A selection of the inbox and its name."""

    name: Annotated[Reason, Field(max_length=64)]
    query: Annotated[Text, Field(max_length=2000)]


class ViewOut(BaseModel):
    """A kept view."""

    ok: Literal[True] = True
    id: int
    name: str
    query: str


class CutIn(Model):
    """Where the risk is cut into bands from now on."""

    high: float = Field(gt=0, lt=1)
    medium: float = Field(gt=0, lt=1)
    reason: Reason


class CutOut(BaseModel):
    """The cuts that count."""

    ok: Literal[True] = True
    model_version: str
    high: float
    medium: float


class RetentionOut(BaseModel):
    """What a purge would delete."""

    ok: Literal[True] = True
    before: dt.date
    petitions: int


@router.post("/views", status_code=201, summary="保存视图", responses=errors(400, 401, 403, 413, 415, 422, 429))
def keep_view(body: ViewIn, core: TheCore, who: Reader) -> ViewOut:
    """Keep a selection of the inbox under a name."""
    with core.store.writing() as session:
        row = saved_views.add(session, who.actor, body.name, body.query)
        return ViewOut(id=row.id, name=row.name, query=row.query)


@router.delete("/views/{view_id}", status_code=204, summary="删除视图", responses=errors(401, 403, 404, 422, 429))
def forget_view(view_id: Annotated[int, Path(ge=1, lt=2**31)], core: TheCore, who: Reader) -> None:
    """Forget one's own view."""
    with core.store.writing() as session:
        saved_views.remove(session, who.actor, view_id)


@router.put("/model/cuts", summary="改分档线", responses=errors(400, 401, 403, 413, 415, 422, 429, 503))
def change_cuts(body: CutIn, core: TheCore, who: Cutter) -> CutOut:
    """Set where the risk is cut into bands, for letters assessed from now on; those in the book keep their band."""
    version = ready(core).model.version
    with core.store.writing() as session:
        row = cuts.change(session, version, body.high, body.medium, body.reason, core.now(), who.actor)
        details = {"high": row.high, "medium": row.medium}
        audit.record(
            session, core.now(), who.actor, "model.cut", version, model_version=version, reason=row.reason,
            details=details,
        )  # fmt: skip
    return CutOut(model_version=version, high=row.high, medium=row.medium)


@router.get(
    "/retention",
    summary="清理前的清点",
    responses=errors(401, 403, 422, 429),
    dependencies=[Depends(allowed(Permission.RETENTION))],
)
def retention(core: TheCore, older_than: Annotated[int, Query(ge=1, le=36500, description="天")]) -> RetentionOut:
    """Count the closed and declined petitions that a purge would delete; deletes nothing."""
    before = core.today() - dt.timedelta(older_than)
    return RetentionOut(before=before, petitions=purge.candidates(core.store, before))
