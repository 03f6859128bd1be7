"""The command line, run in this process or as a program of its own, with a small model."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from risk_model.artifact import Registry
from risk_model.cli import app

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="session")
def served(small_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models in which the small one is served."""
    root = tmp_path_factory.mktemp("served")
    shutil.copytree(small_model, root / small_model.name)
    Registry(root).promote(small_model.name)
    return root


class Result:
    """What a run of the command came to."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


Cli = Callable[..., Result]


@pytest.fixture
def cli(served: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Run a command in this process; an unexpected error is raised, not printed."""
    monkeypatch.setenv("PETITION_RISK_MODELS", str(served))

    def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
        result = CliRunner().invoke(app, [str(a) for a in arguments], input=stdin)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Result(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def program(served: Path) -> Cli:
    """Run the command as a program of its own."""

    def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
        path = os.pathsep.join(p for p in sys.path if p)
        environment = os.environ | {"PETITION_RISK_MODELS": str(served), "PYTHONPATH": path, "PYTHONUTF8": "1"}
        command = [sys.executable, "-c", "from risk_model.cli import main; main()", *map(str, arguments)]
        done = subprocess.run(command, input=stdin or b"", capture_output=True, env=environment, check=False)
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture(scope="session")
def examples() -> Path:
    return EXAMPLES
