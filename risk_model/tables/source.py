"""What every kind of input offers: a header, and rows that keep the number they bear in the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from risk_model.tables.cells import is_clean
from risk_model.tables.names import TEXT_NAMES, fold

#: Offices put a title, a date and a blank line above the header; more than this is not a table.
HEADER_WITHIN: Final = 10


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its 1-based number as the file's own program shows it, and one text per column."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be scored: why, in Chinese and without a word of the letter, and the columns concerned."""

    number: int
    reason: str
    columns: tuple[str, ...] = ()


class Source(Protocol):
    """A table that is read from its start as often as asked, piece by piece where the format allows."""

    kind: str
    header: tuple[str, ...]
    notes: list[str]

    def rows(self) -> Iterator[Row | Reject]:
        """Yield every row below the header in order, the ones that cannot be read as `Reject`."""

    def share(self) -> float | None:
        """Return how much of the file has been read, in [0, 1], or None where that is unknown."""

    def most_rows(self) -> int:
        """Return a number that the count of rows cannot exceed, as cheaply as the format allows."""


def find_header(rows: Sequence[Sequence[str]], wanted: frozenset[str] = TEXT_NAMES) -> int | None:
    """Return the index of the header: the first row with a wanted (folded) name, else the first that is not blank.

    Rows above a header are titles, which fill fewer cells; a row of data may well hold a cell such as 信访事项.
    None where every row is blank.

    >>> find_header([["2025年登记表", ""], ["编号", "信访内容"], ["1", "停水"]])
    1
    """
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    for index, row in enumerate(rows):
        if any(fold(cell) in wanted for cell in row) and filled[index] > max(filled[:index], default=0):
            return index
    return next((index for index, cells in enumerate(filled) if cells), None)


def fit(number: int, cells: Sequence[str], width: int) -> Row | Reject:
    """Make a row as wide as the header: missing cells at its end are empty.

    Text beyond the header is refused, and so are bytes that could not be decoded.
    """
    if not all(map(is_clean, cells)):
        return Reject(number, "这一行有无法识别的字符（编码损坏）")
    if len(cells) > width and any(cell.strip() for cell in cells[width:]):
        return Reject(number, f"这一行有{len(cells)}格，表头只有{width}列：可能是正文里的逗号或引号没有处理好")
    return Row(number, tuple(cells[:width]) + ("",) * (width - len(cells)))
