from __future__ import annotations

import codecs
import csv
import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk_model.errors import InputError
from risk_model.tables import Reject, Row
from risk_model.tables.delimited import Delimited

TEXT = "编号,标题,内容\n1,停水,全镇停水五天，没有人管\n2,路灯,村口路灯不亮\n"
ROWS = [Row(2, ("1", "停水", "全镇停水五天，没有人管")), Row(3, ("2", "路灯", "村口路灯不亮"))]


def read(data: bytes) -> tuple[tuple[str, ...], list[Row | Reject]]:
    table = Delimited(io.BytesIO(data))
    return table.header, list(table.rows())


@pytest.mark.parametrize(
    ("encoding", "note"),
    [("utf-8", None), ("utf-8-sig", None), ("gb18030", "GB18030"), ("gbk", "GB18030"), ("utf-16", "UTF-16")],
)
def test_encodings_are_found_and_the_guessed_ones_named(encoding: str, note: str | None) -> None:
    table = Delimited(io.BytesIO(TEXT.encode(encoding)))
    assert (table.header, list(table.rows())) == (("编号", "标题", "内容"), ROWS)
    assert [note in said for said in table.notes] == ([True] if note else [])


def test_utf16_big_endian_with_its_mark() -> None:
    assert read(codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"))[1] == ROWS


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_line_that_cannot_be_decoded_is_rejected_and_the_rest_is_read(encoding: str) -> None:
    lines = [f"{i},路灯,第{i}盏路灯不亮，晚上看不见路" for i in range(1, 9)]
    data = [line.encode(encoding) for line in ["编号,标题,内容", *lines]]
    data[3] = data[3][:-6] + b"\xff\xff" + data[3][-6:]
    rows = read(b"\n".join(data))[1]
    assert rows[2] == Reject(4, "这一行有无法识别的字符（编码损坏）")
    assert [row for row in rows if isinstance(row, Row)] == [
        Row(i + 1, tuple(line.split(","))) for i, line in enumerate(lines, 1) if i != 3
    ]


def test_an_ascii_head_does_not_decide_the_encoding() -> None:
    rows = "".join(f"{i},t{i},b{i}\n" for i in range(60_000))
    data = ("id,title,body\n" + rows + "x,停水,全镇停水\n").encode("gb18030")
    assert read(data)[1][-1] == Row(60_002, ("x", "停水", "全镇停水"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_are_found(delimiter: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([["编号", "内容"], ["1", "甲，乙;丙,丁\t戊"]])
    assert read(out.getvalue().encode()) == (("编号", "内容"), [Row(2, ("1", "甲，乙;丙,丁\t戊"))])


def test_rows_keep_the_number_a_spreadsheet_shows() -> None:
    data = '某县来信登记表,,\n\n编号,标题,内容\n1,"两行\n标题",x\n\n2,t,y\n'.encode()
    assert read(data) == (("编号", "标题", "内容"), [Row(4, ("1", "两行\n标题", "x")), Row(6, ("2", "t", "y"))])


def test_short_rows_are_filled_trailing_commas_ignored_and_extra_cells_refused() -> None:
    rows = read("编号,内容\n1\n2,b,,\n3,b,多出来的\n".encode())[1]
    assert rows[:2] == [Row(2, ("1", "")), Row(3, ("2", "b"))]
    assert isinstance(rows[2], Reject)
    assert rows[2].number == 4
    assert "3格" in rows[2].reason
    assert "多出来的" not in rows[2].reason


def test_a_quote_without_its_end_costs_one_line_not_the_rest_of_the_file() -> None:
    table = read('编号,内容\n1,正常\n2,"没有结尾的引号\n3,路灯不亮\n4,停水\n'.encode())[1]
    assert table[0] == Row(2, ("1", "正常"))
    assert isinstance(table[1], Reject)
    assert "引号没有配对" in table[1].reason
    assert table[2:] == [Row(4, ("3", "路灯不亮")), Row(5, ("4", "停水"))]


def test_a_long_letter_is_one_cell() -> None:
    body = "路灯不亮，" * 100_000
    assert read(f"编号,内容\n1,{body}x\n".encode())[1] == [Row(2, ("1", body + "x"))]


def test_long_ids_keep_every_digit() -> None:
    assert read("编号,内容\n430102199001011234,a\n00012,b\n".encode())[1] == [
        Row(2, ("430102199001011234", "a")),
        Row(3, ("00012", "b")),
    ]


def test_binary_data_is_refused() -> None:
    with pytest.raises(InputError, match="不是文字表格"):
        Delimited(io.BytesIO(b"\x01\x02\x00\x03" * 500))
    with pytest.raises(InputError, match="文字编码"):
        Delimited(io.BytesIO(bytes(random.Random(1).choices(range(128, 256), k=4000)).replace(b"\n", b"")))


def test_a_table_can_be_read_twice_and_tells_how_far_it_is() -> None:
    table = Delimited(io.BytesIO(TEXT.encode()))
    assert list(table.rows()) == list(table.rows())
    assert table.share() == 1.0
    assert table.most_rows() >= 2


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=8), st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
def test_any_texts_written_by_the_standard_library_come_back(rows: list[tuple[str, str]], encoding: str) -> None:
    out = io.StringIO(newline="")
    # The Chinese header settles the encoding even where the cells are few.
    csv.writer(out).writerows([("编号（工单号）", "诉求内容详情"), *rows])
    got = read(out.getvalue().encode(encoding))[1]
    assert [row.cells for row in got if isinstance(row, Row)] == rows


@given(st.binary(max_size=300))
def test_no_bytes_break_it(data: bytes) -> None:
    try:
        list(Delimited(io.BytesIO("编号,内容\n".encode() + data)).rows())
    except InputError as error:
        assert str(error)
