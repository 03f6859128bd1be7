"""What wraps every request: an id, a line in the log, metrics, limits on the body, and the last resort for errors."""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import ERRORS, ApiError, ErrorPage, error_body
from service.logs import log, log_exception
from service.metrics import Metrics

#: A caller's own request id is kept where it cannot be anything else.
_REQUEST_ID: Final = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}")
_JSON: Final = re.compile(r"application/json(\s*;.*)?", re.IGNORECASE)
_FORM: Final = re.compile(r"multipart/form-data\s*;.*", re.IGNORECASE)
_API: Final = "/api/"
_UPLOADS: Final = frozenset({"/api/v1/uploads", "/api/v1/batches"})
#: Reads either: a week of the book is asked for in JSON, a table comes as a form.
_BOTH: Final = "/api/v1/scans"
#: A method outside this set is somebody's invention, and would be written into the log and the metrics.
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    # Answers hold petitions: no cache on the way may keep them.
    "Cache-Control": "no-store",
    # Whatever a page asks for, it gets it from here. The documentation page starts itself with an inline script.
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'",
}


class Observe:
    """Gives each request an id, logs and counts it by route template, and turns an exception into an answer.

    Exceptions end here and are logged without their message: the server behind would write the whole traceback.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, page: ErrorPage) -> None:
        self.app = app
        self.metrics = metrics
        self.page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else str(uuid.uuid4())
        scope["request_id"] = request_id
        status = 0

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        started = time.perf_counter()
        try:
            await self.app(scope, receive, observed)
        except Exception as error:  # noqa: BLE001  the last resort: nothing may pass to a logger that prints messages
            log_exception("request failed", error, request_id=request_id, route=route_of(scope))
            if not status:
                shown = self.page(Request(scope), 500, ERRORS[500][1], request_id)
                answer = shown or JSONResponse(error_body(500, request_id=request_id), 500)
                await answer(scope, receive, observed)
        finally:
            seconds = time.perf_counter() - started
            route, method = route_of(scope), scope["method"] if scope["method"] in _METHODS else "OTHER"
            self.metrics.answered(method, route, status or 499, seconds)
            log().info(
                "request", request_id=request_id, method=method, route=route, status=status, seconds=round(seconds, 4)
            )


def route_of(scope: Scope) -> str:
    """Return the template of the route that served a request, or "unmatched"."""
    return str(getattr(scope.get("route"), "path", "unmatched"))


class Limit:
    """Refuses bodies that are too long, too slow or of a type no endpoint reads, before anything is parsed."""

    def __init__(self, app: ASGIApp, most: int, uploads: int, seconds: float) -> None:
        self.app = app
        self.most = {False: most, True: uploads}
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request whose body keeps to the limits."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        length = headers.get("content-length", "")
        kind = headers.get("content-type", "")
        has_body = length not in {"", "0"} or "transfer-encoding" in headers
        status = 0
        # Only these endpoints read forms.
        is_upload = scope["path"] in _UPLOADS or (scope["path"] == _BOTH and bool(_FORM.fullmatch(kind)))
        most = self.most[is_upload]
        if has_body and length and (not length.isdigit() or int(length) > most):
            status = 413
        elif has_body and scope["path"].startswith(_API) and not (_FORM if is_upload else _JSON).fullmatch(kind):
            status = 415
        if status:
            body = error_body(status, request_id=scope.get("request_id", ""))
            # The rest of the body is not read, so the connection cannot be used again.
            await JSONResponse(body, status, headers={"Connection": "close"})(scope, receive, send)
            return
        await self.app(scope, self._counted(receive, most), send)

    def _counted(self, receive: Receive, most: int) -> Receive:
        seen = 0
        complete = False
        deadline = asyncio.get_running_loop().time() + self.seconds

        async def counted() -> Message:
            nonlocal seen, complete
            if complete:
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise ApiError(408, headers={"Connection": "close"}) from None
            seen += len(message.get("body", b""))
            complete = not message.get("more_body", False)
            if seen > most:
                raise ApiError(413, headers={"Connection": "close"})
            return message

        return counted
