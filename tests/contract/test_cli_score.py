from __future__ import annotations

import csv
import errno
import io
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

import risk_model.scoring
from risk_model.tables import RESULT_NAMES, SUFFIXES
from risk_model.taxonomy import DISCLAIMER, FACTOR_NAMES, SUBTAG_NAMES

Cli = Callable[..., Any]

HEAD = "编号,标题,内容,登记日期\n"
LETTERS = HEAD + "".join(
    f"00{i},{title},{body},2025.7.{i}\n"
    for i, (title, body) in enumerate(
        [
            ("欠薪", "工地拖欠我们六十多个工人半年工资，劳动监察来过三次没有结果"),
            ("路灯", "村口的路灯坏了两盏"),
            ("咨询", "请问办理老年证要带什么材料"),
        ],
        1,
    )
)


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    path = tmp_path / "letters.csv"
    path.write_text(LETTERS, encoding="utf-8")
    return path


def test_columns_are_appended_in_order_and_the_originals_stay(cli: Cli, letters: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    result = cli("score", letters, "-o", out)
    assert result.code == 0
    scored = rows(out)
    assert list(scored[0]) == ["编号", "标题", "内容", "登记日期", *RESULT_NAMES]
    assert [list(row.values())[:4] for row in scored] == [line.split(",") for line in LETTERS.splitlines()[1:]]
    for row in scored:
        assert all(0 <= float(row[name]) <= 1 for name in RESULT_NAMES if name.startswith("p_"))
        assert 0 <= float(row["mass_incident_risk"]) <= 1
        assert {row[tag] for tag in ("land_acquisition", "livelihood", "governance")} <= {"true", "false"}
        assert set(filter(None, row["subtags"].split(";"))) <= set(SUBTAG_NAMES)
        assert set(filter(None, row["factors"].split(";"))) <= set(FACTOR_NAMES)
        assert row["risk_band"] in {"high", "medium", "low"}
        assert re.fullmatch(r"([^;]+[+-]\d+\.\d\d(;|$)){1,5}", row["evidence"])
        assert row["model_version"] == "small"


def test_the_summary_accounts_for_every_row(cli: Cli, examples: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    result = cli("score", examples / "broken.csv", "-o", out)
    assert result.code == 0
    m = re.search(r"读入(\d+)行 = 已研判(\d+)行 \+ 退回(\d+)行", result.err)
    assert m
    read, scored, rejected = map(int, m.groups())
    assert read == scored + rejected == 12
    assert len(rows(out)) == scored
    assert len(rows(tmp_path / "out.csv.rejected.csv")) == rejected
    assert sum(map(int, re.findall(r"[高中低](\d+)件", result.err))) == scored
    assert "个人信息列已丢弃，没有读取：手机号" in result.err
    assert result.err.rstrip().endswith(DISCLAIMER)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet", ".jsonl"])
@pytest.mark.parametrize("name", ["office.xlsx", "legacy_gb18030.csv", "letters.jsonl", "broken.csv"])
def test_every_example_in_every_format(cli: Cli, examples: Path, tmp_path: Path, name: str, suffix: str) -> None:
    out = tmp_path / f"out{suffix}"
    result = cli("score", examples / name, "-o", out)
    assert result.code == 0
    readers: dict[str, Callable[[], int]] = {
        ".csv": lambda: len(rows(out)),
        ".jsonl": lambda: len(out.read_text(encoding="utf-8").splitlines()),
        ".parquet": lambda: pq.read_table(out).num_rows,
        ".xlsx": lambda: openpyxl.load_workbook(out)["研判结果"].max_row - 1,
    }
    assert f"已研判{readers[suffix]()}行" in result.err
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_no_personal_data_gets_through(cli: Cli, examples: Path, tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(examples / "office.xlsx").active
    assert sheet is not None
    names = {str(cell.value) for (cell,) in sheet.iter_rows(min_row=3, min_col=2, max_col=2)} - {"不愿透露"}
    phones = {str(cell.value) for (cell,) in sheet.iter_rows(min_row=3, min_col=3, max_col=3) if cell.value}
    assert len(names) > 30
    out = tmp_path / "out.csv"
    result = cli("score", examples / "office.xlsx", "-o", out)
    text = out.read_text(encoding="utf-8") + result.out + result.err
    assert "姓名" not in rows(out)[0]
    assert not [secret for secret in phones if secret in text]
    # Names of two characters may be words of other letters (白露, 花蕊), so the cells are compared.
    assert not names & {cell for row in rows(out) for cell in row.values()}


def test_a_labelled_file_can_be_evaluated(cli: Cli, tmp_path: Path) -> None:
    path, out = tmp_path / "labelled.csv", tmp_path / "out.csv"
    head = "id,title,body,received_at,land_acquisition,livelihood,governance,subtags,factors,escalation\n"
    path.write_text(
        head + "s3-1,停水,停水五天,2019-11-04 15:56:58,0,1,0,infrastructure_transport,,1\n", encoding="utf-8"
    )
    result = cli("score", path, "-o", out)
    (row,) = rows(out)
    assert row["id"] == "s3-1"
    assert row["livelihood_input"] == "1"
    assert row["livelihood"] in {"true", "false"}
    assert "已改名为“livelihood_input”" in result.err


def test_our_own_output_can_be_scored_again(cli: Cli, letters: Path, tmp_path: Path) -> None:
    for suffix in (".csv", ".xlsx", ".parquet", ".jsonl"):
        first, second = tmp_path / f"first{suffix}", tmp_path / f"second{suffix}.csv"
        assert cli("score", letters, "-o", first, "-q").code == 0
        assert cli("score", first, "-o", second, "-q").code == 0
        assert [row["编号"] for row in rows(second)] == ["001", "002", "003"]


def test_columns_can_be_named(cli: Cli, tmp_path: Path) -> None:
    path, out = tmp_path / "a.csv", tmp_path / "out.csv"
    path.write_text("甲,乙\n停水,全镇停水五天\n", encoding="utf-8")
    assert cli("score", path, "-o", out).code == 2
    assert cli("score", path, "-o", out, "--columns", "title=甲,body=乙").code == 0
    assert len(rows(out)) == 1


def test_standard_input_and_quiet(program: Cli, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    result = program("score", "-", "-o", out, "--quiet", "--evidence", "0", stdin=LETTERS.encode("gb18030"))
    assert (result.code, result.out, result.err) == (0, "", "")
    entries = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [entry["编号"] for entry in entries] == ["001", "002", "003"]
    assert all(entry["evidence"] == "" for entry in entries)


def test_a_text_of_one_character_is_scored_and_marked(cli: Cli, tmp_path: Path) -> None:
    path, out = tmp_path / "a.csv", tmp_path / "out.csv"
    path.write_text(HEAD + "1,,水,\n2,,。,\n3,😀,,\n", encoding="utf-8")
    assert cli("score", path, "-o", out).code == 0
    assert all("too_short" in row["review"] for row in rows(out))
    assert len(rows(out)) == 3


def test_only_rejects_still_give_a_file_with_a_header(cli: Cli, tmp_path: Path) -> None:
    path, out = tmp_path / "a.csv", tmp_path / "out.xlsx"
    path.write_text(HEAD + "1,,,\n", encoding="utf-8")
    result = cli("score", path, "-o", out)
    assert result.code == 0
    assert "读入1行 = 已研判0行 + 退回1行" in result.err
    assert out.exists()


# What goes wrong: one line in Chinese, an exit code, no file.


def fails(result: Any, code: int, message: str) -> None:
    assert result.code == code
    assert result.err.startswith("错误：")
    assert len(result.err.splitlines()) == 1
    assert message in result.err
    assert "Traceback" not in result.err + result.out


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("empty.csv", b"", "空的"),
        ("junk.csv", bytes(range(256)) * 9, "二进制"),
        ("junk.xlsx", b"PK\x03\x04junk", "已损坏"),
        ("junk.parquet", b"PAR1junk", "已损坏"),
        ("other.csv", "部门,结果\n甲,已办\n".encode(), "没有找到标题列或正文列"),
        ("cards.csv", "编号,内容\n11010119900307123X,停水\n".encode(), "编号不能指向个人"),
    ],
)
def test_bad_input(cli: Cli, tmp_path: Path, name: str, data: bytes, message: str) -> None:
    path, out = tmp_path / name, tmp_path / "out.csv"
    path.write_bytes(data)
    fails(cli("score", path, "-o", out), 2, message)
    assert list(tmp_path.iterdir()) == [path]


def test_missing_input_folders_and_locked_workbooks(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    fails(cli("score", tmp_path / "none.csv", "-o", out), 2, "找不到文件")
    fails(cli("score", tmp_path, "-o", out), 2, "是文件夹")
    fails(cli("score", Path(__file__).parents[1] / "data" / "locked.xlsx", "-o", out), 2, "请先去掉密码")
    fails(cli("score", "--text", "  "), 2, "空的")


def test_outputs_that_would_destroy_something_are_refused(cli: Cli, letters: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("old")
    fails(cli("score", letters, "-o", out), 3, "--force")
    assert out.read_text() == "old"
    fails(cli("score", letters, "-o", letters, "--force"), 3, "就是输入文件")
    link = tmp_path / "link.csv"
    link.hardlink_to(letters)
    fails(cli("score", letters, "-o", link, "--force"), 3, "就是输入文件")
    fails(cli("score", letters, "-o", tmp_path / "b.csv", "--rejected", tmp_path / "b.csv"), 3, "同一个文件")
    fails(cli("score", letters, "-o", tmp_path / "b.csv", "--rejected", letters, "--force"), 3, "就是输入文件")
    fails(cli("score", letters, "-o", tmp_path / "out.doc"), 3, ".xlsx")
    fails(cli("score", letters, "-o", tmp_path / "none" / "out.csv"), 3, "不存在")
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    fails(cli("score", letters, "-o", folder, "--force"), 3, "是文件夹")
    assert letters.read_text(encoding="utf-8") == LETTERS
    assert cli("score", letters, "-o", out, "--force").code == 0
    assert len(rows(out)) == 3


def test_two_processes_write_what_one_writes(program: Cli, tmp_path: Path) -> None:
    source = tmp_path / "many.csv"
    cells = [line.split(",", 1)[1] for line in LETTERS.splitlines()[1:]]
    lines = [f"{i},{cells[i % len(cells)]}" for i in range(1_300)]
    lines[700] = "700,,,"
    source.write_text(HEAD + "\n".join(lines), encoding="utf-8")
    for workers in ("1", "2"):
        assert program("score", source, "-o", tmp_path / f"{workers}.csv", "-w", workers).code == 0
    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "2.csv").read_bytes()
    rejected = (tmp_path / "2.csv.rejected.csv").read_text(encoding="utf-8-sig")
    assert rejected == (tmp_path / "1.csv.rejected.csv").read_text(encoding="utf-8-sig")
    assert [line.split(",")[0] for line in rejected.splitlines()] == ["row", "702"]


def test_an_old_list_of_rejects_does_not_outlive_its_output(cli: Cli, letters: Path, tmp_path: Path) -> None:
    out, rejected = tmp_path / "out.csv", tmp_path / "out.csv.rejected.csv"
    rejected.write_text("old")
    fails(cli("score", letters, "-o", out), 3, "rejected.csv 已经存在")
    assert cli("score", letters, "-o", out, "--force").code == 0
    assert not rejected.exists()


def test_a_full_disk(cli: Cli, letters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    fails(cli("score", letters, "-o", tmp_path / "out.xlsx"), 3, "磁盘空间不足")
    assert list(tmp_path.iterdir()) == [letters]


def test_more_rows_than_excel_has_are_refused_before_any_work(
    cli: Cli, letters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(risk_model.scoring, "MOST_ROWS", 3)
    fails(cli("score", letters, "-o", tmp_path / "out.xlsx", "--model", tmp_path / "none"), 2, ".csv 或 .parquet")
    assert cli("score", letters, "-o", tmp_path / "out.csv").code == 0
    monkeypatch.setattr(risk_model.scoring, "MOST_ROWS", 4)
    assert cli("score", letters, "-o", tmp_path / "out.xlsx").code == 0


def test_model_problems_have_their_own_code(cli: Cli, letters: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    fails(cli("score", letters, "-o", out, "--model", "none"), 4, "没有版本 none")
    broken = tmp_path / "model"
    broken.mkdir()
    (broken / "manifest.json").write_text("{}")
    fails(cli("score", letters, "-o", out, "--model", broken), 4, "不是模型清单")
    assert not out.exists()


@pytest.mark.parametrize(
    "arguments",
    [["score"], ["score", "a.csv"], ["score", "a.csv", "--text", "停水"], ["score", "a.csv", "-o", "b.csv", "--json"]],
)
def test_wrong_usage_is_explained(cli: Cli, arguments: list[str]) -> None:
    result = cli(*arguments)
    assert result.code == 2
    assert "Usage:" in result.err


def test_errors_of_a_real_program(program: Cli, tmp_path: Path) -> None:
    fails(program("score", tmp_path / "none.csv", "-o", tmp_path / "out.csv"), 2, "找不到文件")


# One text.


def test_one_text_is_explained_on_one_screen(program: Cli) -> None:
    text = "开发商拖欠我们六十多名农民工半年工资，多次找劳动监察没有结果，下周准备一起去县里"
    result = program("score", "--text", text, "--title", "欠薪")
    assert result.code == 0
    assert result.err == ""
    lines = result.out.splitlines()
    assert len(lines) <= 24
    for field in ("事项标签", "群体风险", "信中事实", "判断依据", "通常承办", "期限依据"):
        assert any(line.startswith(field) for line in lines)
    assert lines[-1] == DISCLAIMER


def test_one_text_as_json(cli: Cli) -> None:
    result = cli("score", "--text", "小区停水五天，三百多户没水用", "--json", "--evidence", "3")
    entry = json.loads(result.out)
    assert entry["disclaimer"] == DISCLAIMER
    assert len(entry["evidence"]) == 3
    assert entry["model_version"] == "small"


def test_the_help_teaches(cli: Cli) -> None:
    result = cli("score", "--help")
    assert result.code == 0
    for word in ("petition-risk score letters.xlsx -o scored.xlsx", "GB18030", "formula", "rejected.csv", "Exit codes"):
        assert word in result.out
    assert all(suffix in result.out for suffix in SUFFIXES if suffix != ".txt")
