"""Uploading a table of letters; they are registered in the background."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from risk_model.errors import InputError
from service import uploads as work
from service.api.common import PREFIX, errors
from service.api.petitions import PublicId
from service.api.progress import pushed
from service.core import Core
from service.deps import TheCore, allowed
from service.errors import ApiError
from service.security.permissions import Permission, Principal
from service.store import audit, uploads

router = APIRouter(prefix=PREFIX, tags=["批量登记"])
Clerk = Annotated[Principal, Depends(allowed(Permission.JOBS))]
#: Rejects shown with an upload; whoever has more has another problem.
_SHOWN: Final = 200
_ENDED: Final = frozenset(("done", "cancelled"))


class RejectOut(BaseModel):
    """A row that was not taken."""

    row: int
    reason: str


class UploadOut(BaseModel):
    """How far an upload is: `rows` = `registered` + `repeated` + those still waiting or refused later."""

    ok: Literal[True] = True
    id: str
    state: Literal["reading", "waiting", "running", "done", "cancelled"]
    rows: int
    registered: int
    repeated: int
    rejected: int
    dropped_columns: list[str]
    rejects: list[RejectOut]


@router.post(
    "/uploads", status_code=202, summary="上传来信表格", responses=errors(400, 401, 403, 408, 413, 415, 422, 429)
)
def upload(file: UploadFile, core: TheCore, who: Clerk) -> UploadOut:
    """Take a .csv, .xlsx, .xls, .parquet or .jsonl. Columns about persons are dropped; every text is masked first."""
    with tempfile.TemporaryDirectory(prefix="petition-risk-") as folder:
        path = Path(folder) / "upload"
        with path.open("wb") as out:
            shutil.copyfileobj(file.file, out)
        try:
            public_id = work.read(core, path, who.actor)
        except InputError:
            # What the reader says may name a column, and a file without a header has letters there.
            raise ApiError(422, "读不出信访事项：请确认文件是表格，第一行是列名，并有“内容”一类的列") from None
    core.wake("uploads")
    return _state(core, public_id)


@router.get("/uploads/{id}", summary="上传的进度", responses=errors(401, 403, 404, 422, 429))
def progress(id: PublicId, core: TheCore, _who: Clerk) -> UploadOut:
    """Tell how far an upload is and which rows were not taken."""
    return _state(core, id)


@router.get(
    "/uploads/{id}/events",
    summary="进度（服务器推送）",
    response_class=StreamingResponse,
    responses=errors(401, 403, 404, 422, 429),
)
async def events(id: PublicId, core: TheCore, _who: Clerk) -> StreamingResponse:
    """Send the progress as server-sent events until the upload is finished."""
    return await pushed(lambda: _state(core, id), lambda upload: upload.state not in _ENDED, left_out=("rejects",))


@router.delete("/uploads/{id}", summary="取消上传", responses=errors(401, 403, 404, 409, 422, 429))
def cancel(id: PublicId, core: TheCore, who: Clerk) -> UploadOut:
    """Stop an upload. What is registered stays."""
    with core.store.writing() as session:
        uploads.cancel(session, uploads.find(session, id, lock=True))
        audit.record(session, core.now(), who.actor, "upload.cancel", id)
    return _state(core, id)


def _state(core: Core, public_id: str) -> UploadOut:
    with core.store.reading() as session:
        row = uploads.find(session, public_id)
        rejects = uploads.rejects(session, row.id, _SHOWN)
    return UploadOut(
        id=row.public_id,
        state=row.state,  # type: ignore[arg-type]
        rows=row.rows,
        registered=row.registered,
        repeated=row.repeated,
        rejected=row.rejected,
        dropped_columns=row.dropped,
        rejects=[RejectOut(row=r.number, reason=r.reason) for r in rejects],
    )
