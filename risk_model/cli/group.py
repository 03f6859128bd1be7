"""How the command line ends: one line in Chinese and a number that says whose fault it was."""

from __future__ import annotations

from typing import Any, Final

import typer
from typer.core import TyperGroup

from risk_model.errors import (
    ArtifactError,
    EngineError,
    GateError,
    InputError,
    LabelError,
    OutputError,
    PetitionRiskError,
)

#: Exit codes; 1 is left to interruption and to bugs.
EXIT_CODES: Final[dict[type[PetitionRiskError], int]] = {
    InputError: 2,
    LabelError: 2,
    OutputError: 3,
    ArtifactError: 4,
    GateError: 5,
    EngineError: 6,
}


class Group(TyperGroup):
    """Turns the errors this package raises on purpose into a line on the standard error and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except PetitionRiskError as error:
            typer.echo(f"错误：{error}", err=True)
            code = next((code for kind, code in EXIT_CODES.items() if isinstance(error, kind)), 1)
            raise typer.Exit(code) from None
