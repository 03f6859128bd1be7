"""The file of rows that could not be scored; it exists only when there are any."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Final

from risk_model.tables.atomic import atomic
from risk_model.tables.source import Reject

HEADER: Final = ("row", "reason", "columns")


class RejectFile:
    """Collects rejects in a file of row number, reason and the columns concerned, without a word of the letters."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        self.path = path
        self.count = 0
        self._stack = stack
        self._file: IO[bytes] | None = None

    def add(self, reject: Reject) -> None:
        """Append one reject."""
        if self._file is None:
            self._file = self._stack.enter_context(atomic(self.path))
            self._file.write(codecs.BOM_UTF8)
            self._write(HEADER)
        self.count += 1
        columns = "、".join(f"“{name}”" for name in reject.columns)
        self._write((str(reject.number), reject.reason, columns))

    def _write(self, cells: tuple[str, ...]) -> None:
        if self._file is None:
            raise ValueError("no file is open")
        text = io.StringIO(newline="")
        csv.writer(text).writerow(cells)
        self._file.write(text.getvalue().encode())


@contextmanager
def open_rejects(path: Path) -> Iterator[RejectFile]:
    """Open a file of rejects: it appears when the block ends well and there was one; else an old one is removed."""
    with ExitStack() as stack:
        rejects = RejectFile(path, stack)
        yield rejects
    if not rejects.count:
        path.unlink(missing_ok=True)
