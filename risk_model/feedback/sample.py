"""The weekly random sample: a few letters drawn by lot, so that what is measured is not what was easy to find.

Letters from the inbox and the queue are read because they look grave or doubtful; precision and recall over them
describe the choice, not the model. A letter of the lot is read whatever it looks like.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy  # its parts load with their first use, which a server may never make
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Proportion:
    """`hits` of `of`, with the 95 % Wilson interval [1]; value and bounds are None of nothing.

    [1] E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
    """

    hits: int
    of: int
    value: float | None
    low: float | None
    high: float | None

    @staticmethod
    def of_counts(hits: int, of: int) -> Proportion:
        """Return the proportion of counts.

        >>> Proportion.of_counts(8, 10).low.__round__(2)
        0.49
        """
        if not of:
            return Proportion(0, 0, None, None, None)
        bounds = scipy.stats.binomtest(hits, of).proportion_ci(method="wilson")
        return Proportion(hits, of, hits / of, float(bounds.low), float(bounds.high))


@dataclass(frozen=True, slots=True)
class Quality:
    """How good an output was on the letters of the lot: of those said, how many were right; of those true, how many found.

    `foretold` is the sum of probabilities, `happened` the number of true letters with its 95 % interval under the
    probabilities: outside of it the output is not calibrated.
    """

    letters: int
    precision: Proportion
    recall: Proportion
    foretold: float
    happened: int
    low: float
    high: float

    @property
    def calibrated(self) -> bool:
        """Whether what happened is within what the probabilities let expect."""
        return self.low <= self.happened <= self.high


def draw(letters: Iterable[str], week: str, size: int, secret: str = "") -> list[str]:
    """Return up to `size` of a week's letters, every set equally likely; the same letters give the same lot.

    `secret` keeps whoever writes ids from choosing what is drawn.
    """

    def place(letter: str) -> bytes:
        return hashlib.sha256(f"{secret}:{week}:{letter}".encode()).digest()

    return sorted(letters, key=place)[:size]


def quality(truth: Sequence[int], said: Sequence[bool], probability: Sequence[float]) -> Quality:
    """Return how good an output was on letters whose truth (0 or 1) a person gave."""
    true, yes = np.asarray(truth, bool), np.asarray(said, bool)
    p: NDArray[np.float64] = np.asarray(probability, np.float64)
    both = int((true & yes).sum())
    # A sum of independent chances: normal bounds, widened by one half because counts are whole.
    spread = 1.96 * float(np.sqrt((p * (1 - p)).sum())) + 0.5
    return Quality(
        letters=len(true),
        precision=Proportion.of_counts(both, int(yes.sum())),
        recall=Proportion.of_counts(both, int(true.sum())),
        foretold=float(p.sum()),
        happened=int(true.sum()),
        low=float(p.sum()) - spread,
        high=float(p.sum()) + spread,
    )
