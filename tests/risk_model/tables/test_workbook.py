from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from risk_model.errors import InputError
from risk_model.tables import Intake, Letter, Reject, Row, open_table
from risk_model.tables.package import MOST_BYTES

WriteXlsx = Callable[[str, Sequence[Sequence[Any]]], Path]
DATA = Path(__file__).parents[2] / "data"


def read(path: Path) -> tuple[tuple[str, ...], list[Row | Reject], list[str]]:
    with open_table(path) as table:
        return table.header, list(table.rows()), table.notes


def test_the_header_is_found_below_a_merged_title_and_rows_keep_their_excel_number(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "某县2025年7月来信登记表"
    sheet.merge_cells("A1:D1")
    sheet["A3"], sheet["B3"], sheet["C3"], sheet["D3"] = "编号", "标题", "内容", "登记时间"
    sheet["A4"], sheet["B4"], sheet["C4"], sheet["D4"] = "00012", "停水", 123.0, dt.datetime(2025, 7, 3, 15, 22, 1)
    sheet["A6"], sheet["B6"], sheet["D6"] = 2025070312, True, 45841
    path = tmp_path / "a.xlsx"
    book.save(path)
    header, rows, notes = read(path)
    assert header == ("编号", "标题", "内容", "登记时间")
    assert rows == [
        Row(4, ("00012", "停水", "123", "2025-07-03 15:22:01")),
        Row(5, ("", "", "", "")),
        Row(6, ("2025070312", "true", "", "45841")),
    ]
    assert not notes


def test_a_column_without_a_name_is_kept_beside_the_table(write_xlsx: WriteXlsx) -> None:
    header, rows, _ = read(write_xlsx("a.xlsx", [["标题", "内容"], ["a", "b", "旁注"]]))
    assert (header, rows) == (("标题", "内容", ""), [Row(2, ("a", "b", "旁注"))])


def test_the_sheet_with_the_letters_is_read_and_hidden_ones_are_not(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "封面"
    book.active["A1"] = "来信汇总"
    hidden = book.create_sheet("旧")
    hidden.append(["标题", "内容"])
    hidden.sheet_state = "hidden"
    letters = book.create_sheet("来信")
    letters.append(["标题", "内容"])
    letters.append(["停水", "全镇停水"])
    path = tmp_path / "a.xlsx"
    book.save(path)
    _, rows, notes = read(path)
    assert rows == [Row(2, ("停水", "全镇停水"))]
    assert notes == ["只读工作表“来信”，其余1张未读"]


def test_old_workbooks_are_read() -> None:
    header, rows, _ = read(DATA / "old.xls")
    assert header == ("工单编号", "标题", "信访内容", "登记日期")
    assert rows[0] == Row(3, ("00012", "停水", "全镇停水五天", "45841"))


def test_a_locked_workbook_says_what_to_do() -> None:
    with pytest.raises(InputError, match="有密码，请先去掉密码"):
        read(DATA / "locked.xlsx")


def test_a_workbook_cut_short_is_damaged(write_xlsx: WriteXlsx) -> None:
    path = write_xlsx("a.xlsx", [["标题", "内容"], ["a", "b"]])
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(InputError, match="已损坏"):
        read(path)


def test_a_workbook_with_broken_xml_is_damaged(write_xlsx: WriteXlsx, tmp_path: Path) -> None:
    path = write_xlsx("a.xlsx", [["标题", "内容"], ["a", "b"]])
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<not xml" if "sheet1" in name else old.read(name))
    with pytest.raises(InputError, match="已损坏"):
        read(broken)


def test_a_zip_that_is_no_workbook_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("letter.txt", "x")
    with pytest.raises(InputError, match="压缩包"):
        read(path)


def bomb(path: Path, stated: int | None) -> None:
    """Write a workbook whose shared strings swell past the limit, stating any size in its directory."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        with package.open("xl/sharedStrings.xml", "w") as part:
            block = b" " * 2**24
            for _ in range(MOST_BYTES // len(block) + 1):
                part.write(block)
    data = buffer.getvalue()
    if stated is not None:
        real = (MOST_BYTES // 2**24 + 1) * 2**24
        data = data.replace(real.to_bytes(4, "little"), stated.to_bytes(4, "little"))
    path.write_bytes(data)


@pytest.mark.slow
@pytest.mark.parametrize("stated", [None, 1000])
def test_a_zip_bomb_is_refused_even_if_it_lies_about_its_size(tmp_path: Path, stated: int | None) -> None:
    path = tmp_path / "a.xlsx"
    bomb(path, stated)
    assert path.stat().st_size < 20 * 2**20
    with pytest.raises(InputError, match=r"解压后超过1 GB|已损坏"):
        read(path)


def test_a_stray_cell_in_the_far_corner_does_not_exhaust_memory(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A2"], book.active["XFD1048576"] = "标题", "停水", "x"
    path = tmp_path / "a.xlsx"
    book.save(path)
    with pytest.raises(InputError, match="太空旷"):
        read(path)


def test_an_empty_workbook_is_refused(write_xlsx: WriteXlsx) -> None:
    with pytest.raises(InputError, match="没有内容"):
        read(write_xlsx("a.xlsx", []))


def test_ids_that_excel_has_rounded_are_reported_and_not_taken_for_doubles(write_xlsx: WriteXlsx) -> None:
    rows = [["编号", "内容"], [430102202507030011, "停水"], [430102202507030012, "停电"]]
    with open_table(write_xlsx("a.xlsx", rows)) as table:
        intake = Intake(table)
        letters = [item for item in intake if isinstance(item, Letter)]
    assert [letter.cells[0] for letter in letters] == ["430102202507030000"] * 2
    assert any("2行的编号已被 Excel 改坏" in note for note in intake.notes)
