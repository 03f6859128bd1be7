"""`petition-risk feedback`, as IT staff type it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from risk_model.artifact import Registry
from risk_model.cli.group import Group
from risk_model.feedback import Decision, Labels, read, write
from risk_model.model import load
from risk_model.schema import Petition
from risk_model.taxonomy import OUTPUTS
from risk_model.training.examples import corpus
from service import cli
from service.scoring import plain
from service.security.permissions import LOCAL, Principal
from service.store import Store, audit, migrate, petitions, reviews
from service.store.notes import note
from service.store.petitions import Entry
from tests.service.conftest import NOW

app = typer.Typer(cls=Group)
cli.register(app)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PETITION_RISK_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_decisions_leave_the_store_once_and_on_record(folder: Path, models: Path) -> None:
    (folder / "data").mkdir()
    store = Store(f"sqlite:///{folder / 'data' / 'petition-risk.sqlite3'}")
    migrate.upgrade(store)
    sent = Petition("村里征地补偿款拖了两年没有发放，八十多户都没有拿到。", received=NOW.date())
    (said,) = load(Registry(models).path("small")).score([sent])
    with store.writing() as session:
        row = petitions.register(session, Entry(sent, "d", said, plain(said)), NOW, "user:wang")
        for who, level in ((LOCAL, 2), (Principal("li", "user", frozenset()), 3)):
            made = reviews.Review("correct", "读信", tags=["land_acquisition"])
            note(session, reviews.add(session, row, made, NOW, who.actor), who, level)
    out = folder / "decisions.jsonl"
    told = run("feedback", "export", out, "--outcomes", folder / "outcomes.jsonl", "--reason", "月度训练")
    assert "已导出2条" in told.stdout
    assert [d.labels.level for d in read(out)] == [2, 3]
    assert json.loads((folder / "outcomes.jsonl").read_text(encoding="utf-8"))["state"] == "pending"
    assert out.stat().st_mode & 0o077 == 0
    assert run("feedback", "export", out).exit_code == 3
    with store.reading() as session:
        assert [r.reason for r in audit.page(session, action="feedback.export")] == ["月度训练"]
    store.close()
    assert "群体高风险：approver 否，triager 是" in run("feedback", "conflicts", out).stdout
    assert "1封，一致1封" in run("feedback", "agreement", out).stdout


def test_slips_are_found_and_left_alone(folder: Path) -> None:
    pytest.importorskip("cleanlab")
    examples, rng = corpus(), np.random.default_rng(0)
    governance = examples.targets[:, OUTPUTS.index("governance")] == 1
    rows = rng.permutation(len(examples))[:500]
    slipped = {examples.ids[i] for i in rows[:40]}
    made = []
    for k, i in enumerate(rows):
        title, body = examples.texts[i].split("\n", 1)
        tags = ("governance",) if governance[i] != (k < 40) else ()
        at = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
        made.append(
            Decision(examples.ids[i], title, body, 1, "triager", at, "correct", "inbox", "1", Labels(tags=tags))
        )
    write(folder / "d.jsonl", made)
    before = (folder / "d.jsonl").read_bytes()
    told = run("feedback", "suspects", folder / "d.jsonl", "-o", folder / "list.csv", "--most", "5")
    assert len(told.stdout.splitlines()) == 6
    listed = (folder / "list.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    found = [line.split(",")[0] for line in listed if "基层治理" in line]
    assert len(slipped & set(found)) >= 20  # half of the slips
    assert len(slipped & set(found[:20])) >= 12  # and most of what is at the top
    assert (folder / "d.jsonl").read_bytes() == before
