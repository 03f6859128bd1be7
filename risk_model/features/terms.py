"""Terms of a batch: words, word pairs and character n-grams, each as a 64-bit key with its place.

A term never reaches across a letter or field end, white space, a mask such as 〔姓名〕, or a word that must not count
(a place name, a word about who writes): the boundary is held here, at the root, not by editing scores.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from risk_model.features.batch import Batch, Ints
from risk_model.features.hashing import U64, growing_sums, key, pair_sums, salted, span_hashes, sums_of, values
from risk_model.features.vocabulary import SPREAD, KeyTable

#: Characters of the longest n-grams; from two to four are the lengths of nearly all Chinese words.
LONGEST: Final = 4
WORD, PAIR = 0, 1

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Terms:
    """Parallel arrays: key of the term, letter it belongs to, half-open span in the batch's code points."""

    keys: U64
    rows: NDArray[np.int32]
    starts: Ints
    ends: Ints


@dataclass(frozen=True, slots=True)
class Found:
    """Occurrences of known terms, parallel arrays: number of the term, letter, half-open span in the code points."""

    terms: NDArray[np.int32]
    rows: NDArray[np.int32]
    starts: Ints
    ends: Ints


def word_keys(batch: Batch) -> U64:
    """Return the key of every word of the batch, whatever it is."""
    return salted(span_hashes(batch.values, batch.starts, batch.ends), WORD)


def key_of(word: str) -> int:
    """Return the key that `word_keys` gives this word."""
    value = values(np.frombuffer(word.encode("utf-32-le"), np.uint32))
    key = span_hashes(value, np.array([0]), np.array([len(value)]))
    return int(salted(key, WORD)[0])


def terms(batch: Batch, neutral: Flags, words: U64 | None = None) -> Iterator[Terms]:
    """Yield the terms of a batch kind by kind: words, pairs of neighbouring words, then n-grams by length.

    `neutral` flags the words that must not count. A term that holds a flagged word or touches a character of
    `stop_flags` is left out. `words` are the keys of `word_keys` where the caller has them already.
    """
    keys = word_keys(batch) if words is None else words
    clear, good = _clear(batch, neutral)
    at = np.flatnonzero(good)
    yield Terms(keys[at], batch.rows[at], batch.starts[at], batch.ends[at])
    at = np.flatnonzero(good[:-1] & good[1:])
    yield Terms(key(pair_sums(keys), PAIR)[at], batch.rows[at], batch.starts[at], batch.ends[at + 1])
    for n, sums, run in _runs(batch.values, clear):
        at = np.flatnonzero(run)
        yield Terms(key(sums[at], n), batch.char_rows.take(at), at, at + n)


class TermTable:
    """Finds the terms of a vocabulary in a batch: the same as looking up all `terms`, at a fraction of the price.

    The keys of pairs and n-grams are traced back to the sums they were mixed from, so nothing is mixed to look terms up.
    Of which kind a key is need not be known: traced back as another kind it is a number that no text gives.
    """

    def __init__(self, keys: U64) -> None:
        self.keys = keys
        self._pairs = KeyTable(sums_of(keys, PAIR))
        self._ngrams = {n: KeyTable(sums_of(keys, n)) for n in range(2, LONGEST + 1)}

    def __len__(self) -> int:
        return len(self.keys)

    def find(self, batch: Batch, neutral: Flags, keys: U64, words: NDArray[np.int32]) -> Found:
        """Return where the terms stand; `keys` are those of `word_keys`, `words` the term of each word or -1."""
        clear, good = _clear(batch, neutral)
        at = np.flatnonzero(good & (words >= 0))
        numbers, starts, ends = [words.take(at)], [batch.starts.take(at)], [batch.ends.take(at)]
        at, number = self._pairs.known(pair_sums(keys), good[:-1] & good[1:])
        numbers.append(number)
        starts.append(batch.starts.take(at))
        ends.append(batch.ends.take(at + 1))
        # Multiplied once and for all: the sums of the products are the products of the sums.
        for n, sums, run in _runs(batch.values * SPREAD, clear):
            at, number = self._ngrams[n].known_spread(sums, run)
            numbers.append(number)
            starts.append(at)
            ends.append(at + n)
        start = np.concatenate(starts)
        return Found(np.concatenate(numbers), batch.char_rows.take(start), start, np.concatenate(ends))


def _clear(batch: Batch, neutral: Flags) -> tuple[Flags, Flags]:
    """Return which characters a term may touch, and which words are terms."""
    stop = batch.stop | np.repeat(neutral, batch.ends - batch.starts) if neutral.any() else batch.stop
    clear = ~stop
    return clear, clear.take(batch.starts)


def _runs(values: U64, clear: Flags) -> Iterator[tuple[int, U64, Flags]]:
    """Yield n, the sum of the n-gram at every position, and where an n-gram stands."""
    run = clear
    for n, sums in growing_sums(values, LONGEST):
        run = run[:-1] & clear[n - 1 :]
        yield n, sums, run
