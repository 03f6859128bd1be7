"""Logging: one JSON object a line, and a redactor that lets through only what is known to be harmless.

No petition text, no query value, no message of an exception is ever written: an exception is its type and the places
in the code it passed.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TextIO

import structlog

#: Fields a line may have. Anything else is dropped: a new field must be thought about before it is logged.
ALLOWED: Final = frozenset(
    {
        "event", "level", "timestamp", "logger", "request_id", "method", "route", "status", "seconds", "bytes",
        "items", "failed", "exception", "stack", "version", "revision", "actor", "action", "count", "host", "port",
        "workers", "job", "state", "pid", "rows", "database",
    }
)  # fmt: skip
#: Longer than any name or stack this program writes, shorter than a letter.
_LONGEST: Final = 2_000
#: Names, numbers, routes and stacks are ASCII; what is not was written by a petitioner.
_HARMLESS: Final = re.compile(r"[\x20-\x7e\n]*")
#: Only these libraries' constant messages say something an operator needs.
_LIFECYCLE: Final = "uvicorn.error"

Event = MutableMapping[str, Any]


def redact(_logger: Any, _method: str, event: Event) -> Event:
    """Drop every field that is not known and every value that is not plain; runs last."""
    return {key: _plain(value) for key, value in event.items() if key in ALLOWED}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)[:_LONGEST]
    return text if _HARMLESS.fullmatch(text) else "[redacted]"


def stack(error: BaseException) -> str:
    """Return where an exception came from, without its message and without source lines."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))


class Handler(logging.Handler):
    """Sends records of the standard library through the same redactor; arguments are never formatted in."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record of a library as a line of ours."""
        fields: dict[str, Any] = {"logger": record.name}
        if record.exc_info and isinstance(record.exc_info[1], BaseException):
            fields |= {"exception": type(record.exc_info[1]).__name__, "stack": stack(record.exc_info[1])}
        message = str(record.msg) if record.name == _LIFECYCLE and not record.exc_info else "library message"
        log().log(record.levelno, message, **fields)


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Set logging up for this process; `stream` is the standard error unless given."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [h for h in root.handlers if not isinstance(h, Handler)] + [Handler()]
    # Libraries below a warning only repeat what our own lines say.
    root.setLevel(max(number, logging.WARNING))
    lifecycle = logging.getLogger(_LIFECYCLE)
    lifecycle.setLevel(number)


def log() -> Any:
    """Return the logger."""
    return structlog.get_logger()


def log_exception(event: str, error: BaseException, **fields: Any) -> None:
    """Log that something failed: type and places, never the message."""
    log().error(event, exception=type(error).__name__, stack=stack(error), **fields)


def log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """For `sys.excepthook`: a crash, too, is logged without its message."""
    log_exception("crash", error.with_traceback(trace))
