"""Weekly scans of the book and of tables: when one is due, what it reads, and the process that makes it."""

from __future__ import annotations

import csv
import datetime as dt
import json
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from risk_model.feedback.measured import write as write_measured
from risk_model.matters import week_name, week_of_name
from service import scan_files
from service.core import Core
from service.learning import report
from service.logs import log
from service.settings import Settings
from service.store import Clash, audit, matters, scans
from service.store.tables import ScanRow

#: Who asked for a scan that the schedule asked for.
SCHEDULE: Final = "machine:schedule"
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FIRST_MONDAY: Final = dt.date(1969, 12, 29)
#: A scan that was asked to stop has this long to do so.
_PATIENCE: Final = 20
_LOOK_EVERY: Final = 0.5
#: Well before the lease runs out.
_SIGN_OF_LIFE: Final = 15.0
#: Columns of the book as a scan reads it; the others are text.
_DAYS_OF: Final = ("received", "accepted_at", "answered_at", "due_at")
_COLUMNS: Final = ("id", "title", "body", "received", "area", "status", "accepted_at", "answered_at", "due_at")


def sunday(week: str) -> dt.date:
    """Return the last day of a week.

    >>> sunday("2026-W22")
    datetime.date(2026, 5, 31)
    """
    return _FIRST_MONDAY + dt.timedelta(weeks=week_of_name(week), days=6)


def due_week(settings: Settings, now: dt.datetime) -> str | None:
    """Return the week that the schedule wants scanned as of `now`: the newest whose day and hour have passed."""
    return newest_due(settings.scan_day, settings.scan_hour, settings.timezone, now)


def newest_due(day: str, hour: int, zone: str, now: dt.datetime) -> str | None:
    """Return the newest week after which a day and hour of the week have passed, None where `day` is `off`."""
    if day == "off":
        return None
    here = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    passed = here - dt.timedelta(days=_DAYS.index(day), hours=hour)
    return week_name((passed.date() - _FIRST_MONDAY).days // 7 - 1)


class Scanner:
    """Makes the scans that wait; several of them, in several processes, share the work."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.name = uuid.uuid4().hex

    def schedule(self) -> None:
        """Ask for the scan that is due, if nobody has yet; missed hours are made up for."""
        core, week = self.core, due_week(self.core.settings, self.core.now())
        if week is None:
            return
        with core.store.reading() as session:
            if scans.was_scheduled(session, week) or not scans.has_letters(session, sunday(week)):
                return
        if (core.settings.scan_folder / week).exists():
            return
        try:
            with core.store.writing() as session:
                row = scans.create(session, week, core.now(), SCHEDULE, scheduled=True)
                audit.record(session, core.now(), SCHEDULE, "scan.add", row.public_id, details={"week": week})
        except (Clash, IntegrityError):
            # Another worker, or a person, was quicker.
            return

    def run(self, stopped: Callable[[], bool]) -> None:
        """Work off what waits."""
        self.schedule()
        self._clear()
        while not stopped():
            with self.core.store.writing() as session:
                row = scans.lease(session, self.name, self.core.now())
            if row is None:
                return
            self._scan(row, stopped)

    def _clear(self) -> None:
        """Delete tables of yesterday and before that no scan waits for: whoever should have done so was killed."""
        for public_id in scan_files.old(self.core):
            if not self._still_open(public_id):
                scan_files.forget(self.core, public_id)

    def _scan(self, row: ScanRow, stopped: Callable[[], bool]) -> None:
        folder = self.core.settings.data_dir / "scan-work" / row.public_id
        folder.mkdir(parents=True, exist_ok=True)
        letters, spec, measured = (folder / name for name in ("book.parquet", "scan.json", "measured.json"))
        try:
            said = self._of_file(row) if row.source == scans.FILE else self._of_book(row, letters)
            said |= {"week": row.week, "model": self._model(), "accept_drift": row.accept_drift}
            # A file may be another office's: what was measured on the book says nothing of it.
            is_measured = row.source != scans.FILE and self._measure(measured, row.week)
            said["measured"] = str(measured) if is_measured else ""
            spec.write_text(json.dumps(said), encoding="utf-8")
            command = [sys.executable, "-P", "-m", "service.scan_child", str(spec)]
            # -P: nothing in the folder we happen to run in takes the place of a module.
            # What a library prints may hold a letter: only the child's own lines are read.
            with subprocess.Popen(  # noqa: S603  our own program
                command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8"
            ) as process:
                self._watch(row.id, process, stopped)
        finally:
            for path in (letters, spec, measured):
                path.unlink(missing_ok=True)
            folder.rmdir()
            if row.source == scans.FILE and not self._still_open(row.public_id):
                scan_files.forget(self.core, row.public_id)

    def _of_book(self, row: ScanRow, letters: Path) -> dict[str, Any]:
        history, out = self.core.settings.data_dir / "scan-history", self.core.settings.scan_folder
        for path in (history, out):
            path.mkdir(parents=True, exist_ok=True)
        self._export(letters, history, sunday(row.week))
        return {"input": str(letters), "out": str(out), "history": str(history), "refused": []}

    def _of_file(self, row: ScanRow) -> dict[str, Any]:
        """A table is scanned by itself: what it says is neither added to the book nor told apart by it."""
        folder, out = scan_files.place(self.core, row.public_id), scan_files.results(self.core, row.public_id)
        out.mkdir(parents=True, exist_ok=True)
        refused = scan_files.refused(folder)
        return {"input": str(folder / "letters.parquet"), "out": str(out), "history": None, "refused": refused}

    def _still_open(self, public_id: str) -> bool:
        with self.core.store.reading() as session:
            return scans.is_open(session, public_id)

    def _measure(self, path: Path, week: str) -> bool:
        """Write what the learning loop knows of the model; tells whether it knows anything."""
        with self.core.store.reading() as session:
            found = report.measured(session, week, self.core.today(), self.core.store.url)
        if found:
            write_measured(path, found)
        return found is not None

    def _model(self) -> str:
        self.core.catch_up()
        scoring = self.core.scoring
        assert scoring is not None  # noqa: S101  jobs begin after the model
        return str(scoring.model.artifact.folder)

    def _export(self, letters: Path, history: Path, last: dt.date) -> None:
        # Loaded where it is needed: workers that never scan save its memory.
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = pa.schema([(name, pa.date32() if name in _DAYS_OF else pa.string()) for name in _COLUMNS])
        with self.core.store.reading() as session, pq.ParquetWriter(letters, schema) as writer:
            for rows in scans.export(session, last):
                writer.write_table(pa.Table.from_pylist(rows, schema))
            decided = [(d.action, ";".join(d.letters)) for d in matters.decisions(session)]
        with (history / "overrides.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("action", "letters"), *decided])

    def _watch(self, scan_id: int, process: subprocess.Popen[str], stopped: Callable[[], bool]) -> None:
        heard: dict[str, Any] = {}
        reader = threading.Thread(target=_hear, args=(process, heard), daemon=True)
        reader.start()
        written: dict[str, Any] = {}
        signed = time.monotonic()
        while reader.is_alive():
            reader.join(_LOOK_EVERY)
            now = dict(heard)
            if now == written and time.monotonic() - signed < _SIGN_OF_LIFE and not stopped():
                if not self._wanted(scan_id):
                    _end(process)
                continue
            written, signed = now, time.monotonic()
            if stopped() or not self._note(scan_id, now):
                _end(process)
        process.wait()
        self._finish(scan_id, heard, stopped())

    def _wanted(self, scan_id: int) -> bool:
        with self.core.store.reading() as session:
            row = session.get(ScanRow, scan_id)
            return row is not None and row.state == "running" and row.lease == self.name

    def _note(self, scan_id: int, heard: dict[str, Any]) -> bool:
        with self.core.store.writing() as session:
            row = scans.held(session, scan_id, self.name, self.core.now())
            if row is None:
                return False
            row.stage, row.done = heard.get("stage", ""), heard.get("done", 0)
            row.share = heard.get("share")
            return True

    def _finish(self, scan_id: int, heard: dict[str, Any], stopped: bool) -> None:
        with self.core.store.writing() as session:
            row = scans.held(session, scan_id, self.name, self.core.now())
            if row is None:
                return
            row.lease = row.lease_until = None
            if "letters" in heard:
                row.state, row.share = "done", 1.0
                row.letters, row.rejected = heard["letters"], heard["rejected"]
            elif stopped:
                # The next start goes on where this one was.
                row.state = "waiting"
            else:
                row.state, row.problem = "failed", heard.get("problem", "扫描中断：请重试；再次失败请查看磁盘空间")
            log().info("scan ended", job=row.public_id, state=row.state)


def _hear(process: subprocess.Popen[str], heard: dict[str, Any]) -> None:
    assert process.stdout is not None  # noqa: S101  it is a pipe
    for line in process.stdout:
        # A library may print something of its own.
        if line.startswith("{"):
            heard.update(json.loads(line))


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
