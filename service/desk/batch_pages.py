"""批量研判: the pages of a batch, before, during and after its run."""

from __future__ import annotations

import csv
import io
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response

from risk_model.tables.names import ROLE_LABELS
from service.api.batches import RunIn, batches
from service.api.petitions import PublicId
from service.api.score import ready
from service.desk import figures
from service.desk.batches import Status, check
from service.desk.pages import Desk, PageGuard
from service.security.permissions import Permission

router = APIRouter(include_in_schema=False)
Clerk = Annotated[Desk, Depends(PageGuard(Permission.JOBS))]
#: What a run reads; what else a table may hold is of no use to the assessment of a letter.
_ROLES: Final = tuple(RunIn.model_fields)


@router.get("/desk/batches")
def overview(desk: Clerk) -> HTMLResponse:
    """Show where a table is put in, and one's own batches."""
    return desk.page(
        "batches.html",
        "batch",
        own=batches(desk.core).of(desk.who.actor),
        most=desk.core.settings.max_upload_bytes // 2**20,
    )


@router.get("/desk/batches/{id}")
def show(id: PublicId, desk: Clerk) -> HTMLResponse:
    """Show a batch: its preview before, its progress during, its result after the run."""
    own = batches(desk.core)
    status = own.find(id, desk.who.actor)
    if status.state == "done":
        return _result(desk, status)
    if status.state == "running" and not status.interrupted:
        return desk.page("batch_run.html", "batch", status=status)
    asked = {role: desk.request.query_params.get(role, "") for role in _ROLES}
    # An empty choice means "none", and no choice at all means "guess".
    given = any(role in desk.request.query_params for role in _ROLES)
    mapping = {role: name for role, name in asked.items() if name in status.header}
    found = check(own.source(status), mapping, desk.core.today(), guess=not given)
    roles = mapping if given else {role: found.roles.get(role, "") for role in _ROLES}
    return desk.page(
        "batch_check.html", "batch", status=status, check=found, roles=roles, labels={r: ROLE_LABELS[r] for r in _ROLES}
    )


def _result(desk: Desk, status: Status) -> HTMLResponse:
    summary = status.summary
    thresholds = ready(desk.core).model.thresholds
    charts = [
        figures.risks("群体风险的分布", summary["risks"], thresholds.medium, thresholds.high),
        figures.ranked("具体类别（前12类）", summary["subtags"]),
    ]
    if summary["weeks"]:
        charts.append(figures.weekly("每周来信与风险档", summary["weeks"]))
    if summary["areas"]:
        charts.append(figures.ranked("属地（前12个，按件数，不作排名）", summary["areas"], named=False))
    return desk.page("batch_result.html", "batch", status=status, summary=summary, charts=charts)


@router.get("/desk/batches/{id}/rejects.csv")
def rejects(id: PublicId, desk: Clerk) -> Response:
    """Hand out the rows that were left out, by number, without a word of the letters."""
    own = batches(desk.core)
    status = own.find(id, desk.who.actor)
    found = (
        status.summary.get("rejects")
        or check(own.source(status), status.columns, desk.core.today(), guess=not status.columns).rejects
    )
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("行号", "原因"))
    writer.writerows(found)
    headers = {"Content-Disposition": 'attachment; filename="rejects.csv"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)
