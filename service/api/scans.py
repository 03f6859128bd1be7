"""Weekly scans of the book or of a table: asked for, watched, stopped; and the reports they made."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import BaseModel, Field, ValidationError
from starlette.datastructures import UploadFile

from risk_model.errors import InputError
from risk_model.matters import week_name, week_of_name
from service import scan_files
from service.api.common import PREFIX, errors
from service.api.petitions import PublicId
from service.api.progress import pushed
from service.api.schemas import Model
from service.core import Core
from service.deps import TheCore, allowed
from service.errors import ApiError
from service.scanning import sunday
from service.security.permissions import Permission, Principal
from service.store import Missing, audit, scans
from service.store.tables import ScanRow

router = APIRouter(prefix=PREFIX, tags=["每周扫描"])
Clerk = Annotated[Principal, Depends(allowed(Permission.JOBS))]
Reader = Annotated[Principal, Depends(allowed(Permission.PETITIONS_READ))]
_MANIFEST: Final = "manifest.json"
_WEEK: Final[dict[str, Any]] = {"type": "string", "pattern": "^[0-9]{4}-W[0-9]{2}$", "examples": ["2026-W22"]}
_DRIFT: Final[dict[str, Any]] = {
    "type": "boolean", "default": False, "description": "数据检查没有通过时，经人工确认仍然继续。",
}  # fmt: skip
_TABLE: Final[dict[str, Any]] = {
    "type": "string", "format": "binary", "description": ".csv、.xlsx、.xls、.parquet 或 .jsonl 来信表格",
}  # fmt: skip
#: A week of the book in JSON, or a table in a form.
_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "properties": {"week": {"anyOf": [_WEEK, {"type": "null"}]}, "accept_drift": _DRIFT},
                "additionalProperties": False,
            }
        },
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {"file": _TABLE, "week": _WEEK, "accept_drift": _DRIFT},
                "required": ["file"],
                "additionalProperties": False,
            }
        },
    },
}


class ScanIn(Model):
    """Which week to scan; the last complete one if left out."""

    week: str | None = Field(default=None, pattern="^[0-9]{4}-W[0-9]{2}$", examples=["2026-W22"])
    accept_drift: bool = Field(default=False, description="数据检查没有通过时，经人工确认仍然继续。")


@dataclass(frozen=True, slots=True)
class Asked:
    """What to scan: a week, and the table where one came along."""

    said: ScanIn
    file: UploadFile | None = None


async def asked(request: Request) -> AsyncIterator[Asked]:
    """Read what to scan: JSON for a week of the book, a form where a table comes along."""
    try:
        if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
            yield Asked(ScanIn.model_validate_json(await request.body()))
            return
        async with request.form(max_files=1, max_fields=2) as form:
            fields = dict(form)
            file = fields.pop("file", None)
            if not isinstance(file, UploadFile):
                raise RequestValidationError([{"type": "missing", "loc": ("body", "file"), "msg": "", "input": None}])
            yield Asked(ScanIn.model_validate({name: value for name, value in fields.items() if value}), file)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None


class ScanOut(BaseModel):
    """How far a scan is; `files` can be fetched once it is done."""

    ok: Literal[True] = True
    id: str
    week: str
    source: Literal["book", "file"]
    asked_at: dt.datetime
    asked_by: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    stage: str
    done: int
    share: float | None
    letters: int
    rejected: int
    problem: str
    files: list[str]


class ScansOut(BaseModel):
    """The newest scans."""

    ok: Literal[True] = True
    scans: list[ScanOut]


@router.post(
    "/scans",
    status_code=202,
    summary="扫描一周",
    responses=errors(400, 401, 403, 408, 409, 413, 415, 422, 429),
    openapi_extra={"requestBody": _BODY},
)
def add(core: TheCore, who: Clerk, what: Annotated[Asked, Depends(asked)]) -> ScanOut:
    """Scan a week in the background: of the registered petitions, or of a table (form field `file`) by itself.

    Of a table, columns about persons are dropped and every text is masked before it is kept; it is deleted when its scan ends. What is
    published is never overwritten.
    """
    week = what.said.week
    try:
        if week:
            sunday(week)
    except InputError:
        raise ApiError(422, "没有这一周：周次写成 2026-W22 这样的形式") from None
    if what.file is not None:
        return _add_file(core, who, what.file, what.said)
    return _add_book(core, who, week or week_name(_this_week(core) - 1), accept_drift=what.said.accept_drift)


def _add_file(core: Core, who: Principal, file: UploadFile, said: ScanIn) -> ScanOut:
    public_id = uuid.uuid4().hex
    with tempfile.TemporaryDirectory(prefix="petition-risk-") as folder:
        path = FilePath(folder) / "upload"
        with path.open("wb") as out:
            shutil.copyfileobj(file.file, out)
        try:
            taken = scan_files.take(core, path, public_id)
        except InputError:
            # What the reader says may name a column, and a file without a header has letters there.
            raise ApiError(422, "读不出信访事项：请确认文件是表格，第一行是列名，并有“内容”一类的列") from None
    week = said.week or (_week_of(taken.newest) if taken.newest else week_name(_this_week(core) - 1))
    refused, asked_for = len(taken.rejects), False
    try:
        if refused == taken.rows:
            raise ApiError(422, "表里没有可以扫描的来信")
        with core.store.writing() as session:
            row = scans.create_of_file(
                session, public_id, week, core.now(), who.actor, accept_drift=said.accept_drift, rejected=refused
            )
            details = {"week": week, "accept_drift": said.accept_drift, "rows": taken.rows, "rejected": refused}
            audit.record(session, core.now(), who.actor, "scan.add", public_id, details=details)
        asked_for = True
    finally:
        if not asked_for:
            scan_files.forget(core, public_id)
    core.wake("scans")
    return _view(core, row)


def _add_book(core: Core, who: Principal, week: str, *, accept_drift: bool) -> ScanOut:
    last = sunday(week)
    if (core.settings.scan_folder / week).exists():
        raise ApiError(409, "这一周已经扫描过，结果不覆盖：要重做，请管理员先移走旧结果")
    with core.store.writing() as session:
        if last >= core.today() + dt.timedelta(7) or not scans.has_letters(session, last):
            raise ApiError(422, "到这一周为止没有登记的来信")
        row = scans.create(session, week, core.now(), who.actor, accept_drift=accept_drift)
        details = {"week": week, "accept_drift": accept_drift}
        audit.record(session, core.now(), who.actor, "scan.add", row.public_id, details=details)
    core.wake("scans")
    return _view(core, row)


@router.get("/scans", summary="最近的扫描", responses=errors(401, 403, 422, 429))
def listed(core: TheCore, _who: Reader, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> ScansOut:
    """List the newest scans."""
    with core.store.reading() as session:
        return ScansOut(scans=[_view(core, row) for row in scans.newest(session, limit)])


@router.get("/scans/{id}", summary="扫描的进度", responses=errors(401, 403, 404, 422, 429))
def progress(id: PublicId, core: TheCore, _who: Reader) -> ScanOut:
    """Tell how far a scan is and which files it made."""
    return _state(core, id)


@router.get(
    "/scans/{id}/events",
    summary="进度（服务器推送）",
    response_class=StreamingResponse,
    responses=errors(401, 403, 404, 422, 429),
)
async def events(id: PublicId, core: TheCore, _who: Reader) -> StreamingResponse:
    """Send the progress as server-sent events until the scan has ended."""
    return await pushed(lambda: _state(core, id), lambda scan: scan.state in scans.OPEN)


@router.get(
    "/scans/{id}/files/{name}",
    summary="下载一份结果",
    response_class=FileResponse,
    responses=errors(401, 403, 404, 422, 429),
)
def file(id: PublicId, name: Annotated[str, Path(max_length=100)], core: TheCore, who: Reader) -> FileResponse:
    """Fetch a file of a finished scan; the export is recorded in the audit log."""
    state = _state(core, id)
    if name not in state.files:
        raise Missing("没有这份文件")
    with core.store.writing() as session:
        audit.record(session, core.now(), who.actor, "scan.export", state.week, details={"file": name})
    return FileResponse(_folder(core, state.source, id) / state.week / name, filename=name)


@router.delete("/scans/{id}", summary="停止扫描", responses=errors(401, 403, 404, 409, 422, 429))
def cancel(id: PublicId, core: TheCore, who: Clerk) -> ScanOut:
    """Stop a scan; nothing of it is published."""
    with core.store.writing() as session:
        row = scans.find(session, id, lock=True)
        begun = row.state == "running"
        scans.cancel(row)
        audit.record(session, core.now(), who.actor, "scan.cancel", id)
    if not begun:
        # Of one that runs, its worker clears up.
        scan_files.forget(core, id)
    return _state(core, id)


def _this_week(core: Core) -> int:
    return week_of_name(_week_of(core.today()))


def _week_of(day: dt.date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def _folder(core: Core, source: str, public_id: str) -> FilePath:
    """Return where a scan publishes its weeks."""
    return scan_files.results(core, public_id) if source == scans.FILE else core.settings.scan_folder


def _state(core: Core, public_id: str) -> ScanOut:
    with core.store.reading() as session:
        return _view(core, scans.find(session, public_id))


def _view(core: Core, row: ScanRow) -> ScanOut:
    return ScanOut(
        id=row.public_id,
        week=row.week,
        source=row.source,  # type: ignore[arg-type]
        asked_at=row.at,
        asked_by=row.actor,
        state=row.state,  # type: ignore[arg-type]
        stage=row.stage,
        done=row.done,
        share=row.share,
        letters=row.letters,
        rejected=row.rejected,
        problem=row.problem,
        files=_files(_folder(core, row.source, row.public_id) / row.week) if row.state == "done" else [],
    )


def _files(folder: FilePath) -> list[str]:
    path = folder / _MANIFEST
    if not path.is_file():
        return []
    return [*json.loads(path.read_text(encoding="utf-8"))["files"], _MANIFEST]
