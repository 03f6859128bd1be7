"""`train` and `evaluate`, as they are typed."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from risk_model.cli import app
from risk_model.taxonomy import LEVELS, TAG_NAMES
from risk_model.training.examples import corpus
from risk_model.training.run import Trained


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty corpus letters as a labelled file of an office."""
    path = tmp_path_factory.mktemp("labels") / "held_out.csv"
    examples = corpus()
    rows = []
    from risk_model.taxonomy import FACTOR_NAMES, OUTPUTS, SUBTAG_NAMES

    for i in range(0, 600, 10):
        named = {n for n, v in zip(OUTPUTS, examples.targets[i], strict=True) if v == 1}
        title, body = examples.texts[i].split("\n", 1)
        rows.append(
            {"id": examples.ids[i], "title": title, "body": body}
            | {tag: int(tag in named) for tag in TAG_NAMES}
            | {"subtags": ";".join(n for n in SUBTAG_NAMES if n in named)}
            | {"factors": ";".join(n for n in FACTOR_NAMES if n in named)}
            | {"escalation": sum(level in named for level in LEVELS)}
        )
    with path.open("w", encoding="utf-8", newline="") as f:
        out = csv.DictWriter(f, list(rows[0]))
        out.writeheader()
        out.writerows(rows)
    return path


def test_evaluate_prints_and_writes_the_measures(small_model: Path, labelled: Path, tmp_path: Path) -> None:
    report = tmp_path / "metrics.json"
    arguments = ["evaluate", str(labelled), "--model", str(small_model), "-o", str(report), "--resamples", "20"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    written = json.loads(report.read_text(encoding="utf-8"))
    assert written["rows"] == 60
    value = written["measures"]["risk.auc_ge2"]
    low, high = written["intervals_95"]["risk.auc_ge2"]
    assert 0.5 < low <= value <= high <= 1
    assert f"{value:.4f}" in result.output


def test_train_refuses_a_name_in_use_before_it_works(small_model: Path) -> None:
    result = CliRunner().invoke(app, ["train", "small", "--out", str(small_model.parent)])
    assert result.exit_code == 3
    assert "已经存在" in result.output


@pytest.mark.slow
def test_train_writes_a_whole_model_with_its_card(
    trained: Trained, small_model: Path, labelled: Path, tmp_path: Path
) -> None:
    arguments = ["train", "fresh", "--out", str(tmp_path), "-t", str(labelled), "--compare", str(small_model)]
    result = CliRunner().invoke(app, [*arguments, "--epochs", "1", "-j", "2", "--keep-pipeline"])
    assert result.exit_code == 0, result.output
    card = (tmp_path / "fresh" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "Measures on held_out.csv (60 letters" in card
    assert "| measure | fresh | small |" in card
    assert "Neutrality" in card
    assert (tmp_path / "fresh.pipeline.joblib").exists()
    verified = CliRunner().invoke(app, ["model", "verify", str(tmp_path / "fresh")])
    assert verified.exit_code == 0, verified.output
