"""What an engine says of a batch of letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]


#: A word whose parts cancel out to less than this part of a logit is no evidence: what is left is rounding.
NEGLIGIBLE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words of one letter that weigh most, heaviest first: span in the prepared text, and the summed share."""

    starts: list[int]
    ends: list[int]
    weights: list[float]


@dataclass(frozen=True, slots=True)
class Answer:
    """Calibrated logits (letters, K), the share of each letter's words that the model knows, and its heaviest words."""

    logits: F32
    known: F32
    evidence: list[Evidence] | None


class Engine(Protocol):
    """Reads letters."""

    def read(self, texts: Sequence[str], output: int, most: int) -> Answer:
        """Return what the model says of prepared letters, and the `most` heaviest words of one output (0: none)."""
