"""Measure a replay's rising lists as a whole and by how sure they are.

python -m benchmarks.matters.tiers REPLAY --data FOLDER --measure evaluate_early_warning.py [--prefix s3-]

REPLAY is what `petition-risk scan … --replay` wrote. The measure is run on the whole lists, on the entries that the list calls rising, on
the early signs, and on the weeks of the first and the second half of the replay; the first half is where SURE was chosen.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from benchmarks.matters.public import FILES


def copy_lists(weeks: list[Path], out: Path, keep: Callable[[pd.DataFrame], pd.Series]) -> None:
    """Write the weeks with the entries that `keep` flags, in their order."""
    for week in weeks:
        folder = out / week.name
        folder.mkdir(parents=True)
        (folder / "scores.parquet").symlink_to((week / "scores.parquet").resolve())
        listed = pd.read_csv(week / "rising.csv")
        listed[keep(listed)].to_csv(folder / "rising.csv", index=False)


def main() -> None:
    """Print the figures of docs/early-warning.md."""
    cli = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cli.add_argument("replay", type=Path)
    cli.add_argument("--data", type=Path, required=True, help="folder of the public messages")
    cli.add_argument("--measure", type=Path, required=True)
    cli.add_argument("--prefix", default="s3-", help="ids to take")
    options = cli.parse_args()
    weeks = sorted(p for p in options.replay.iterdir() if (p / "rising.csv").is_file())
    kinds: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
        "all entries": lambda x: x["sure"].notna(),
        "rising": lambda x: x["sure"].astype(bool),
        "early signs": lambda x: ~x["sure"].astype(bool),
    }
    half = len(weeks) // 2
    spans = {
        "": weeks,
        f"{weeks[0].name} to {weeks[half - 1].name}": weeks[:half],
        f"from {weeks[half].name}": weeks[half:],
    }
    with tempfile.TemporaryDirectory() as folder:
        timeline = Path(folder) / "timeline.csv"
        every = pd.concat([pd.read_csv(options.data / name, usecols=["id", "received_at"]) for name in FILES])
        every[every["id"].str.startswith(options.prefix)].to_csv(timeline, index=False)
        for k, (kind, keep) in enumerate(kinds.items()):
            for j, (span, some) in enumerate(spans.items()):
                lists = Path(folder) / f"{k}-{j}"
                copy_lists(some, lists, keep)
                told = [options.data / "matters_dev.jsonl", timeline, lists, options.data / "matters_unjudged_ids.txt"]
                print(kind, span, flush=True)
                subprocess.run([sys.executable, options.measure, *told], check=True)


if __name__ == "__main__":
    main()
