"""The worker of the learning loop: takes a piece of work, does it stage by stage in processes of its own, notes how it went.

A piece is leased while somebody is at it. Where the process is killed the lease runs out and the next one begins the
piece again, says so, and keeps what was complete.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from risk_model.errors import PetitionRiskError
from service.core import Core
from service.logs import log
from service.served import registry_of
from service.store import learning_jobs as jobs
from service.store.learning_tables import LearningJobRow

_LOOK_EVERY: Final = 0.5
#: Well before the lease runs out.
_SIGN_OF_LIFE: Final = 5.0
#: A process that was asked to end has this long to do so.
_PATIENCE: Final = 10
_LONGEST_STEP: Final = 500


class Stop(PetitionRiskError):
    """Work that cannot go on; the message says why, in words for staff."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage by name, and what is done in it: a call here, or arguments for a process of its own (`service.learning.child`)."""

    name: str
    work: Callable[[], None] | Sequence[str | Path]


#: Yields the stages of a piece of work that keeps its files in a folder of its own.
Plan = Callable[[Core, LearningJobRow, Path], Iterator[Stage]]
#: Removes what a piece of work left elsewhere.
Tidy = Callable[[Core, LearningJobRow], None]


def nothing(_core: Core, _row: LearningJobRow) -> None:
    """Leave nothing to remove."""


class Learner:
    """Does the work of a kind that waits; several, in several processes, never do the same piece at the same time."""

    def __init__(self, core: Core, kind: str, plan: Plan, tidy: Tidy = nothing) -> None:
        self.core = core
        self.kind = kind
        self.name = uuid.uuid4().hex
        self._plan = plan
        self._tidy = tidy

    def run(self, stopped: Callable[[], bool]) -> None:
        """Work off what waits."""
        while not stopped():
            with self.core.store.writing() as session:
                row = jobs.lease(session, self.kind, self.name, self.core.now())
            if row is None:
                return
            if row.state == "running":
                self._do(row, stopped)

    def _do(self, row: LearningJobRow, stopped: Callable[[], bool]) -> None:
        folder = self.core.settings.data_dir / "learning-work" / str(row.id)
        # What a killed process left holds letters, masked though they are.
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        if row.tries > 1:
            log().info("learning job begun again", job=row.id, kind=row.kind, tries=row.tries)
        try:
            for stage in self._plan(self.core, row, folder):
                if not self._note(row, stage.name, "") or not self._stage(row, stage, stopped):
                    break
            else:
                self._finish(row, "done", "已完成")
        except (PetitionRiskError, OSError) as error:
            self._finish(row, "failed", str(error))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            if not self._is_going_on(row):
                self._tidy(self.core, row)

    def _stage(self, row: LearningJobRow, stage: Stage, stopped: Callable[[], bool]) -> bool:
        """Do a stage; tells whether the work may go on."""
        if callable(stage.work):
            stage.work()
            return True
        # -P: nothing in the folder we happen to run in takes the place of a module.
        command = [sys.executable, "-P", "-m", "service.learning.child", *map(str, stage.work)]
        models = {"PETITION_RISK_MODELS": str(registry_of(self.core.settings).root), "PYTHONUTF8": "1"}
        with subprocess.Popen(  # noqa: S603  our own program
            command, env=os.environ | models, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            encoding="utf-8", errors="replace", start_new_session=True,
        ) as process:  # fmt: skip
            said = self._watch(row, stage.name, process, stopped)
        if said is None:
            return False
        if process.returncode:
            raise Stop(said or "中途停止：请重试；再次失败请查看内存和磁盘空间")
        return True

    def _watch(
        self, row: LearningJobRow, stage: str, process: subprocess.Popen[str], stopped: Callable[[], bool]
    ) -> str | None:
        """Note what a process says until it ends; returns its last word, None where it was made to end."""
        heard = [""]
        reader = threading.Thread(target=_hear, args=(process, heard), daemon=True)
        reader.start()
        written, signed = "", time.monotonic()
        while reader.is_alive():
            reader.join(_LOOK_EVERY)
            if stopped():
                end(process)
                self._hand_on(row)
                return None
            now = heard[-1]
            if now == written and time.monotonic() - signed < _SIGN_OF_LIFE:
                wanted = self._is_at_it(row)
            else:
                written, signed = now, time.monotonic()
                wanted = self._note(row, stage, now)
            if not wanted:
                end(process)
                return None
        process.wait()
        return heard[-1]

    def _is_at_it(self, row: LearningJobRow) -> bool:
        with self.core.store.reading() as session:
            found = session.get(LearningJobRow, row.id)
            return found is not None and found.state == "running" and found.lease == self.name

    def _is_going_on(self, row: LearningJobRow) -> bool:
        """Tell whether anybody is at it: another worker's files must be left alone."""
        with self.core.store.reading() as session:
            found = session.get(LearningJobRow, row.id)
            return found is not None and found.state == "running"

    def _note(self, row: LearningJobRow, stage: str, step: str) -> bool:
        with self.core.store.writing() as session:
            found = jobs.held(session, row.id, self.name, self.core.now())
            if found is None:
                return False
            found.stage, found.step = stage, step[:_LONGEST_STEP]
            return True

    def _hand_on(self, row: LearningJobRow) -> None:
        """Leave the work to the next start; an orderly end is no failed try."""
        with self.core.store.writing() as session:
            if found := jobs.held(session, row.id, self.name, self.core.now()):
                found.state, found.lease, found.lease_until, found.tries = "waiting", None, None, found.tries - 1
                found.step = "服务已停止，下次启动后重新开始"

    def _finish(self, row: LearningJobRow, state: str, step: str) -> None:
        with self.core.store.writing() as session:
            if found := jobs.held(session, row.id, self.name, self.core.now()):
                found.state, found.step, found.finished_at = state, step[:_LONGEST_STEP], self.core.now()
                found.lease = found.lease_until = None
                log().info("learning job ended", job=row.id, kind=row.kind, state=state)


def _hear(process: subprocess.Popen[str], heard: list[str]) -> None:
    assert process.stderr is not None  # noqa: S101  it is a pipe
    for line in process.stderr:
        heard[0] = line.strip() or heard[0]


def end(process: subprocess.Popen[str]) -> None:
    """End a process and those it shares its work among."""
    _signal(process, signal.SIGTERM)
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        _signal(process, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)


def _signal(process: subprocess.Popen[str], number: signal.Signals) -> None:
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            return
    else:
        process.terminate()
