"""Measuring: processor time, so that another program on the machine does not count; wall time where waiting is the question."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_LIBRARIES = ("numpy", "scipy", "scikit-learn", "rjieba", "jieba", "petition-risk")


def environment() -> dict[str, Any]:
    """Return what the figures depend on; no name of a host or a user."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "libraries": {name: _version(name) for name in _LIBRARIES},
        "threads": os.environ.get("OPENBLAS_NUM_THREADS"),
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.exists():
        return platform.processor()
    lines = cpuinfo.read_text(encoding="utf-8").splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")


def seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Return the processor seconds of the best of several runs."""
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def together(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Measure several pieces of work in turns, so that a slow spell of the machine meets them all; best of each."""
    best = dict.fromkeys(works, float("inf"))
    for _ in range(rounds):
        for name, work in works.items():
            best[name] = min(best[name], seconds(work, 1))
    return best


def latencies(work: Callable[[int], object], count: int) -> dict[str, float]:
    """Return p50 and p99 of processor milliseconds over single calls `work(0)`…`work(count - 1)`."""
    spent = []
    for i in range(count):
        start = time.process_time_ns()
        work(i)
        spent.append((time.process_time_ns() - start) / 1e6)
    spent.sort()
    return {"p50": spent[count // 2], "p99": spent[min(count - 1, count * 99 // 100)]}


def program(arguments: Sequence[str], repeats: int = 5) -> float:
    """Return the wall seconds of the best of several runs of the interpreter with `arguments`."""
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
        best = min(best, time.perf_counter() - start)
    return best


def child(*arguments: str) -> dict[str, Any]:
    """Run `python -m benchmarks.speed.child` in a process of its own and return what it reports."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.speed.child", *arguments], check=True, stdout=subprocess.PIPE, text=True
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))
