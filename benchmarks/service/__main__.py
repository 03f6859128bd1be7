"""Measure the service against a bare endpoint on the same server and against the library itself, in one run.

python -m benchmarks.service [--seconds S] [--rounds N] [--model VERSION]

Server processor time as well as wall time: on a machine that does other work, too, only the former is fair.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.service.client import ask
from benchmarks.service.library import alone
from benchmarks.speed.clock import environment
from benchmarks.speed.letters import examples, of_length

_TICKS = os.sysconf("SC_CLK_TCK")
_PATIENCE = 300
#: Lines of /proc that tell memory: all that is resident, each page by the number of its users, pages of nobody else.
_MEMORY = {"Rss": "rss", "VmRSS": "rss", "Pss": "pss", "Private_Clean": "uss", "Private_Dirty": "uss"}


@contextmanager
def server(workers: int, engine: str) -> Iterator[tuple[int, int]]:
    """Run the service on one engine (`risk_model.runtime.engines`); gives its port and the id of its first process."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "PETITION_RISK_AUTH": "off",
            "PETITION_RISK_DATA_DIR": folder,
            "PETITION_RISK_RATE_LIMIT": "100000000/minute",
            "PETITION_RISK_LOG_LEVEL": "error",
            "PETITION_RISK_MIN_FREE_MB": "0",
            "PETITION_RISK_SCAN_DAY": "off",
            "PETITION_RISK_ENGINE": engine,
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        from service.settings import Settings
        from service.store import Store, migrate

        store = Store(Settings(data_dir=Path(folder)).url)
        migrate.upgrade(store)
        store.close()
        command = [sys.executable, "-m", "benchmarks.service.serve", str(port), str(workers)]
        with subprocess.Popen(command, env=environment) as process:
            try:
                _wait(port)
                yield port, process.pid
            finally:
                process.terminate()


def _wait(port: int) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError("the server does not start")


def children(pid: int) -> list[int]:
    """Return the children of a process."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    return [pid, *(x for child in children(pid) for x in family(child))]


def cpu(pid: int) -> float:
    """Return the processor time of a process and its children, in seconds."""
    total = 0.0
    for one in family(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        total += (int(fields[11]) + int(fields[12])) / _TICKS
    return total


def memory(pid: int) -> dict[str, float]:
    """Return the memory of a process in MB: resident, its share of it, its own alone."""
    # Where the kernel does not tell shares, the resident memory stands alone.
    path = next(p for p in (Path(f"/proc/{pid}/smaps_rollup"), Path(f"/proc/{pid}/status")) if p.exists())
    found: dict[str, float] = {}
    for line in path.read_text().splitlines():
        name, _, rest = line.partition(":")
        if (unit := _MEMORY.get(name)) is not None:
            found[unit] = found.get(unit, 0) + int(rest.split()[0]) / 1024
    return {unit: round(size) for unit, size in found.items()}


def one_letter(texts: list[str], rounds: int, seconds: float, engine: str) -> dict[str, Any]:
    """Measure single letters beside the bare endpoint, in turns."""
    letter = next(of_length(texts, 400))
    out: dict[str, Any] = {}
    with server(1, engine) as (port, pid):
        for evidence in (0, 5):
            body = json.dumps({"petitions": [{"body": letter}], "evidence": evidence}, ensure_ascii=False).encode()
            ratios: dict[str, list[float]] = {"wall": [], "cpu": []}
            rates: dict[str, list[float]] = {"/bare": [], "/api/v1/score": []}
            for path in rates:
                ask(port, path, body, 8, 1.0)
            for _ in range(rounds):
                spent = {}
                for path, found in rates.items():
                    before = cpu(pid)
                    times = ask(port, path, body, 8, seconds)
                    found.append(len(times) / seconds)
                    spent[path] = (cpu(pid) - before) / len(times)
                ratios["wall"].append(rates["/api/v1/score"][-1] / rates["/bare"][-1])
                ratios["cpu"].append(spent["/bare"] / spent["/api/v1/score"])
            times = np.array(ask(port, "/api/v1/score", body, 32, 2 * seconds)) * 1_000
            out[f"evidence {evidence}"] = {
                "score_per_second": round(median(rates["/api/v1/score"])),
                "bare_per_second": round(median(rates["/bare"])),
                "ratio_wall": round(median(ratios["wall"]), 2),
                "ratio_cpu": round(median(ratios["cpu"]), 2),
                "p50_ms_at_32": round(float(np.percentile(times, 50)), 1),
                "p99_ms_at_32": round(float(np.percentile(times, 99)), 1),
                "p99_over_p50": round(float(np.percentile(times, 99) / np.percentile(times, 50)), 2),
            }
    return out


def two_workers(texts: list[str], engine: str) -> dict[str, Any]:
    """Return the memory of a server whose two workers have scored, one letter at a time and a hundred."""
    letters = [letter for letter, _ in zip(of_length(texts, 400), range(100), strict=False)]
    with server(2, engine) as (port, pid):
        for some in (letters[:1], letters):
            body = json.dumps({"petitions": [{"body": x} for x in some], "evidence": 5}, ensure_ascii=False).encode()
            ask(port, "/api/v1/score", body, 8, 3.0)
        # Workers are forked from a warm process, the one child of the server that has children itself.
        warm = next(child for child in children(pid) if children(child))
        return {
            "workers": [memory(worker) for worker in children(warm)],
            "warm process": memory(warm),
            "supervisor": memory(pid),
        }


def many_letters(texts: list[str], rounds: int, seconds: float, engine: str) -> dict[str, Any]:
    """Measure 100 letters a call on two workers beside the library on two processes."""
    letters = [letter for letter, _ in zip(of_length(texts, 400), range(100), strict=False)]
    body = json.dumps({"petitions": [{"body": x} for x in letters], "evidence": 0}, ensure_ascii=False).encode()
    service, library, costs = [], [], []
    # The library on the same engine: the ratio is that of the way there and back.
    os.environ["PETITION_RISK_ENGINE"] = engine
    context = multiprocessing.get_context("spawn")
    with server(2, engine) as (port, pid), ProcessPoolExecutor(2, mp_context=context) as pool:
        list(pool.map(alone, [letters] * 2, [0.1] * 2))
        ask(port, "/api/v1/score", body, 4, 2.0)
        for _ in range(rounds):
            before = cpu(pid)
            calls = ask(port, "/api/v1/score", body, 4, seconds)
            per_letter = (cpu(pid) - before) / (100 * len(calls))
            found = list(pool.map(alone, [letters] * 2, [seconds] * 2))
            count = sum(n for n, _ in found)
            service.append(100 * len(calls) / seconds)
            library.append(count / seconds)
            costs.append(sum(t for _, t in found) / count / per_letter)
    return {
        "service_letters_per_second": round(median(service)),
        "library_letters_per_second": round(median(library)),
        "ratio_wall": round(median(s / x for s, x in zip(service, library, strict=True)), 2),
        "ratio_cpu": round(median(costs), 2),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="length of each measurement")
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each kind")
    parser.add_argument("--engine", choices=["numpy", "compiled"], help="default: each in turn")
    parser.add_argument("--only", choices=["one", "hundred", "memory"], help="one of the three measurements")
    said = parser.parse_args()
    texts = [t for t in examples(None).texts if len(t) > 100]
    out: dict[str, Any] = {"environment": environment()}
    for engine in [said.engine] if said.engine else ["numpy", "compiled"]:
        works: dict[str, Any] = {
            "one": lambda e=engine: one_letter(texts, said.rounds, said.seconds, e),
            "hundred": lambda e=engine: many_letters(texts, said.rounds, said.seconds, e),
            "memory": lambda e=engine: two_workers(texts, e),
        }
        out[engine] = {name: work() for name, work in works.items() if said.only in (None, name)}
    print(json.dumps(out, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
