"""Turn probabilities into decisions."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from risk_model.artifact import Thresholds
from risk_model.taxonomy import OUTPUTS, TAG_OF

F32 = NDArray[np.float32]

_COLUMN: Final = {name: k for k, name in enumerate(OUTPUTS)}
#: Columns of sub-tags, and those of their tags.
_SUBTAGS: Final = np.array([_COLUMN[name] for name in TAG_OF])
_THEIR_TAGS: Final = np.array([_COLUMN[tag] for tag in TAG_OF.values()])


def cut_vector(thresholds: Thresholds) -> F32:
    """Return the cut of each output (K,); levels are cut at one half."""
    return np.array([thresholds.decisions.get(name, 0.5) for name in OUTPUTS], np.float32)


def decide(probabilities: F32, thresholds: Thresholds) -> NDArray[np.bool_]:
    """Return decisions (n, K). A sub-tag counts only under its tag, as in the annotation guide."""
    return decide_at(probabilities, cut_vector(thresholds))


def decide_at(probabilities: F32, cuts: F32) -> NDArray[np.bool_]:
    """Return decisions (n, K) at the cut of each output (K,)."""
    said = probabilities >= cuts
    said[:, _SUBTAGS] &= said[:, _THEIR_TAGS]
    return said
