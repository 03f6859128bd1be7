from __future__ import annotations

import io
from itertools import count
from types import SimpleNamespace

import pytest

import risk_model.cli.progress as module
from risk_model.cli.progress import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_plain_lines_come_every_few_seconds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = count(0, 2)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))
    with progress() as show:
        for rows in range(100, 600, 100):
            show(rows, rows / 1000)
        show(1200, None)
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["已处理300行（30%），每秒50行，剩余约14秒", "已处理1200行，每秒100行"]


def test_a_terminal_shows_a_bar_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress() as show:
        show(512, None)
        show(1024, 0.5)
    assert "1024行" in terminal.getvalue()


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(quiet=True) as show:
        show(1, 1.0)
    assert capsys.readouterr().err == ""
