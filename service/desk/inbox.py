"""研判工作台: what waits for whom, in the order in which it should be taken up."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from service.api import views
from service.core import Core
from service.desk import matters
from service.desk.pages import Desk, PageGuard
from service.desk.queue import SORTS, VIEWS, Queue, read_queue
from service.security.permissions import Permission
from service.store import inbox, listing, saved_views
from service.store.listing import Page
from service.store.tables import PetitionRow

router = APIRouter(include_in_schema=False)
Reader = Annotated[Desk, Depends(PageGuard(Permission.PETITIONS_READ))]

#: Lines of a page: what two screens hold.
_LINES: Final = 40
#: Characters of a letter without a title that stand in for one.
_OPENING: Final = 28
#: Townships and streets offered in the filter.
_MOST_AREAS: Final = 300


def fetch(session: Session, core: Core, queue: Queue, cursor: str | None, limit: int) -> Page:
    """Return a page of a selection, in its order."""
    wanted = queue.filter(core)
    if queue.order == "urgent":
        return inbox.page(session, wanted, cursor, limit)
    return listing.page(session, wanted, queue.order, cursor, limit)


def openings(rows: list[PetitionRow]) -> dict[str, str]:
    """Return how the letters begin, by id: what a line says of a letter without a title."""
    return {row.public_id: " ".join(row.body[:_OPENING].split()) + "…" for row in rows}


@router.get("/desk/inbox")
def show(desk: Reader, cursor: Annotated[str | None, Query(max_length=200)] = None) -> HTMLResponse:
    """Show a selection of petitions."""
    core, queue = desk.core, read_queue(desk.request.url.query)
    today = core.today()
    soon_days = core.settings.due_soon_days
    with core.store.reading() as session:
        page = fetch(session, core, queue, cursor, _LINES)
        # The letters of a matter that was asked for stand one by one; elsewhere a matter takes one line.
        rows, folds = (page.rows, {}) if queue.matter else matters.fold(session, page.rows)
        lines = views.summaries(session, rows, today, soon_days)
        matter = matters.name(session, queue.matter) if queue.matter else ""
        counts = inbox.counts(session, today, today + dt.timedelta(soon_days))
        saved = saved_views.of(session, desk.who.actor)
        areas = inbox.areas(session, _MOST_AREAS)
    numbers = {
        "todo": counts.open,
        "new": counts.new,
        "soon": counts.soon,
        "overdue": counts.overdue,
        "look": counts.look,
        "approval": counts.approval,
    }
    return desk.page(
        "inbox.html",
        "inbox",
        queue=queue,
        lines=lines,
        openings=openings(page.rows),
        folds=folds,
        matter=matter,
        next_cursor=page.cursor,
        first=cursor is None,
        numbers=numbers,
        views=VIEWS,
        sorts=SORTS,
        saved=saved,
        areas=areas,
    )
