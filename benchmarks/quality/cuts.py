"""Where to cut: read off labels, or off the probabilities alone as the released model is."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.letters import F32, Study
from benchmarks.quality.resample import f1
from benchmarks.quality.tables import Cell, Table
from risk_model.taxonomy import FACTOR_NAMES, OUTPUTS, SUBTAG_NAMES, TAG_NAMES
from risk_model.training.cuts import expected_cut

#: Times the letters are split into halves.
_HALVES: Final = 100
#: Cuts tried on labels.
_GRID: Final = np.round(np.arange(0.15, 0.76, 0.01), 2)

_KINDS: Final = {**{name: (name,) for name in TAG_NAMES}, "sub-tags": SUBTAG_NAMES, "factors": FACTOR_NAMES}


def labelled_cut(truth: NDArray[np.bool_], probability: F32) -> float:
    """Return the cut with the largest F1 on these labels, read off a curve smoothed over five neighbouring cuts."""
    curve = np.array([f1(truth, probability >= cut) for cut in _GRID])
    smooth = np.convolve(np.pad(curve, 2, mode="edge"), np.full(5, 0.2), mode="valid")
    return float(_GRID[int(np.argmax(smooth))])


def cuts(study: Study) -> list[Table]:
    """Choose both cuts on one random half of the letters and count F1 on the other."""
    judged = study.judged.real()
    y, p = judged.letters.examples.targets, judged.probabilities
    rng = np.random.default_rng(0)
    halves = [np.split(rng.permutation(len(y)), [len(y) // 2]) for _ in range(_HALVES)]
    rows: list[tuple[Cell, ...]] = []
    for kind, names in _KINDS.items():
        columns = [k for k in map(OUTPUTS.index, names) if not np.isnan(y[:, k]).any()]
        truth, said = y[:, columns] > 0, p[:, columns]
        found = np.array(
            [
                (cut, f1(truth[judge].ravel(), said[judge].ravel() >= cut))
                for choose, judge in halves
                for cut in (labelled_cut(truth[choose].ravel(), said[choose].ravel()), expected_cut(said[choose]))
            ]
        ).reshape(_HALVES, 2, 2)
        gain = found[:, 1, 1] - found[:, 0, 1]
        cells = [
            (float(v[:, 0].mean()), float(v[:, 0].std()), float(v[:, 1].mean())) for v in (found[:, 0], found[:, 1])
        ]
        rows.append((kind, *cells[0], *cells[1], float(gain.mean())))
    columns_ = ("label", "cut by labels", "sd", "F1", "cut by probabilities", "sd", "F1", "gain")
    notes = (
        f"{len(y)} letters, out of fold, {_HALVES} random halves: chosen on one, F1 counted on the other; pooled (micro) for sub-tags "
        "and factors. By probabilities: where the F1 to be expected is largest (`risk_model/training/cuts.py`).",
    )
    return [Table("cuts", "Where to cut", columns_, tuple(rows), notes)]
