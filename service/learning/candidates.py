"""Candidates: trained in a process of their own on what the staff decided, then compared with the served model."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from risk_model.artifact import Registry
from risk_model.errors import PetitionRiskError
from risk_model.feedback import write
from service.learning.decisions import decisions
from service.settings import Settings
from service.store import Store
from service.store.errors import Clash, Refused
from service.store.learning_tables import CandidateRow

#: Trains `name` on a file of decisions and compares it; tells its steps as it goes.
Trainer = Callable[[Path, str, Callable[[str], None]], None]

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
#: A training that has not ended by then ended with the machine it ran on.
LONGEST: Final = dt.timedelta(hours=6)


def begin(session: Session, registry: Registry, name: str, now: dt.datetime, actor: str) -> CandidateRow:
    """Note a candidate that is about to be trained; one at a time."""
    if not _NAME.fullmatch(name):
        raise Refused("版本名只能用字母、数字、点、下划线、连字符，以字母或数字开头")
    if name in registry.versions() or session.get(CandidateRow, name) is not None:
        raise Clash(f"已经有版本 {name}：请换一个版本名")
    if any(state(row, now) == "running" for row in session.scalars(select(CandidateRow))):
        raise Clash("另一个候选模型正在训练，请等它结束")
    if next(decisions(session), None) is None:
        raise Clash("还没有复核记录：先在研判工作台复核一些信件，再训练候选模型")
    row = CandidateRow(name=name, at=now, actor=actor, state="running", step="正在准备", finished_at=None)
    session.add(row)
    session.flush()
    return row


def state(row: CandidateRow, now: dt.datetime) -> str:
    """Return `running`, `done` or `failed`."""
    return "failed" if row.state == "running" and now - row.at > LONGEST else row.state


def work(store: Store, name: str, train: Trainer, clock: Callable[[], dt.datetime]) -> None:
    """Export the decisions, train and compare; the outcome is noted, whatever it is."""

    def say(step: str, ended: str | None = None) -> None:
        with store.writing() as session:
            row = session.get_one(CandidateRow, name)
            row.step = step[:500]
            if ended:
                row.state, row.finished_at = ended, clock()

    try:
        with tempfile.TemporaryDirectory(prefix="petition-risk-candidate-") as folder:
            path = Path(folder) / "decisions.jsonl"
            with store.reading() as session:
                write(path, decisions(session))
            path.chmod(0o600)
            train(path, name, say)
    except (PetitionRiskError, OSError) as error:
        say(str(error), "failed")
        return
    say("训练和比较都已完成", "done")


def start(store: Store, name: str, train: Trainer, clock: Callable[[], dt.datetime]) -> threading.Thread:
    """Do `work` in the background."""
    thread = threading.Thread(target=work, args=(store, name, train, clock), name="candidate", daemon=True)
    thread.start()
    return thread


def program(settings: Settings, registry: Registry) -> Trainer:
    """Return a trainer that runs the command line in a process of its own, so that serving keeps its memory and threads."""

    def train(path: Path, name: str, say: Callable[[str], None]) -> None:
        labelled = sorted(settings.training_data.glob("*.csv")) if settings.training_data else []
        learn = ["train", name, "-f", path, "-o", registry.root, *(x for p in labelled for x in ("-l", p))]
        judge = ["model", "compare", name, "-f", path]
        if settings.locked_set:
            judge += ["-t", settings.locked_set]
        for arguments in (learn, judge):
            _run([str(a) for a in arguments], registry.root, say)

    return train


def _run(arguments: list[str], root: Path, say: Callable[[str], None]) -> None:
    command = [sys.executable, "-c", "from risk_model.cli import main; main()", *arguments]
    environment = os.environ | {"PETITION_RISK_MODELS": str(root), "PYTHONUTF8": "1"}
    last = ""
    with subprocess.Popen(  # noqa: S603  our own program
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as run:
        for line in run.stderr or ():
            last = line.strip() or last
            say(last)
    if run.returncode:
        raise PetitionRiskError(last or "训练中断")
