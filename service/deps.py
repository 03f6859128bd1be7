"""What endpoints ask for: the core, and the person or system that is allowed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from service.core import Core
from service.errors import ApiError
from service.security import keys, sessions, tokens
from service.security.permissions import LOCAL, Permission, Principal
from service.security.sessions import Lifetime
from service.settings import Settings, is_loopback

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_CHALLENGE: Final = {"WWW-Authenticate": "Bearer"}


async def core_of(request: Request) -> Core:
    """Return the core of the application that serves a request, with the model that is to be served now."""
    core: Core = request.app.state.core
    if core.behind():
        await run_in_threadpool(core.catch_up)
    return core


TheCore = Annotated[Core, Depends(core_of)]


def lifetime(settings: Settings) -> Lifetime:
    """Return how long sessions live."""
    return Lifetime(dt.timedelta(minutes=settings.session_idle_minutes), dt.timedelta(hours=settings.session_hours))


def authenticate(request: Request, core: Core) -> Principal:
    """Return who makes a request, by key or by session; 401 for nobody.

    A session is sent by the browser on its own, so whatever changes something must also carry the session's
    CSRF value, which another site cannot read.
    """
    if core.settings.auth == "off":
        return _local(request)
    now = core.now()
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        with core.store.reading() as session:
            principal = keys.look_up(session, credential.strip(), now)
        if principal is None:
            raise ApiError(401, "密钥无效、已撤销或已过期", headers=_CHALLENGE)
        return principal
    token = request.cookies.get(sessions.COOKIE, "")
    if not token:
        raise ApiError(401, headers=_CHALLENGE)
    with core.store.reading() as session:
        found = sessions.look_up(session, token, now, lifetime(core.settings))
    if found is None:
        raise ApiError(401, "登录已失效，请重新登录", headers=_CHALLENGE)
    row, principal = found
    if request.method not in _SAFE and not tokens.same(row.csrf, request.headers.get(sessions.CSRF_HEADER, "")):
        raise ApiError(403, f"缺少有效的 {sessions.CSRF_HEADER}：请刷新页面再试")
    if sessions.needs_note(row, now):
        with core.store.writing() as session:
            sessions.note_use(session, row.id, now)
    return principal


def _local(request: Request) -> Principal:
    # A page from elsewhere can make a browser on this machine ask us, under a name it made point here.
    name = (request.url.hostname or "").strip("[]")
    if not (is_loopback(name) and is_loopback(client_address(request))):
        raise ApiError(403, "未启用登录时只能从本机访问")
    origin = request.headers.get("origin")
    if origin and request.method not in _SAFE and origin != f"{request.url.scheme}://{request.url.netloc}":
        raise ApiError(403, "不接受其他网站发来的请求")
    return LOCAL


def client_address(request: Request) -> str:
    """Return the address a request came from; what a header claims counts only from a trusted proxy (see `serve`)."""
    return request.client.host if request.client else ""


class Guard:
    """Lets a request through if its maker has the permission; also marks the route, so that none is forgotten."""

    def __init__(self, permission: Permission | None) -> None:
        self.permission = permission

    async def __call__(self, request: Request, core: TheCore) -> Principal:
        """Return who makes the request."""
        if core.settings.auth == "off":
            # Nothing is looked up, so nothing can block.
            return self.admit(request, core)
        return await run_in_threadpool(self.admit, request, core)

    def admit(self, request: Request, core: Core) -> Principal:
        """Return who makes the request; 401 for nobody, 403 without the permission, 429 above the rate."""
        try:
            principal = authenticate(request, core)
        except ApiError:
            # Guessing keys is asking, too.
            core.limiter.check(f"address:{client_address(request)}")
            raise
        if self.permission is not None and self.permission not in principal.permissions:
            raise ApiError(403)
        core.limiter.check(principal.actor)
        return principal


def allowed(permission: Permission | None) -> Guard:
    """Return the dependency for a permission; None: anybody who is logged in, for their own account only."""
    return Guard(permission)


def public(endpoint: Endpoint) -> Endpoint:
    """Mark an endpoint as open to everybody."""
    endpoint.__dict__["public"] = True
    return endpoint


def guard_of(route: APIRoute) -> Guard | None:
    """Return the guard of a route."""
    return next((d.call for d in route.dependant.dependencies if isinstance(d.call, Guard)), None)


def check_routes(routes: list[APIRoute]) -> None:
    """Refuse to start with a route that is neither guarded nor public."""
    for route in routes:
        if guard_of(route) is None and not getattr(route.endpoint, "public", False):
            raise RuntimeError(f"{route.path} has no guard: add Depends(allowed(...)) or mark it public")
