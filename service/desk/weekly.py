"""周报: what the newest weekly scans found, and their files."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path
from fastapi.responses import FileResponse, HTMLResponse, Response

from risk_model.matters import week_of_name
from service import scan_files
from service.desk import scans
from service.desk.pages import Desk, PageGuard
from service.security.permissions import Permission
from service.store import audit
from service.store import scans as asked_scans
from service.store.errors import Missing

router = APIRouter(include_in_schema=False)
Reader = Annotated[Desk, Depends(PageGuard(Permission.PETITIONS_READ))]
Week = Annotated[str, Path(pattern=r"^\d{4}-W\d{2}$")]

#: A report is one file with its own styles and pictures; it may show itself and ask for nothing.
_REPORT_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'unsafe-inline'; sandbox allow-scripts"
)


#: Tables shown with their results: those of the last days.
_TABLES: Final = 5
#: What a scan is called at each state.
_STAGES = {"done": "已完成", "waiting": "等待开始", "running": "正在扫描", "failed": "没有成功", "cancelled": "已停止"}


@router.get("/desk/weekly")
def newest(desk: Reader) -> HTMLResponse:
    """Show the newest week, or how to make the first."""
    found = scans.weeks(desk.core.settings.scan_folder)
    return _page(desk, found[0] if found else "", found)


@router.get("/desk/weekly/{week}")
def chosen(week: Week, desk: Reader) -> HTMLResponse:
    """Show a week."""
    return _page(desk, _known(desk, week), scans.weeks(desk.core.settings.scan_folder))


@router.get("/desk/weekly/{week}/files/{name}")
def fetch(week: Week, name: Annotated[str, Path(max_length=120)], desk: Reader) -> Response:
    """Hand out a file of a week; recorded as an export."""
    place = desk.core.settings.scan_folder / _known(desk, week)
    if name not in scans.files(place):
        raise Missing("没有这个文件")
    with desk.core.store.writing() as session:
        audit.record(session, desk.core.now(), desk.who.actor, "scan.export", week, details={"file": name})
    if name.endswith(".html"):
        return FileResponse(place / name, headers={"Content-Security-Policy": _REPORT_CSP})
    return FileResponse(place / name, filename=name)


def _known(desk: Desk, week: str) -> str:
    if week not in scans.weeks(desk.core.settings.scan_folder):
        raise Missing("没有这一周的周报")
    return week


def _page(desk: Desk, week: str, found: list[str]) -> HTMLResponse:
    folder = desk.core.settings.scan_folder
    context: dict[str, Any] = {"weeks": found, "week": week, "scan": None, "outcomes": [], "before": ""}
    if week:
        context["scan"] = scans.read(folder, week)
        earlier = next((old for new, old in pairwise(found) if new == week), "")
        # Forecast and outcome are of neighbouring weeks: a gap would make silence look like an answer.
        if earlier and week_of_name(week) - week_of_name(earlier) == 1:
            context |= {"outcomes": scans.outcomes(folder, week, earlier), "before": earlier}
    with desk.core.store.reading() as session:
        asked = asked_scans.newest(session, 1)
        handed_in = asked_scans.newest(session, _TABLES, source=asked_scans.FILE)
    context["tables"] = [
        (row, scans.files(place) if (place := scan_files.results(desk.core, row.public_id) / row.week).is_dir() else {})
        for row in handed_in
    ]
    context["asked"] = asked[0] if asked and asked[0].state != "done" else None
    return desk.page("weekly.html", "weekly", **context, most=scans.MOST_OVERDUE, stages=_STAGES)
