"""Scores a whole file: read a chunk, assess it, write it, and account for every row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from risk_model.crew import Scorer, crew
from risk_model.errors import InputError, OutputError
from risk_model.schema import Assessment, Petition
from risk_model.tables import (
    MOST_ROWS,
    STDIN,
    Intake,
    Letter,
    Reject,
    Source,
    check_suffix,
    open_rejects,
    open_table,
    open_writer,
    values,
    wanted_names,
)

#: Letters assessed at a time: enough for vectorised scoring, little enough for a smooth progress bar.
CHUNK: Final = 512
#: The weightiest letters kept for a first look, with the words shown of each.
_TOP: Final = 10


@dataclass(frozen=True, slots=True)
class Job:
    """What to score and where to: `mapping` names columns by role, `evidence` is the number of words kept a letter.

    `workers` processes share the work; with more than one, the `load` given to `score_file` must be picklable.
    """

    source: str | Path
    output: Path
    rejected: Path | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    evidence: int = 5
    force: bool = False
    workers: int = 1

    @property
    def rejected_path(self) -> Path:
        """Where rejects go unless told otherwise: `OUTPUT.rejected.csv`."""
        return self.rejected or self.output.with_name(self.output.name + ".rejected.csv")


@dataclass(slots=True)
class Report:
    """What came of a job; `rows` is always `scored + rejected`, `top` the letters of highest risk, highest first."""

    rows: int = 0
    scored: int = 0
    rejected: int = 0
    bands: Counter[str] = field(default_factory=Counter)
    review: int = 0
    dropped: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    model_version: str = ""
    top: list[tuple[Letter, Assessment]] = field(default_factory=list)


_Chunk = list[Letter | Reject]
#: Called after each chunk with the rows done and the share of the file read (None where unknown).
OnProgress = Callable[[int, float | None], None]


def score_file(job: Job, load: Callable[[], Scorer], on_progress: OnProgress = lambda rows, share: None) -> Report:
    """Score a file. The model is loaded only once paths and table have been found sound.

    Raises `InputError`, `OutputError` or `ArtifactError`; then neither output nor rejects are written.
    """
    check_paths(job)
    with open_table(job.source, wanted_names(job.mapping)) as source:
        if job.output.suffix.lower() == ".xlsx":
            _check_fits(source)
        intake = Intake(source, job.mapping)
        model = load()
        report = Report(model_version=model.version, dropped=intake.dropped)
        with (
            open_rejects(job.rejected_path) as rejects,
            open_writer(job.output, intake.header) as writer,
            crew(model, load, job.workers, job.evidence) as score,
        ):
            for chunk, assessments in score(_chunks(intake), _petitions):
                letters = [item for item in chunk if isinstance(item, Letter)]
                for item in chunk:
                    if isinstance(item, Reject):
                        rejects.add(item)
                writer.write((x.cells, values(a)) for x, a in zip(letters, assessments, strict=True))
                _account(report, letters, assessments, len(chunk))
                on_progress(report.rows, source.share())
        report.notes = [*intake.notes, *writer.notes]
    return report


def check_paths(job: Job) -> None:
    """Refuse outputs that would destroy something or cannot be written, before any work is done."""
    check_suffix(job.output)
    for path in (job.output, job.rejected_path):
        if str(job.source) != STDIN and _same_file(Path(job.source), path):
            raise OutputError(f"输出 {path} 就是输入文件：请换一个文件名，原表不会被改动")
        if path.is_dir():
            raise OutputError(f"{path} 是文件夹：请给出文件名")
        if not path.parent.is_dir():
            raise OutputError(f"文件夹 {path.parent} 不存在：请先建好")
        if path.exists() and not job.force:
            raise OutputError(f"{path} 已经存在：换一个文件名，或加 --force 覆盖")
    if _same_file(job.output, job.rejected_path):
        raise OutputError("输出文件和退回清单不能是同一个文件")


def _same_file(first: Path, second: Path) -> bool:
    if first.exists() and second.exists():
        return first.samefile(second)
    return first.resolve() == second.resolve()


def _check_fits(source: Source) -> None:
    """Refuse more rows than an Excel sheet has; counting is exact only where the cheap bound is not enough."""
    most = MOST_ROWS - 1
    if source.most_rows() > most and sum(1 for _ in source.rows()) > most:
        raise InputError(f"超过 Excel 一张表的{MOST_ROWS}行：请把输出改为 .csv 或 .parquet，或把文件拆开")


def _chunks(intake: Iterable[Letter | Reject]) -> Iterator[_Chunk]:
    items = iter(intake)
    while chunk := list(islice(items, CHUNK)):
        yield chunk


def _petitions(chunk: _Chunk) -> list[Petition]:
    return [item.petition for item in chunk if isinstance(item, Letter)]


def _account(report: Report, letters: Sequence[Letter], assessments: Sequence[Assessment], rows: int) -> None:
    report.rows += rows
    report.scored += len(assessments)
    report.rejected = report.rows - report.scored
    report.bands.update(a.risk_band for a in assessments)
    report.review += sum(bool(a.review) for a in assessments)
    ranked = sorted(
        [*report.top, *zip(letters, assessments, strict=True)], key=lambda pair: -pair[1].mass_incident_risk
    )
    report.top = ranked[:_TOP]
