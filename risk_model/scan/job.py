"""What to scan, how, and what a caller hears meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from risk_model.tables import Reject

#: Lengths of a scan's parts: enough letters for vectorised scoring, few enough that a lost part costs seconds.
ROWS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Job:
    """One scan.

    `inputs` are files or folders of files; `out` gets one folder a week; `history` keeps what the next week needs (None: nothing is
    kept). `model` names a version or folder (None: the served one). `evidence` words are looked up for letters of the high band.
    `reports` writes html, xlsx and docx (of a replay: for the last week only). `accept_drift` lets a failed data gate through, said on
    page one. `mapping` names columns by role. `refused` are rows of the first input that were turned away before it was written: they are
    counted and listed with those that the scan refuses.
    `measured` is a file of what a service measured of its model (`risk_model.feedback.measured`); without it the reports leave that part out.
    """

    inputs: tuple[Path, ...]
    out: Path
    history: Path | None = None
    office: str = ""
    model: str | None = None
    engine: Literal["local", "dask"] = "local"
    workers: int = 1
    scheduler: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    refused: tuple[Reject, ...] = ()
    evidence: int = 5
    accept_drift: bool = False
    reports: bool = True
    rows: int = ROWS
    measured: Path | None = None


Stage = Literal["score", "group", "report"]


@dataclass(frozen=True, slots=True)
class Step:
    """How far a stage is: rows (score) or weeks (group, report) done, and the share in [0, 1] where it is known."""

    stage: Stage
    done: int
    share: float | None


OnProgress = Callable[[Step], None]
#: Returns True once the scan should stop.
Cancelled = Callable[[], bool]


def silent(step: Step) -> None:
    """Hear nothing."""


def never() -> bool:
    """Go on."""
    return False


@dataclass(frozen=True, slots=True)
class Result:
    """What a scan made: its folders, one a week in order of time, and the count of rows: rows = scored + rejected."""

    folders: tuple[Path, ...]
    rows: int
    scored: int
    rejected: int
    model_version: str
    notes: tuple[str, ...]
    gate_passed: bool
