"""The documentation names every setting, endpoint, metric and command."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from service import cli
from service.app import routes
from service.errors import ERRORS
from service.metrics import Metrics
from service.security.permissions import ROLES
from service.settings import Settings

TEXT = (Path(__file__).parents[2] / "docs" / "service.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting(name: str) -> None:
    assert f"| `PETITION_RISK_{name.upper()}` |" in TEXT


@pytest.mark.parametrize("path", sorted({route.path for route in routes()}))
def test_every_endpoint(path: str) -> None:
    assert f"{path}`" in TEXT


def test_every_error_role_and_metric() -> None:
    for code, _ in ERRORS.values():
        assert f"`{code}`" in TEXT
    for role in ROLES:
        assert f"| `{role}` |" in TEXT
    for metric in Metrics().registry.collect():
        assert metric.name in TEXT


def test_every_command() -> None:
    app = typer.Typer()
    cli.register(app)
    for command in app.registered_commands:
        assert command.callback
        assert f"petition-risk {command.callback.__name__}" in TEXT
    for group in app.registered_groups:
        assert group.typer_instance
        for command in group.typer_instance.registered_commands:
            assert f"petition-risk {group.name} {command.name}" in TEXT
