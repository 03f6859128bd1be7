"""Whether the process lives, whether it is ready to work, and its metrics."""

from __future__ import annotations

import shutil
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from service.core import Core
from service.deps import Guard, TheCore, public
from service.logs import log_exception
from service.security.permissions import Permission
from service.store import migrate

router = APIRouter(tags=["运维"])


@router.get("/healthz", summary="进程是否在运行")
@public
def healthz() -> dict[str, bool]:
    """Answer as long as the process lives."""
    return {"ok": True}


@router.get("/readyz", summary="是否可以工作", responses={503: {"description": "还不能工作"}})
@public
def readyz(core: TheCore) -> JSONResponse:
    """Tell whether the model is verified, the database is there and migrated, and the disk has room."""
    checks = {"model": _model(core), "database": _database(core), "disk": _disk(core)}
    ready = all(checks.values())
    return JSONResponse({"ok": ready, "checks": checks}, 200 if ready else 503)


def _model(core: Core) -> bool:
    # With an exchange that failed this worker serves another version than it should.
    return core.served is not None and core.served.loaded is not None and not core.served.problem


def _database(core: Core) -> bool:
    try:
        return migrate.current(core.store) == migrate.head() and core.store.alive()
    except SQLAlchemyError as error:
        log_exception("database not ready", error)
        return False


def _disk(core: Core) -> bool:
    folder = core.settings.data_dir
    if not folder.is_dir():
        return not core.store.is_sqlite
    return shutil.disk_usage(folder).free >= core.settings.min_free_mb * 2**20


def _metrics_guard(request: Request, core: TheCore) -> None:
    if not core.settings.metrics_public:
        Guard(Permission.METRICS_READ).admit(request, core)


@router.get("/metrics", summary="Prometheus 指标", response_class=Response)
@public
def metrics(core: TheCore, _: Annotated[None, Depends(_metrics_guard)]) -> Response:
    """Return the metrics; needs the scope `metrics:read` unless `PETITION_RISK_METRICS_PUBLIC` is set."""
    return Response(core.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
