"""The console script offers the service's commands where the service is installed."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_script_offers_the_desk() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, function = project["scripts"]["petition-risk"].split(":")
    code = f"import sys; sys.argv = ['petition-risk', 'serve', '--help']; from {module} import {function}; {function}()"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert "--example" in told.stdout
