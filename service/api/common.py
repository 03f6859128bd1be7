"""What the routers share."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel

from service.api.schemas import ErrorOut
from service.errors import ERRORS

#: A change that breaks callers gets another number, beside this one.
PREFIX: Final = "/api/v1"


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of the errors an endpoint can answer with."""
    return {status: {"model": ErrorOut, "description": ERRORS[status][1]} for status in statuses}


def success(status: int, model: type[BaseModel], description: str = "成功") -> dict[int | str, dict[str, Any]]:
    """Return the documentation of an answer that the signature of an endpoint does not tell."""
    return {status: {"model": model, "description": description}}
