from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]


@pytest.fixture
def two(served: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli) -> Path:
    """A folder with a second version, not yet served."""
    root = tmp_path / "models"
    shutil.copytree(served, root)
    shutil.copytree(root / "small", root / "next")
    monkeypatch.setenv("PETITION_RISK_MODELS", str(root))
    return root


def test_versions_are_listed_promoted_and_rolled_back(cli: Cli, two: Path) -> None:
    assert cli("model", "list").out == "  next\n* small\n"
    refused = cli("model", "promote", "next")
    assert refused.code == 4
    assert "还没有在留出的信件上" in refused.err
    assert cli("model", "list").out == "  next\n* small\n"
    assert cli("model", "promote", "next", "--reason", "试用期比对过").code == 0
    assert cli("model", "list").out == "* next\n  small\n"
    assert "small" in cli("model", "rollback").out
    assert cli("model", "list").out == "  next\n* small\n"
    result = cli("model", "rollback")
    assert result.code == 4
    assert result.err.startswith("错误：没有可以退回的版本")
    turns = cli("model", "journal").out.splitlines()
    assert ["promote" in turns[0], "试用期比对过" in turns[0], "rollback" in turns[1], len(turns)] == [
        True,
        True,
        True,
        2,
    ]


def test_a_damaged_model_is_neither_verified_nor_promoted(cli: Cli, two: Path) -> None:
    assert "完好" in cli("model", "verify").out
    assert "完好" in cli("model", "verify", two / "next").out
    weights = two / "next" / "weights.npz"
    data = bytearray(weights.read_bytes())
    data[len(data) // 2] ^= 1
    weights.write_bytes(bytes(data))
    for command in ("verify", "promote"):
        result = cli("model", command, "next")
        assert result.code == 4
        assert "校验和不符" in result.err
    assert cli("model", "list").out == "  next\n* small\n"


def test_a_model_can_be_inspected(cli: Cli, two: Path) -> None:
    shown = cli("model", "show").out
    assert "version: small" in shown
    assert "thresholds:" in shown
    assert json.loads(cli("model", "show", "next", "--json").out)["version"] == "small"
    assert cli("model", "show", "../small").code == 4


def test_the_demo_shows_what_cannot_wait(cli: Cli, tmp_path: Path) -> None:
    for _ in range(2):
        result = cli("demo", "--out", tmp_path / "out")
        assert result.code == 0
    assert "最急需答复的事项" in result.out
    assert "读入40行 = 已研判40行 + 退回0行" in result.out
    assert (tmp_path / "out" / "office.scored.xlsx").exists()


def test_nothing_heavy_is_imported_before_a_command_runs() -> None:
    heavy = "{'numpy', 'scipy', 'pandas', 'pyarrow', 'sklearn', 'rich', 'xlsxwriter', 'rjieba', 'jieba'}"
    code = f"import sys, risk_model.cli; print(sorted({heavy} & set(sys.modules)))"
    environment = {"PYTHONPATH": ":".join(p for p in sys.path if p)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, check=True)
    assert done.stdout.decode().strip() == "[]"


def test_scoring_a_file_imports_neither_pandas_nor_scikit_learn(served: Path, examples: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from risk_model.scoring import Job, score_file; from risk_model import load; from pathlib import Path;"
        "score_file(Job(sys.argv[1], Path(sys.argv[2])), load);"
        "print(sorted({'pandas', 'sklearn', 'pyarrow', 'rich'} & set(sys.modules)))"
    )
    environment = {"PYTHONPATH": ":".join(p for p in sys.path if p), "PETITION_RISK_MODELS": str(served)}
    command = [sys.executable, "-c", code, str(examples / "legacy_gb18030.csv"), str(tmp_path / "out.csv")]
    done = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert done.stdout.decode().strip() == "[]"
