"""The compiled loops and numpy say the same, bit for bit, so a model does not depend on which was at work."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risk_model.encoder import winners as module
from risk_model.encoder.winners import scatter, winners


def batch(seed: int, windows: int, clauses: int) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    words = rng.integers(0, 7, windows + 2).astype(np.int32)
    cuts = np.sort(rng.integers(0, windows + 1, clauses - 1)) if clauses > 1 else np.empty(0, int)
    begins, ends = np.append(0, cuts), np.append(cuts, windows)
    tables = rng.normal(size=(3, 7, 4)).astype(np.float32)
    return words, begins, ends, tables, rng.normal(size=4).astype(np.float32) - 1


def by_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_compiled_winners", None)
    monkeypatch.setattr(module, "_compiled_scatter", None)


@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(1, 8))
@settings(max_examples=60, deadline=None)
def test_winners_and_their_gradients_agree(seed: int, windows: int, clauses: int) -> None:
    words, begins, ends, tables, shift = batch(seed, windows, clauses)
    first = winners(words, begins, ends, tables, shift)
    gradient = np.random.default_rng(seed).normal(size=first[0].shape).astype(np.float32)
    there = scatter(words, first[1], gradient, 7)
    with pytest.MonkeyPatch.context() as patch:
        by_numpy(patch)
        second = winners(words, begins, ends, tables, shift)
        back = scatter(words, first[1], gradient, 7)
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])
    np.testing.assert_array_equal(there, back)


def test_an_empty_clause_has_no_winner() -> None:
    words, _, _, tables, shift = batch(1, 5, 1)
    top, place = winners(words, np.array([0, 3, 3]), np.array([3, 3, 5]), tables, shift)
    assert not top[1].any()
    assert (place[1] == -1).all()
