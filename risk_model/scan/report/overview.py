"""总览: the sheet that is read first, with the conclusions, the numbers of the week and native charts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from risk_model.scan.findings import Findings
from risk_model.scan.report.cells import fields, flat, put
from risk_model.scan.report.conclusions import conclusions
from risk_model.scan.report.parts import Part, Table
from risk_model.scan.report.words import span, week_words
from risk_model.taxonomy import DISCLAIMER

#: Columns of the sheet, in characters; merged text runs over all of them.
_WIDTHS: Final = (36, 10, 10, 13, 13, 13, 13, 11, 13, 10, 12, 12, 12, 9)
_LAST: Final = len(_WIDTHS) - 1
#: Characters of 11 point Chinese text in a merged line: row heights are not fitted to merged cells by any program.
_LINE: Final = 72
_POINTS: Final = 16
#: Rows of usual height that the chart lies over.
_CHART_ROWS: Final = 15
_TREND: Final = "每周来信"


def write_overview(
    book: Any, sheet: Any, findings: Findings, numbers: Part, breakdowns: Part | None, formats: Mapping[str, Any]
) -> None:
    """Fill the first sheet."""
    for k, width in enumerate(_WIDTHS):
        sheet.set_column(k, k, width)
    office = findings.office or "信访局"
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, f"信访风险周报　{week_words(findings.week)}", formats["title"])
    sheet.write_string(1, 0, f"{office}　{span(findings.monday, findings.sunday)}　{DISCLAIMER}", formats["stamp"])
    row = 2
    failed = [check.name for check in findings.gate.checks if not check.passed]
    if failed:
        how = "经人工确认后继续出报告，" if findings.gate.accepted else ""
        row += 1
        _line(
            sheet, row, 0, f"数据检查未通过：{'、'.join(failed)}。{how}引用数字前请先看“数据质量”表。", formats["warn"]
        )
    row += 1
    sheet.write_string(row, 0, "本周结论", formats["heading"])
    for point in conclusions(findings):
        row += 1
        text = f"{point.says}{point.do}"
        sheet.set_row(row, _POINTS * max(1, -(-len(text) // _LINE)) + 2)
        sheet.write_string(row, 0, point.topic, formats["topic"])
        sheet.merge_range(row, 1, row, _LAST, "", formats["says"])
        sheet.write_string(row, 1, text, formats["says"])
    if findings.missing:
        row += 1
        _line(sheet, row, 0, f"来表没有这些列，相应部分未出：{'、'.join(findings.missing)}。", formats["plain"])
    sheet.freeze_panes(2, 0)
    trend = next(t for t in numbers.tables if t.title == _TREND)
    row += 2
    chart_row = row
    row += _CHART_ROWS if trend.rows else -2
    for table in (*numbers.tables, *(breakdowns.tables[:1] if breakdowns else ())):
        if table.title != _TREND:
            row, _ = _table(sheet, row + 2, table, formats)
    if trend.rows:
        row, head = _table(sheet, row + 2, trend, formats)
        _chart(book, sheet, chart_row, head, len(trend.rows))
    sheet.print_area(0, 0, row, _LAST)


def _line(sheet: Any, row: int, first: int, text: str, style: Any) -> None:
    sheet.set_row(row, _POINTS * max(1, -(-len(text) // _LINE)) + 2)
    sheet.merge_range(row, first, row, _LAST, "", style)
    sheet.write_string(row, first, text, style)


def _table(sheet: Any, row: int, table: Table, formats: Mapping[str, Any]) -> tuple[int, int]:
    """Write a small table with its title; returns its last row and the row of its heads."""
    sheet.write_string(row, 0, f"{table.title}　{table.note}" if table.note else table.title, formats["heading"])
    shown = fields(table.columns)
    head = row + 1
    sheet.set_row(head, 30)
    for k, field in enumerate(shown):
        put(sheet, head, k, "head", field.head, formats)
    row = head
    for cells in table.rows:
        row += 1
        for k, (field, value) in enumerate(zip(shown, flat(table.columns, cells), strict=True)):
            put(sheet, row, k, field.kind, value, formats)
    return row, head


def _chart(book: Any, sheet: Any, row: int, head: int, weeks: int) -> None:
    """Put the chart of letters a week, with the high band as a line on an axis of its own."""
    name = "总览"
    first, last = head + 1, head + weeks
    letters = book.add_chart({"type": "column"})
    letters.add_series(
        {
            "name": [name, head, 1], "categories": [name, first, 0, last, 0], "values": [name, first, 1, last, 1],
            "fill": {"color": "#9DB8CD"}, "points": [*([None] * (weeks - 1)), {"fill": {"color": "#2F6690"}}], "gap": 40,
        }
    )  # fmt: skip
    high = book.add_chart({"type": "line"})
    high.add_series(
        {
            "name": [name, head, 2], "categories": [name, first, 0, last, 0], "values": [name, first, 2, last, 2],
            "line": {"color": "#B3261E", "width": 2}, "y2_axis": True,
        }
    )  # fmt: skip
    letters.combine(high)
    letters.set_title({"name": "每周来信与高风险件数", "name_font": {"size": 12}})
    letters.set_legend({"position": "bottom"})
    letters.set_y_axis(
        {"name": "来信（件）", "min": 0, "major_gridlines": {"visible": True, "line": {"color": "#D5DCE2"}}}
    )
    high.set_y2_axis({"name": "高风险（件）", "min": 0})
    letters.set_x_axis({"num_font": {"rotation": -45, "size": 8}, "interval_unit": max(1, weeks // 14)})
    letters.set_size({"width": 1180, "height": 290})
    sheet.insert_chart(row, 0, letters, {"object_position": 2, "description": "每周来信与高风险件数，数据见下表"})
