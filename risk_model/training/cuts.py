"""Choose where probabilities turn into decisions and bands, on letters no model part was fitted on."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from risk_model.artifact import Thresholds
from risk_model.taxonomy import FACTOR_NAMES, OUTPUTS, RISK_OUTPUT, SUBTAG_NAMES, TAG_NAMES

F32 = NDArray[np.float32]

#: The high band must hold this share of level-3 letters, the high and medium bands together this share of level 2 and
#: above.
HIGH_RECALL: Final = 0.85
MEDIUM_RECALL: Final = 0.90

#: A cut outside this range would rest on a handful of letters.
_LOWEST, _HIGHEST = 0.15, 0.75
#: Positive letters a label needs before it gets a cut of its own; rarer labels share the common cut of their kind.
_ENOUGH: Final = 100

_COLUMN: Final = {name: k for k, name in enumerate(OUTPUTS)}
_GRID: Final = np.round(np.arange(_LOWEST, _HIGHEST + 1e-9, 0.01), 2)


def _f1(truth: NDArray[np.bool_], probability: F32, cut: float) -> float:
    said = probability >= cut
    both = float((truth & said).sum())
    return 2 * both / max(1.0, float(truth.sum() + said.sum()))


def best_cut(truth: NDArray[np.bool_], probability: F32) -> float:
    """Return the cut with the largest F1, read off a curve smoothed over five neighbouring cuts so that one letter does
    not decide.
    """
    curve = np.array([_f1(truth, probability, cut) for cut in _GRID])
    smooth = np.convolve(np.pad(curve, 2, mode="edge"), np.full(5, 0.2), mode="valid")
    return float(_GRID[int(np.argmax(smooth))])


def recall_cut(truth: NDArray[np.bool_], probability: F32, recall: float) -> float:
    """Return the largest cut that keeps at least `recall` of the true letters, rounded down to three places."""
    scores = np.sort(probability[truth])[::-1]
    if not len(scores):
        return 0.5
    return float(np.floor(scores[int(np.ceil(recall * len(scores))) - 1] * 1000) / 1000)


def choose(targets: F32, probabilities: F32, levels: NDArray[np.int64]) -> Thresholds:
    """Choose all cuts from labels (n, K; nan where unknown), out-of-fold probabilities (n, K) and levels 0…3."""
    cuts: dict[str, float] = {}
    for names, own in ((TAG_NAMES, True), (SUBTAG_NAMES, False), (FACTOR_NAMES, False)):
        columns = [_COLUMN[n] for n in names]
        known = ~np.isnan(targets[:, columns])
        truth = (targets[:, columns] == 1) & known
        # One cut for all labels of a kind maximises their pooled (micro) F1 when the probabilities are calibrated.
        common = best_cut(truth[known], probabilities[:, columns][known])
        for i, name in enumerate(names):
            rows = known[:, i]
            enough = own and truth[:, i].sum() >= _ENOUGH
            cuts[name] = best_cut(truth[rows, i], probabilities[rows, columns[i]]) if enough else common
    risk = probabilities[:, _COLUMN[RISK_OUTPUT]]
    high = recall_cut(levels >= 3, risk, HIGH_RECALL)
    return Thresholds(cuts, high=high, medium=min(high, recall_cut(levels >= 2, risk, MEDIUM_RECALL)))
