"""Learn what a model counts: the terms of the linear part and the words of the encoder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from risk_model.encoder import FIRST_WORD
from risk_model.features import CLAUSE_ENDS, Batch, Indifference, key_of, make_batch, terms, word_keys
from risk_model.text import Segmenter

F32 = NDArray[np.float32]
U64 = NDArray[np.uint64]
Ints = NDArray[np.int64]

#: Letters cut at a time: bounds the memory that their terms take.
_LETTERS: Final = 500


@dataclass(frozen=True, slots=True)
class Terms:
    """Term keys, ascending; what each says; and in how many of `letters` letters it stands."""

    keys: U64
    texts: tuple[str, ...]
    counts: Ints
    letters: int

    @property
    def idf(self) -> F32:
        """Square root of the inverse document frequency, half way between counting all terms alike and the full idf."""
        return np.sqrt(np.log((1 + self.letters) / self.counts)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Words:
    """Encoder words in the order of their ids from FIRST_WORD on; `breaks` covers all ids."""

    texts: tuple[str, ...]
    keys: U64
    breaks: NDArray[np.bool_]


def _batches(texts: Sequence[str], cutter: Segmenter) -> Iterator[tuple[int, Batch]]:
    for start in range(0, len(texts), _LETTERS):
        yield start, make_batch(texts[start : start + _LETTERS], cutter)


def learn_terms(texts: Sequence[str], cutter: Segmenter, indifference: Indifference, least: int, most: int) -> Terms:
    """Collect the terms that stand in at least `least` letters, at most `most` of them, the most widespread first.

    No label is looked at, so this may run before the data are split for validation.
    """
    keys: list[U64] = []
    where: list[NDArray[np.int64]] = []
    for start, batch in _batches(texts, cutter):
        words = word_keys(batch)
        masked, asides = indifference(batch, words)
        found = list(terms(batch, masked | asides, words))
        key = np.concatenate([t.keys for t in found])
        row = np.concatenate([t.rows for t in found])
        # Once per letter, with the place of the first occurrence: letter, then offset and length inside it.
        place = np.concatenate([t.starts for t in found]) - batch.offsets[row]
        length = np.concatenate([t.ends - t.starts for t in found])
        order = np.lexsort((row, key))
        key, row, place, length = key[order], row[order], place[order], length[order]
        first = np.flatnonzero((np.diff(key, prepend=key[:1] ^ np.uint64(1)) != 0) | (np.diff(row, prepend=-1) != 0))
        keys.append(key[first])
        where.append(np.stack([row[first] + start, place[first], length[first]]))
    every = np.concatenate(keys)
    spot = np.concatenate(where, axis=1)
    unique, first, counts = np.unique(every, return_index=True, return_counts=True)
    kept = np.flatnonzero((counts >= least) & (unique != 0))
    if len(kept) > most:
        # Ties at the edge are settled by key, so that the choice does not depend on the order of letters.
        kept = np.sort(kept[np.lexsort((unique[kept], -counts[kept]))[:most]])
    said = []
    for row, place, length in spot[:, first[kept]].T.tolist():
        said.append(texts[row][place : place + length])
    return Terms(unique[kept], tuple(said), counts[kept], len(texts))


def learn_words(texts: Sequence[str], cutter: Segmenter, masked: frozenset[str], least: int) -> Words:
    """Collect the words seen at least `least` times, masked words and white space left out, in a fixed order."""
    counts = Counter(word for text in texts for word in cutter.cut(text))
    kept = sorted(word for word, n in counts.items() if n >= least and word.strip() and word not in masked)
    keys = np.array([key_of(word) for word in kept], np.uint64)
    breaks = np.zeros(FIRST_WORD + len(kept), np.bool_)
    breaks[0] = True
    breaks[FIRST_WORD:] = [word in CLAUSE_ENDS for word in kept]
    return Words(tuple(kept), keys, breaks)
