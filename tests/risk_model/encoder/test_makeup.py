"""Words as themselves and their characters."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from risk_model.encoder import END, FIRST_WORD, Letters, logits, word_tables
from risk_model.encoder.makeup import makeup_of, parts_of, put_together, with_characters
from risk_model.encoder.train import Recipe, fit, gradients, initial


def test_words_that_share_a_character_share_a_row() -> None:
    makeup = makeup_of(["拆迁", "强拆", "公园"], FIRST_WORD)
    assert makeup.shape == (FIRST_WORD + 3, FIRST_WORD + 3 + 1)
    dense = makeup.toarray()
    np.testing.assert_array_equal(dense[:, : FIRST_WORD + 3], np.eye(FIRST_WORD + 3))
    np.testing.assert_allclose(dense[FIRST_WORD:, -1], [1, 1, 0])


def test_the_first_vectors_are_those_of_the_words() -> None:
    makeup = makeup_of(["欠薪", "欠款", "工地", "工资"], FIRST_WORD)
    vectors = np.random.default_rng(0).normal(size=(FIRST_WORD + 4, 3)).astype(np.float32)
    np.testing.assert_array_equal(put_together(with_characters(vectors, makeup), makeup), vectors)


def test_parts_of_some_words_make_them_up() -> None:
    makeup = makeup_of(["欠薪", "欠款", "工地", "工资"], FIRST_WORD)
    values = np.random.default_rng(0).normal(size=(makeup.shape[1], 3)).astype(np.float32)
    words = np.array([0, 3, 5])
    parts, made = parts_of(makeup, words)
    np.testing.assert_allclose(made @ values[parts], put_together(values, makeup)[words], rtol=1e-6)


def test_gradient_reaches_the_characters() -> None:
    makeup = makeup_of(["拆迁", "强拆", "公园"], FIRST_WORD)
    recipe = Recipe(filters=5, word_dropout=0, filter_dropout=0, forget=0)
    rng = np.random.default_rng(3)
    weights = initial(rng.normal(size=(makeup.shape[1], 4)), 2, recipe, rng)
    weights = type(weights)(**{n: np.float64(getattr(weights, n)) for n in weights.__slots__})
    ids = np.array([2, 4, END, 3, 4, 3, END], np.int32)
    letters = Letters(ids, np.array([0, 3, 7]), ids == END)
    targets = np.array([[1, 0], [0, 1]])
    _, gradient, touched = gradients(weights, letters, targets, recipe, rng, makeup)
    found = np.zeros_like(weights.words)
    found[touched] = gradient.words
    expected, step = np.zeros_like(found), 1e-5
    for at in np.ndindex(found.shape):
        old, losses = weights.words[at], []
        for value in (old - step, old + step):
            weights.words[at] = value
            losses.append(gradients(weights, letters, targets, recipe, rng, makeup)[0])
        weights.words[at] = old
        expected[at] = (losses[1] - losses[0]) / (2 * step)
    np.testing.assert_allclose(found, expected, atol=2e-4)
    assert np.abs(found[-1]).max() > 0


def test_what_is_learnt_of_a_word_holds_for_one_spelt_alike() -> None:
    # Training sees 拆迁 and 拆除 in letters of the class; 强拆, never seen, shares their character, 公园 shares none.
    words = ["拆迁", "拆除", "强拆", "公园", "公交", "园林"]
    makeup = makeup_of(words, FIRST_WORD)
    rng = np.random.default_rng(1)
    rows = [([2 + int(rng.integers(2))], [1]) for _ in range(60)] + [
        ([5 + int(rng.integers(3))], [0]) for _ in range(60)
    ]
    ids = np.array([i for row, _ in rows for i in (*row, END)], np.int32)
    letters = Letters(ids, np.arange(0, len(ids) + 1, 2), ids == END)
    vectors = np.zeros((FIRST_WORD + len(words), 8), np.float32)
    vectors[FIRST_WORD:] = rng.normal(size=(len(words), 8)) * 0.1
    recipe = Recipe(filters=16, epochs=30, rate=1e-2, word_rate=1, word_dropout=0, filter_dropout=0, forget=0)
    trained = fit(letters, np.array([y for _, y in rows], np.float32), vectors, recipe, 5, makeup=makeup)
    unseen = np.array([4, END], np.int32)
    asked = Letters(unseen, np.array([0, 2]), unseen == END)
    assert expit(logits(asked, trained, word_tables(trained)))[0, 0] > 0.7
