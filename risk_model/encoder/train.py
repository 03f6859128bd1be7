"""Train the clause encoder with numpy alone: exact gradients by hand, Adam, a one-cycle learning rate.

The network is small enough to train in minutes on an office PC, so retraining needs no deep-learning framework (several
hundred megabytes to several gigabytes). `tests` hold the gradients against finite differences.

[1] D. P. Kingma, J. Ba, Adam: a method for stochastic optimization, ICLR 2015.
[2] L. N. Smith, N. Topin, Super-convergence: very fast training of neural networks using large learning rates, 2018.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace

import numpy as np
import scipy.sparse as sp
from scipy.special import expit

from risk_model.encoder.forward import END, F32, UNKNOWN, WIDTH, Clauses, Ints, Letters, Weights, softmax_over
from risk_model.encoder.makeup import parts_of, put_together, with_characters
from risk_model.encoder.winners import scatter, winners


@dataclass(frozen=True, slots=True)
class Recipe:
    """Training settings; `filters` is f, dropout and `forget` (words replaced by UNKNOWN) are probabilities."""

    filters: int = 192
    epochs: int = 20
    letters: int = 16
    rate: float = 1e-3
    word_rate: float = 0.3
    decay: float = 0.01
    word_dropout: float = 0.1
    filter_dropout: float = 0.2
    forget: float = 0.2


def initial(vectors: F32, outputs: int, recipe: Recipe, rng: np.random.Generator) -> Weights:
    """Return fresh weights on top of word vectors (V, d) whose entries have a standard deviation near one."""
    d, f = vectors.shape[1], recipe.filters

    def uniform(*shape: int, fan_in: int) -> F32:
        bound = 1 / np.sqrt(fan_in)
        return rng.uniform(-bound, bound, shape).astype(np.float32)

    return Weights(
        words=vectors.astype(np.float32).copy(),
        windows=uniform(WIDTH, d, f, fan_in=WIDTH * d),
        shift=uniform(f, fan_in=WIDTH * d),
        attend=np.zeros((f, outputs), np.float32),
        sum=uniform(f, outputs, fan_in=f),
        peak=uniform(f, outputs, fan_in=f),
        bias=uniform(outputs, fan_in=f),
    )


def _dropout(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> F32:
    return (rng.random(shape, np.float32) >= p).astype(np.float32) / np.float32(1 - p)


def gradients(
    weights: Weights,
    letters: Letters,
    targets: F32,
    recipe: Recipe,
    rng: np.random.Generator,
    makeup: sp.csr_array | None = None,
) -> tuple[float, Weights, Ints]:
    """Return the loss (cross-entropy summed over outputs, averaged over letters), its gradient and the rows touched.

    The gradient of `words` has one row for each row of `weights.words` touched: words, or the parts that words are made
    up of (see `risk_model.encoder.makeup`). Targets that are nan (no such label then) do not count.
    """
    n = len(letters)
    ids = letters.ids
    if recipe.forget:
        ids = np.where((rng.random(len(ids), np.float32) < recipe.forget) & (ids != END), np.int32(UNKNOWN), ids)
    # An END before the first window and one after the last.
    used, index = np.unique(np.concatenate([[END], ids, [END]]), return_inverse=True)
    words = index.astype(np.int32)
    # Dropout per kind of word and batch, not per place: the products below then run over distinct words only.
    keep_words = _dropout((len(used), weights.words.shape[1]), recipe.word_dropout, rng)
    touched, made = (used, None) if makeup is None else parts_of(makeup, used)
    vectors = weights.words[touched]
    vectors = (vectors if made is None else made @ vectors) * keep_words
    layout = Clauses.of(letters)
    tables = np.stack([vectors @ w for w in weights.windows])
    top, place = winners(words, layout.starts, layout.starts + layout.windows, tables, weights.shift)
    largest = np.maximum.reduceat(top, layout.first, axis=0)
    row = np.repeat(np.arange(n), layout.sizes)
    keep = _dropout((n, recipe.filters), recipe.filter_dropout, rng)
    clauses, peaks = top * keep[row], largest * keep
    share, value = softmax_over(clauses @ weights.attend, layout.first, layout.sizes), clauses @ weights.sum
    out = np.add.reduceat(share * value, layout.first, axis=0) + peaks @ weights.peak + weights.bias
    known = ~np.isnan(targets)
    targets = np.where(known, targets, np.float32(0))
    loss = float(np.sum((np.logaddexp(0, out) - targets * out) * known)) / n

    d_out = (expit(out) - targets) * known / np.float32(n)
    d_value = share * d_out[row]
    d_share = value * d_value
    d_score = d_share - share * np.repeat(np.add.reduceat(d_share, layout.first, axis=0), layout.sizes, axis=0)
    d_clauses = d_value @ weights.sum.T + d_score @ weights.attend.T
    d_peaks = d_out @ weights.peak.T
    # A letter's maximum passes its gradient to the clauses it stands in.
    d_clauses += np.where(top == largest[row], d_peaks[row], 0)
    d_clauses *= keep[row]
    d_tables = scatter(words, place, d_clauses, len(used))
    d_words = sum(d @ w.T for d, w in zip(d_tables, weights.windows, strict=True)) * keep_words
    gradient = Weights(
        words=d_words if made is None else made.T @ d_words,
        windows=np.stack([vectors.T @ d for d in d_tables]),
        shift=np.where(place >= 0, d_clauses, 0).sum(0),
        attend=clauses.T @ d_score,
        sum=clauses.T @ d_value,
        peak=peaks.T @ d_out,
        bias=d_out.sum(0),
    )
    return loss, gradient, touched


class Adam:
    """Adam with decoupled weight decay; word vectors are moved row by row where touched (lazy Adam)."""

    def __init__(self, weights: Weights, decay: float) -> None:
        self._decay = decay
        self._mean = {f.name: np.zeros_like(getattr(weights, f.name)) for f in fields(weights)}
        self._square = {f.name: np.zeros_like(getattr(weights, f.name)) for f in fields(weights)}
        self._step = 0

    def update(self, weights: Weights, gradient: Weights, used: Ints, rate: float, word_rate: float) -> None:
        """Move `weights` in place."""
        self._step += 1
        for field in fields(weights):
            name, words = field.name, field.name == "words"
            at = used if words else slice(None)
            w, g = getattr(weights, name), getattr(gradient, name)
            mean = self._mean[name][at] * np.float32(0.9) + g * np.float32(0.1)
            square = self._square[name][at] * np.float32(0.999) + g * g * np.float32(0.001)
            self._mean[name][at], self._square[name][at] = mean, square
            lr = rate * (word_rate if words else 1)
            step = mean / np.float32(1 - 0.9**self._step)
            step /= np.sqrt(square / np.float32(1 - 0.999**self._step)) + np.float32(1e-8)
            if not words:
                step += np.float32(self._decay) * w[at]
            w[at] -= np.float32(lr) * step


def one_cycle(step: int, steps: int, top: float) -> float:
    """Return the learning rate of a step: up to `top` over the first tenth, then down to nothing along a cosine."""
    warm = max(1, steps // 10)
    if step < warm:
        return top * (0.04 + 0.96 * step / warm)
    return top * 0.5 * (1 + float(np.cos(np.pi * (step - warm) / max(1, steps - warm))))


def _minibatches(letters: Letters, size: int, rng: np.random.Generator) -> Iterator[Ints]:
    # Letters of similar length go together inside a window of 16 batches, for even work per step.
    order = rng.permutation(len(letters))
    lengths = np.diff(letters.offsets)
    batches = []
    for at in range(0, len(order), size * 16):
        part = order[at : at + size * 16]
        part = part[np.argsort(lengths[part], kind="stable")]
        batches += [part[i : i + size] for i in range(0, len(part), size)]
    for i in rng.permutation(len(batches)):
        yield batches[i]


def fit(
    letters: Letters,
    targets: F32,
    vectors: F32,
    recipe: Recipe,
    seed: int,
    progress: Callable[[int, float], None] | None = None,
    makeup: sp.csr_array | None = None,
) -> Weights:
    """Train on letters and their targets (n, K) in [0, 1] or nan; `progress` hears the epoch and its mean loss.

    `vectors` are the first word vectors; with `makeup` a word is learnt as itself and its characters, and put together in
    the end.
    """
    rng = np.random.default_rng(seed)
    if makeup is not None:
        vectors = with_characters(vectors, makeup)
    weights = initial(vectors, targets.shape[1], recipe, rng)
    adam = Adam(weights, recipe.decay)
    steps = recipe.epochs * -(-len(letters) // recipe.letters)
    step = 0
    for epoch in range(recipe.epochs):
        total = 0.0
        for rows in _minibatches(letters, recipe.letters, rng):
            loss, gradient, used = gradients(weights, letters.take(rows), targets[rows], recipe, rng, makeup)
            rate = one_cycle(step, steps, recipe.rate)
            adam.update(weights, gradient, used, rate, recipe.word_rate)
            total += loss * len(rows)
            step += 1
        if progress:
            progress(epoch, total / len(letters))
    return weights if makeup is None else replace(weights, words=put_together(weights.words, makeup))
