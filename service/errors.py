"""One error shape and one handler for everything that can go wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from risk_model.tables import is_personal_name
from service.store.errors import Clash, Forbidden, Missing, Refused, StoreError

#: Status: machine-readable code and what the caller is told when nothing more exact is known.
ERRORS: Final[dict[int, tuple[str, str]]] = {
    400: ("bad_request", "请求不完整或者不是有效的 JSON"),
    401: ("unauthorized", "请先登录，或者在 Authorization 里给出有效的密钥"),
    403: ("forbidden", "没有这项操作的权限"),
    404: ("not_found", "没有找到"),
    405: ("method_not_allowed", "这个地址不支持这种请求方法"),
    408: ("request_timeout", "请求内容迟迟没有发完"),
    409: ("conflict", "与现有的记录冲突"),
    413: ("payload_too_large", "请求内容超过允许的大小"),
    415: ("unsupported_media_type", "请求内容的类型不支持：请用 application/json"),
    422: ("invalid", "请求里有不符合要求的字段"),
    429: ("too_many_requests", "请求太频繁，请稍后再试"),
    500: ("internal", "服务内部出错，请把 request_id 告诉管理员"),
    503: ("unavailable", "服务暂时不可用"),
}

#: What is wrong with a field, by pydantic's type of error; the value received is never repeated.
_REASONS: Final[dict[str, str]] = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项",
    "string_type": "应为文字",
    "string_too_long": "太长",
    "string_too_short": "不能为空",
    "string_pattern_mismatch": "格式不正确",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "bool_parsing": "应为 true 或 false",
    "list_type": "应为列表",
    "too_long": "项数太多",
    "too_short": "至少要有一项",
    "date_from_datetime_parsing": "应为日期，如 2026-03-01",
    "date_parsing": "应为日期，如 2026-03-01",
    "date_from_datetime_inexact": "应为日期，如 2026-03-01",
    "literal_error": "不在允许的取值里",
    "enum": "不在允许的取值里",
    "greater_than_equal": "太小",
    "less_than_equal": "太大",
    "model_attributes_type": "应为 JSON 对象",
    "dict_type": "应为 JSON 对象",
    "json_invalid": "不是有效的 JSON",
}
_STORE: Final[dict[type[StoreError], int]] = {Missing: 404, Clash: 409, Refused: 422, Forbidden: 403}
_PERSONAL: Final = "涉及个人信息，本系统不接收：请去掉这一项"


class ApiError(HTTPException):
    """An answer other than success: `status` decides the code, `message` is for the person who reads it."""

    def __init__(
        self,
        status: int,
        message: str = "",
        details: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, message or ERRORS[status][1], headers)
        self.details = [dict(d) for d in details]


def error_body(
    status: int, message: str = "", details: Sequence[Mapping[str, Any]] = (), request_id: str = ""
) -> dict[str, Any]:
    """Return the one error shape.

    >>> error_body(404, request_id="r1")["error"]["code"]
    'not_found'
    """
    code, default = ERRORS.get(status, ERRORS[400] if status < 500 else ERRORS[500])
    return {
        "ok": False,
        "error": {
            "code": code,
            "message": message or default,
            "details": [dict(d) for d in details],
            "request_id": request_id,
        },
    }


def field_errors(errors: Sequence[Mapping[str, Any]], known: frozenset[str]) -> list[dict[str, str]]:
    """Return `field` and `reason` of each error of pydantic; names not in `known` and all values are left out.

    A caller's own field name could hold a piece of a letter, so only ours are repeated.
    """
    out = []
    for error in errors:
        place = [str(p) if isinstance(p, int) or p in known else "?" for p in error["loc"]]
        reason = _REASONS.get(error["type"], "格式不正确")
        if error["type"] == "extra_forbidden" and is_personal_name(str(error["loc"][-1])):
            reason = _PERSONAL
        elif error["type"] == "value_error" and isinstance(cause := error.get("ctx", {}).get("error"), PublicReason):
            reason = str(cause)
        out.append({"field": ".".join(place), "reason": reason})
    return out


class PublicReason(ValueError):
    """Raised by a validator: its text may be shown, because it holds nothing of the value."""


#: Makes the page that a browser shows for an error; None where a program asks.
ErrorPage = Callable[[Request, int, str, str], Response | None]


def install(app: FastAPI, known: frozenset[str], page: ErrorPage) -> None:
    """Let one handler answer every error of `app`; `known` are the field names that may be repeated."""

    async def answer(request: Request, error: Exception) -> Response:
        answered = as_json(request, error)
        shown = page(request, answered.status_code, _message(error), request.scope.get("request_id", ""))
        return shown or answered

    def as_json(request: Request, error: Exception) -> JSONResponse:
        request_id = request.scope.get("request_id", "")
        if isinstance(error, RequestValidationError):
            errors = error.errors()
            status = 400 if any(e["type"] == "json_invalid" for e in errors) else 422
            details = field_errors(errors, known) if status == 422 else []
            return JSONResponse(error_body(status, details=details, request_id=request_id), status)
        if isinstance(error, StoreError):
            status = next(status for kind, status in _STORE.items() if isinstance(error, kind))
            return JSONResponse(error_body(status, str(error), request_id=request_id), status)
        if isinstance(error, ApiError):
            body = error_body(error.status_code, error.detail, error.details, request_id)
            return JSONResponse(body, error.status_code, headers=error.headers)
        # Raised by the frameworks: their wording is English and may repeat what was sent.
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = error.headers if isinstance(error, HTTPException) else None
        return JSONResponse(error_body(status, request_id=request_id), status, headers=headers)

    for kind in (HTTPException, RequestValidationError, StoreError):
        app.add_exception_handler(kind, answer)


def _message(error: Exception) -> str:
    """Return what a person is told of an error."""
    if isinstance(error, StoreError):
        return str(error)
    if isinstance(error, ApiError):
        return error.detail
    return ERRORS.get(error.status_code if isinstance(error, HTTPException) else 422, ERRORS[500])[1]
