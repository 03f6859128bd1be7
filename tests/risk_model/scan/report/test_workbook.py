"""The workbook, opened again: sheets, types, safety, printing."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path
from types import ModuleType

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from risk_model.scan.report.workbook import write_workbook
from risk_model.tables.workbook_out import CUT_MARK, LONGEST_CELL
from risk_model.taxonomy import DISCLAIMER

#: openpyxl does not know the small charts of a row.
pytestmark = pytest.mark.filterwarnings("ignore:Sparkline Group extension")
REQUIRED = ["总览", "上升事项", "逾期", "高风险清单", "明细", "数据质量"]


def _book(findings, letters=(), matters=(), **options) -> Workbook:
    file = io.BytesIO()
    write_workbook(file, findings, letters, matters, **options)
    return openpyxl.load_workbook(file)


@pytest.fixture(scope="module")
def book(folder: Path) -> Workbook:
    return openpyxl.load_workbook(folder / "信访风险周报_2019-W47.xlsx")


def _column(sheet, head: str, row: int) -> list[object]:
    heads = [cell.value for cell in sheet[row]]
    k = heads.index(head) + 1
    return [sheet.cell(r, k).value for r in range(row + 1, sheet.max_row + 1)]


def test_the_sheets_of_a_full_week(book: Workbook) -> None:
    assert book.sheetnames == [
        "总览", "上周预测对照", "上升事项", "逾期", "高风险清单", "接访建议", "登记不符", "小微纠纷", "分类统计", "事项", "明细", "数据质量",
    ]  # fmt: skip


def test_an_empty_week_has_the_required_sheets(week: ModuleType) -> None:
    book = _book(week.empty())
    assert [name for name in REQUIRED if name not in book.sheetnames] == []
    assert "没有来信" in "".join(str(c.value) for row in book["总览"].iter_rows() for c in row)
    assert book["明细"]["A2"].value == "没有。"


def test_numbers_are_numbers_dates_are_dates_and_ids_stay_text(book: Workbook) -> None:
    sheet = book["明细"]
    assert sheet.max_row == 313
    assert _column(sheet, "来信编号", 1)[0] == "43010020191118000000"
    received = sheet["C2"]
    assert (received.value, received.number_format) == (dt.datetime(2019, 11, 18), "yyyy-mm-dd")
    assert _column(sheet, "群体风险（概率）", 1)[0] == pytest.approx(0.95)
    assert set(_column(sheet, "风险档", 1)) == {"高", "中", "低"}
    assert _column(sheet, "具体类别", 1)[1] == "工资、劳动关系；教育"
    assert _column(book["高风险清单"], "群体风险", 4)[0] == pytest.approx(0.95)
    rate = book["分类统计"].cell(5, 3)
    assert (round(rate.value, 3), rate.number_format) == (0.635, "0.0%")


def test_the_lists_hold_the_findings(book: Workbook, week: ModuleType) -> None:
    findings = week.sample()
    sure = [x.title for x in findings.rising if x.sure]
    listed = _column(book["上升事项"], "事项", 4)
    assert listed[: len(sure)] == sure
    assert [x for x in listed[len(sure) :] if x][1:] == [x.title for x in findings.rising if not x.sure]
    assert _column(book["上升事项"], "本周件数", 4)[0] == findings.rising[0].weekly[-1]
    assert _column(book["逾期"], "距到期天数", 4)[0] == -41
    assert _column(book["数据质量"], "涉及的词或列", 4)[4] == "交房、复工、维权群"
    assert len([x for x in _column(book["小微纠纷"], "来信编号", 4) if x]) == 6


def test_sheets_are_frozen_filtered_and_ready_to_print(book: Workbook) -> None:
    for sheet in book:
        assert sheet.freeze_panes
        assert sheet.page_setup.orientation == "landscape"
        assert int(sheet.page_setup.paperSize) == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert DISCLAIMER in sheet.oddFooter.left.text
        assert sheet.print_area
    for name in ("上升事项", "高风险清单", "明细", "逾期"):
        assert book[name].auto_filter.ref
        assert book[name].print_title_rows
        assert book[name].column_dimensions["A"].width >= 6


def test_the_first_sheet_has_a_native_chart_and_the_conclusions(folder: Path, book: Workbook) -> None:
    with zipfile.ZipFile(folder / "信访风险周报_2019-W47.xlsx") as z:
        chart = z.read("xl/charts/chart1.xml").decode()
        assert "sparklineGroup" in z.read("xl/worksheets/sheet3.xml").decode()
    assert "barChart" in chart
    assert "lineChart" in chart
    sheet = book["总览"]
    topics = {sheet.cell(r, 1).value: sheet.cell(r, 2).value for r in range(1, 20)}
    assert topics["期限"].startswith("已逾期17件")
    head = next(r for r in range(1, sheet.max_row + 1) if sheet.cell(r, 1).value == "周")
    assert f"'总览'!$B${head + 1}:$B${sheet.max_row}" in chart or f"总览!$B${head + 1}:$B${sheet.max_row}" in chart
    assert sheet.cell(sheet.max_row, 2).value == 312


def test_no_text_becomes_a_formula_or_a_link(week: ModuleType) -> None:
    rows = week.letters(4)
    evil = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "http://example.test/x"]
    for row, text in zip(rows, evil, strict=True):
        row |= {"title": text, "area": text, "id": "=" + row["id"]}
    book = _book(week.sample(), rows)
    assert _column(book["明细"], "标题", 1) == evil
    assert all(c.data_type != "f" and c.hyperlink is None for sheet in book for row in sheet.iter_rows() for c in row)


def test_cells_of_any_kind_find_a_place(week: ModuleType) -> None:
    import numpy as np
    import pandas as pd

    rows = week.letters(7)
    for row, when in zip(
        rows,
        (
            None,
            pd.NaT,
            float("nan"),
            "2019-11-18",
            dt.date(2019, 11, 18),
            pd.Timestamp("2019-11-18"),
            dt.date(1800, 1, 1),
        ),
        strict=True,
    ):
        row |= {
            "received": when,
            "mass_incident_risk": np.float64(0.5),
            "livelihood": np.bool_(True),
            "title": "长" * 40_000,
            "area": None,
        }
    sheet = _book(week.empty(), rows)["明细"]
    assert [str(v)[:10] if v else None for v in _column(sheet, "收到日期", 1)] == [
        None, None, None, "2019-11-18", "2019-11-18", "2019-11-18", "1800-01-01",
    ]  # fmt: skip
    title = sheet["E2"].value
    assert title.endswith(CUT_MARK)
    assert len(title) <= LONGEST_CELL
    assert set(_column(sheet, "民生保障", 1)) == {"是"}


def test_what_a_sheet_cannot_hold_is_cut_and_said(week: ModuleType) -> None:
    sheet = _book(week.empty(), iter(week.letters(30)), most_rows=12)["明细"]
    assert sheet.max_row == 12
    assert sheet["A12"].value == "行数超过 Excel 的上限，另有20行未列；全部在 scores.parquet 和 matters.parquet。"


def test_the_weeks_behind_a_small_chart_are_not_printed(book: Workbook) -> None:
    heads = [cell.value for cell in book["上升事项"][4]]
    last = openpyxl.utils.get_column_letter(heads.index("8周前"))
    assert f"${last}$" in book["上升事项"].print_area.split(":")[1]
