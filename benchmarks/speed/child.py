"""Work measured in a process of its own: `scan COUNT` scores a file of COUNT letters, `pool WORKERS COUNT` in several processes."""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

from risk_model.model import RiskModel, load
from risk_model.scoring import Job, score_file

from .letters import examples, petitions, usual

#: Letters given to a worker at a time.
_SHARE = 500
_model: RiskModel | None = None


def scan(count: int, model: str | None, path: Path | None) -> dict[str, Any]:
    """Score a file of `count` letters into another file, as the command does; report time and peak memory."""
    some = petitions(usual(examples(path).texts, min(count, 5_000)))
    loaded = load(model)
    loaded.score(some[:10])
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "letters.csv")
        with source.open("w", encoding="utf-8", newline="") as f:
            writer = csv.writer(f)
            writer.writerow(["title", "body"])
            for at in range(0, count, len(some)):
                writer.writerows((p.title, p.body) for p in some[: count - at])
        start, cpu = time.perf_counter(), time.process_time()
        report = score_file(Job(source, Path(folder, "scores.parquet"), evidence=0), lambda: loaded)
        wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    if report.scored != count:
        raise RuntimeError(f"{report.scored} of {count} letters were scored")
    return {"letters": count, "seconds": cpu, "wall": wall, "peak_mb": _peak()}


def _peak() -> float:
    # On Linux getrusage() still counts what the parent held when it forked.
    status = Path("/proc/self/status")
    if status.exists():
        line = next(x for x in status.read_text(encoding="utf-8").splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 1024)


def _start(name: str | None) -> None:
    global _model  # noqa: PLW0603
    _model = load(name)
    # As in a long run, which has paid for compiled code where there is any.
    _model.engines.compile()
    _model.probabilities(petitions(["预热\n道路积水，无人处理。"]))


def _share(texts: list[str]) -> int:
    assert _model is not None
    return len(_model.probabilities(petitions(texts)))


def pool(workers: int, count: int, model: str | None, path: Path | None) -> dict[str, Any]:
    """Score `count` letters with `workers` processes, each with the model loaded once; loading is not counted."""
    texts = usual(examples(path).texts, count)
    shares = [texts[i : i + _SHARE] for i in range(0, count, _SHARE)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(model,)) as executor:
        list(executor.map(_share, islice(shares, 4 * workers)))
        start = time.perf_counter()
        done = sum(executor.map(_share, shares))
        wall = time.perf_counter() - start
    if done != count:
        raise RuntimeError(f"{done} of {count} letters were scored")
    return {"workers": workers, "letters": count, "wall": wall}


def main() -> None:
    """Do one piece of work and print what it took as one line of JSON."""
    name, *sizes = sys.argv[1:]
    model, table = os.environ.get("BENCH_MODEL"), os.environ.get("BENCH_LETTERS")
    path = Path(table) if table else None
    done = scan(int(sizes[0]), model, path) if name == "scan" else pool(int(sizes[0]), int(sizes[1]), model, path)
    sys.stdout.write(json.dumps(done) + "\n")


if __name__ == "__main__":
    main()
