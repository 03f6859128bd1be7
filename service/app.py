"""Puts the service together."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware

from risk_model import __version__
from risk_model.model import RiskModel
from service import errors, logs
from service.api import (
    admin,
    audits,
    batches,
    departments,
    desk_tools,
    handling,
    health,
    learning,
    matters,
    petitions,
    scans,
    score,
    session,
    single_sign_on,
    uploads,
    versions,
)
from service.api.schemas import Model
from service.core import Clock, Core, idle, utc_now
from service.deps import check_routes
from service.desk import site as desk
from service.desk.pages import error_page
from service.jobs import Jobs
from service.learning.drift import drift
from service.learning.quality import LotFigures, figures, weeks_before
from service.limiter import Limiter
from service.metrics import Metrics
from service.middleware import Limit, Observe
from service.scoring import Scoring
from service.served import Served
from service.settings import Settings
from service.store import Store, cuts, listing
from service.store import uploads as waiting

_ROUTERS: Final = (
    score,
    petitions,
    matters,
    handling,
    departments,
    session,
    admin,
    audits,
    health,
    uploads,
    desk_tools,
    batches,
    scans,
    single_sign_on,
    learning,
    versions,
)


def create_app(settings: Settings | None = None, now: Clock = utc_now) -> FastAPI:
    """Return the application; the model is loaded and verified once, when the server starts it.

    The database must be migrated (`store.migrate.upgrade`); until it is, `/readyz` says no.
    """
    settings = settings or Settings()
    if settings.oidc_issuer:
        # The extra `sso` must be there before anybody tries to log in.
        importlib.import_module("service.security.oidc")
    metrics = Metrics()
    core = Core(settings, Store(settings.url), metrics, Limiter(settings.rate_limit), now)
    app = FastAPIOffline(
        title="petition-risk",
        version=__version__,
        description="信访事项风险评估接口。辅助研判，不作为处理依据。",
        lifespan=_lifespan,
        # Without this the page shows a badge from the internet.
        swagger_ui_parameters={"validatorUrl": None},
        middleware=[
            Middleware(Observe, metrics=metrics, page=error_page),
            Middleware(
                Limit,
                most=settings.max_body_bytes,
                uploads=settings.max_upload_bytes,
                seconds=settings.body_timeout_seconds,
            ),
        ],
    )
    app.state.core = core
    for module in _ROUTERS:
        app.include_router(module.router)
    check_routes([*routes(), *desk.routes()])
    desk.install(app)
    errors.install(app, _field_names(), error_page)
    metrics.gauge("petition_risk_overdue", "Petitions past a statutory date.", lambda: _overdue(core))
    metrics.gauge("petition_risk_upload_age_seconds", "Age of the oldest unfinished upload.", lambda: _upload_age(core))
    metrics.gauge(
        "petition_risk_drift_alarms", "Control charts at alarm in the last whole week.", lambda: _drifted(core)
    )
    for name, text, of in _LOT_GAUGES:
        metrics.gauge(f"petition_risk_lot_{name}", text, lambda of=of: _lot(core, of), "output")  # type: ignore[misc]
    metrics.gauge("petition_risk_lot_read_share", "Share of the quarter's lots that was read.", lambda: _read(core))
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    core: Core = app.state.core
    logs.configure(core.settings.log_level)
    core.served = await run_in_threadpool(_served, core)
    logs.log().info("ready", version=core.scoring.model.version if core.scoring else "")
    jobs = Jobs(core)
    core.wake, app.state.jobs = jobs.wake, jobs
    await run_in_threadpool(jobs.start)
    yield
    core.wake = idle
    await run_in_threadpool(jobs.stop)
    core.store.close()
    logs.log().info("stopped")


def _served(core: Core) -> Served:
    settings = core.settings

    def scoring(model: RiskModel) -> Scoring:
        def office_cuts() -> tuple[float, float] | None:
            with core.store.reading() as session:
                row = cuts.newest(session, model.version)
            return (row.high, row.medium) if row else None

        return Scoring(model, settings.scoring_threads, settings.max_text_chars, core.metrics, office_cuts)

    served = Served(settings, scoring)
    served.catch_up()
    return served


def _overdue(core: Core) -> float | None:
    try:
        with core.store.reading() as session:
            return listing.count(session, listing.Filter(due_before=core.today()))
    except SQLAlchemyError:
        # A scrape must not fail because the database is away; `/readyz` tells.
        return None


def _upload_age(core: Core) -> float | None:
    try:
        with core.store.reading() as session:
            oldest = waiting.oldest(session)
    except SQLAlchemyError:
        return None
    return (core.now() - oldest).total_seconds() if oldest else 0.0


def _drifted(core: Core) -> float | None:
    try:
        with core.store.reading() as session:
            found = drift(session, weeks_before(core.today(), 1)[0], core.store.url)
    except SQLAlchemyError:
        return None
    return float(found.alarms) if found.charts else None


#: Gauge of the last quarter's weekly lots, by output, and where its values are.
_LOT_GAUGES: Final[tuple[tuple[str, str, Callable[[LotFigures], Mapping[str, float]]], ...]] = (
    ("precision", "Precision on the weekly lots of the last quarter.", lambda f: f.precision),
    ("recall", "Recall on the weekly lots of the last quarter.", lambda f: f.recall),
    ("kappa", "Agreement of two readers on the weekly lots of the last quarter.", lambda f: f.kappa),
)


def _lot(core: Core, of: Callable[[LotFigures], Mapping[str, float]]) -> Mapping[str, float] | None:
    found = _lot_figures(core)
    return of(found) if found else None


def _read(core: Core) -> float | None:
    found = _lot_figures(core)
    return found.read if found else None


def _lot_figures(core: Core) -> LotFigures | None:
    try:
        with core.store.reading() as session:
            return figures(session, core.today(), core.store.url)
    except SQLAlchemyError:
        return None


def routes() -> list[APIRoute]:
    """Return the routes of all routers."""
    found = [route for module in _ROUTERS for route in module.router.routes]
    return [route for route in found if isinstance(route, APIRoute)]


def _field_names() -> frozenset[str]:
    """Return the names an error may repeat: those of our bodies and parameters."""
    names = {"body", "query", "path", "header", "cookie"}
    for model in _family(Model):
        names |= set(model.model_fields)
    for route in routes():
        names |= {p.alias for p in (*route.dependant.query_params, *route.dependant.path_params)}
    return frozenset(names)


def _family(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for child in model.__subclasses__():
        yield from _family(child)
