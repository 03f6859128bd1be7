"""Logging in by the office's own provider: there and back again."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from service.api.common import PREFIX
from service.api.session import begun
from service.core import Core
from service.deps import TheCore, client_address, public
from service.errors import ApiError
from service.security import tokens
from service.store import audit

router = APIRouter(prefix=PREFIX, include_in_schema=False)
COOKIE: Final = "petition_risk_oidc"
_MINUTES: Final = 10
_PATH: Final = f"{PREFIX}/session/oidc"
#: A browser that comes from another site does not send a strict cookie with a redirect, but with a page's own next step.
_ON: Final = '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=/"><a href="/">继续</a>'


def _provider(core: Core) -> Any:
    if not core.settings.oidc_issuer:
        raise ApiError(404, "没有启用统一身份认证：请用账号和密码登录")
    from service.security import oidc

    return oidc


@router.get("/session/oidc")
@public
def leave(request: Request, core: TheCore) -> Response:
    """Send the browser to the provider."""
    oidc = _provider(core)
    core.limiter.check(f"address:{client_address(request)}")
    attempt = oidc.begin()
    try:
        answer = RedirectResponse(oidc.address(core.settings, attempt), 303)
    except oidc.Unavailable:
        raise ApiError(503, "统一身份认证暂时不可用：请稍后再试，或用账号和密码登录") from None
    answer.set_cookie(
        COOKIE, attempt.cookie(), max_age=60 * _MINUTES, httponly=True, samesite="lax",
        secure=core.settings.secure_cookies, path=_PATH,
    )  # fmt: skip
    return answer


@router.get("/session/oidc/callback")
@public
def arrive(
    request: Request,
    core: TheCore,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4096)] = "",
) -> Response:
    """Take the browser back: check who it is, and begin a session."""
    oidc = _provider(core)
    core.limiter.check(f"address:{client_address(request)}")
    attempt = oidc.resume(request.cookies.get(COOKIE, ""))
    if attempt is None or not code or not tokens.same(attempt.state, state):
        raise ApiError(403, "登录没有完成或已过期：请重新登录")
    try:
        name, roles = oidc.identity(core.settings, attempt, code)
    except oidc.Unavailable:
        raise ApiError(503, "统一身份认证暂时不可用：请稍后再试，或用账号和密码登录") from None
    answer = HTMLResponse(_ON)
    with core.store.writing() as session:
        user = oidc.account(session, name, roles, core.now())
        audit.record(session, core.now(), f"user:{user.name}", "login.oidc", user.name, details={"roles": user.roles})
        begun(session, core, user, answer)
    answer.delete_cookie(COOKIE, path=_PATH)
    return answer
