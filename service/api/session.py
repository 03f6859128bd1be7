"""Logging in and out, the first administrator, one's own password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.api.access_schemas import LoginIn, PasswordIn, SessionOut, SetupIn
from service.api.common import PREFIX, errors
from service.core import Core
from service.deps import TheCore, allowed, client_address, lifetime, public
from service.errors import ApiError
from service.security import passwords, sessions, staff, throttle
from service.security.permissions import Principal, permissions_of
from service.store import audit
from service.store.tables import SessionRow, UserRow

router = APIRouter(prefix=PREFIX, tags=["登录"])
Anybody = Annotated[Principal, Depends(allowed(None))]


@router.post("/session", status_code=201, summary="登录", responses=errors(400, 401, 413, 415, 422, 429))
@public
def login(body: LoginIn, request: Request, response: Response, core: TheCore) -> SessionOut:
    """Begin a session; five failures in a minute slow the account and the address down."""
    now = core.now()
    counted = throttle.subjects(body.username, client_address(request))
    core.limiter.check(f"address:{client_address(request)}")
    with core.store.reading() as session:
        seconds = throttle.wait(session, counted, now)
        user = session.scalar(select(UserRow).where(UserRow.name == body.username, UserRow.active))
    if seconds:
        raise ApiError(429, "登录失败次数过多，请稍后再试", headers={"Retry-After": str(seconds)})
    # Takes a tenth of a second on purpose: outside any transaction.
    right = passwords.verify(body.password, user.password_hash if user else None)
    with core.store.writing() as session:
        if user is None or not right:
            throttle.failed(session, counted, now)
            # The name may be a password typed into the wrong field: it is kept only if there is such an account.
            audit.record(session, now, f"user:{user.name}" if user else "nobody", "login.failed")
    if user is None or not right:
        raise ApiError(401, "账号或密码不对")
    with core.store.writing() as session:
        if old := request.cookies.get(sessions.COOKIE):
            sessions.end(session, old)
        sessions.sweep(session, now, lifetime(core.settings))
        throttle.passed(session, user.name)
        return begun(session, core, user, response)


@router.post("/setup", status_code=201, summary="建立第一个管理员", responses=errors(400, 403, 409, 413, 415, 422, 429))
@public
def set_up(body: SetupIn, request: Request, response: Response, core: TheCore) -> SessionOut:
    """Use the one-time link of the first start, and log in."""
    core.limiter.check(f"address:{client_address(request)}")
    with core.store.writing() as session:
        user = staff.set_up(session, body.token, body.username, body.password, core.now())
        audit.record(session, core.now(), f"user:{user.name}", "user.setup", user.name)
        return begun(session, core, user, response)


def begun(session: Session, core: Core, user: UserRow, response: Response) -> SessionOut:
    """Begin a session of somebody who has proved who they are, and hand the browser its cookie."""
    login = sessions.begin(session, user, core.now())
    audit.record(session, core.now(), f"user:{user.name}", "login")
    response.set_cookie(
        sessions.COOKIE, login.token, httponly=True, samesite="strict", secure=core.settings.secure_cookies, path="/"
    )
    return SessionOut(actor=f"user:{user.name}", permissions=sorted(permissions_of(user.roles)), csrf=login.csrf)


@router.get("/session", summary="我是谁", responses=errors(401, 403, 429))
def whoami(core: TheCore, who: Anybody) -> SessionOut:
    """Tell who is logged in and what they may do."""
    csrf = None
    if who.session_id is not None:
        with core.store.reading() as session:
            row = session.get(SessionRow, who.session_id)
            csrf = row.csrf if row else None
    return SessionOut(actor=who.actor, permissions=sorted(who.permissions), csrf=csrf)


@router.delete("/session", status_code=204, summary="退出", responses=errors(401, 403, 429))
def logout(request: Request, response: Response, core: TheCore, who: Anybody) -> None:
    """End the session."""
    with core.store.writing() as session:
        sessions.end(session, request.cookies.get(sessions.COOKIE, ""))
        audit.record(session, core.now(), who.actor, "logout")
    response.delete_cookie(sessions.COOKIE, path="/")


@router.put(
    "/session/password", status_code=204, summary="改自己的密码", responses=errors(400, 401, 403, 413, 415, 422, 429)
)
def change_password(body: PasswordIn, request: Request, core: TheCore, who: Anybody) -> None:
    """Change one's own password; all of one's sessions end."""
    if who.kind != "user":
        raise ApiError(403, "只有登录的人员可以改密码")
    counted = throttle.subjects(who.name, client_address(request))
    with core.store.reading() as session:
        seconds = throttle.wait(session, counted, core.now())
        stored = staff.find(session, who.name).password_hash
    if seconds:
        raise ApiError(429, headers={"Retry-After": str(seconds)})
    right = passwords.verify(body.old, stored)
    with core.store.writing() as session:
        if right:
            staff.change(session, staff.find(session, who.name), password=body.new)
            audit.record(session, core.now(), who.actor, "user.password", who.name)
        else:
            throttle.failed(session, counted, core.now())
    if not right:
        raise ApiError(403, "原密码不对")
