"""The desk in the application: its routers, its files, and where a visitor begins."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, FastAPI, Query
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from starlette.requests import Request

from service.core import Core
from service.deps import public
from service.desk import (
    admin_pages,
    batch_pages,
    case,
    dispute_pages,
    inbox,
    learning_pages,
    model_page,
    version_pages,
    weekly,
)
from service.desk.pages import HERE, PREFIX, Assets, Desk, PageGuard, home_of, plotly_folder, render, safe_next
from service.security.passwords import LEAST

router = APIRouter(include_in_schema=False)
Anybody = Annotated[Desk, Depends(PageGuard(None))]

_ROUTERS: Final = (
    router, inbox.router, case.router, batch_pages.router, weekly.router, model_page.router, learning_pages.router,
    dispute_pages.router, version_pages.router, admin_pages.router,
)  # fmt: skip


def install(app: FastAPI) -> None:
    """Add the pages and their files."""
    for pages in _ROUTERS:
        app.include_router(pages)
    app.mount(f"{PREFIX}/static", Assets(directory=HERE / "static"), name="desk-static")
    # The script of charts is the installed package's own; its folder holds nothing but public files.
    app.mount(f"{PREFIX}/plotly", Assets(directory=plotly_folder()), name="desk-plotly")


def routes() -> list[APIRoute]:
    """Return the routes of all pages."""
    return [route for pages in _ROUTERS for route in pages.routes if isinstance(route, APIRoute)]


@router.get("/")
@public
def entrance() -> RedirectResponse:
    """Lead to the desk."""
    return RedirectResponse("/desk", 303)


@router.get("/desk")
def home(page: Anybody) -> RedirectResponse:
    """Lead to the first place a person may go to."""
    return RedirectResponse(home_of(page.who), 303)


@router.get("/desk/login")
@public
def login(
    request: Request,
    next: Annotated[str, Query(max_length=2000)] = "",
    reason: Annotated[str, Query(max_length=20)] = "",
) -> HTMLResponse:
    """Ask who it is, and lead back to where they were."""
    core: Core = request.app.state.core
    context = {"next": safe_next(next), "expired": reason == "expired", "single": bool(core.settings.oidc_issuer)}
    return render(request, "login.html", 200, context)


@router.get("/setup")
@public
def setup(request: Request) -> HTMLResponse:
    """Show the form behind the one-time link, which makes the first administrator."""
    return render(request, "setup.html", 200, {"least": LEAST})


@router.get("/desk/account")
def account(page: Anybody) -> HTMLResponse:
    """Show who is logged in, and let them change the password or log out."""
    return page.page("account.html", "account", least=LEAST)
