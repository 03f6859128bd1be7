"""A scan from beginning to end: read, check, score, group, list, report, publish."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import pandas as pd

from risk_model.artifact import default_registry
from risk_model.errors import EngineError, InputError, ScanCancelled
from risk_model.matters import week_name, week_of_name
from risk_model.scan import gate
from risk_model.scan.book import INDICES, Shelf, empty_book, grown
from risk_model.scan.checkpoint import Parts, close_parts, open_parts, stamp
from risk_model.scan.engines import Engine, Work
from risk_model.scan.engines.local import Local
from risk_model.scan.job import Cancelled, Job, OnProgress, Result, Step, never, silent
from risk_model.scan.letters import Scored, up_to
from risk_model.scan.linkage import joined
from risk_model.scan.output import Draft, Input, draft
from risk_model.scan.plan import Partition, Reading, digest_file, list_files
from risk_model.scan.profile import profile
from risk_model.scan.publish import refuse, write_rejects
from risk_model.scan.scoring import cached_model
from risk_model.scan.weekly import add_letters, list_rising
from risk_model.tables import Reject

_PROBE: Final = 1


@dataclass
class _Run:
    """What the steps of one scan share."""

    job: Job
    first: int
    last: int
    replayed: bool
    on_progress: OnProgress
    cancelled: Cancelled
    model: str = ""
    files: tuple[Path, ...] = ()
    rejects: list[tuple[str, Reject]] = field(default_factory=list)
    times: dict[str, float] = field(default_factory=dict)
    began: str = ""

    def check(self) -> None:
        if self.cancelled():
            raise ScanCancelled("扫描已按要求停止；已算完的部分留着，同样的命令再运行一次会接着算")

    def timed(self, name: str) -> Callable[[], None]:
        start = time.monotonic()

        def stop() -> None:
            self.times[name] = round(self.times.get(name, 0.0) + time.monotonic() - start, 3)

        return stop


def run(job: Job, week: str, on_progress: OnProgress = silent, cancelled: Cancelled = never) -> Result:
    """Scan one week (`2019-W47`): score every letter of the inputs and report on the week into `<out>/<week>/`.

    Raises `InputError`, `GateError`, `EngineError`, `OutputError`, `ArtifactError` or `ScanCancelled`; then nothing is published,
    and the same call goes on from the parts that are finished.
    """
    number = week_of_name(week)
    return _scan(_Run(job, number, number, False, on_progress, cancelled))


def replay(job: Job, first: str, last: str, on_progress: OnProgress = silent, cancelled: Cancelled = never) -> Result:
    """Scan every week from `first` to `last`, each seeing only what had arrived by then, one folder a week.

    Letters of weeks before `first` are grouped too, so that the first list does not start from nothing. The history must be empty.
    """
    begin_week, end = week_of_name(first), week_of_name(last)
    if begin_week > end:
        raise InputError(f"--replay 的起止颠倒了：{first} 在 {last} 之后")
    return _scan(_Run(job, begin_week, end, True, on_progress, cancelled))


def _scan(this: _Run) -> Result:
    job = this.job
    this.began = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    _require_parts()
    this.files = list_files(job.inputs)
    shelf = Shelf(job.history) if job.history else None
    if this.replayed and shelf and shelf.weeks():
        raise InputError(f"历史文件夹 {job.history} 已有内容：回放要从空的历史开始，请换一个 --history")
    this.model = str(_model_folder(job.model))
    model = cached_model(this.model)
    span = week_name(this.first) if not this.replayed else f"{week_name(this.first)}-{week_name(this.last)}"
    work = job.out / f".work-{span}"
    inputs = [(p.name, p.stat().st_size) for p in this.files]
    stamped = stamp(
        model=model.manifest["files"], evidence=job.evidence, program=_program(), rows=job.rows, inputs=inputs
    )
    if not Parts(work, stamped).moving:
        for week in range(this.first, this.last + 1):
            refuse(job.out / week_name(week))
    with open_parts(work, stamped) as parts:
        stop = this.timed("score")
        reading = Reading(this.files, job.mapping, job.rows)
        reading.rows = len(job.refused)
        this.rejects += [(this.files[0].name, reject) for reject in job.refused]
        count = _score(this, reading, parts)
        parts.drop_from(count)
        stop()
        scored = Scored(tuple(parts.path(k) for k in range(count)), this.last)
        found = len(scored.light)
        names = [path.name for path in this.files]
        this.rejects += [(names[source], reject) for source, reject in scored.doubles]
        drafts = _weeks(this, shelf, Shelf(work / "history"), scored, reading)
        folders = _publish(this, shelf, parts, drafts)
    close_parts(work)
    passed = all(made.gate.passed for made in drafts)
    return Result(folders, reading.rows, found, len(this.rejects), model.version, tuple(reading.notes), passed)


def _publish(this: _Run, shelf: Shelf | None, parts: Parts, drafts: list[Draft]) -> tuple[Path, ...]:
    """Move history and folders to their places, all at the end and fast: a scan that stops before leaves neither."""
    this.check()
    resumed = parts.moving
    manifest = _manifest(this)
    parts.start_moving()
    if shelf:
        Shelf(parts.folder / "history").move_to(shelf)
    folders = tuple(made.publish(manifest, resumed=resumed) for made in drafts)
    if this.replayed:
        write_rejects(this.job.out / "rejected.csv", this.rejects)
    return folders


def _require_parts() -> None:
    """Say at once, not after an hour, that a part of the program is not installed."""
    missing = [name for name in ("pandera", "jinja2", "docx") if find_spec(name) is None]
    if missing:
        raise EngineError(f"缺少周报组件（{'、'.join(missing)}）：请运行 pip install petition-risk[scan]")


def _model_folder(name: str | None) -> Path:
    if name and Path(name).is_dir():
        return Path(name).resolve()
    registry = default_registry()
    return registry.path(name or registry.current()).resolve()


def _program() -> str:
    return version("petition-risk")


def _engine(this: _Run) -> Engine:
    job = this.job
    if job.engine == "local":
        return Local(this.model, job.evidence, job.workers)
    if not job.scheduler:
        raise InputError("--engine dask 要写明调度器地址：--scheduler tcp://主机:端口")
    from risk_model.scan.engines.dask import Cluster

    return Cluster(this.model, job.evidence, job.scheduler)


def _score(this: _Run, reading: Reading, parts: Parts) -> int:
    """Score what is not finished yet; returns the number of parts."""
    count = 0
    rows: dict[int, int] = {}
    done = 0

    def waiting() -> Iterator[Work]:
        nonlocal count, done
        for part in reading:
            this.check()
            count += 1
            this.rejects.extend((part.name, reject) for reject in part.rejects)
            if part.number < _PROBE:
                _probe(this, part)
            if parts.done(part):
                done += len(part.letters)
                this.on_progress(Step("score", done, reading.share))
                continue
            rows[part.number] = len(part.letters)
            yield Work(part, parts.key(part))

    engine = _engine(this)
    try:
        for number, content in engine.score(waiting()):
            parts.keep(number, content)
            done += rows.pop(number)
            this.on_progress(Step("score", done, reading.share))
            this.check()
    finally:
        engine.close()
    if not count:
        raise InputError("表里一行也没有：请确认导出时选中了数据")
    return count


def _probe(this: _Run, part: Partition) -> None:
    gate.require(gate.probe(part.letters, part.rejects), accept=this.job.accept_drift, where=f"{part.where()}")


def _weeks(this: _Run, shelf: Shelf | None, staged: Shelf, scored: Scored, reading: Reading) -> list[Draft]:
    """Group week by week and draft the weeks that were asked for; what history shall keep is staged."""
    mine = up_to(scored.light, this.last).drop(columns=["part", "row", "source"])
    book = grown(shelf.open(this.first) if shelf else empty_book(), mine)
    overrides = shelf.overrides() if shelf else []
    # A week that is scanned again must not change the weeks that were built on it.
    later = [w for w in shelf.weeks() if w > this.last] if shelf else []
    notes = (*reading.notes, *(["历史里已有更晚的周次：本次只出报告，没有改动历史"] if later else []))
    given = Input(reading.rows, frozenset(reading.roles), notes, tuple(this.rejects))
    model = cached_model(this.model)
    asked = range(this.first, this.last + 1)
    order = sorted(set(mine["week"]) | set(asked))
    staged.clear()
    drafts: list[Draft] = []
    links: list[pd.DataFrame] = []
    for done, week in enumerate(map(int, order)):
        this.check()
        stop = this.timed("group")
        frame = scored.week(week)
        book, found = add_letters(book, week, frame, overrides)
        links.append(found)
        book, _ = list_rising(book, week)
        if len(frame):
            book = replace(book, profiles=book.profiles | {week: profile(frame)})
        stop()
        if week in asked:
            this.on_progress(Step("report", len(drafts), None))
            stop = this.timed("report")
            reports = this.job.reports and week == this.last
            made = draft(this.job, model, book, week, scored, given, replayed=this.replayed, reports=reports)
            if shelf and not later:
                new = mine["week"] == week if drafts else mine["week"] <= week
                staged.keep(week, book, mine[new], joined(links), index=week > this.last - INDICES)
                links = []
            stop()
            drafts.append(made)
        this.on_progress(Step("group", done + 1, (done + 1) / len(order)))
    return drafts


def _manifest(this: _Run) -> dict[str, Any]:
    """Return what only the manifest says: where the rows came from, how and when they were scanned."""
    job = this.job
    return {
        "program_version": _program(),
        "inputs": [{"name": p.name, "bytes": p.stat().st_size, "sha256": digest_file(p)} for p in this.files],
        "engine": {"name": job.engine, "workers": job.workers},
        "replay": f"{week_name(this.first)}:{week_name(this.last)}" if this.replayed else None,
        "began": this.began,
        "ended": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "seconds": this.times,
    }
