"""One scan of the invented book, made once; it must not be written to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from risk_model.scan import Job, Result, run

from .book_of_letters import WEEK, rows, write


@dataclass(frozen=True)
class Scanned:
    """The book, where it was scanned to, and the history it left."""

    source: Path
    folder: Path
    history: Path
    result: Result


@pytest.fixture(scope="session")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    root = tmp_path_factory.mktemp("scan")
    source = write(root / "book.csv", rows())
    job = Job((source,), root / "out", root / "history", office="青川县信访局", rows=40)
    result = run(job, WEEK)
    return Scanned(source, result.folders[0], root / "history", result)
