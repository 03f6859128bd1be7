"""信访风险周报_<week>.xlsx: every list of the week, to be filtered, sorted, printed and copied on."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import IO, Any, Final

from risk_model.scan.findings import Findings
from risk_model.scan.report.cells import fields, flat, height, put, styles
from risk_model.scan.report.layout import units
from risk_model.scan.report.overview import write_overview
from risk_model.scan.report.parts import Part, Table, breakdown_part, parts
from risk_model.scan.report.words import listed, week_words
from risk_model.tables import MOST_ROWS
from risk_model.tables.results import COLUMNS, to_chinese
from risk_model.taxonomy import DISCLAIMER

#: Weeks of a rising matter, each in a cell of its own.
_WEEKS: Final = 9
#: Rows of a table that hardly runs over a page.
_SHORT: Final = 20
#: Height of a line of what is said above a table, in points.
_LINE_POINTS: Final = 15.0
#: Order of the sheets; those named here that a week has no part for are left out.
_ORDER: Final = (
    "forecast", "rising", "clock", "high", "hearings", "mismatches", "disputes", "breakdowns",
)  # fmt: skip
_NAMED: Final = frozenset({"subtags", "factors", "review", "tags"})
#: Columns of 明细: name, head, kind, width. Those up to the reasons for a look at the letter are printed.
_KIND: Final = {"probability": "risk"}
_SIZE: Final = {"probability": 10, "flag": 8, "band": 8}
_FIRST: Final = ("mass_incident_risk", "risk_band", "subtags", "factors", "review")
_LETTERS: Final = (
    ("id", "来信编号", "id", 22), ("matter_id", "事项编号", "id", 16), ("received", "收到日期", "date", 12),
    ("area", "区域", "text", 12), ("title", "标题", "text", 44),
    *(
        (c.name, c.header, _KIND.get(c.kind, "text"), _SIZE.get(c.kind, 24))
        for c in sorted(COLUMNS, key=lambda c: _FIRST.index(c.name) if c.name in _FIRST else len(_FIRST))
    ),
)  # fmt: skip
_PRINTED: Final = 5 + len(_FIRST)
_KINDS: Final = {c.name: c.kind for c in COLUMNS}
_MATTERS: Final = (
    ("matter_id", "事项编号", "id", 16), ("title", "事项", "text", 44), ("area", "区域", "text", 12),
    ("first_week", "首次来信", "text", 12), ("last_week", "最近来信", "text", 12), ("letters", "来信总数", "count", 9),
    ("letters_this_week", "本周来信", "count", 9), ("copies", "内容相同", "count", 9), ("tags", "大类", "text", 20),
    ("subtags", "小类", "text", 28), ("factors", "风险因素", "text", 24), ("risk", "最高群体风险", "risk", 10),
    ("reasons", "归并理由", "text", 44),
)  # fmt: skip


def write_workbook(
    file: IO[bytes],
    findings: Findings,
    letters: Iterable[Mapping[str, object]],
    matters: Iterable[Mapping[str, object]],
    most_rows: int = MOST_ROWS,
) -> None:
    """Write the workbook. `most_rows` is how many rows a sheet holds, its head included."""
    import xlsxwriter

    with tempfile.TemporaryDirectory(prefix="petition-risk-") as folder:
        options = {
            # Rows go to temporary files, so that a book of a million letters fits.
            "constant_memory": True,
            "tmpdir": folder,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": False,
        }
        book = xlsxwriter.Workbook(file, options)
        try:
            _fill(book, findings, letters, matters, most_rows)
            book.close()
        finally:
            for sheet in book.worksheets():
                with suppress(OSError):  # closing flushes what is left, which fails again on a full disk
                    sheet.row_data_fh.close()


def _fill(
    book: Any,
    findings: Findings,
    letters: Iterable[Mapping[str, object]],
    matters: Iterable[Mapping[str, object]],
    most_rows: int,
) -> None:
    title = f"信访风险周报 {week_words(findings.week)}"
    book.set_properties(
        {
            "title": title, "author": findings.office, "company": findings.office, "comments": DISCLAIMER,
            # The day that the week ended: the same findings give the same file.
            "created": dt.datetime(findings.sunday.year, findings.sunday.month, findings.sunday.day),
        }
    )  # fmt: skip
    formats = styles(book)
    every = {part.key: part for part in parts(findings)}
    write_overview(book, _sheet(book, "总览", findings), findings, every["numbers"], breakdown_part(findings), formats)
    for key in _ORDER:
        if key in every:
            _write_part(_sheet(book, every[key].sheet, findings), every[key], formats)
    _write_rows(_sheet(book, "事项", findings), _MATTERS, matters, formats, most_rows)
    _write_rows(_sheet(book, "明细", findings), _LETTERS, letters, formats, most_rows)
    for key in ("measured", "quality"):
        if key in every:
            _write_part(_sheet(book, every[key].sheet, findings), every[key], formats)


def _sheet(book: Any, name: str, findings: Findings) -> Any:
    sheet = book.add_worksheet(name)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
    sheet.fit_to_pages(1, 0)
    sheet.set_header(f'&L&"宋体"&9信访风险周报 {week_words(findings.week).replace("&", "&&")}&R&"宋体"&9&A')
    sheet.set_footer(f'&L&"宋体"&9{DISCLAIMER}&R&"宋体"&9第 &P 页，共 &N 页')
    sheet.hide_gridlines(2)
    return sheet


def _write_part(sheet: Any, part: Part, formats: Mapping[str, Any]) -> None:
    """Write the tables of a part below one another; the first bears the filter and stays in sight."""
    widths: dict[int, int] = {}
    for table in part.tables:
        for k, field in enumerate(fields(table.columns, _WEEKS)):
            widths[k] = max(widths.get(k, 0), field.width)
    for k, width in widths.items():
        sheet.set_column(k, k, width)
    if not widths:
        sheet.set_column(0, 0, 100)
    long = "".join(x for x in (part.lead, *(t.note for t in part.tables[:1] if t.note)) if x)
    sheet.set_row(0, 28)
    sheet.write_string(0, 0, part.title, formats["title"])
    _write_stamp(sheet, f"{DISCLAIMER}。{long}", len(widths), sum(widths.values()), formats)
    row = 3
    for number, table in enumerate(part.tables):
        row = _write_table(sheet, row, table, formats, first=number == 0) + 2
    heads = [table.columns for table in part.tables]
    if heads and all(table.columns == heads[0] for table in part.tables if len(table.rows) > _SHORT):
        # Over the rows of another table the repeated head would name the wrong columns.
        sheet.repeat_rows(3)
    printed = [k for table in part.tables for k, f in enumerate(fields(table.columns, _WEEKS)) if f.printed]
    sheet.print_area(0, 0, row, max(printed, default=0))


def _write_stamp(sheet: Any, text: str, columns: int, width: int, formats: Mapping[str, Any]) -> None:
    """Write what is to be known before reading; what is wider than the columns is wrapped."""
    if columns < 2 or units(text) <= width:
        sheet.write_string(1, 0, text, formats["stamp"])
        return
    sheet.set_row(1, _LINE_POINTS * -(-units(text) // width))
    sheet.merge_range(1, 0, 1, columns - 1, text, formats["wrapped"])


def _write_table(sheet: Any, row: int, table: Table, formats: Mapping[str, Any], *, first: bool) -> int:
    """Write one table; returns the row after it."""
    shown = fields(table.columns, _WEEKS)
    if not first:
        sheet.write_string(row, 0, f"{table.title}。{table.note}" if table.note else table.title, formats["heading"])
        row += 1
    sheet.set_row(row, 30)
    for k, field in enumerate(shown):
        put(sheet, row, k, "head", field.head, formats)
    head = row
    for line in table.rows:
        row += 1
        cells = flat(table.columns, line, _WEEKS)
        sheet.set_row(row, height(shown, cells))
        for k, (field, value) in enumerate(zip(shown, cells, strict=True)):
            put(sheet, row, k, field.kind, value, formats)
            if field.kind == "weeks":
                sheet.add_sparkline(row, k, _weeks_behind(sheet.get_name(), row, len(shown)))
    if first:
        sheet.freeze_panes(head + 1, 0)
        if table.rows:
            sheet.autofilter(head, 0, row, len(shown) - 1)
    if not table.rows:
        row += 1
        sheet.write_string(row, 0, table.empty, formats["stamp"])
    if table.left_out:
        row += 1
        text = f"共{table.whole}件，以上为前{len(table.rows)}件；其余见 overdue.csv 或“明细”表。"
        sheet.write_string(row, 0, text, formats["stamp"])
    return row + 1


def _weeks_behind(name: str, row: int, width: int) -> dict[str, Any]:
    from xlsxwriter.utility import xl_range_abs

    cells = xl_range_abs(row, width - _WEEKS, row, width - 1)
    return {
        "range": f"'{name}'!{cells}", "type": "column", "min": 0, "last_point": True,
        "series_color": "#9DB8CD", "last_color": "#2F6690",
    }  # fmt: skip


def _write_rows(
    sheet: Any,
    columns: tuple[tuple[str, str, str, int], ...],
    rows: Iterable[Mapping[str, object]],
    formats: Mapping[str, Any],
    most_rows: int,
) -> None:
    """Write rows one by one as they come; what a sheet cannot hold is counted and said in its last row."""
    sheet.set_row(0, 30)
    for k, (_, head, _, width) in enumerate(columns):
        sheet.set_column(k, k, width)
        put(sheet, 0, k, "head", head, formats)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    done, cut = 0, 0
    for row in rows:
        # The last row is kept for the note.
        if done >= most_rows - 2:
            cut += 1
            continue
        done += 1
        for k, (name, _, kind, _) in enumerate(columns):
            put(sheet, done, k, kind, _worded(name, row.get(name)), formats)
    sheet.autofilter(0, 0, max(done, 1), len(columns) - 1)
    sheet.print_area(
        0, 0, max(done, 1) + 1, min(_PRINTED, len(columns)) - 1 if columns is _LETTERS else len(columns) - 1
    )
    if cut:
        text = f"行数超过 Excel 的上限，另有{cut}行未列；全部在 scores.parquet 和 matters.parquet。"
        sheet.write_string(done + 1, 0, text, formats["stamp"])
    elif not done:
        sheet.write_string(1, 0, "没有。", formats["stamp"])


def _worded(name: str, value: object) -> object:
    if name in _NAMED and isinstance(value, str):
        return listed(n for n in value.split(";") if n)
    if _KINDS.get(name) == "band" and isinstance(value, str):
        return to_chinese("band", value)
    return value
