"""Fit the link score and measure the grouping, honestly: the listed matters are split in two halves by hash.

python -m benchmarks.matters.fit_links --data FOLDER [--groups OUT.csv]

Coefficients are fitted on one half and the grouping with them measured on the other, both ways; the last line uses the constants of
the product, which were fitted on both halves. --groups writes id, matter_id for evaluate_matters.py.
"""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from benchmarks.matters.public import Study, load_study, parser
from risk_model.matters import group, links
from risk_model.matters.background import background
from risk_model.matters.sketch import count_letters, empty, sketch, stack
from risk_model.matters.vectors import WIDTH


def half_of(ids: list[str]) -> int:
    """Return 0 or 1 for a listed matter, by the hash of its first id."""
    return int(hashlib.sha256(min(ids).encode()).hexdigest(), 16) % 2


def scored_pairs(study: Study) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return candidate pairs (newer, older) and their features, each week seeing only what had arrived."""
    every = empty(study.letters.topics.shape[1])
    df, seen = background()
    a, b, x = [], [], []
    for _, part in study.letters.by_week():
        counts = count_letters(part)
        df = df + np.bincount(counts[0].indices, minlength=WIDTH).astype(np.int32)
        seen += len(part)
        new = sketch(part, counts, df, seen)
        every = stack(every, new)
        i, j = links.candidates(new, every)
        a.append(i)
        b.append(j)
        x.append(links.likenesses(every, i, j))
    return np.concatenate(a), np.concatenate(b), np.concatenate(x)


def fit(study: Study, pairs: tuple[np.ndarray, np.ndarray, np.ndarray], halves: set[int]) -> tuple[np.ndarray, float]:
    """Fit the link score on the listed matters of `halves`; pairs with a letter of another half's matter are not read.

    Every letter of a matter weighs the same in all, whatever the size of the matter; a pair that is no match weighs a twentieth.
    """
    row = {i: k for k, i in enumerate(study.letters.ids)}
    label, half = np.full(len(row), -1), np.full(len(row), -1)
    for k, ids in enumerate(study.matters):
        for i in ids:
            label[row[i]], half[row[i]] = k, half_of(ids)
    i, j, x = np.r_[pairs[0], pairs[1]], np.r_[pairs[1], pairs[0]], np.r_[pairs[2], pairs[2]]
    inside = np.isin(half, list(halves))
    keep = inside[i] & (inside[j] | (label[j] < 0))
    i, j, x = i[keep], j[keep], x[keep]
    y = label[i] == label[j]
    size = np.bincount(label[label >= 0])
    weight = np.where(y, 1 / np.maximum(1, size[label[i]] - 1), 1 / 20)
    mean, spread = x.mean(axis=0), x.std(axis=0)
    model = LogisticRegression(max_iter=3000).fit((x - mean) / spread, y, weight)
    coefficients = model.coef_[0] / spread
    return coefficients.astype(np.float32), float(model.intercept_[0] - coefficients @ mean)


def b_cubed(matters: list[list[str]], of: dict[str, str]) -> dict[str, float]:
    """Return B-cubed precision, recall and F1 over the letters of `matters`, as evaluate_matters.py counts them."""
    truth = {i: k for k, ids in enumerate(matters) for i in ids}
    members = defaultdict(list)
    for i, m in of.items():
        members[m].append(i)
    size = Counter(truth.values())
    same = {i: sum(truth.get(j) == k for j in members[of[i]]) for i, k in truth.items()}
    p = float(np.mean([same[i] / len(members[of[i]]) for i in truth]))
    r = float(np.mean([same[i] / size[k] for i, k in truth.items()]))
    pairs = [(a, b) for ids in matters for a, b in itertools.combinations(ids, 2)]
    found = float(np.mean([of[a] == of[b] for a, b in pairs]))
    return {k: round(v, 4) for k, v in {"p": p, "r": r, "f1": 2 * p * r / (p + r), "pairs": found}.items()}


def main() -> None:
    """Print the figures of docs/matters.md."""
    cli = parser(__doc__.splitlines()[0])
    cli.add_argument("--groups", type=Path)
    options = cli.parse_args()
    study = load_study(options.data, options.prefix)
    pairs = scored_pairs(study)
    print(len(study.letters), "letters,", len(pairs[0]), "candidate pairs")
    product = links.COEFFICIENTS, links.INTERCEPT
    runs = {"fitted on half 0": {0}, "fitted on half 1": {1}, "both halves": {0, 1}, "product": None}
    for name, halves in runs.items():
        links.COEFFICIENTS, links.INTERCEPT = fit(study, pairs, halves) if halves else product
        print(
            name,
            dict(zip(links.FEATURES, links.COEFFICIENTS.round(2).tolist(), strict=True)),
            round(links.INTERCEPT, 2),
        )
        grouping = group(study.letters)
        for half in (0, 1):
            print("  half", half, b_cubed([m for m in study.matters if m and half_of(m) == half], grouping.matters))
        print("  all   ", b_cubed(study.matters, grouping.matters), len(grouping.merges), "merges")
    if options.groups:
        table = pd.DataFrame(grouping.matters.items(), columns=["id", "matter_id"])
        table.to_csv(options.groups, index=False)


if __name__ == "__main__":
    main()
