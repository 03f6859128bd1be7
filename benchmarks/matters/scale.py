"""Show that the work grows about linearly: letters made by resampling a corpus, grouped week by week.

python -m benchmarks.matters.scale CORPUS.jsonl… [--sizes 10000 100000]

Each made letter mixes sentences of two letters of one kind and bears a name of its own matter, so that matters recur and few texts are
equal; a year of them arrives over 52 weeks.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import time
from pathlib import Path

import numpy as np

from risk_model.matters import Letters, group, make_letters, rising

#: Letters of a made matter on average.
_MATTER = 5
_HAN = "东南西北安康宁和平富兴盛泰华丰荣嘉瑞福祥金玉明光春秋云龙凤山水林石桥湖滨江海星月新华文景德善仁义信达通利民生"


def make(texts: list[str], count: int, seed: int = 0) -> Letters:
    """Return `count` made letters."""
    rng = np.random.default_rng(seed)
    pieces = [[s for s in re.split(r"(?<=[。！？\n])", t) if s.strip()] for t in texts]
    matter = rng.integers(0, max(1, count // _MATTER), count)
    names = ["".join(rng.choice(list(_HAN), 3)) + "小区" for _ in range(matter.max() + 1)]
    kind = rng.integers(0, len(pieces), matter.max() + 1)
    bodies = []
    for m in matter.tolist():
        own = pieces[kind[m]] + pieces[rng.integers(len(pieces))]
        take = np.sort(rng.choice(len(own), min(len(own), int(rng.integers(3, 9))), replace=False))
        bodies.append(f"{names[m]}，" + "".join(own[k] for k in take))
    days = np.datetime64("2019-01-07") + rng.integers(0, 364, count)
    return make_letters([f"{k:08d}" for k in range(count)], ["反映" + names[m] for m in matter], bodies, days)


def main() -> None:
    """Print letters a second of CPU (other work on the machine does not count) and peak memory at each size."""
    cli = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cli.add_argument("corpus", type=Path, nargs="+")
    cli.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    options = cli.parse_args()
    texts = [json.loads(x)["body"] for p in options.corpus for x in p.read_text(encoding="utf-8").splitlines()]
    for size in options.sizes:
        letters = make(texts, size)
        begin = time.process_time()
        history = None
        for week, part in letters.by_week():
            history = group(part, history).history
            rising(week, history)
        spent = time.process_time() - begin
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{size:>9,} letters {spent:7.1f} s of CPU {size / spent:7.0f} letters/s, peak {peak:,.0f} MB", flush=True
        )


if __name__ == "__main__":
    main()
