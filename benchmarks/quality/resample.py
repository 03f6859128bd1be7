"""Bootstrap intervals and the ranking measures they are taken of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

Array = NDArray[Any]
Bounds = tuple[float, float]


def auc(truth: Array, score: Array) -> float:
    """Return the area under the ROC curve, nan where one class is missing."""
    return float(roc_auc_score(truth, score)) if 0 < truth.sum() < len(truth) else float("nan")


def average_precision(truth: Array, score: Array) -> float:
    """Return the average precision, nan where one class is missing."""
    return float(average_precision_score(truth, score)) if 0 < truth.sum() < len(truth) else float("nan")


def f1(truth: Array, said: Array) -> float:
    """Return F1; 0 where nothing is right."""
    both = float((truth & said).sum())
    return 2 * both / max(1.0, float(truth.sum() + said.sum()))


def top_recall(truth: Array, score: Array, share: float) -> float:
    """Return the share of true letters among the highest `share` of all letters."""
    top = np.argsort(-score, kind="stable")[: max(1, int(len(score) * share))]
    return float(truth[top].sum() / max(1, truth.sum()))


def kappa(truth: Array, said: Array) -> float:
    """Return Cohen's kappa of two yes-no readings, nan where both never vary."""
    agreed = float((truth == said).mean())
    a, b = float(truth.mean()), float(said.mean())
    chance = a * b + (1 - a) * (1 - b)
    return float("nan") if chance == 1 else (agreed - chance) / (1 - chance)


def interval(statistic: Callable[[NDArray[np.int64]], float], n: int, resamples: int = 300, seed: int = 0) -> Bounds:
    """Return the 95 % percentile interval of a statistic of rows, letters drawn with replacement [1].

    [1] B. Efron, R. Tibshirani, An introduction to the bootstrap (1993), chapter 13.
    """
    rng = np.random.default_rng(seed)
    values = np.array([statistic(rng.integers(0, n, n)) for _ in range(resamples)])
    values = values[~np.isnan(values)]
    if not len(values):
        return float("nan"), float("nan")
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
