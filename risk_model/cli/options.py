"""Options that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from risk_model.model import RiskModel

ModelOption = Annotated[
    str | None,
    typer.Option("--model", metavar="VERSION|PATH", help="Model version or folder; default: the served version."),
]


def load_model(name: str | None) -> RiskModel:
    """Load a model by version or folder; the import is slow and waits until it is needed."""
    from risk_model import load

    return load(name)
