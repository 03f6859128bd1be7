"""Does the review queue save reviews? An office that reads a hundred letters a week, chosen in three ways.

    python -m benchmarks.learning.active petitions_train.csv -o benchmarks/learning/active.json

Labels of real messages are revealed in weekly batches as if reviewed. Every week a model is trained on the built-in corpus
and all revealed letters, and measured on random letters that are never revealed. Ways of choosing: `random`; `uncertain`, only
the letters nearest to a cut; `queue`, what the desk's queue does (`risk_model.feedback.priorities`: doubt and rarity; two
models' disagreement is left out here, as there is one model). To be cheap the model is a logistic regression on words and
word pairs alone, so levels are below those of the released model; the comparison is what counts.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import average_precision_score, f1_score

from risk_model.artifact import Thresholds
from risk_model.estimator.linear import fit_linear
from risk_model.feedback.choice import priorities, uncertain
from risk_model.taxonomy import FACTOR_NAMES, LEVELS, OUTPUTS, SUBTAG_NAMES, TAG_NAMES
from risk_model.text import prepare_many, segmenter
from risk_model.training.examples import corpus, labelled_file

BATCH = 100
#: Where all labels are cut; the same for every way of choosing, so that none gains by tuning.
CUT = 0.4
CUTS = Thresholds(dict.fromkeys((*TAG_NAMES, *SUBTAG_NAMES, *FACTOR_NAMES), CUT), high=CUT, medium=CUT)
TAGS = [OUTPUTS.index(n) for n in TAG_NAMES]
WATCHED = [OUTPUTS.index(n) for n in (*TAG_NAMES, LEVELS[1])]


def probabilities(
    values: sp.csr_array, y: np.ndarray, taught: np.ndarray, asked: sp.csr_array, columns: list[int]
) -> np.ndarray:
    weights, bias = fit_linear(values[taught], y[taught][:, columns], 4.0, 0)
    out = np.full((asked.shape[0], len(OUTPUTS)), 1e-3, np.float32)
    out[:, columns] = 1 / (1 + np.exp(-(asked @ weights + bias)))
    return out


def choose(way: str, p: np.ndarray, reviewed: Counter[str], rng: np.random.Generator) -> np.ndarray:
    if way == "random":
        return rng.permutation(len(p))
    if way == "uncertain":
        return np.argsort(-uncertain(np.clip(p.astype(float), 1e-6, 1 - 1e-6), CUTS), kind="stable")
    return np.argsort([-x.score for x in priorities(p, CUTS, reviewed)], kind="stable")


def curve(
    way: str, seed: int, weeks: int, values: sp.csr_array, y: np.ndarray, synthetic: int, drawn: np.ndarray
) -> list:
    """Return macro-F1 and macro average precision of the tags after each week, week 0 being the corpus alone."""
    rng = np.random.default_rng(seed)
    test = rng.permutation(drawn)[:1200]
    pool = rng.permutation(np.setdiff1d(np.arange(synthetic, len(y)), test))
    taught, out = np.arange(synthetic), []
    for week in range(weeks + 1):
        columns = list(range(len(OUTPUTS))) if way == "queue" else WATCHED
        p = probabilities(values, y, taught, sp.vstack([values[test], values[pool]]).tocsr(), columns)
        said, truth = p[: len(test), TAGS], y[test][:, TAGS]
        f1 = np.mean([f1_score(truth[:, k], said[:, k] >= CUT) for k in range(3)])
        ap = np.mean([average_precision_score(truth[:, k], said[:, k]) for k in range(3)])
        out.append((round(float(f1), 4), round(float(ap), 4)))
        reviewed = Counter({n: int(np.nansum(y[taught[synthetic:], k])) for k, n in enumerate(OUTPUTS)})
        order = choose(way, p[len(test) :], reviewed, rng)
        taught, pool = np.concatenate([taught, pool[order[:BATCH]]]), pool[np.sort(order[BATCH:])]
        if week == weeks:
            everything = np.concatenate([taught, pool])
            p = probabilities(values, y, everything, values[test], WATCHED)[:, TAGS]
            f1 = np.mean([f1_score(truth[:, k], p[:, k] >= CUT) for k in range(3)])
            ap = np.mean([average_precision_score(truth[:, k], p[:, k]) for k in range(3)])
            out.append((round(float(f1), 4), round(float(ap), 4)))
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--weeks", type=int, default=25)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    csv.field_size_limit(2**31 - 1)
    with given.labels.open(encoding="utf-8-sig") as file:
        drawn = [r["stratum"].startswith("rand") for r in csv.DictReader(file)]
    synthetic, real = corpus(), labelled_file(given.labels)
    texts = prepare_many([*synthetic.texts, *real.texts])
    vectorizer = TfidfVectorizer(
        analyzer=lambda t: [*(w := [*segmenter().cut(t)]), *map(" ".join, pairwise(w))],
        min_df=4, sublinear_tf=True, max_features=30_000,
    )  # fmt: skip
    values = sp.csr_array(vectorizer.fit_transform(texts))
    y = np.concatenate([synthetic.targets, real.targets])
    at_random = np.flatnonzero(drawn) + len(synthetic)
    curves: dict[str, list] = {}
    started = time.process_time()
    for seed in range(given.seeds):
        for way in ("random", "uncertain", "queue"):
            curves.setdefault(way, []).append(curve(way, seed, given.weeks, values, y, len(synthetic), at_random))
            print(
                f"seed {seed} {way}: {curves[way][-1][-2:]} after {time.process_time() - started:.0f} s of CPU",
                flush=True,
            )
            given.output.write_text(json.dumps(curves) + "\n", encoding="utf-8")
    report(curves, given.weeks)


def report(curves: dict[str, list], weeks: int) -> None:
    """Print the curves, and how many reviews each way needs for what `random` reaches."""
    mean = {way: np.mean([run[: weeks + 1] for run in runs], axis=0) for way, runs in curves.items()}
    everything = np.mean([run[-1] for run in curves["random"]], axis=0)
    for k, measure in enumerate(("macro-F1", "macro-AP")):
        print(f"\n{measure}; all labels {everything[k]:.4f}\nreviews  " + "  ".join(f"{w:>9}" for w in mean))
        for week in range(0, weeks + 1, 2):
            print(f"{week * BATCH:7}  " + "  ".join(f"{m[week, k]:9.4f}" for m in mean.values()))
        smooth = {
            w: np.maximum.accumulate(np.convolve(np.pad(m[:, k], 1, "edge"), [1 / 3] * 3, "valid"))
            for w, m in mean.items()
        }
        for week in (weeks // 3, 2 * weeks // 3, weeks):
            goal = smooth["random"][week]
            needed = {w: int(np.argmax(s >= goal)) * BATCH if (s >= goal).any() else None for w, s in smooth.items()}
            print(f"to reach {goal:.4f} ({week * BATCH} random reviews): {needed}")


if __name__ == "__main__":
    main()
