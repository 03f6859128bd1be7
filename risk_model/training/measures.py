"""The measures of quality, with bootstrap intervals.

Definitions follow the project's evaluation script: equal-mass calibration error, F1 at the released decisions, ranking
measures of the risk against escalation of level 2 and 3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from risk_model.taxonomy import FACTOR_NAMES, OUTPUTS, RISK_OUTPUT, SUBTAG_NAMES, TAG_NAMES

F32 = NDArray[np.float32]
Bools = NDArray[np.bool_]

_COLUMN: Final = {name: k for k, name in enumerate(OUTPUTS)}


@dataclass(frozen=True, slots=True)
class Judged:
    """What was true and what a model said of n letters: targets (n, K; nan where unknown) and probabilities (n, K),
    decisions, levels 0…3 or below 0 where unknown.
    """

    targets: F32
    probabilities: F32
    decisions: Bools
    levels: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> Judged:
        """Return the letters of `rows`, repeats allowed."""
        return Judged(self.targets[rows], self.probabilities[rows], self.decisions[rows], self.levels[rows])


def calibration_error(truth: NDArray[Any], probability: NDArray[Any], bins: int = 10) -> float:
    """Return the mean distance of frequency and probability over bins of equal mass, in [0, 1]."""
    order = np.argsort(probability, kind="stable")
    parts = np.array_split(order, bins)
    return float(sum(abs(truth[p].mean() - probability[p].mean()) * len(p) for p in parts if len(p)) / len(truth))


def measures(judged: Judged) -> dict[str, float]:
    """Return every measure by name, each over the letters whose label is known; a measure that needs both classes is nan
    where only one is there.
    """
    # Imported here, as in `_risk`: what only needs `Judged` and the calibration error, a server above all, does without.
    from sklearn.metrics import average_precision_score, brier_score_loss, f1_score, roc_auc_score

    out: dict[str, float] = {}
    for name in TAG_NAMES:
        k = _COLUMN[name]
        known = ~np.isnan(judged.targets[:, k])
        truth, probability = judged.targets[known, k], judged.probabilities[known, k]
        if not len(truth):
            out |= {f"{name}.{m}": np.nan for m in ("f1", "ap", "auc", "brier", "ece")}
            continue
        out[f"{name}.f1"] = f1_score(truth, judged.decisions[known, k], zero_division=0)
        out[f"{name}.ap"] = _ranked(average_precision_score, truth, probability)
        out[f"{name}.auc"] = _ranked(roc_auc_score, truth, probability)
        out[f"{name}.brier"] = float(brier_score_loss(truth, probability))
        out[f"{name}.ece"] = calibration_error(truth, probability)
    out["tags.macro_f1"] = float(np.mean([out[f"{name}.f1"] for name in TAG_NAMES]))
    out |= _risk(judged.take(np.flatnonzero(judged.levels >= 0)))
    for field, names in (("subtags", SUBTAG_NAMES), ("factors", FACTOR_NAMES)):
        columns = [_COLUMN[n] for n in names if (judged.targets[:, _COLUMN[n]] == 1).any()]
        known = ~np.isnan(judged.targets[:, columns])
        truth, said = judged.targets[:, columns] == 1, judged.decisions[:, columns]
        out[f"{field}.micro_f1"] = f1_score(truth[known], said[known], zero_division=0) if columns else np.nan
        each = [f1_score(truth[rows, i], said[rows, i], zero_division=0) for i, rows in enumerate(known.T)]
        out[f"{field}.macro_f1"] = float(np.mean(each)) if each else np.nan
        out |= {f"{field}.{OUTPUTS[k]}.f1": value for k, value in zip(columns, each, strict=True)}
    return {name: float(value) for name, value in out.items()}


def _risk(judged: Judged) -> dict[str, float]:
    """Return the measures of the risk; every level must be known."""
    from scipy.stats import spearmanr
    from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

    names = ("auc_ge2", "ap_ge2", "auc_ge3", "brier_ge2", "ece_ge2", "recall_level3_top_fifth", "spearman")
    if not len(judged.levels):
        return {f"risk.{name}": np.nan for name in names}
    risk = judged.probabilities[:, _COLUMN[RISK_OUTPUT]]
    group, grave = judged.levels >= 2, judged.levels >= 3
    top = np.argsort(-risk, kind="stable")[: max(1, len(risk) // 5)]
    varied = min(len(np.unique(judged.levels)), len(np.unique(risk))) > 1
    values = (
        _ranked(roc_auc_score, group, risk),
        _ranked(average_precision_score, group, risk),
        _ranked(roc_auc_score, grave, risk),
        float(brier_score_loss(group, risk)),
        calibration_error(group.astype(float), risk),
        float(grave[top].sum() / max(1, grave.sum())),
        float(spearmanr(risk, judged.levels).statistic) if varied else np.nan,
    )
    return {f"risk.{name}": value for name, value in zip(names, values, strict=True)}


def _ranked(measure: Callable[[Any, Any], float], truth: NDArray[Any], score: NDArray[Any]) -> float:
    return float(measure(truth, score)) if 0 < truth.sum() < len(truth) else float("nan")


def intervals(judged: Judged, resamples: int = 1000, seed: int = 0) -> dict[str, tuple[float, float]]:
    """Return 95 % percentile bootstrap intervals of `measures`, letters drawn with replacement [1].

    [1] B. Efron, R. Tibshirani, An introduction to the bootstrap (1993), chapter 13.
    """
    rng = np.random.default_rng(seed)
    n = len(judged.levels)
    drawn: list[Mapping[str, float]] = [measures(judged.take(rng.integers(0, n, n))) for _ in range(resamples)]
    names = set.intersection(*(set(d) for d in drawn))
    bounds = {}
    for name in sorted(names):
        values = np.array([d[name] for d in drawn])
        values = values[~np.isnan(values)]
        if len(values):
            low, high = np.percentile(values, [2.5, 97.5])
            bounds[name] = (float(low), float(high))
    return bounds
