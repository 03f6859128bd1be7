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

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
Ints = NDArray[np.int64]

#: Word ids with a fixed meaning; the vocabulary follows.
END, UNKNOWN, FIRST_WORD = 0, 1, 2
WIDTH: Final = 3


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
    """Parameters: `words` (V, d), `windows` (WIDTH, d, f), `shift` (f,), `attend`, `sum`, `peak` (f, K), `bias` (K,)."""

    words: F32
    windows: F32
    shift: F32
    attend: F32
    sum: F32
    peak: F32
    bias: F32


def clause_starts(letters: Letters) -> Ints:
    """Return where clauses begin: at a letter's first word, and at the first word after a break."""
    begins = np.zeros(len(letters.ids), np.bool_)
    begins[1:] = letters.breaks[:-1] & ~letters.breaks[1:]
    begins[letters.offsets[:-1]] = True
    return np.flatnonzero(begins)


def window_values(letters: Letters, tables: F32, shift: F32, index: NDArray[np.int32] | None = None) -> F32:
    """Return the filter values (words, f) of the window around each word; `tables` is (WIDTH, words, f), E times W_k.

    `index` gives the rows of `tables` where they do not stand in the order of the vocabulary; END is row 0 in any case.
    The window around a letter's last END would reach into the next letter, so it counts as empty.
    """
    ids = letters.ids if index is None else index
    h: F32 = tables[1].take(ids, axis=0)
    h[0] += tables[0][END]  # every later letter finds the END of the one before it
    h[1:] += tables[0].take(ids[:-1], axis=0)
    h[:-1] += tables[2].take(ids[1:], axis=0)
    h += shift
    np.maximum(h, 0, out=h)
    h[letters.offsets[1:] - 1] = 0
    return h


def softmax_over(values: F32, starts: Ints, sizes: Ints) -> F32:
    """Return the softmax of each column inside each stretch of rows."""
    top = np.maximum.reduceat(values, starts, axis=0)
    out: F32 = np.exp(values - np.repeat(top, sizes, axis=0))
    out /= np.repeat(np.add.reduceat(out, starts, axis=0), sizes, axis=0)
    return out


@dataclass(frozen=True, slots=True)
class Pooled:
    """Clause values (C, f) and starts (C,); peaks (n, f), first clause (n,) and number of clauses (n,) of each letter."""

    clauses: F32
    peaks: F32
    starts: Ints
    first: Ints
    sizes: Ints


def pool(letters: Letters, h: F32) -> Pooled:
    """Take the largest filter values of each clause and each letter."""
    starts = clause_starts(letters)
    first = np.searchsorted(starts, letters.offsets[:-1])
    clauses = np.maximum.reduceat(h, starts, axis=0)
    peaks = np.maximum.reduceat(clauses, first, axis=0)
    return Pooled(clauses, peaks, starts, first, np.diff(first, append=len(starts)))


def attention(pooled: Pooled, attend: F32) -> F32:
    """Return how much each clause counts for each output (C, K); the shares of a letter's clauses add up to 1."""
    return softmax_over(pooled.clauses @ attend, pooled.first, pooled.sizes)


def logits(letters: Letters, weights: Weights, tables: F32) -> F32:
    """Return the logits (letters, K)."""
    pooled = pool(letters, window_values(letters, tables, weights.shift))
    weighted = attention(pooled, weights.attend)
    weighted *= pooled.clauses @ weights.sum
    total: F32 = np.add.reduceat(weighted, pooled.first, axis=0) + pooled.peaks @ weights.peak + weights.bias
    return total


def word_tables(weights: Weights) -> F32:
    """Return E times W_k for every word and window position, shape (WIDTH, V, f); made once, it spares later products."""
    return np.stack([weights.words @ w for w in weights.windows])


def window_shares(letters: Letters, weights: Weights, tables: F32, mix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what the window around each word adds to `mix` times the logits: the exact account of one mixed output.

    `mix` has shape (K,). The shares of a letter and `mix @ bias` add up to its mixed logit.
    """
    h = window_values(letters, tables, weights.shift)
    pooled = pool(letters, h)
    share = attention(pooled, weights.attend)
    worth = (share * mix) @ weights.sum.T.astype(np.float64) * pooled.clauses
    peak = (weights.peak @ mix) * pooled.peaks
    out = np.zeros(len(letters.ids))
    for starts, largest, value in (
        (pooled.starts, pooled.clauses, worth),
        (letters.offsets[:-1], pooled.peaks, peak),
    ):
        group = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(letters.ids)))
        won = h == largest[group]
        # Equal windows (a repeated phrase) share what the filter is worth.
        ties = np.add.reduceat(won, starts, axis=0, dtype=np.float64)
        out += np.where(won, (value / ties)[group], 0).sum(axis=1)
    return out
