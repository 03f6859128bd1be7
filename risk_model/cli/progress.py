"""Progress on the standard error: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import typer

from risk_model.scoring import OnProgress

if TYPE_CHECKING:
    from risk_model.scan.job import OnProgress as OnStep
    from risk_model.scan.job import Step

#: Seconds between plain lines: seen to be alive, without filling a log.
_EVERY: Final = 5.0


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[OnProgress]:
    """Yield a function to call with the rows done and the share of the file read."""
    if quiet:
        yield lambda rows, share: None
    elif sys.stderr.isatty():
        with _bar() as show:
            yield show
    else:
        yield _Lines()


@contextmanager
def scan_progress(*, quiet: bool = False) -> Iterator[OnStep]:
    """Yield a function to call with each step of a scan: rows while scoring, then weeks while grouping."""
    with progress(quiet=quiet) as show:
        start = time.monotonic()

        def step(now: Step) -> None:
            nonlocal start
            if now.stage == "score":
                show(now.done, now.share)
            elif not quiet and (now.share == 1.0 or time.monotonic() - start > _EVERY):
                start = time.monotonic()
                typer.echo(f"已归并{now.done}周（{now.share or 0:.0%}）", err=True)

        yield step


class _Lines:
    """Says how far it has come every few seconds."""

    def __init__(self) -> None:
        self._start = self._last = time.monotonic()

    def __call__(self, rows: int, share: float | None) -> None:
        now = time.monotonic()
        if now - self._last < _EVERY:
            return
        self._last = now
        rate = rows / (now - self._start)
        left = f"，剩余约{(now - self._start) * (1 - share) / share:.0f}秒" if share else ""
        percent = f"（{share:.0%}）" if share is not None else ""
        typer.echo(f"已处理{rows}行{percent}，每秒{rate:.0f}行{left}", err=True)


@contextmanager
def _bar() -> Iterator[OnProgress]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("研判中"),
        BarColumn(),
        TextColumn("{task.fields[rows]}行 · 每秒{task.fields[rate]:.0f}行 · 剩余"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        start = time.monotonic()
        task = bar.add_task("", total=None, rows=0, rate=0.0)

        def show(rows: int, share: float | None) -> None:
            rate = rows / max(1e-3, time.monotonic() - start)
            total = None if share is None else 1.0
            bar.update(task, completed=share or 0.0, total=total, rows=rows, rate=rate)

        yield show
