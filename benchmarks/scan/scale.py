"""Show that a scan's work grows about linearly and its memory stays bounded.

python -m benchmarks.scan.scale [CORPUS.jsonl…] [--sizes 10000 100000 1000000] [--workers 2]

Letters are made from the built-in (invented) corpus, or from the files named, by resampling sentences with a seed: a year of them in one
csv file. Each size is scanned by the command line in a process of its own; peak memory is that of the largest process, and CPU
seconds are those of all processes together (other work on the machine does not count).
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path

from benchmarks.matters.scale import make

#: Letters made at a time, so that making a million of them takes no memory either.
_BLOCK = 50_000


def write_letters(path: Path, texts: list[str], count: int) -> None:
    """Write `count` made letters, in blocks of differing seed."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["编号", "标题", "内容", "来信日期"])
        for block, start in enumerate(range(0, count, _BLOCK)):
            letters = make(texts, min(_BLOCK, count - start), seed=block)
            for i, title, body, day in zip(letters.ids, letters.titles, letters.bodies, letters.days, strict=True):
                out.writerow([f"{block:03d}-{i}", title, body, str(day)])


def scan(source: Path, folder: Path, workers: int) -> tuple[float, float, float, dict[str, float]]:
    """Scan a file; return seconds, CPU seconds, peak memory in MB and the seconds of each stage."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    code = (
        "import resource, sys; from risk_model.cli import app\n"
        "try: app(sys.argv[1:])\n"
        "finally:\n"
        "  peak = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]\n"
        "  print(peak[0] // 1024, peak[1] // 1024)"
    )
    arguments = [
        "scan",
        str(source),
        "--week",
        "2019-W52",
        "--out",
        str(folder),
        "--workers",
        str(workers),
        "-q",
        "--no-reports",
    ]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments, "--accept-drift"], check=True, capture_output=True, text=True
    )
    spent = time.monotonic() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    manifest = json.loads((folder / "2019-W52" / "manifest.json").read_text(encoding="utf-8"))
    return spent, cpu, max(map(float, done.stdout.split())), manifest["seconds"]


def main() -> None:
    """Print rows a second and peak memory at each size."""
    cli = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cli.add_argument("corpus", type=Path, nargs="*", default=[Path(str(files("risk_model.data") / "corpus.jsonl"))])
    cli.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    cli.add_argument("--workers", type=int, default=2)
    options = cli.parse_args()
    texts = [json.loads(x)["body"] for p in options.corpus for x in p.read_text(encoding="utf-8").splitlines()]
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "letters.csv"
            write_letters(source, texts, size)
            bytes_in = source.stat().st_size / 2**20
            spent, cpu, peak, stages = scan(source, Path(folder) / "out", options.workers)
        print(
            f"{size:>9,} letters ({bytes_in:,.0f} MB) {spent:7.1f} s, {size / spent:6.0f} rows/s, "
            f"{cpu:7.1f} s of CPU, {size / cpu:6.0f} rows/s of CPU, peak {peak:,.0f} MB, {stages}",
            flush=True,
        )


if __name__ == "__main__":
    main()
