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

#: Positive letters a label needs before it gets a cut of its own; rarer labels share the common cut of their kind.
_ENOUGH: Final = 100

_COLUMN: Final = {name: k for k, name in enumerate(OUTPUTS)}


def expected_cut(probability: F32) -> float:
    """Return the cut with the largest F1 that is to be expected if the probabilities are right, rounded down to hundredths.

    Half of that F1, in theory [1]. No label is asked, so none decides: over random halves of 6,000 letters the cut varied by less than
    a tenth of what the cut read off the labels did, and the F1 on the other half was as good or better for every kind of label.

    [1] Z. C. Lipton, C. Elkan, B. Narayanaswamy, Optimal thresholding of classifiers to maximize F1 measure, ECML PKDD 2014.

    >>> expected_cut(np.array([1.0, 1.0, 0.6, 0.4, 0.0], np.float32))
    0.6
    """
    if not probability.size:
        return 0.5
    scores = np.sort(probability.astype(np.float64), axis=None)[::-1]
    hits = np.cumsum(scores)
    expected = 2 * hits / (np.arange(1, len(scores) + 1) + hits[-1])
    # Down, so that no letter falls below the cut that was read off it; never to 0, which would say yes to everything.
    return max(0.01, float(np.floor(scores[int(np.argmax(expected))] * 100 + 1e-4) / 100))


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
        common = expected_cut(probabilities[:, columns][known])
        for i, name in enumerate(names):
            rows = known[:, i]
            enough = own and truth[:, i].sum() >= _ENOUGH
            cuts[name] = expected_cut(probabilities[rows, columns[i]]) if enough else common
    risk = probabilities[:, _COLUMN[RISK_OUTPUT]]
    high = recall_cut(levels >= 3, risk, HIGH_RECALL)
    return Thresholds(cuts, high=high, medium=min(high, recall_cut(levels >= 2, risk, MEDIUM_RECALL)))
