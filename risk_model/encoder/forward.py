"""The clause encoder: a small network that reads a letter clause by clause.

A window of three words gives f non-negative filter values; a clause keeps the largest value of each filter; a letter is
the attention-weighted sum of its clauses, one attention per output, plus the largest values over the whole letter:

    h_i = max(0, sum_k E[word_{i+k}] W_k + c),  k = -1, 0, 1
    g_c = max_{i in clause c} h_i               m = max_c g_c
    logit = sum_c softmax_c(g_c A) * (g_c Z) + m X + b

Given the attention and the winning windows, a logit is a plain sum over windows: that sum is the explanation. The
maximum over windows is Kim's [1]; attention over parts of a document follows Yang et al. [2].

[1] Y. Kim, Convolutional neural networks for sentence classification, EMNLP 2014.
[2] Z. Yang et al., Hierarchical attention networks for document classification, NAACL 2016.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from risk_model.encoder.stretches import Largest, Read, largest, take

F32 = NDArray[np.float32]
Ints = NDArray[np.int64]
#: Window products of words: float32, or int16 counted in steps (see `stepped`).
Tables = NDArray[Any]

#: Word ids with a fixed meaning; the vocabulary follows.
END, UNKNOWN, FIRST_WORD = 0, 1, 2
WIDTH: Final = 3
#: A window adds WIDTH products; so large, their sum still fits 16 bits.
_MOST_STEPS: Final = (2**15 - 1) // WIDTH
_MANY_CLAUSES: Final = 2_000
#: Words whose products are made at a time: double precision for all of them would take 120 MB.
_WORDS: Final = 2048


@dataclass(frozen=True, slots=True)
class Letters:
    """Word ids of letters end to end; each letter ends with END.

    `offsets` has one more entry than there are letters. `breaks` flags the words that end a clause.
    """

    ids: NDArray[np.int32]
    offsets: Ints
    breaks: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def take(self, rows: Ints) -> Letters:
        """Return the letters of `rows` in that order."""
        sizes = self.offsets[rows + 1] - self.offsets[rows]
        offsets = np.concatenate([[0], np.cumsum(sizes)])
        at = np.arange(offsets[-1]) + np.repeat(self.offsets[rows] - offsets[:-1], sizes)
        return Letters(self.ids[at], offsets, self.breaks[at])


@dataclass(frozen=True, slots=True)
class Weights:
    """Parameters: `words` (V, d), `windows` (WIDTH, d, f), `shift` (f,), `attend`, `sum`, `peak` (f, K), `bias` (K,).

    `steps` (f,), where not empty, is the unit in which the products of words and windows are counted (see `stepped`).
    """

    words: F32
    windows: F32
    shift: F32
    attend: F32
    sum: F32
    peak: F32
    bias: F32
    steps: F32 = field(default_factory=lambda: np.empty(0, np.float32))


def clause_starts(letters: Letters) -> Ints:
    """Return where clauses begin: at a letter's first word, and at the first word after a break."""
    begins = np.zeros(len(letters.ids), np.bool_)
    begins[1:] = letters.breaks[:-1] & ~letters.breaks[1:]
    begins[letters.offsets[:-1]] = True
    return np.flatnonzero(begins)


def _added(values: F32, starts: Ints, sizes: Ints) -> NDArray[Any]:
    """Return the sum of each stretch of rows."""
    # Thousands of clauses, added up in single precision, would cost the fourth decimal. No letter to learn from has as many.
    dtype = np.float64 if sizes.max(initial=0) > _MANY_CLAUSES else values.dtype
    return np.add.reduceat(values, starts, axis=0, dtype=dtype)


def softmax_over(values: NDArray[Any], starts: Ints, sizes: Ints) -> F32:
    """Return the softmax of each column inside each stretch of rows."""
    top = np.maximum.reduceat(values, starts, axis=0)
    out: F32 = np.exp(values - np.repeat(top, sizes, axis=0))
    out /= np.repeat(_added(out, starts, sizes), sizes, axis=0)
    return out


def stepped(weights: Weights) -> Weights:
    """Return weights whose window products are whole steps of 16 bits, the largest of each filter the most that fits.

    Half as much is then read and kept as with single precision; the error, of half a step, is that of the half precision
    in which the weights themselves are kept. What is calibrated and what is released must both be made of these.
    """
    top = np.zeros(weights.windows.shape[2])
    for _, rows in _products(weights):
        np.maximum(top, np.abs(rows).max(axis=(0, 1)), out=top)
    # Rounded up, so that the largest is not a step too much.
    steps = np.nextafter((np.where(top > 0, top, 1) / _MOST_STEPS).astype(np.float32), np.float32(np.inf))
    return replace(weights, steps=steps)


def word_tables(weights: Weights, words: Ints | None = None) -> Tables:
    """Return E times W_k for every word and window position, shape (WIDTH, V, f), the shift added to the middle one.

    Made once, it turns the products of the run time into look-ups. With `words` only the rows of these, in their order.
    """
    if words is not None:
        weights = replace(weights, words=weights.words.take(words, axis=0))
    if not len(weights.steps):
        words = weights.words.astype(weights.windows.dtype, copy=False)
        tables = np.stack([words @ w for w in weights.windows])
        tables[1] += weights.shift
        return tables
    out = np.empty((WIDTH, len(weights.words), len(weights.steps)), np.int16)
    for start, rows in _products(weights):
        out[:, start : start + rows.shape[1]] = np.rint(rows / weights.steps)
    return out


def _products(weights: Weights) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Yield window products of some words after the other, with the number of the first of them."""
    # Weights of half precision have products and sums that double precision holds without error, so that every processor
    # rounds them to the same step.
    windows, shift = weights.windows.astype(np.float64), weights.shift.astype(np.float64)
    for start in range(0, len(weights.words), _WORDS):
        rows = weights.words[start : start + _WORDS].astype(np.float64) @ windows
        rows[1] += shift
        yield start, rows


@dataclass(frozen=True, slots=True)
class Clauses:
    """Where clauses begin and how many windows each has; the first clause (n,) and number of clauses (n,) of each letter."""

    starts: Ints
    windows: Ints
    first: Ints
    sizes: Ints

    @classmethod
    def of(cls, letters: Letters) -> Clauses:
        """Find the clauses of letters."""
        starts = clause_starts(letters)
        windows = np.diff(starts, append=len(letters.ids))
        first = np.searchsorted(starts, letters.offsets[:-1])
        sizes = np.diff(first, append=len(starts))
        # The window around a letter's last END would reach into the next letter, so it counts as empty.
        windows[first + sizes - 1] -= 1
        return cls(starts, windows, first, sizes)


@dataclass(frozen=True, slots=True)
class Reading:
    """Letters as read: largest filter values of clauses and letters, share of each clause and what it says, both (C, K).

    The shares of a letter's clauses add up to 1.
    """

    layout: Clauses
    clauses: Largest
    peaks: Largest
    share: F32
    value: F32

    def logits(self, weights: Weights) -> F32:
        """Return the logits (letters, K)."""
        said = _added(self.share * self.value, self.layout.first, self.layout.sizes)
        total: F32 = said.astype(self.value.dtype, copy=False)
        total += (self.peaks.values @ weights.peak).take(self.peaks.row, axis=0)
        total += weights.bias
        return total


def _windows(letters: Letters, tables: Tables) -> Read:
    """Return a reader of window values before they are cut off at zero."""
    around = np.full(len(letters.ids) + 2, END, np.int64)
    around[1:-1] = letters.ids
    before, here, after = tables
    spare = np.empty((0, tables.shape[2]), tables.dtype)

    def windows(at: Ints, out: F32) -> None:
        nonlocal spare
        if len(spare) < len(at):
            spare = np.empty_like(out)
        part = spare[: len(at)]
        take(before, around.take(at), out)
        take(here, around.take(at + 1), part)
        out += part
        take(after, around.take(at + 2), part)
        out += part

    return windows


def _clause_values(clauses: Largest) -> Read:
    return lambda at, out: take(clauses.values, clauses.row.take(at), out)


def read(letters: Letters, weights: Weights, tables: Tables, places: bool = False) -> Reading:
    """Take the largest filter values and weigh the clauses, without laying out the windows.

    `tables` are those of `word_tables`; with `places` the reading can be explained by `window_shares`.
    """
    filters, dtype = tables.shape[2], tables.dtype
    layout = Clauses.of(letters)
    clauses = largest(_windows(letters, tables), layout.starts, layout.windows, filters, dtype, places)
    peaks = largest(_clause_values(clauses), layout.first, layout.sizes, filters, dtype, places)
    return reading(layout, clauses, peaks, weights)


def reading(layout: Clauses, clauses: Largest, peaks: Largest, weights: Weights) -> Reading:
    """Weigh the clauses whose largest filter values were found."""
    if len(weights.steps):
        clauses, peaks = (replace(x, values=x.values * weights.steps) for x in (clauses, peaks))
    both = (clauses.values @ np.hstack([weights.attend, weights.sum])).take(clauses.row, axis=0)
    k = len(weights.bias)
    return Reading(layout, clauses, peaks, softmax_over(both[:, :k], layout.first, layout.sizes), both[:, k:])


def logits(letters: Letters, weights: Weights, tables: Tables) -> F32:
    """Return the logits (letters, K); `tables` are those of `word_tables`."""
    return read(letters, weights, tables).logits(weights)


def window_shares(
    letters: Letters, reading: Reading, weights: Weights, mix: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what the window around each word adds to `mix` times the logits: the exact account of one mixed output.

    `mix` has shape (K,), `reading` is what `read` made of the letters, places included. The shares of a letter and
    `mix @ bias` add up to its mixed logit. Equal windows of a letter (a repeated phrase) share what they are worth.
    """
    clauses, peaks = reading.clauses, reading.peaks
    dtype = clauses.values.dtype
    worth = (reading.share * mix.astype(dtype)) @ weights.sum.T
    worth *= clauses.values.take(clauses.row, axis=0)
    # What the peaks are worth goes to the clauses that hold them.
    holder = peaks.places.take(peaks.row, axis=0)
    peak = (weights.peak @ mix).astype(dtype) * peaks.values.take(peaks.row, axis=0)
    worth[holder, np.arange(worth.shape[1])] += peak
    places = clauses.places.take(clauses.row, axis=0)
    shares = np.bincount(places.ravel(), worth.ravel(), minlength=len(letters.ids)).astype(np.float64, copy=False)
    return _evened(letters, shares)


def _evened(letters: Letters, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Spread the shares of equal windows evenly among them, letter by letter."""
    ids = letters.ids.astype(np.uint64)
    # One number for letter and window; odd factors far apart, so equal sums of different windows do not happen by chance.
    window = ids * np.uint64(0x9E3779B97F4A7C15)
    window[1:] += ids[:-1] * np.uint64(0xBF58476D1CE4E5B9)
    window[:-1] += ids[1:] * np.uint64(0x94D049BB133111EB)
    window += np.repeat(np.arange(len(letters), dtype=np.uint64), np.diff(letters.offsets)) * np.uint64(
        0xD6E8FEB86659FD93
    )
    # The empty window around a letter's last END is like no other.
    window[letters.offsets[1:] - 1] = np.arange(len(letters), dtype=np.uint64)
    order = np.argsort(window)
    new = np.flatnonzero(np.diff(window[order], prepend=~window[order[:1]]))
    size = np.diff(new, append=len(order))
    even = np.empty(len(order))
    even[order] = np.repeat(np.add.reduceat(shares[order], new) / size, size)
    return even
