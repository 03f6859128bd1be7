"""Stretches walked side by side give what a plain loop over them gives, however long and uneven they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk_model.encoder import END, Letters, Weights, logits, read, stepped, window_shares, word_tables
from risk_model.encoder.forward import clause_starts
from risk_model.encoder.stretches import largest
from risk_model.encoder.train import Recipe, initial

SIZES = st.lists(st.one_of(st.integers(0, 5), st.integers(0, 3_000)), min_size=1, max_size=12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int16])
@given(sizes=SIZES, seed=st.integers(0, 99))
def test_largest_values_and_their_places_are_the_plain_loop(dtype: type, sizes: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.integers(-50, 50, (sum(sizes), 3)).astype(dtype)
    ends = np.cumsum(sizes)
    starts = ends - np.array(sizes)

    def fetch(at: np.ndarray, out: np.ndarray) -> None:
        out[:] = rows[at]

    found = largest(fetch, starts, np.array(sizes), 3, dtype, places=True)
    where = found.places[found.row]
    for i, (a, b) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        top = np.maximum(rows[a:b].max(axis=0), 0) if b > a else np.zeros(3)
        np.testing.assert_array_equal(found.values[found.row[i]], top)
        if b > a:
            assert ((where[i] >= a) & (where[i] < b)).all()
            here = rows[where[i], np.arange(3)]
            np.testing.assert_array_equal(here[top > 0], top[top > 0])


def _letter(words: int, rng: np.random.Generator, breaks: int, whole: bool) -> tuple[Letters, Weights, np.ndarray]:
    recipe = Recipe(filters=7)
    weights = initial(rng.normal(size=(20, 6)).astype(np.float16), 3, recipe, rng)
    weights = stepped(weights) if whole else weights
    ids = np.append(rng.integers(2, 20, words), END).astype(np.int32)
    return Letters(ids, np.array([0, words + 1]), (ids == END) | (ids < breaks)), weights, word_tables(weights)


def _laid_out(letters: Letters, tables: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest filter values of the clauses and of the one letter, every window laid out."""
    around = np.concatenate([[END], letters.ids, [END]])
    windows = tables[0][around[:-2]] + tables[1][around[1:-1]] + tables[2][around[2:]]
    # The window around the last END would reach into the next letter, so it counts as empty.
    windows[-1] = 0
    clauses = np.maximum.reduceat(np.maximum(windows, 0), clause_starts(letters), axis=0)
    return clauses, clauses.max(axis=0, keepdims=True)


@pytest.mark.parametrize("breaks", [0, 4, 20], ids=["one clause", "some clauses", "breaks alone"])
@pytest.mark.parametrize("words", [1, 33, 20_000])
@pytest.mark.parametrize("whole", [False, True], ids=["float", "steps"])
def test_a_letter_of_any_shape_reads_as_if_laid_out(words: int, breaks: int, whole: bool) -> None:
    letters, weights, tables = _letter(words, np.random.default_rng(words), breaks, whole)
    products = tables * weights.steps if whole else tables
    clauses, peaks = _laid_out(letters, products)
    found = read(letters, weights, tables, places=True)
    np.testing.assert_allclose(found.clauses.values[found.clauses.row], clauses, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found.peaks.values[found.peaks.row], peaks, rtol=1e-5, atol=1e-6)
    mix = np.array([1.0, -0.5, 0.25])
    shares = window_shares(letters, found, weights, mix)
    total = logits(letters, weights, tables)[0] @ mix
    assert shares.sum() + weights.bias @ mix == pytest.approx(total, abs=1e-4)


def test_equal_windows_share_what_they_are_worth() -> None:
    rng = np.random.default_rng(5)
    weights = initial(rng.normal(size=(9, 4)).astype(np.float32), 2, Recipe(filters=6), rng)
    ids = np.array([2, 3, 4, 2, 3, 4, 2, 3, 4, END], np.int32)
    letters, tables = Letters(ids, np.array([0, 10]), ids == END), word_tables(weights)
    shares = window_shares(letters, read(letters, weights, tables, places=True), weights, np.array([1.0, 1.0]))
    assert shares[1] == shares[4] == shares[7]
    assert shares[-1] == 0


def test_products_are_kept_in_steps_within_half_of_one() -> None:
    rng = np.random.default_rng(7)
    weights = initial(rng.normal(size=(1_300, 8)).astype(np.float32), 2, Recipe(filters=5), rng)
    exact, weights = word_tables(weights), stepped(weights)
    tables = word_tables(weights)
    assert tables.dtype == np.int16
    assert np.abs(tables).max(axis=(0, 1)).tolist() == [(2**15 - 1) // 3] * 5
    assert np.abs(tables * weights.steps - exact).max() <= 0.501 * weights.steps.max()
    some = np.array([1_299, 0, 600])
    np.testing.assert_array_equal(word_tables(weights, some), tables[:, some])
