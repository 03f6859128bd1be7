"""What to review next: letters from whose labels the model would learn most.

Three grounds, each in [0, 1]: *uncertain* (a tag or the risk could as well be on the other side of its cut),
*disagreeing* (the parts of the model, or two models, say different things), *rare* (of a kind few reviewed letters
have). B. Settles, Active Learning Literature Survey (2009), sections 3.1, 3.2 and 3.6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from risk_model.artifact import Thresholds
from risk_model.taxonomy import FACTOR_NAMES, OUTPUTS, RISK_OUTPUT, SUBTAG_NAMES, TAG_NAMES

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

_WATCHED: Final = [OUTPUTS.index(n) for n in (*TAG_NAMES, RISK_OUTPUT)]
_RARE: Final = [OUTPUTS.index(n) for n in (*SUBTAG_NAMES, *FACTOR_NAMES)]
#: Doubt is what moves decisions; the other two break ties and keep the queue from asking one question over and over.
_WEIGHTS: Final = {"uncertain": 1.0, "disagreeing": 0.5, "rare": 0.5}
#: A ground below this is not worth naming as a reason.
_WORTH_NAMING: Final = 0.5


@dataclass(frozen=True, slots=True)
class Priority:
    """Why and how much a letter is worth reviewing: grounds in [0, 1], their weighted mean, and those worth naming."""

    score: float
    grounds: dict[str, float]

    @property
    def reasons(self) -> tuple[str, ...]:
        """The grounds that stand out; the largest one in any case."""
        top = max(self.grounds, key=lambda name: self.grounds[name])
        return tuple(n for n, v in self.grounds.items() if v >= _WORTH_NAMING or n == top)


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a letter is worth reviewing for, by name: the decision nearest to its cut, and the rarest label it may have."""

    nearest: str
    probability: float
    cut: float
    rarest: str
    rarest_probability: float
    reviewed: int


def grounds(probabilities: F32, thresholds: Thresholds, reviewed: Mapping[str, int]) -> Grounds:
    """Return what stands behind the priority of one letter, given its probabilities (K,)."""
    p = np.clip(np.asarray(probabilities, np.float64), 1e-6, 1 - 1e-6)
    cuts = _cuts(thresholds)
    far = _distances(p[None], cuts)[0]
    row, column = np.unravel_index(int(far.argmin()), far.shape)
    likely = p[_RARE] * _discount(reviewed)
    rarest = OUTPUTS[_RARE[int(likely.argmax())]]
    return Grounds(
        nearest=OUTPUTS[_WATCHED[int(column)]],
        probability=float(p[_WATCHED[int(column)]]),
        cut=float(cuts[row, column]),
        rarest=rarest,
        rarest_probability=float(p[OUTPUTS.index(rarest)]),
        reviewed=reviewed.get(rarest, 0),
    )


def priorities(
    probabilities: F32, thresholds: Thresholds, reviewed: Mapping[str, int], other: F32 | None = None
) -> list[Priority]:
    """Return the priority of each letter from its probabilities (n, K).

    `reviewed` counts the reviewed letters of each output; `other` (n, K) is what another model, or the other part of this
    one, says of the same letters.
    """
    p = np.clip(np.asarray(probabilities, np.float64), 1e-6, 1 - 1e-6)
    grounds = {
        "uncertain": uncertain(p, thresholds),
        "disagreeing": np.zeros(len(p)) if other is None else np.abs(p - other)[:, _WATCHED].max(axis=1),
        "rare": rare(p, reviewed),
    }
    total = sum(_WEIGHTS[name] * values for name, values in grounds.items()) / sum(_WEIGHTS.values())
    rows = zip(np.asarray(total).tolist(), np.stack(list(grounds.values()), axis=1).tolist(), strict=True)
    return [Priority(score, dict(zip(grounds, row, strict=True))) for score, row in rows]


def uncertain(p: F64, thresholds: Thresholds) -> F64:
    """Return how near the nearest watched decision is to its cut: 1 on it, falling with the distance in logits."""
    return np.asarray(np.exp(-_distances(p, _cuts(thresholds)).min(axis=(1, 2))))


def rare(p: F64, reviewed: Mapping[str, int]) -> F64:
    """Return the largest probability of a sub-tag or factor, each discounted by the reviewed letters that have it."""
    return np.asarray((p[:, _RARE] * _discount(reviewed)).max(axis=1))


def _cuts(thresholds: Thresholds) -> F64:
    """Return the cuts (2, watched): those of the tags, and of the risk first the high one, then the medium one."""
    cuts = np.array([[thresholds.decisions[n] for n in TAG_NAMES] + [c] for c in (thresholds.high, thresholds.medium)])
    return np.asarray(np.clip(cuts, 1e-3, 1 - 1e-3))


def _distances(p: F64, cuts: F64) -> F64:
    """Return the distances in logits (n, 2, watched)."""
    watched = np.log(p[:, _WATCHED] / (1 - p[:, _WATCHED]))
    return np.asarray(np.abs(watched[:, None, :] - np.log(cuts / (1 - cuts))[None]))


def _discount(reviewed: Mapping[str, int]) -> F64:
    return np.array([(1 + reviewed.get(OUTPUTS[k], 0) / 10) ** -0.5 for k in _RARE])
