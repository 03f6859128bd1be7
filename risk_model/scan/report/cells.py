"""What a sheet can hold: safe texts of lawful length, numbers that are numbers, dates that are dates."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from risk_model.scan.findings import Share
from risk_model.scan.report.parts import Cell, Column, Kind
from risk_model.scan.report.words import clean, percent
from risk_model.tables.workbook_out import CUT_MARK, LONGEST_CELL

#: The first day that Excel has a number for.
_FIRST_DAY: Final = dt.date(1900, 3, 1)
#: Columns for the screen: printed, they would make the rest too small to read.
OFF_PRINT: Final = frozenset({"判断依据"})
_GREY: Final = "#B8C2CC"
_CELL: Final = {"valign": "top", "border": 1, "border_color": _GREY, "font_name": "宋体", "font_size": 10}
_STYLES: Final[dict[str, dict[str, Any]]] = {
    "title": {"font_name": "黑体", "font_size": 18, "bold": True},
    "heading": {"font_name": "黑体", "font_size": 12, "bold": True, "font_color": "#16425B"},
    "plain": {"font_name": "宋体", "font_size": 10, "text_wrap": True, "valign": "top"},
    "stamp": {"font_name": "黑体", "font_size": 11, "font_color": "#9C0006"},
    "wrapped": {"font_name": "黑体", "font_size": 11, "font_color": "#9C0006", "text_wrap": True, "valign": "top"},
    "warn": {
        "font_name": "宋体",
        "font_size": 11,
        "bold": True,
        "bg_color": "#FFEB9C",
        "text_wrap": True,
        "valign": "top",
    },
    "topic": {"font_name": "黑体", "font_size": 11, "valign": "top", "bold": True},
    "says": {"font_name": "宋体", "font_size": 11, "text_wrap": True, "valign": "top"},
    "head": {**_CELL, "bold": True, "bg_color": "#DCE6F1", "text_wrap": True, "valign": "vcenter"},
    "text": {**_CELL, "num_format": "@"},
    "long": {**_CELL, "num_format": "@", "text_wrap": True},
    "count": {**_CELL, "num_format": "#,##0"},
    "number": {**_CELL, "num_format": "0.00"},
    # None reads as certain or impossible; what is behind stays the number.
    "risk": {**_CELL, "num_format": '[>0.99]">0.99";[<0.01]"<0.01";0.00', "align": "right"},
    "rate": {**_CELL, "num_format": "0.0%"},
    "date": {**_CELL, "num_format": "yyyy-mm-dd", "align": "center"},
    "高": {**_CELL, "bg_color": "#F8CBAD", "font_color": "#9C0006", "bold": True},
    "中": {**_CELL, "bg_color": "#FFEB9C", "font_color": "#7F6000"},
    "低": {**_CELL, "bg_color": "#E2EFDA", "font_color": "#375623"},
    "未通过": {**_CELL, "bg_color": "#F8CBAD", "font_color": "#9C0006", "bold": True},
    "警戒": {**_CELL, "bg_color": "#F8CBAD", "font_color": "#9C0006", "bold": True},
}
#: A share takes three cells: the rate and the ends of its interval.
SHARE_HEADS: Final = ("", "（下限）", "（上限）")
#: Height of a line of text in points, and the most lines a row is opened for.
_LINE_POINTS, _MOST_LINES = 15.0, 8


def styles(book: Any) -> Mapping[str, Any]:
    """Return the formats of a workbook by name."""
    return {name: book.add_format(style) for name, style in _STYLES.items()}


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a sheet: what it holds is a single cell. `printed` is False of what helps on the screen only."""

    head: str
    kind: Kind
    width: int
    printed: bool = True


def fields(columns: tuple[Column, ...], weeks: int = 0) -> tuple[Field, ...]:
    """Return the columns of a sheet: shares take three, and the weeks behind a small chart stand to the right of all."""
    made: list[Field] = []
    behind: list[Field] = []
    for c in columns:
        if c.kind == "share":
            made += [Field(c.head + more, "share", 11) for more in SHARE_HEADS]
        else:
            made.append(Field(c.head, c.kind, c.width, c.head not in OFF_PRINT))
        if c.kind == "weeks":
            ago = [f"{n}周前" if n else "本周件数" for n in range(weeks - 1, -1, -1)]
            behind += [Field(head, "count", 8, printed=False) for head in ago]
    return (*made, *behind)


def flat(columns: tuple[Column, ...], row: tuple[Cell, ...], weeks: int = 0) -> list[object]:
    """Return the cells of a row as the fields need them."""
    out: list[object] = []
    behind: list[object] = []
    for column, cell in zip(columns, row, strict=True):
        if isinstance(cell, Share):
            out += [cell.rate, *cell.interval]
        elif column.kind == "weeks":
            counts = cell if isinstance(cell, tuple) else ()
            out.append(None)
            behind += [*([None] * (weeks - len(counts))), *counts[max(0, len(counts) - weeks) :]]
        else:
            out.append(cell)
    return [*out, *behind]


def height(shown: tuple[Field, ...], cells: list[object]) -> float | None:
    """Return the height that wrapped cells need, None where one line does: not every program opens rows by itself.

    >>> height((Field("标题", "long", 20),), ["字" * 25])
    45.0
    """
    lines = 1
    for field, cell in zip(shown, cells, strict=True):
        if field.kind == "long" and isinstance(cell, str):
            # A Chinese character is as wide as two digits, which is what widths are counted in.
            units = sum(2 if ord(c) > 0x2E7F else 1 for c in cell)
            lines = max(lines, -(-units // max(1, field.width - 1)))
    return _LINE_POINTS * min(lines, _MOST_LINES) if lines > 1 else None


def put(sheet: Any, row: int, column: int, kind: str, value: object, formats: Mapping[str, Any]) -> None:
    """Write one cell as what it is. Texts are constants: never a formula, a link or a number."""
    style = formats[{"share": "rate", "id": "text", "flag": "text", "weeks": "text"}.get(kind, kind)]
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value != value or value == "":  # noqa: PLR0124  (NaN, NaT)
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        sheet.write_string(row, column, "是" if value else "否", formats["text"])
    elif isinstance(value, dt.date):
        _put_date(sheet, row, column, value, formats)
    elif isinstance(value, int | float):
        if math.isinf(value):
            sheet.write_string(row, column, percent(math.nan), formats["text"])
        else:
            sheet.write_number(row, column, value, style)
    else:
        text = fitting(clean(str(value)))
        sheet.write_string(row, column, text, formats[text] if text in {"高", "中", "低", "未通过", "警戒"} else style)


def _put_date(sheet: Any, row: int, column: int, value: dt.date, formats: Mapping[str, Any]) -> None:
    date = value.date() if isinstance(value, dt.datetime) else value
    if date < _FIRST_DAY:
        sheet.write_string(row, column, date.isoformat(), formats["text"])
    else:
        sheet.write_datetime(row, column, dt.datetime(date.year, date.month, date.day), formats["date"])


def fitting(text: str) -> str:
    """Cut what a cell cannot hold; Excel counts UTF-16 units."""
    content = text.encode("utf-16-le")
    if len(content) <= 2 * LONGEST_CELL:
        return text
    return content[: 2 * (LONGEST_CELL - len(CUT_MARK))].decode("utf-16-le", "ignore") + CUT_MARK
