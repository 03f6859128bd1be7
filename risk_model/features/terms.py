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
from risk_model.features.hashing import U64, ngram_hashes, pair_hashes, salted, span_hashes, values

#: Characters n-grams are made of: two to four, the lengths of nearly all Chinese words.
NGRAMS: Final = (2, 3, 4)
WORD, PAIR = 0, 1

_MASK_OPEN, _MASK_CLOSE = ord("〔"), ord("〕")
#: Han characters a mask holds at most (社交账号).
_MASK_LONGEST: Final = 4
_HAN_FIRST, _HAN_LAST = 0x4E00, 0x9FFF
_SPACES = np.array([ord(c) for c in " \t\n\x1e\u3000"], np.uint32)


@dataclass(frozen=True, slots=True)
class Terms:
    """Parallel arrays: key of the term, letter it belongs to, half-open span in the batch's code points."""

    keys: U64
    rows: Ints
    starts: Ints
    ends: Ints


def word_keys(batch: Batch) -> U64:
    """Return the key of every word of the batch, whatever it is."""
    return salted(span_hashes(values(batch.codes), batch.starts, batch.ends), WORD)


def key_of(word: str) -> int:
    """Return the key that `word_keys` gives this word."""
    value = values(np.frombuffer(word.encode("utf-32-le"), np.uint32))
    key = span_hashes(value, np.array([0]), np.array([len(value)]))
    return int(salted(key, WORD)[0])


def stop_flags(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Flag the characters no term may touch: white space, separators and whole masks such as 〔手机〕.

    A bracket that is not closed after a few Han characters is no mask and flags nothing else.
    """
    flags = np.isin(codes, _SPACES)
    opened = np.flatnonzero(codes == _MASK_OPEN)
    closed = np.flatnonzero(codes == _MASK_CLOSE)
    if len(opened) and len(closed):
        end = closed[np.minimum(np.searchsorted(closed, opened), len(closed) - 1)]
        han = np.concatenate([[0], np.cumsum((codes >= _HAN_FIRST) & (codes <= _HAN_LAST))])
        inside = end - opened - 1
        masks = (inside > 0) & (inside <= _MASK_LONGEST) & (han[end] - han[opened + 1] == inside)
        edges = np.zeros(len(codes) + 1, np.int8)
        edges[opened[masks]] += 1
        edges[end[masks] + 1] -= 1
        flags |= np.cumsum(edges)[:-1] > 0
    return flags


def terms(batch: Batch, neutral: NDArray[np.bool_], words: U64 | None = None) -> Iterator[Terms]:
    """Yield the terms of a batch kind by kind: words, pairs of neighbouring words, then n-grams by length.

    `neutral` flags the words that must not count. A term that holds a flagged word or touches a character of
    `stop_flags` is left out. `words` are the keys of `word_keys` where the caller has them already.
    """
    words = word_keys(batch) if words is None else words
    stop = stop_flags(batch.codes)
    if neutral.any():
        stop |= np.repeat(neutral, batch.ends - batch.starts)
    good = ~stop[batch.starts]
    at = np.flatnonzero(good)
    yield Terms(words[at], batch.rows[at], batch.starts[at], batch.ends[at])
    at = np.flatnonzero(good[:-1] & good[1:])
    yield Terms(
        salted(pair_hashes(words[at], words[at + 1]), PAIR), batch.rows[at], batch.starts[at], batch.ends[at + 1]
    )
    value = values(batch.codes)
    clear = np.concatenate([[0], np.cumsum(stop)])
    for n in NGRAMS:
        if len(value) < n:
            return
        at = np.flatnonzero(clear[n:] == clear[:-n])
        yield Terms(salted(ngram_hashes(value, n)[at], n), batch.char_rows[at], at, at + n)
