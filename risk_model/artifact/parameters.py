"""Everything a released model knows, as plain arrays and numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk_model.encoder import Weights

F32 = NDArray[np.float32]
U64 = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where probabilities turn into decisions: one cut per tag, sub-tag and factor, and the two band cuts of the
    risk.
    """

    decisions: dict[str, float]
    high: float
    medium: float


@dataclass(frozen=True, slots=True)
class Parameters:
    """The learnt state of a model with F terms, V word ids and K outputs.

    Linear part: `term_keys` (F,), `term_idf` (F,), `term_weights` (F, K), `term_bias` (K,). Encoder: `word_keys` (V -
    2,) in the order of the word ids from 2 on, `word_breaks` (V,), `encoder`. Both parts' logits (2K,) go through `mix`
    (2K, K) and `mix_bias` (K,), which also calibrates. `neutral_keys` and `neutral_roles`
    are the words that must not count (see `risk_model.features.neutral`).
    """

    outputs: tuple[str, ...]
    term_keys: U64
    term_idf: F32
    term_weights: NDArray[np.floating[Any]]
    term_bias: F32
    word_keys: U64
    word_breaks: NDArray[np.bool_]
    encoder: Weights
    mix: F32
    mix_bias: F32
    neutral_keys: U64
    neutral_roles: NDArray[np.uint8]
    thresholds: Thresholds
