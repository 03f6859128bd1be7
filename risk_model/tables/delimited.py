"""Comma, semicolon and tab separated text, read as a stream."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from risk_model.errors import InputError
from risk_model.tables.encodings import detect, label
from risk_model.tables.names import TEXT_NAMES, fold
from risk_model.tables.source import HEADER_WITHIN, Reject, Row, find_header, fit

DELIMITERS: Final = (",", "\t", ";")
#: A line longer than this is no line of a table; it would have to be held in memory whole.
_LONGEST_LINE: Final = 32 * 2**20
#: A quoted cell longer than this is an opening quote without its end.
_LONGEST_CELL: Final = 8 * 2**20


_UNCLOSED: Final = f"引号没有配对，或者一格超过{_LONGEST_CELL // 2**20}百万字"


class Delimited:
    """A .csv or .tsv file; encoding, delimiter and header row are found from its content.

    Rows are numbered as a spreadsheet shows them: the first record is 1, and a cell with line breaks is in one row.
    """

    kind = "csv"

    def __init__(self, stream: BinaryIO, wanted: frozenset[str] = TEXT_NAMES) -> None:
        self._stream = stream
        self._size = stream.seek(0, io.SEEK_END)
        self._encoding = detect(stream)
        self.notes = [] if self._encoding.startswith("utf-8") else [f"文字编码判断为{label(self._encoding)}"]
        found = {delimiter: self._top(delimiter) for delimiter in DELIMITERS}
        self._delimiter = max(DELIMITERS, key=lambda d: _promise(found[d], wanted))
        top = found[self._delimiter]
        index = find_header([cells for _, cells in top], wanted)
        if index is None:
            raise InputError("文件里没有内容：请确认导出时选中了数据")
        self._header_number, cells = top[index]
        self.header = tuple(cells)

    def rows(self) -> Iterator[Row | Reject]:
        """Yield the rows below the header; blank lines between rows count in the numbering only."""
        for record in self._records(self._delimiter):
            if isinstance(record, Reject):
                yield record
            elif record.number > self._header_number and record.cells:
                yield fit(record.number, record.cells, len(self.header))

    def share(self) -> float | None:
        """Return the share of the bytes that have been read."""
        return self._stream.tell() / self._size if self._size else None

    def most_rows(self) -> int:
        """Return the number of line ends, which is the number of rows or more."""
        self._stream.seek(0)
        pieces = iter(lambda: self._stream.read(2**20), b"")
        return 1 + sum(max(piece.count(b"\n"), piece.count(b"\r")) for piece in pieces)

    def _top(self, delimiter: str) -> list[tuple[int, tuple[str, ...]]]:
        top: list[tuple[int, tuple[str, ...]]] = []
        for record in self._records(delimiter):
            if isinstance(record, Row):
                top.append((record.number, record.cells))
            if len(top) == HEADER_WITHIN:
                break
        return top

    def _records(self, delimiter: str) -> Iterator[Row | Reject]:
        csv.field_size_limit(_LONGEST_CELL)
        with self._text() as text:
            lines = _Lines(text)
            reader = csv.reader(lines, delimiter=delimiter)
            number = 0
            while True:
                lines.start_record()
                number += 1
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error:
                    cells = []
                    lines.ended = True
                if not lines.ended:
                    yield Row(number, tuple(cells))
                    continue
                # The cell ran on to the end: give up the line with the lonely quote only, and read the rest again.
                lines.give_back()
                reader = csv.reader(lines, delimiter=delimiter)
                yield Reject(number, _UNCLOSED)

    @contextmanager
    def _text(self) -> Iterator[io.TextIOWrapper]:
        self._stream.seek(0)
        errors = "replace" if self._encoding == "utf-16" else "surrogateescape"
        text = io.TextIOWrapper(self._stream, encoding=self._encoding, errors=errors, newline="")
        try:
            yield text
        finally:
            text.detach()


class _Lines:
    """The lines of a text, able to give back what a record that turned out to be broken has consumed."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._again: deque[str] = deque()
        self._record: list[str] = []
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._text.readline(_LONGEST_LINE)
        if not line:
            self.ended = True
            raise StopIteration
        if len(line) == _LONGEST_LINE:
            raise InputError(f"文件里有一行超过{_LONGEST_LINE // 2**20}百万字，不像表格：请确认文件内容")
        self._record.append(line)
        return line

    def start_record(self) -> None:
        """Forget the lines of the record before."""
        self._record.clear()

    def give_back(self) -> None:
        """Give back every line of the present record but its first."""
        self._again.extendleft(reversed(self._record[1:]))
        self.ended = False


def _promise(top: list[tuple[int, tuple[str, ...]]], wanted: frozenset[str]) -> tuple[int, int]:
    """Return how well a delimiter explains the first rows: wanted names found, then cells in the first row."""
    names = max((sum(fold(cell) in wanted for cell in cells) for _, cells in top), default=0)
    return names, len(top[0][1]) if top else 0
