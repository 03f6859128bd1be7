"""Tables that are assessed and handed back without keeping the letters: uploaded, looked at, run, downloaded."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, UploadFile
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from risk_model.errors import InputError
from risk_model.text import prepare
from service.api.common import PREFIX, errors
from service.api.petitions import PublicId
from service.api.schemas import Model, Text
from service.api.score import ready
from service.core import Core
from service.deps import TheCore, allowed
from service.desk.batches import Batches, Status, chosen, letters_of
from service.errors import ApiError
from service.scoring import masked
from service.security.permissions import Permission, Principal
from service.store import audit, uploads
from service.store.errors import Clash

router = APIRouter(prefix=PREFIX, tags=["批量研判"])
Clerk = Annotated[Principal, Depends(allowed(Permission.JOBS))]
Column = Annotated[Text, Field(max_length=200)]
_EVERY_SECONDS: Final = 0.4
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class RunIn(Model):
    """Which column is what; empty: none."""

    id: Column = ""
    title: Column = ""
    body: Column = ""
    received: Column = ""
    area: Column = ""


class BatchOut(BaseModel):
    """How far a batch is."""

    ok: Literal[True] = True
    id: str
    state: Literal["new", "running", "done", "failed"]
    rows: int
    done: int
    dropped_columns: list[str]
    problem: str
    summary: dict[str, Any]


class RegisteredOut(BaseModel):
    """The upload that registers the letters of a batch."""

    ok: Literal[True] = True
    upload: str


def batches(core: Core) -> Batches:
    """Return the batches of this service."""
    return Batches(core.settings.data_dir / "batches")


@router.post(
    "/batches", status_code=201, summary="上传要研判的表格", responses=errors(400, 401, 403, 408, 413, 415, 422, 429)
)
def add(file: UploadFile, core: TheCore, who: Clerk) -> BatchOut:
    """Take a table; columns about persons are dropped and every text is masked before it is kept, for seven days."""
    with tempfile.TemporaryDirectory(prefix="petition-risk-") as folder:
        path = Path(folder) / "upload"
        with path.open("wb") as out:
            shutil.copyfileobj(file.file, out)
        try:
            status = batches(core).add(path, prepare(file.filename or "").text[:120], who.actor, core.now())
        except InputError as error:
            raise ApiError(422, _advice(str(error))) from None
    _audited(core, who, "batch.add", status, {"rows": status.rows})
    return _out(status)


def _advice(message: str) -> str:
    """Return what the reader says, where it names no column: a file without a header has letters there."""
    if message.startswith(("文件", "这是", "工作簿", "表格")) and "列" not in message:
        return message
    return "读不出信访事项：请确认文件是 Excel 或 CSV 表格，第一行是列名，并有“标题”或“内容”一类的列"


@router.post(
    "/batches/{id}/run",
    status_code=202,
    summary="开始研判",
    responses=errors(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
)
def run(id: PublicId, body: RunIn, core: TheCore, who: Clerk) -> BatchOut:
    """Assess all letters of a batch in the background."""
    own = batches(core)
    status = own.find(id, who.actor)
    if status.state == "running" and not status.interrupted:
        raise Clash("正在研判，请等它完成")
    scoring = ready(core)
    status.columns = chosen(status, body.model_dump())
    status.state, status.done, status.said, status.problem = "running", 0, time.time(), ""
    own.save(status)
    _audited(core, who, "batch.run", status, {"rows": status.rows})
    threading.Thread(target=own.run, args=(status, scoring, core.today()), name="batch", daemon=True).start()
    return _out(status)


@router.get("/batches/{id}", summary="研判的进度和结果", responses=errors(401, 403, 404, 422, 429))
def state(id: PublicId, core: TheCore, who: Clerk) -> BatchOut:
    """Tell how far a batch is, and what came of it."""
    return _out(batches(core).find(id, who.actor))


@router.get(
    "/batches/{id}/events",
    summary="进度（服务器推送）",
    response_class=StreamingResponse,
    responses=errors(401, 403, 404, 422, 429),
)
async def events(id: PublicId, core: TheCore, who: Clerk) -> StreamingResponse:
    """Send the progress as server-sent events until the run has ended."""
    first = await run_in_threadpool(batches(core).find, id, who.actor)
    return StreamingResponse(_told(core, first, who.actor), media_type="text/event-stream")


async def _told(core: Core, status: Status, actor: str) -> AsyncIterator[str]:
    last = ""
    while True:
        state = "interrupted" if status.interrupted else status.state
        data = json.dumps({"state": state, "rows": status.rows, "done": status.done})
        if data != last:
            yield f"event: progress\ndata: {data}\n\n"
            last = data
        if state != "running":
            return
        await asyncio.sleep(_EVERY_SECONDS)
        status = await run_in_threadpool(batches(core).find, status.id, actor)


@router.get(
    "/batches/{id}/result",
    summary="下载结果（Excel）",
    response_class=FileResponse,
    responses=errors(401, 403, 404, 409, 422, 429),
)
def result(id: PublicId, core: TheCore, who: Clerk) -> FileResponse:
    """Hand out the table with the columns of the assessment; recorded as an export."""
    own = batches(core)
    status = own.find(id, who.actor)
    path = own.result(status)
    _audited(core, who, "batch.export", status, {"rows": status.done})
    return FileResponse(path, media_type=_XLSX, filename=f"研判结果_{status.made[:10]}.xlsx")


@router.post(
    "/batches/{id}/registration",
    status_code=202,
    summary="登记这批来信",
    responses=errors(401, 403, 404, 409, 422, 429),
)
def register(id: PublicId, core: TheCore, who: Clerk) -> RegisteredOut:
    """Put the letters of a batch into the book; letters with a number that is there already are not doubled."""
    own = batches(core)
    status = own.find(id, who.actor)
    own.result(status)
    if status.summary.get("upload"):
        raise Clash("这批来信已经登记")
    with core.store.writing() as session:
        upload = uploads.create(session, core.now(), who.actor)
        for number, petition in letters_of(own.source(status), status.columns, core.today()):
            letter = masked(petition)
            if letter.received and letter.received > core.today():
                uploads.reject(session, upload, number, "收到日期晚于今天")
            else:
                uploads.add(session, upload, [(number, letter)])
        upload.state = "waiting"
        details = {"rows": upload.rows, "batch": status.id}
        audit.record(session, core.now(), who.actor, "upload.add", upload.public_id, details=details)
    status.summary["upload"] = upload.public_id
    own.save(status)
    core.wake("uploads")
    return RegisteredOut(upload=upload.public_id)


@router.delete(
    "/batches/{id}", status_code=204, summary="删除这批表格和结果", responses=errors(401, 403, 404, 409, 422, 429)
)
def delete(id: PublicId, core: TheCore, who: Clerk) -> None:
    """Delete what is kept of a batch; registered letters stay."""
    own = batches(core)
    status = own.find(id, who.actor)
    if status.state == "running" and not status.interrupted:
        raise Clash("正在研判，请等它完成")
    own.delete(status)
    _audited(core, who, "batch.delete", status, {})


def _audited(core: Core, who: Principal, action: str, status: Status, details: dict[str, Any]) -> None:
    version = core.scoring.model.version if core.scoring else ""
    with core.store.writing() as session:
        audit.record(session, core.now(), who.actor, action, status.id, model_version=version, details=details)


def _out(status: Status) -> BatchOut:
    return BatchOut(
        id=status.id,
        state=status.state,  # type: ignore[arg-type]
        rows=status.rows,
        done=status.done,
        dropped_columns=status.dropped,
        problem=status.problem,
        summary=status.summary,
    )
