"""The hand-written gradients agree with finite differences, and the forward passes agree with a plain reading of the
formula.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from scipy.special import expit

from risk_model.encoder import END, Letters, Weights, logits, read, window_shares, word_tables
from risk_model.encoder.train import Recipe, fit, gradients, initial

PLAIN = Recipe(filters=5, word_dropout=0, filter_dropout=0, forget=0)


@pytest.fixture
def letters() -> Letters:
    # Two letters; word 4 ends a clause. The second has two line ends and a doubled break.
    ids = np.array([2, 3, 4, 5, 2, END, 6, 4, 4, 3, END, 7, 2, END], np.int32)
    return Letters(ids, np.array([0, 6, 14]), (ids == 4) | (ids == END))


@pytest.fixture
def weights() -> Weights:
    rng = np.random.default_rng(3)
    start = initial(rng.normal(size=(8, 4)).astype(np.float32), 3, PLAIN, rng)
    # Attention begins at zero; the check must see it at work.
    return Weights(
        **{
            f.name: np.float64(getattr(start, f.name)) + 0.3 * rng.normal(size=getattr(start, f.name).shape)
            for f in fields(start)
        }
    )


def plain_logits(letters: Letters, w: Weights) -> np.ndarray:
    """Loop over words, clauses and letters as the formula in `forward` reads."""
    out = []
    for a, b in zip(letters.offsets[:-1], letters.offsets[1:], strict=True):
        ids, ends = letters.ids[a:b], letters.breaks[a:b]
        clauses: list[list[np.ndarray]] = []
        for i in range(len(ids)):
            if not clauses or (ends[i - 1] and not ends[i]):
                clauses.append([])
            if i == len(ids) - 1:
                clauses[-1].append(np.zeros(len(w.shift)))
                continue
            left = ids[i - 1] if i else END
            total = w.words[left] @ w.windows[0] + w.words[ids[i]] @ w.windows[1] + w.words[ids[i + 1]] @ w.windows[2]
            clauses[-1].append(np.maximum(0, total + w.shift))
        g = np.array([np.max(c, axis=0) for c in clauses])
        score = np.exp(g @ w.attend)
        share = score / score.sum(axis=0)
        out.append((share * (g @ w.sum)).sum(axis=0) + g.max(axis=0) @ w.peak + w.bias)
    return np.array(out)


def test_forward_is_the_formula(letters: Letters, weights: Weights) -> None:
    np.testing.assert_allclose(
        logits(letters, weights, word_tables(weights)), plain_logits(letters, weights), rtol=1e-9
    )


def test_letters_do_not_see_their_neighbours(letters: Letters, weights: Weights) -> None:
    tables = word_tables(weights)
    together = logits(letters, weights, tables)
    apart = np.vstack([logits(letters.take(np.array([i])), weights, tables) for i in (0, 1)])
    swapped = logits(letters.take(np.array([1, 0])), weights, tables)
    np.testing.assert_allclose(together, apart, rtol=1e-9)
    np.testing.assert_allclose(together, swapped[::-1], rtol=1e-9)


@pytest.mark.parametrize("name", [f.name for f in fields(Weights)])
def test_gradient_agrees_with_finite_differences(letters: Letters, weights: Weights, name: str) -> None:
    targets = np.array([[1, 0, np.nan], [0, 1, 1]])
    rng = np.random.default_rng(0)
    _, gradient, used = gradients(weights, letters, targets, PLAIN, rng)
    array = getattr(weights, name)
    expected = np.zeros_like(array)
    step = 1e-5
    for at in np.ndindex(array.shape):
        old = array[at]
        losses = []
        for value in (old - step, old + step):
            array[at] = value
            losses.append(gradients(weights, letters, targets, PLAIN, rng)[0])
        array[at] = old
        expected[at] = (losses[1] - losses[0]) / (2 * step)
    found = getattr(gradient, name)
    if name == "words":
        dense = np.zeros_like(expected)
        dense[used] = found
        found = dense
    np.testing.assert_allclose(found, expected, atol=2e-4)


def test_window_shares_add_up_to_the_logit(letters: Letters, weights: Weights) -> None:
    tables, mix = word_tables(weights), np.array([0.7, -0.2, 1.1])
    shares = window_shares(letters, read(letters, weights, tables, places=True), weights, mix)
    row = np.repeat([0, 1], np.diff(letters.offsets))
    total = np.bincount(row, shares) + weights.bias @ mix
    np.testing.assert_allclose(total, logits(letters, weights, tables) @ mix, rtol=1e-9)


def test_training_learns_and_repeats_itself() -> None:
    # Class one: word 2 directly before word 3; class two holds the same words apart, which only a window can tell.
    rng = np.random.default_rng(1)
    ids, offsets, target = [], [0], []
    for _ in range(160):
        words = rng.integers(4, 12, 6).tolist()
        yes = bool(rng.integers(2))
        words = [*words[:3], 2, 3, *words[3:]] if yes else [*words[:1], 3, *words[1:5], 2, *words[5:]]
        ids += [*words, END]
        offsets.append(len(ids))
        target.append([yes])
    flat = np.array(ids, np.int32)
    letters = Letters(flat, np.array(offsets), flat == END)
    y = np.array(target, np.float32)
    vectors = np.random.default_rng(2).normal(size=(12, 8)).astype(np.float32)
    recipe = Recipe(filters=16, epochs=25, rate=5e-3, filter_dropout=0.1, word_dropout=0, forget=0)
    first, second = (fit(letters, y, vectors, recipe, seed=4) for _ in range(2))
    for f in fields(Weights):
        np.testing.assert_array_equal(getattr(first, f.name), getattr(second, f.name))
    probability = expit(logits(letters, first, word_tables(first)))
    assert ((probability > 0.5) == (y == 1)).mean() > 0.95
