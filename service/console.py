"""The console script: the library's commands, and the service's where its requirements are installed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

from risk_model import cli

#: What the extra `service` brings; without it the program still scores files.
_NEEDED: Final = ("fastapi", "sqlalchemy", "uvicorn")


def main() -> None:
    """Entry point of the console script."""
    if all(find_spec(name) for name in _NEEDED):
        from service.cli import register

        register(cli.app)
    cli.main()
