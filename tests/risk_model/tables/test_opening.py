from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk_model.errors import InputError
from risk_model.tables import Reject, Row, open_table
from risk_model.tables.jsonl import JsonLines


def rows(path: Path) -> list[Row | Reject]:
    with open_table(path) as table:
        return list(table.rows())


BAD = {
    "empty.csv": (b"", "文件是空的"),
    "blank.csv": (b" \r\n\r\n", "文件是空的"),
    "commas.csv": (b",,\n,,\n", "没有内容"),
    "junk.csv": (bytes(range(256)) * 20, "不是文字表格"),
    "short.xlsx": (b"PK\x03\x04rubbish", "已损坏"),
    "short.parquet": (b"PAR1rubbish", "parquet 文件已损坏"),
    "page.xls": ("<html><table><tr><td>标题</td></tr></table></html>".encode(), "网页"),
    "array.json": (b'[{"title": "a"}]', "JSON 数组"),
    "scan.pdf": (b"%PDF-1.7 ...", "PDF"),
    "letters.csv.gz": (b"\x1f\x8b\x08\x00abc", "gzip"),
    "broken.jsonl": (b'{"title": \n{"title"\n', "没有一行是 JSON 对象"),
}


@pytest.mark.parametrize("name", BAD)
def test_every_bad_file_has_its_own_message(name: str, tmp_path: Path) -> None:
    data, message = BAD[name]
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError, match=message):
        rows(path)


def test_missing_files_and_folders_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="找不到文件"):
        rows(tmp_path / "none.csv")
    with pytest.raises(InputError, match="是文件夹"):
        rows(tmp_path)


def test_content_decides_whatever_the_name_says(tmp_path: Path) -> None:
    path = tmp_path / "export.xls"  # many systems write tab separated GBK under this name
    path.write_bytes("编号\t内容\n1\t停水\n".encode("gbk"))
    assert rows(path) == [Row(2, ("1", "停水"))]


@pytest.mark.parametrize("data", ["编号,内容\n1,停水\n".encode(), '{"编号": 1, "内容": "停水"}\n'.encode()])
def test_standard_input_is_csv_or_jsonl(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    with open_table("-") as table:
        assert [row.cells for row in table.rows() if isinstance(row, Row)] == [("1", "停水")]


def test_jsonl_has_the_union_of_keys_and_numbers_by_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"id": 430102199001011234, "body": "停水"}\n\n{"id": "00012"\n[1]\n'
        '{"id": 1.50, "body": null, "区域": "东镇", "x": true}\n',
        encoding="utf-8",
    )
    with open_table(path) as table:
        assert table.header == ("id", "body", "区域", "x")
        assert list(table.rows()) == [
            Row(1, ("430102199001011234", "停水", "", "")),
            Reject(3, "这一行不是完整的 JSON"),
            Reject(4, "这一行是 JSON，但不是一个对象（{…}）"),
            Row(5, ("1.50", "", "东镇", "true")),
        ]


@given(st.lists(st.binary(max_size=40).filter(lambda b: b"\n" not in b), max_size=5))
def test_broken_json_lines_never_stop_the_reading(lines: list[bytes]) -> None:
    data = '{"标题": "停水"}\n'.encode() + b"\n".join(lines)
    try:
        got = list(JsonLines(io.BytesIO(data)).rows())
    except InputError as error:
        assert "二进制" in str(error) or "编码" in str(error)
    else:
        assert got


def test_a_lone_surrogate_in_json_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"body": "\\ud800"}\n{"body": "\\ud83d\\ude00"}\n')
    assert rows(path) == [Reject(1, "这一行有无法识别的字符（编码损坏）"), Row(2, ("😀",))]


def test_parquet_of_any_types_becomes_text_batch_by_batch(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([430102199001011234, None, 3]),
            "body": ["停水", None, "路灯"],
            "date": pa.array([dt.datetime(2025, 7, 3, 15, 22, 1), None, dt.datetime(2025, 7, 3)]),
            "score": [0.5, float("nan"), 2.0],
            "amount": pa.array([Decimal("12.50"), None, None]),
            "raw": pa.array(["字".encode(), None, b"\xff"], pa.binary()),
            "tags": [["a"], None, []],
        }
    )
    path = tmp_path / "a.parquet"
    pq.write_table(table, path)
    assert rows(path) == [
        Row(1, ("430102199001011234", "停水", "2025-07-03 15:22:01", "0.5", "12.50", "字", '["a"]')),
        Row(2, ("",) * 7),
        Reject(3, "这一行有无法识别的字符（编码损坏）"),
    ]
    long = tmp_path / "long.parquet"
    pq.write_table(pa.table({"body": [str(i) for i in range(5000)]}), long)
    with open_table(long) as source:
        assert source.most_rows() == 5000
        read = list(source.rows())
        assert read[-1] == Row(5000, ("4999",))
        assert source.share() == 1.0


def test_a_parquet_file_damaged_inside_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"body": [f"路灯{i}" * 50 for i in range(2000)]}), path)
    data = bytearray(path.read_bytes())
    data[4:2000] = b"\xff" * 1996
    path.write_bytes(bytes(data))
    with pytest.raises(InputError, match="parquet 文件已损坏"):
        rows(path)
