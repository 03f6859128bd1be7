"""What is caught when one reviewer's labels are wrong.

    python -m benchmarks.learning.poison petitions_train.csv

An office has reviewed 3,000 real messages; one reviewer, who read every tenth (or every third), gets them wrong: `inverted`
says the opposite of every tag and of level 2, `deaf` never hears blame of officials, `alarmist` finds every letter at
level 3. A model trained on these and the built-in corpus is held against one trained on the right labels, on 1,000 random
letters that are locked, by the figures of the guard; and suspected labels are listed as `petition-risk feedback suspects`
does. The model is the linear part on words and word pairs alone.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from scipy.special import expit
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.learning.active import CUTS
from risk_model.estimator.linear import fit_linear
from risk_model.guard.figures import figures
from risk_model.taxonomy import LEVELS, OUTPUTS, TAG_NAMES
from risk_model.text import prepare_many, segmenter
from risk_model.thresholds import decide
from risk_model.training.examples import Examples, corpus, labelled_file
from risk_model.training.measures import Judged
from risk_model.training.suspects import WATCHED, out_of_fold, suspects

TAGS = [OUTPUTS.index(n) for n in TAG_NAMES]
STEPS = [OUTPUTS.index(n) for n in LEVELS]


def wrong(way: str, y: np.ndarray) -> np.ndarray:
    y = y.copy()
    if way == "inverted":
        y[:, [*TAGS, STEPS[1]]] = 1 - y[:, [*TAGS, STEPS[1]]]
    elif way == "deaf":
        y[:, OUTPUTS.index("governance")] = 0
    else:
        y[:, STEPS] = 1
    return y


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", type=Path)
    given = parser.parse_args()
    csv.field_size_limit(2**31 - 1)
    with given.labels.open(encoding="utf-8-sig") as file:
        drawn = np.array([r["stratum"].startswith("rand") for r in csv.DictReader(file)])
    rng = np.random.default_rng(0)
    real, synthetic = labelled_file(given.labels), corpus()
    order = rng.permutation(np.flatnonzero(drawn))
    locked, office = real.take(order[:1000]), real.take(order[1000:4000])
    every = Examples.concatenate([synthetic, office, locked])
    cut = segmenter().cut
    vectorizer = TfidfVectorizer(analyzer=lambda t: list(cut(t)), min_df=4, sublinear_tf=True, max_features=20_000)
    values = sp.csr_array(vectorizer.fit_transform(prepare_many(every.texts)))
    taught, asked = values[: -len(locked)], values[-len(locked) :]

    def judged(y: np.ndarray) -> Judged:
        weights, bias = fit_linear(taught, np.concatenate([synthetic.targets, y]), 4.0, 0)
        p = expit(asked @ weights + bias).astype(np.float32)
        return Judged(locked.targets, p, decide(p, CUTS), locked.escalation)

    clean = judged(office.targets)
    for every_nth in (10, 3):
        theirs = np.arange(0, len(office), every_nth)
        for way in ("inverted", "deaf", "alarmist"):
            y = office.targets.copy()
            y[theirs] = wrong(way, y[theirs])
            print(f"\none reviewer in {every_nth}, {way}: {int((y != office.targets)[:, TAGS].sum())} tags wrong")
            for f in figures("locked", judged(y), clean, 200):
                if f.worse:
                    print(f"  worse  {f.name:30} {f.served:.3f} -> {f.candidate:.3f}  [{f.low:+.3f}, {f.high:+.3f}]")
            looked_at = replace(office, targets=y)
            held_out = out_of_fold(Examples.concatenate([looked_at, synthetic]), [OUTPUTS.index(n) for n in WATCHED])
            found = suspects(looked_at, held_out[: len(office)])
            place = {key: i for i, key in enumerate(office.ids)}
            for name in WATCHED:
                k = OUTPUTS.index(name)
                slips = np.nansum(y[:, k] != office.targets[:, k])
                listed = [s for s in found if s.output == name]
                right = sum(y[place[s.letter], k] != office.targets[place[s.letter], k] for s in listed)
                print(f"  listed {name:18} {len(listed):4}, {right:4} of them wrong, of {int(slips):4} wrong labels")


if __name__ == "__main__":
    main()
