"""Terms of a batch: words, word pairs and character n-grams, each as a 64-bit key with its place.

A term never reaches across a letter or field end, white space, a mask such as 〔姓名〕, or a word that must not count
(a place name, a word about who writes): the boundary is held here, at the root, not by editing scores.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from risk_model.features.batch import Batch, Ints
from risk_model.features.hashing import U64, growing_hashes, pair_hashes, salted, span_hashes, values
from risk_model.features.vocabulary import KeyTable

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


class _Kind(NamedTuple):
    """Keys of one kind at every position, also where `good` says that no term stands; spans by position."""

    keys: U64
    good: Flags
    starts: Ints | None
    ends: Ints | None
    length: int = 0

    def spans(self, at: Ints) -> tuple[Ints, Ints]:
        """Return starts and ends of the terms at `at`."""
        if self.starts is None or self.ends is None:
            return at, at + self.length
        return self.starts.take(at), self.ends.take(at)


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
    for kind in _kinds(batch, neutral, word_keys(batch) if words is None else words):
        at = np.flatnonzero(kind.good)
        starts, ends = kind.spans(at)
        yield Terms(kind.keys[at], batch.char_rows.take(starts), starts, ends)


def known_terms(batch: Batch, table: KeyTable, neutral: Flags, words: U64) -> Found:
    """Return where the terms of `table` stand: the same as looking up all `terms`, without laying out the unknown ones."""
    numbers, starts, ends = [], [], []
    for kind in _kinds(batch, neutral, words):
        at, number = table.known(kind.keys, kind.good)
        start, end = kind.spans(at)
        numbers.append(number)
        starts.append(start)
        ends.append(end)
    start = np.concatenate(starts)
    return Found(np.concatenate(numbers), batch.char_rows.take(start), start, np.concatenate(ends))


def _kinds(batch: Batch, neutral: Flags, words: U64) -> Iterator[_Kind]:
    stop = batch.stop | np.repeat(neutral, batch.ends - batch.starts) if neutral.any() else batch.stop
    clear = ~stop
    good = clear[batch.starts]
    yield _Kind(words, good, batch.starts, batch.ends)
    yield _Kind(
        salted(pair_hashes(words[:-1], words[1:]), PAIR), good[:-1] & good[1:], batch.starts[:-1], batch.ends[1:]
    )
    run = clear
    for n, hashes in growing_hashes(batch.values, LONGEST):
        run = run[:-1] & clear[n - 1 :]
        yield _Kind(salted(hashes, n), run, None, None, n)
