"""Measure the service against a bare endpoint on the same server and against the library itself, in one run.

python -m benchmarks.service [--seconds S] [--rounds N] [--model VERSION]

Server processor time as well as wall time: on a machine that does other work, too, only the former is fair.
"""

from __future__ import annotations

import argparse
import json
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
from benchmarks.speed.clock import environment
from benchmarks.speed.letters import examples, of_length, petitions
from risk_model.model import load

_TICKS = os.sysconf("SC_CLK_TCK")
_PATIENCE = 300


@contextmanager
def server(workers: int) -> Iterator[tuple[int, int]]:
    """Run the service; gives its port and the id of its first process."""
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
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        from service.settings import Settings
        from service.store import Store, migrate

        store = Store(Settings(data_dir=Path(folder)).url)
        migrate.upgrade(store)
        store.close()
        command = [
            sys.executable, "-m", "uvicorn", "benchmarks.service.app:make_app", "--factory", "--port", str(port),
            "--workers", str(workers), "--no-access-log", "--log-level", "error",
        ]  # fmt: skip
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


def family(pid: int) -> list[int]:
    """Return a process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(x for child in children for x in family(int(child)))]


def cpu(pid: int) -> float:
    """Return the processor time of a process and its children, in seconds."""
    total = 0.0
    for one in family(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        total += (int(fields[11]) + int(fields[12])) / _TICKS
    return total


def memory(pid: int) -> list[float]:
    """Return the resident memory of a process and its children, in MB."""
    out = []
    for one in family(pid):
        lines = Path(f"/proc/{one}/status").read_text().splitlines()
        out += [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")]
    return sorted(out, reverse=True)


def one_letter(texts: list[str], rounds: int, seconds: float) -> dict[str, Any]:
    """Measure single letters beside the bare endpoint, in turns."""
    letter = next(of_length(texts, 400))
    out: dict[str, Any] = {}
    with server(1) as (port, pid):
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
        out["memory_mb_per_worker"] = round(memory(pid)[0])
    return out


def _alone(texts: list[str], seconds: float) -> tuple[int, float]:
    model = load()
    letters = petitions(texts)
    model.score(letters[:100])
    count, start, end = 0, time.process_time(), time.perf_counter() + seconds
    while time.perf_counter() < end:
        count += len(model.score(letters[:100]))
    return count, time.process_time() - start


def many_letters(texts: list[str], rounds: int, seconds: float) -> dict[str, Any]:
    """Measure 100 letters a call on two workers beside the library on two processes."""
    letters = [letter for letter, _ in zip(of_length(texts, 400), range(100), strict=False)]
    body = json.dumps({"petitions": [{"body": x} for x in letters], "evidence": 0}, ensure_ascii=False).encode()
    service, library, costs = [], [], []
    with server(2) as (port, pid), ProcessPoolExecutor(2) as pool:
        ask(port, "/api/v1/score", body, 4, 2.0)
        for _ in range(rounds):
            before = cpu(pid)
            calls = ask(port, "/api/v1/score", body, 4, seconds)
            per_letter = (cpu(pid) - before) / (100 * len(calls))
            found = list(pool.map(_alone, [letters] * 2, [seconds] * 2))
            count = sum(n for n, _ in found)
            service.append(100 * len(calls) / seconds)
            library.append(count / seconds)
            costs.append(sum(t for _, t in found) / count / per_letter)
        used = memory(pid)
    return {
        "service_letters_per_second": round(median(service)),
        "library_letters_per_second": round(median(library)),
        "ratio_wall": round(median(s / x for s, x in zip(service, library, strict=True)), 2),
        "ratio_cpu": round(median(costs), 2),
        "memory_mb_per_worker": [round(x) for x in used[:2]],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="length of each measurement")
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each kind")
    said = parser.parse_args()
    texts = [t for t in examples(None).texts if len(t) > 100]
    out = {
        "environment": environment(),
        "one_letter": one_letter(texts, said.rounds, said.seconds),
        "hundred_letters": many_letters(texts, said.rounds, said.seconds),
    }
    print(json.dumps(out, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
