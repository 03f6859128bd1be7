"""From rows to petitions: every row becomes a letter to score or a reject, none is lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Final

from risk_model.schema import Petition
from risk_model.tables.cells import is_damaged_id
from risk_model.tables.columns import Layout, find_columns
from risk_model.tables.dates import AHEAD, parse_date
from risk_model.tables.source import Reject, Row, Source

#: Bytes of UTF-8; the longest real letters have a few thousand characters, so more is a file pasted into a cell.
LONGEST_TEXT: Final = 2 * 2**20
#: Rows looked at to recognise personal data by value.
_SAMPLE: Final = 1000

#: Roles that say what the office did with a letter; the model never reads them.
_HANDLING: Final = (
    "channel", "kind", "department", "status", "accepted_at", "answered_at", "due_at", "satisfaction", "first",
)  # fmt: skip

_DAMAGED_ID: Final = "编号已被 Excel 改坏（科学计数或尾数变零），没有查重：请把编号列设为文本后重新导出"


@dataclass(frozen=True, slots=True)
class Letter:
    """A row ready to be scored: its number, the cells that are kept, and the petition read from it.

    `handling` holds what the office did with it, by role: channel, registered kind, department, status, dates, satisfaction.
    """

    number: int
    cells: tuple[str, ...]
    petition: Petition
    handling: Mapping[str, str] = field(default_factory=dict)


class Intake:
    """Reads a source once: iterate for `Letter` and `Reject` in file order, then read `notes`.

    `header` are the names of the kept columns, `dropped` those of the personal ones, `roles` the roles found. Raises `InputError` on creation
    where the table cannot be understood.
    """

    def __init__(
        self,
        source: Source,
        mapping: Mapping[str, str] | None = None,
        today: dt.date | None = None,
        *,
        guess: bool = True,
    ) -> None:
        rows = source.rows()
        first = list(islice(rows, _SAMPLE))
        self._rows: Iterator[Row | Reject] = chain(first, rows)
        self._layout: Layout = find_columns(
            source.header, mapping, [row.cells for row in first if isinstance(row, Row)], guess=guess
        )
        self._from_excel = source.kind == "xlsx"
        self._latest = (today or dt.date.today()) + AHEAD
        self._source_notes = source.notes
        self._first_seen: dict[str, int] = {}
        self._bad_dates = self._damaged_ids = 0
        self.roles = frozenset(self._layout.roles)
        self.header = tuple(source.header[i] for i in self._layout.kept)
        self.dropped = self._layout.names(self._layout.dropped)

    def __iter__(self) -> Iterator[Letter | Reject]:
        for row in self._rows:
            yield self._letter(row) if isinstance(row, Row) else row

    @property
    def notes(self) -> list[str]:
        """What the clerk should know about this file, in Chinese; complete once all rows have been read."""
        notes = [*self._source_notes, *self._layout.notes]
        if self.dropped:
            notes.append(f"个人信息列已丢弃，没有读取：{'、'.join(self.dropped)}")
        if self._bad_dates:
            notes.append(f"{self._bad_dates}行的日期看不懂或不可能，按日期不明处理")
        if self._damaged_ids:
            notes.append(f"{self._damaged_ids}行的{_DAMAGED_ID}")
        return notes

    def _letter(self, row: Row) -> Letter | Reject:
        text = {role: row.cells[i].strip() for role, i in self._layout.roles.items()}
        title, body = text.get("title", ""), text.get("body", "")
        if reject := self._refuse(row.number, title, body) or self._doubled(row.number, text.get("id", "")):
            return reject
        petition = Petition(
            body=body,
            title=title,
            received=self._date(text.get("received", "")),
            area=text.get("area", ""),
            id=text.get("id", ""),
        )
        handling = {role: text[role] for role in _HANDLING if text.get(role)}
        return Letter(row.number, tuple(row.cells[i] for i in self._layout.kept), petition, handling)

    def _refuse(self, number: int, title: str, body: str) -> Reject | None:
        if not title and not body:
            return Reject(number, "标题和正文都是空的", self._columns("title", "body"))
        if len(title.encode()) + len(body.encode()) > LONGEST_TEXT:
            return Reject(number, f"文字超过{LONGEST_TEXT // 2**20} MB", self._columns("title", "body"))
        return None

    def _doubled(self, number: int, key: str) -> Reject | None:
        if not key:
            return None
        if is_damaged_id(key, from_excel=self._from_excel):
            self._damaged_ids += 1
            return None
        first = self._first_seen.setdefault(key, number)
        return Reject(number, f"编号重复：与第{first}行相同", self._columns("id")) if first != number else None

    def _date(self, cell: str) -> dt.date | None:
        day = parse_date(cell)
        if day and day > self._latest:
            day = None
        self._bad_dates += bool(cell) and day is None
        return day

    def _columns(self, *roles: str) -> tuple[str, ...]:
        return self._layout.names([self._layout.roles[role] for role in roles if role in self._layout.roles])
