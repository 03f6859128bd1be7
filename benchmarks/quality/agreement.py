"""How far a second reading agrees with the labels of a file.

    python -m benchmarks.quality.agreement petitions_train.csv

Prints Cohen's kappa [1] of every tag, factor and escalation cut, for 750 doubtful letters (those whose labels a model that had
not seen them contradicted most), for 150 drawn at random from all others, and for 380 read in the form of the benchmark: cut
into words, without marks and function words. Second readings are in `second_readings.jsonl` here: labels by
message id, no text, made blind under the annotation guide by language models.

[1] J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20 (1960).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from sklearn.metrics import cohen_kappa_score

from benchmarks.quality.tables import Cell, Table
from risk_model.taxonomy import FACTOR_NAMES, LEVELS, OUTPUTS, SUBTAG_NAMES, TAG_NAMES
from risk_model.training.examples import labelled_file, targets_of

READINGS = Path(__file__).with_name("second_readings.jsonl")


def agreement(path: Path) -> list[Table]:
    """Return kappa of first and second readings for every tag, factor and level, by how the letters were drawn."""
    first = labelled_file(path)
    place = {key: i for i, key in enumerate(first.ids)}
    readings = [json.loads(line) for line in READINGS.read_text(encoding="utf-8").splitlines()]
    tables = []
    for name in ("random", "doubtful", "cut"):
        chosen = [r for r in readings if r["drawn"] == name and r["id"] in place]
        before = first.targets[[place[r["id"]] for r in chosen]]
        after = np.array([targets_of(r)[0] for r in chosen])
        rows: list[tuple[Cell, ...]] = []
        for output in (*TAG_NAMES, *FACTOR_NAMES, *LEVELS):
            k = OUTPUTS.index(output)
            kappa = float(cohen_kappa_score(before[:, k], after[:, k]))
            rows.append((output, kappa, float(before[:, k].mean()), float(after[:, k].mean())))
        columns = [OUTPUTS.index(n) for n in SUBTAG_NAMES if n != "family_neighbor_dispute"]
        rows.append(
            (
                "sub-tags, pooled",
                float(cohen_kappa_score(before[:, columns].ravel(), after[:, columns].ravel())),
                None,
                None,
            )
        )
        title = f"Agreement of a second, blind reading: {len(chosen)} letters, {name}"
        tables.append(
            Table(f"agreement-{name}", title, ("output", "kappa", "share, first", "share, second"), tuple(rows))
        )
    return tables


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", type=Path)
    for table in agreement(parser.parse_args().labels):
        print(table.markdown())


if __name__ == "__main__":
    main()
