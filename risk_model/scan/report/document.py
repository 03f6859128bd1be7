"""信访风险周报_<week>.docx: the report as an official document (GB/T 9704-2012), one page of conclusions first."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from risk_model.scan.findings import Findings, Share
from risk_model.scan.report import layout
from risk_model.scan.report.conclusions import Conclusion, conclusions
from risk_model.scan.report.packing import repack
from risk_model.scan.report.parts import Cell, Column, Part, Table, parts
from risk_model.scan.report.words import NOTHING, between, day, odds, percent, shorten, span, week_words
from risk_model.taxonomy import DISCLAIMER

if TYPE_CHECKING:
    from docx.document import Document

#: Lines of the first page less the title (two, as its type is larger than a line), the subtitle and the signature (two).
_LINES: Final = layout.LINES - 5
#: Rows of a table, and characters of a cell: the document is for reading, the workbook for looking up.
MOST_ROWS: Final = 15
_LONGEST: Final = 60
_CENTRED: Final = frozenset({"count", "number", "risk", "share", "date", "flag"})
_NUMERALS: Final = "一二三四五六七八九十"
#: Parts of the document in its order; the others are in the workbook.
_PARTS: Final = (
    "forecast",
    "rising",
    "clock",
    "high",
    "hearings",
    "mismatches",
    "disputes",
    "numbers",
    "breakdowns",
    "measured",
    "quality",
)


def document(findings: Findings) -> bytes:
    """Return the document; the same findings give the same bytes."""
    doc = layout.blank(f"信访风险周报（{week_words(findings.week)}）", findings.office, _moment(findings.sunday))
    layout.furnish(doc, DISCLAIMER)
    _first_page(doc, findings)
    shown = {part.key: part for part in parts(findings)}
    present = [shown[key] for key in _PARTS if key in shown]
    for number, part in enumerate(present):
        _part(doc, part, number)
    content = io.BytesIO()
    doc.save(content)
    return repack(content.getvalue(), {"word/fontTable.xml": layout.FONT_TABLE})


def _moment(date: dt.date) -> dt.datetime:
    return dt.datetime(date.year, date.month, date.day)


def _first_page(doc: Document, findings: Findings) -> None:
    layout.line(doc, "信访风险周报", "title")
    layout.line(doc, f"{week_words(findings.week)}（{span(findings.monday, findings.sunday)}）", "subtitle")
    for number, point in enumerate(fitting(conclusions(findings))):
        layout.point(doc, f"{number + 1}．{point.topic}。", point.says, point.do)
    layout.line(doc, findings.office or "信访局", "signature")
    layout.line(doc, day(findings.sunday), "signature")


def fitting(points: Sequence[Conclusion], most: int = _LINES) -> tuple[Conclusion, ...]:
    """Return the conclusions that fit on the first page; those after them are named in one line, the parts tell the rest."""
    for kept in range(len(points), 0, -1):
        rest = points[kept:]
        more = (Conclusion("其他", "，".join(p.short for p in rest) + "，见后文。", "", "", ""),) if rest else ()
        shown = (*points[:kept], *more)
        if sum(map(lines, shown)) <= most or kept == 1:
            return shown
    return ()


def lines(point: Conclusion) -> int:
    """Return the lines that a conclusion takes, number and indent included."""
    text = f"　　1．{point.topic}。{point.says}{point.do}"
    # A character less than a line holds: no line begins with a comma.
    return -(-layout.units(text) // (2 * layout.CHARACTERS - 2))


def _part(doc: Document, part: Part, number: int) -> None:
    layout.line(doc, f"{numeral(number)}、{part.title}", "heading", fresh_page=number == 0)
    layout.line(doc, part.lead, "body")
    for k, table in enumerate(part.tables):
        if part.key == "numbers" and table.title == "每周来信":
            continue
        if len(part.tables) > 1:
            layout.line(doc, f"（{numeral(k)}）{table.title}", "subheading")
        if not table.rows:
            layout.line(doc, table.empty, "body")
            continue
        _table(doc, table)
        if table.note:
            layout.line(doc, table.note, "small")
        whole = max(table.whole, len(table.rows))
        if whole > MOST_ROWS:
            layout.line(doc, f"以上为前{MOST_ROWS}行，共{whole}行；其余见工作簿“{part.sheet}”表。", "small")


def _table(doc: Document, table: Table) -> None:
    shown = [(k, c) for k, c in enumerate(table.columns) if c.brief and k in table.filled()]
    rows = [[_words(c, row[k]) for k, c in shown] for row in table.rows[:MOST_ROWS]]
    flexible = [c.kind == "long" for _, c in shown]
    columns = [
        # A table without any long text is as wide as the others all the same.
        layout.TableColumn(c.head, any(flexible) and c.kind != "long", c.width, c.kind in _CENTRED)
        for _, c in shown
    ]
    layout.table(doc, columns, rows)


def _words(column: Column, value: Cell) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, Share):
        return f"{percent(value.rate)}（{between(value)}）" if value.whole else NOTHING
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return odds(value) if column.kind == "risk" else f"{value:.2f}"
    if isinstance(value, tuple):
        return "、".join(map(str, value))
    return shorten(str(value), _LONGEST)


def numeral(number: int) -> str:
    """Return a Chinese ordinal, counted from 0.

    >>> numeral(0), numeral(10)
    ('一', '十一')
    """
    return _NUMERALS[number] if number < 10 else "十" + _NUMERALS[number - 10]
