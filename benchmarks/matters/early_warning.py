"""Replay a year week by week and write the folders that evaluate_early_warning.py reads.

python -m benchmarks.matters.early_warning --data FOLDER --out REPLAY [--measure evaluate_early_warning.py]

One folder an ISO week with rising.csv and scores.parquet (id, matter_id of that week's letters). With --measure it runs the measure on
the whole list and on the entries beyond expectation alone, and says how often listed matters went on by our own grouping.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pandas as pd

from benchmarks.matters.public import FILES, load_study, parser
from risk_model.matters import COLUMNS, ReplayedWeek, replay, week_name, week_of_name


def write_week(folder: Path, week: ReplayedWeek, *, sure: bool = False) -> None:
    """Write one week's folder; with `sure` only what is rising is listed, no early signs."""
    folder.mkdir(parents=True)
    entries = [e.to_dict() for e in week.rising if e.sure or not sure]
    pd.DataFrame(entries, columns=list(COLUMNS)).to_csv(folder / "rising.csv", index=False)
    of = week.grouping.matters
    pd.DataFrame({"id": list(of), "matter_id": list(of.values())}).to_parquet(folder / "scores.parquet")


def own_outcome(weeks: list[ReplayedWeek], listed: list[ReplayedWeek]) -> pd.DataFrame:
    """Return for each listed entry its forecast and whether our own grouping saw another letter within four weeks."""
    end = weeks[-1].grouping.history
    now = end.matter_ids()
    into = {m.gone: m.kept for m in end.merges}
    letters = defaultdict(list)
    for i, w in zip(end.ids, end.weeks.tolist(), strict=True):
        letters[now[i]].append(w)
    rows = []
    for week in listed:
        w = week_of_name(week.week)
        for e in week.rising:
            m = e.matter_id
            while m in into:
                m = into[m]
            rows.append((e.chance, e.beyond_expected, any(w < x <= w + 4 for x in letters[m])))
    return pd.DataFrame(rows, columns=["chance", "beyond", "went_on"])


def main() -> None:
    """Write the folders and print how the forecast held."""
    cli = parser(__doc__.splitlines()[0])
    cli.add_argument("--weeks", default="2019-W05:2019-W52")
    cli.add_argument("--out", type=Path, required=True)
    cli.add_argument("--measure", type=Path)
    options = cli.parse_args()
    first, last = map(week_of_name, options.weeks.split(":"))
    names = {week_name(w) for w in range(first, last + 1)}
    study = load_study(options.data, options.prefix)
    weeks = list(replay(study.letters, study.facts))
    listed = [w for w in weeks if w.week in names]
    shutil.rmtree(options.out, ignore_errors=True)
    for week in listed:
        write_week(options.out / "all" / week.week, week)
        write_week(options.out / "sure" / week.week, week, sure=True)
    table = own_outcome(weeks, listed)
    sizes = pd.cut(table["chance"], [0, 0.15, 0.25, 0.4, 0.7, 1])
    print(table.groupby(sizes)[["chance", "went_on"]].agg(["mean", "size"]))
    print(table.groupby("beyond")["went_on"].agg(["mean", "size"]))
    if options.measure:
        timeline = options.out / "timeline.csv"
        columns = [pd.read_csv(options.data / name, usecols=["id", "received_at"]) for name in FILES]
        every = pd.concat(columns)
        every[every["id"].str.startswith(options.prefix)].to_csv(timeline, index=False)
        for kind in ("all", "sure"):
            arguments = [
                options.data / "matters_dev.jsonl", timeline, options.out / kind, options.data / "matters_unjudged_ids.txt",
            ]  # fmt: skip
            print(kind, flush=True)
            subprocess.run([sys.executable, options.measure, *arguments], check=True)


if __name__ == "__main__":
    main()
