"""The study of the model: every figure of docs/study.md, in one command.

    python -m benchmarks.quality --data FOLDER [--only PART,…] [--out FOLDER]

Prints each part's tables and writes study.json and study.md into --out. FOLDER holds the public messages, which are not part of the
project; without them the study runs on the built-in corpus as far as that goes. Out-of-fold judgements are trained once (long: both
parts six times) and kept in --out by digest of data and settings; --out-of-fold takes a finished file instead.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from threadpoolctl import threadpool_limits

from benchmarks.quality.ablation import parts
from benchmarks.quality.agreement import agreement
from benchmarks.quality.control import guarantees
from benchmarks.quality.cuts import cuts
from benchmarks.quality.deletion import explanations
from benchmarks.quality.errors import errors
from benchmarks.quality.letters import (
    DEV,
    TRAIN,
    OutOfFold,
    Study,
    cached_out_of_fold,
    read_all,
    read_labelled,
    read_out_of_fold,
)
from benchmarks.quality.neutral import neutrality
from benchmarks.quality.outcomes import outcomes
from benchmarks.quality.plot import reliability_svg
from benchmarks.quality.reliability import calibration, reliability
from benchmarks.quality.robustness import distortions
from benchmarks.quality.tables import Table, restored, write
from benchmarks.quality.targets import against_targets, measured
from benchmarks.quality.yardstick import yardstick
from risk_model import load


def readings(study: Study) -> list[Table]:
    """Return the agreement of second readings with the labels."""
    return agreement(study.folder / TRAIN) if study.folder else []


PARTS: Final[Mapping[str, Callable[[Study], list[Table]]]] = {
    "measures": measured,
    "agreement": readings,
    "ablation": parts,
    "cuts": cuts,
    "calibration": calibration,
    "control": guarantees,
    "robustness": distortions,
    "neutrality": neutrality,
    "yardstick": yardstick,
    "outcomes": outcomes,
    "explanations": explanations,
    "errors": errors,
}


def options() -> argparse.Namespace:
    cli = argparse.ArgumentParser(
        prog="python -m benchmarks.quality", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cli.add_argument("--data", type=Path, help="folder of the public messages")
    cli.add_argument("--only", default=",".join(PARTS), help=f"parts to run, joined by commas: {', '.join(PARTS)}")
    cli.add_argument("--out", type=Path, default=Path("out/study"), help="where tables and the cache go")
    cli.add_argument("--out-of-fold", type=Path, help="finished judgements (arrays ids, raw, oof)")
    cli.add_argument("--model", help="model folder or version (default: the one served)")
    cli.add_argument("--resamples", type=int, default=300, help="bootstrap draws for each interval")
    cli.add_argument("--retrain", action="store_true", help="also rows that train the model again (an hour and more)")
    cli.add_argument("--images", type=Path, help="also draw reliability.svg into this folder")
    chosen = cli.parse_args()
    unknown = set(chosen.only.split(",")) - set(PARTS)
    if unknown:
        cli.error(f"--only has {', '.join(sorted(unknown))}; the parts are {', '.join(PARTS)}")
    return chosen


def the_study(chosen: argparse.Namespace) -> Study:
    """Read what there is and say what there is not."""
    folder: Path | None = chosen.data
    if folder is None or not (folder / TRAIN).exists():
        print(
            f"No {TRAIN} in {folder or 'any --data folder'}: running on the built-in corpus; parts that need the messages are left out."
        )
        folder = None
    dev = read_labelled(folder / DEV) if folder and (folder / DEV).exists() else None
    model = load(chosen.model) if chosen.model else load()
    print(f"Model {model.version}", flush=True)
    judged: OutOfFold
    if chosen.out_of_fold:
        judged = read_out_of_fold(chosen.out_of_fold, read_all(folder))
    else:
        judged = cached_out_of_fold(folder, chosen.out)
    return Study(model, folder, dev, judged, chosen.resamples, chosen.retrain)


def main() -> None:
    """Run the parts asked for; what is finished is written at once, so a run that is stopped loses only its last part."""
    chosen = options()
    study = the_study(chosen)
    # Small matrices: on a shared machine more threads wait for each other longer than they work.
    with threadpool_limits(1):
        run_parts(study, chosen)
    if chosen.images:
        judged = study.judged.real()
        _, curves = reliability(judged.letters, judged.probabilities, 2, "out of fold")
        chosen.images.mkdir(parents=True, exist_ok=True)
        (chosen.images / "reliability.svg").write_text(reliability_svg(curves), encoding="utf-8")


def run_parts(study: Study, chosen: argparse.Namespace) -> None:
    """Run, print and write each part, then the targets."""
    for name in chosen.only.split(","):
        start = time.monotonic()
        tables = PARTS[name](study)
        for table in tables:
            print("\n" + table.markdown(), flush=True)
        print(
            f"({name}: {time.monotonic() - start:.0f} s{'' if tables else ', nothing to say without the messages'})",
            flush=True,
        )
        write(tables, chosen.out)
    final = against_targets(written(chosen.out))
    print("\n" + final.markdown())
    write([final], chosen.out)


def written(folder: Path) -> list[Table]:
    """Return the tables that stand in `folder`, of this run and of earlier ones."""
    return [restored(plain) for plain in json.loads((folder / "study.json").read_text(encoding="utf-8"))]


if __name__ == "__main__":
    main()
