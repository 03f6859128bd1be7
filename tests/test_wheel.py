"""The wheel alone can score: it carries the released model, the corpus, the dictionary and the examples."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built and unpacked where no repository is."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PETITION_RISK")}
    code = "import risk_model.cli as c; assert 'site' in c.__file__; c.main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(installed), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )


def test_it_scores(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "score", "--text", "小区停工两年，三百多户业主多次反映没有结果")
    assert "住房" in done.stdout or "交" in done.stdout
    assert "辅助研判，不作为处理依据" in done.stdout


def test_it_runs_the_demo(installed: Path, tmp_path: Path) -> None:
    assert "辅助研判，不作为处理依据" in run(installed, tmp_path, "demo").stdout


def test_it_carries_what_training_needs(installed: Path) -> None:
    for name in (
        "data/corpus.jsonl",
        "data/user_dict.tsv",
        "data/neutral.tsv",
        "released/CURRENT",
        "examples/office.xlsx",
    ):
        assert (installed / "risk_model" / name).is_file(), name
