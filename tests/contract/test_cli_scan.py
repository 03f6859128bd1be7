from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from risk_model.taxonomy import DISCLAIMER

Cli = Callable[..., Any]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["编号", "标题", "内容", "来信日期"])
        for k in range(6):
            out.writerow(
                [
                    f"A{k}",
                    "青禾苑停水",
                    f"青禾苑小区停水{k + 2}天，三百多户没有水用，找物业没有结果",
                    f"2019-11-{12 + k}",
                ]
            )
        out.writerow(["A9", "", "", "2019-11-20"])
    return path


def test_a_week_is_scanned_into_its_folder(cli: Cli, book: Path, tmp_path: Path) -> None:
    result = cli(
        "scan",
        book,
        "--week",
        "2019-W47",
        "--out",
        tmp_path / "weekly",
        "--history",
        tmp_path / "history",
        "--accept-drift",
    )
    assert result.code == 0
    assert "读入7行 = 已研判6行 + 退回1行" in result.err
    assert "2019-W47" in result.err and DISCLAIMER in result.err
    assert result.out == ""
    assert (tmp_path / "weekly" / "2019-W47" / "report.html").is_file()
    assert (tmp_path / "history" / "2019-W47").is_dir()
    again = cli("scan", book, "--week", "2019-W47", "--out", tmp_path / "weekly")
    assert again.code == 3 and "已经存在" in again.err


def test_a_replay_has_one_folder_a_week(cli: Cli, book: Path, tmp_path: Path) -> None:
    result = cli("scan", book, "--replay", "2019-W46:2019-W47", "-o", tmp_path / "out", "--no-reports", "--quiet")
    assert (result.code, result.err) == (0, "")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["2019-W46", "2019-W47", "rejected.csv"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--week", "2019-47"], 2, "周次"),
        (["--replay", "2019-W48:2019-W46"], 2, "颠倒"),
        ([], 2, "either --week or --replay"),
        (["--week", "2019-W47", "--engine", "dask"], 2, "--scheduler"),
        (["--week", "2019-W47", "--scheduler", "tcp://x:1"], 2, "--engine dask"),
        (["--week", "2019-W47", "--model", "no-such"], 4, "没有版本"),
    ],
)
def test_what_is_wrong_is_said_and_numbered(
    cli: Cli, book: Path, tmp_path: Path, arguments: list[str], code: int, says: str
) -> None:
    result = cli("scan", book, "--out", tmp_path / "out", *arguments)
    assert result.code == code
    assert says in result.err
    assert not list((tmp_path / "out").glob("20*"))


def test_a_failed_gate_has_its_own_code(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("内容\n" + "Please send ten boxes\n" * 30, encoding="utf-8")
    result = cli("scan", path, "--week", "2019-W47", "--out", tmp_path / "out")
    assert result.code == 5
    assert "没有通过数据检查" in result.err and "--accept-drift" in result.err


def test_the_help_teaches(cli: Cli) -> None:
    text = cli("scan", "--help").out
    for word in ("Examples:", "--replay", "--history", "Exit codes", "never overwritten"):
        assert word in text
