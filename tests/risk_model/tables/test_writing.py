from __future__ import annotations

import csv
import errno
import io
import json
import os
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk_model.errors import OutputError
from risk_model.schema import Assessment
from risk_model.tables import RESULT_NAMES, WRITERS, Reject, Row, atomic, open_rejects, open_table, open_writer, values
from risk_model.tables.workbook_out import CUT_MARK, LONGEST_CELL

MakeAssessment = Callable[..., Assessment]
FORMATS = tuple(WRITERS)


def write(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]], assessment: Assessment) -> list[str]:
    with open_writer(path, header) as writer:
        writer.write((cells, values(assessment)) for cells in rows)
    return writer.notes


def test_csv_opens_right_in_excel_and_keeps_the_original_cells(tmp_path: Path, assessment: MakeAssessment) -> None:
    path = tmp_path / "a.csv"
    cells = ("430102199001011234", '=cmd|"/C calc"!A0', '两\r\n行，“引号”"')
    write(path, ["编号", "标题", "内容"], [cells], assessment())
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    header, row = csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""))
    assert header == ["编号", "标题", "内容", *RESULT_NAMES]
    assert tuple(row[:3]) == cells
    assert row[3:9] == ["0.25", "0.9375", "0.25", "false", "true", "false"]


def test_jsonl_keeps_types(tmp_path: Path, assessment: MakeAssessment) -> None:
    path = tmp_path / "a.jsonl"
    write(path, ["id", "", "id"], [("1", "x", "2")], assessment())
    entry = json.loads(path.read_text(encoding="utf-8"))
    assert list(entry) == ["id", "column_2", "id_2", *RESULT_NAMES]
    assert (entry["p_livelihood"], entry["livelihood"], entry["risk_band"]) == (0.9375, True, "high")


def test_parquet_has_types_and_row_groups(tmp_path: Path, assessment: MakeAssessment) -> None:
    path = tmp_path / "a.parquet"
    with open_writer(path, ["id"]) as writer:
        for start in range(0, 20_000, 500):
            writer.write(((str(i),), values(assessment())) for i in range(start, start + 500))
    table = pq.read_table(path)
    assert str(table.schema.field("mass_incident_risk").type) == "double"
    assert str(table.schema.field("governance").type) == "bool"
    assert table["id"].to_pylist() == [str(i) for i in range(20_000)]
    assert 1 < pq.ParquetFile(path).num_row_groups < 10


def test_xlsx_speaks_chinese_and_runs_nothing(tmp_path: Path, assessment: MakeAssessment) -> None:
    path = tmp_path / "a.xlsx"
    cells = ("00012", '=HYPERLINK("http://x")', "@SUM(A1)", "+1", "-2", "http://example.invalid/")
    low = assessment(risk_band="low", review=(), subtags=(), factors=(), evidence=(), tags=())
    with open_writer(path, ["编号", "a", "b", "c", "d", "e"]) as writer:
        writer.write([(cells, values(assessment())), (cells, values(low))])
    book = openpyxl.load_workbook(path)
    sheet = book["研判结果"]
    rows = list(sheet.iter_rows())
    header = [cell.value for cell in rows[0]]
    assert " ".join(header[6:]) == (
        "土地征收与发展（概率） 民生保障（概率） 基层治理（概率） 土地征收与发展 民生保障 基层治理 具体类别 风险因素"
        " 群体风险（概率） 风险档 须先人工看的原因 判断依据（词语与贡献） 模型版本"
    )
    assert tuple(cell.value for cell in rows[1][:6]) == cells
    assert {cell.data_type for cell in rows[1][:6]} == {"s"}
    assert [cell.value for cell in rows[1][6:12]] == [0.25, 0.9375, 0.25, "否", "是", "否"]
    assert [cell.value for cell in rows[1][12:16]] == ["工资、劳动关系", "涉众;久拖未决", 0.8125, "高"]
    assert [cell.value for cell in rows[1][16:]] == ["文字太短", "欠薪+0.50;已结清-0.25", "fake-1"]
    assert rows[1][6].number_format == "0.000"
    assert rows[1][15].fill.fgColor.rgb != rows[2][15].fill.fgColor.rgb
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:S3"
    assert "辅助研判，不作为处理依据" in [cell.value for (cell,) in book["说明"].iter_rows()]
    with zipfile.ZipFile(path) as package:
        text = b"".join(package.read(name) for name in package.namelist())
    assert b"<f>" not in text
    assert b"<hyperlink " not in text
    book.close()


def test_xlsx_cuts_what_a_cell_cannot_hold_and_says_so(tmp_path: Path, assessment: MakeAssessment) -> None:
    path = tmp_path / "a.xlsx"
    texts = ("字" * LONGEST_CELL, "字" * (LONGEST_CELL + 1), "😀" * 20_000)
    notes = write(path, ["a", "b", "c"], [texts], assessment())
    assert len(notes) == 1
    assert "2个单元格" in notes[0]
    with open_table(path, frozenset({"a"})) as table:
        (row,) = table.rows()
    assert isinstance(row, Row)
    assert row.cells[0] == texts[0]
    assert row.cells[1].endswith(CUT_MARK)
    assert row.cells[2].endswith(CUT_MARK)
    assert len(row.cells[2].encode("utf-16-le")) // 2 <= LONGEST_CELL


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_empty_result_is_a_file_with_a_header(suffix: str, tmp_path: Path, assessment: MakeAssessment) -> None:
    path = tmp_path / f"a{suffix}"
    write(path, ["id"], [], assessment())
    assert path.exists()
    assert list(tmp_path.iterdir()) == [path]


#: What the formats cannot hold: XML has no U+FFFE and U+FFFF, and no format has half a surrogate pair.
CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=12)


@pytest.mark.parametrize("suffix", FORMATS)
@given(data=st.data())
def test_any_table_of_texts_comes_back(
    suffix: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory, assessment: MakeAssessment
) -> None:
    header = ["编号", "内容", *data.draw(st.lists(CELL.filter(bool), max_size=2, unique=True))]
    rows = data.draw(st.lists(st.tuples(*[CELL] * len(header)), min_size=1, max_size=5))
    path = tmp_path_factory.mktemp("round") / f"a{suffix}"
    write(path, header, rows, assessment())
    with open_table(path) as table:
        got = list(table.rows())
    width = len(header)
    assert [row.cells[:width] for row in got if isinstance(row, Row)] == rows
    assert len(got) == len(rows)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_leaves_nothing_behind(
    suffix: str, code: int, tmp_path: Path, assessment: MakeAssessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"old")

    def full(handle: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="磁盘"):
        write(path, ["id"], [("1",)], assessment())
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


SMALL_DISK = """
import resource, signal, sys
from pathlib import Path
from risk_model.errors import OutputError
from risk_model.tables import atomic, open_writer
import hashlib
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
row = (0.5, 0.5, 0.5, True, True, True, "", "", 0.5, "high", "", "", "m")
try:
    with open_writer(Path(sys.argv[1]), ["id"]) as writer:
        for i in range(40_000):
            writer.write([((hashlib.sha256(str(i).encode()).hexdigest(),), row)])
except OutputError as error:
    print(error)
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="needs file size limits")
@pytest.mark.parametrize("suffix", FORMATS)
def test_a_write_that_fails_midway_leaves_nothing_behind(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUTF8": "1"}
    command = [sys.executable, "-W", "error", "-c", SMALL_DISK, str(path)]
    run = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert run.returncode == 0, run.stderr.decode()
    assert "文件超过系统允许的大小" in run.stdout.decode()
    assert not run.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_error_while_writing_leaves_nothing_behind(suffix: str, tmp_path: Path, assessment: MakeAssessment) -> None:
    with pytest.raises(ZeroDivisionError), open_writer(tmp_path / f"a{suffix}", ["id"]) as writer:
        writer.write([(("1",), values(assessment()))])
        raise ZeroDivisionError
    assert not list(tmp_path.iterdir())


def test_unknown_formats_and_missing_folders_are_explained(tmp_path: Path) -> None:
    for name, message in (("a.doc", ".csv、.xlsx、.parquet、.jsonl"), ("none/a.csv", "文件夹不存在")):
        with pytest.raises(OutputError, match=message), open_writer(tmp_path / name, ["id"]):
            pass


def test_files_get_the_permissions_of_any_other_file(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    with atomic(tmp_path / "a") as file:
        file.write(b"x")
    assert (tmp_path / "a").stat().st_mode == plain.stat().st_mode


def test_rejects_are_a_file_only_when_there_are_any(tmp_path: Path) -> None:
    path = tmp_path / "a.rejected.csv"
    with open_rejects(path) as rejects:
        rejects.add(Reject(3, "标题和正文都是空的", ("=标题", "内容")))
        rejects.add(Reject(5, "这一行不是完整的 JSON"))
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    assert rows == [
        ["row", "reason", "columns"],
        ["3", "标题和正文都是空的", "“=标题”、“内容”"],
        ["5", "这一行不是完整的 JSON", ""],
    ]
    with open_rejects(path):
        pass
    assert not path.exists()
