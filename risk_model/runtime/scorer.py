"""Score prepared letters from plain arrays; neither scikit-learn nor pandas is imported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from risk_model.artifact import Parameters
from risk_model.encoder import END, FIRST_WORD, UNKNOWN, Letters, Reading, Tables, read, word_tables
from risk_model.features import (
    Batch,
    Found,
    TermColumns,
    TermTable,
    WordTable,
    indifferent,
    make_batch,
    tally,
    tally_places,
    weigh,
    word_keys,
    word_letters,
)
from risk_model.text import Segmenter, segmenter

F32 = NDArray[np.float32]

#: Characters cut and looked up at a time: enough to drown the fixed cost of array calls, little enough for the cache.
CHUNK_CHARACTERS: Final = 100_000
#: Words whose window products are made when they are met; then those of the whole vocabulary are.
_FEW_WORDS: Final = 2_000
#: Rows of weights mixed at a time.
_ROWS: Final = 8_192


@dataclass(frozen=True, slots=True)
class Encoded:
    """A batch in the forms the model reads: words and their keys, the known terms in it, and word ids.

    Id i of `letters` stands for word `places[i]` of the batch.
    """

    batch: Batch
    keys: NDArray[np.uint64]
    found: Found
    letters: Letters
    places: NDArray[np.int64]

    def known_share(self) -> F32:
        """Return the share of each letter's words that the encoder knows, in [0, 1]; 0 for a letter without words."""
        row = np.repeat(np.arange(len(self.letters)), np.diff(self.letters.offsets))
        words = np.bincount(row, self.letters.ids != END, minlength=len(self.letters))
        known = np.bincount(row, self.letters.ids >= FIRST_WORD, minlength=len(self.letters))
        return (known / np.maximum(words, 1)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Read:
    """What the linear part and the encoder find in a batch.

    To explain: `order` sorts the occurrences of terms, and those of entry i of `terms` begin at `first[i]` in it.
    """

    terms: TermColumns
    reading: Reading
    order: NDArray[np.int64] | None = None
    first: NDArray[np.int64] | None = None


def chunks(sizes: NDArray[np.int64], most: int) -> Iterator[tuple[int, int]]:
    """Yield half-open ranges of rows whose sizes add up to at most `most`; a larger row stands alone.

    >>> list(chunks(np.array([3, 3, 9, 1]), 6))
    [(0, 2), (2, 3), (3, 4)]
    """
    start, total = 0, 0
    for row, size in enumerate(sizes.tolist()):
        if total + size > most and row > start:
            yield start, row
            start, total = row, 0
        total += size
    if start < len(sizes):
        yield start, len(sizes)


def _mixed(weights: NDArray[np.floating[Any]], mix: NDArray[np.float64]) -> F32:
    """Return `weights @ mix`, made in double and kept in single precision, some rows at a time."""
    out = np.empty(weights.shape, np.float32)
    for start in range(0, len(weights), _ROWS):
        out[start : start + _ROWS] = weights[start : start + _ROWS].astype(np.float64) @ mix
    return out


class Scorer:
    """Turns prepared texts (title, line end, body) into logits."""

    def __init__(self, parameters: Parameters, cutter: Segmenter | None = None) -> None:
        k = len(parameters.outputs)
        self.parameters = parameters
        self._segmenter = cutter or segmenter()
        self.vocabulary = TermTable(parameters.term_keys)
        self.words = WordTable(
            parameters.term_keys, parameters.word_keys, parameters.neutral_keys, parameters.neutral_roles
        )
        # Mixing is linear, so the linear part folds into one weight for each term and output. The two parts partly cancel,
        # so they are mixed in double precision; what one weight is then rounded by moves no letter's seventh decimal.
        mix = parameters.mix.astype(np.float64)
        self.term_weights = _mixed(parameters.term_weights, mix[:k])
        self.bias = parameters.mix_bias + parameters.term_bias @ mix[:k]
        self.encoder_mix = mix[k:]
        self._words_read = 0

    @cached_property
    def tables(self) -> Tables:
        """Window products of every word of the vocabulary, made when first needed."""
        return word_tables(self.parameters.encoder)

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Cut the texts and look their words up."""
        batch = make_batch(texts, self._segmenter)
        keys = word_keys(batch)
        words = self.words.find(keys)
        masked, asides = indifferent(batch, words.roles)
        words.ids[masked] = UNKNOWN
        letters, places = word_letters(batch, words.ids, self.parameters.word_breaks, asides)
        found = self.vocabulary.find(batch, masked | asides, keys, words.terms)
        return Encoded(batch, keys, found, letters, places)

    def terms(self, encoded: Encoded) -> TermColumns:
        """Return the weighed terms of a batch."""
        found = encoded.found
        return weigh(tally(found.terms, found.rows, encoded.batch.size), self.parameters.term_idf)

    def read(self, encoded: Encoded, explained: bool = False) -> Read:
        """Return what both parts find in a batch; `explained` keeps what `word_shares` needs."""
        reading = self._reading(encoded.letters, explained)
        if not explained:
            return Read(self.terms(encoded), reading)
        found = encoded.found
        counts, order, first = tally_places(found.terms, found.rows, encoded.batch.size)
        return Read(weigh(counts, self.parameters.term_idf), reading, order, first)

    def _reading(self, letters: Letters, places: bool) -> Reading:
        self._words_read += len(letters.ids)
        encoder = self.parameters.encoder
        if "tables" in self.__dict__ or self._words_read > _FEW_WORDS:
            return read(letters, encoder, self.tables, places)
        # One letter on the command line needs some hundred words of the vocabulary, not all.
        used, index = np.unique(np.append(letters.ids, END), return_inverse=True)
        few = replace(letters, ids=index[:-1].astype(np.int32))
        return read(few, encoder, word_tables(encoder, used), places)

    def encoded_logits(self, encoded: Encoded) -> F32:
        """Return the calibrated logits (letters, K) of a batch."""
        return self.joined(self.read(encoded))

    def joined(self, parts: Read) -> F32:
        """Return the calibrated logits (letters, K) of what both parts found."""
        total = parts.terms.dot(self.term_weights)
        total += parts.reading.logits(self.parameters.encoder) @ self.encoder_mix
        total += self.bias
        return total.astype(np.float32)

    def batches(self, texts: Sequence[str]) -> Iterator[tuple[int, int, Encoded]]:
        """Yield encoded stretches of `texts` with their row range, each of bounded size."""
        sizes = np.fromiter(map(len, texts), np.int64, len(texts))
        for start, end in chunks(sizes, CHUNK_CHARACTERS):
            yield start, end, self.encode(texts[start:end])

    def logits(self, texts: Sequence[str]) -> F32:
        """Return the calibrated logits (n, K) of `texts`."""
        out = np.empty((len(texts), len(self.parameters.outputs)), np.float32)
        for start, end, encoded in self.batches(texts):
            out[start:end] = self.encoded_logits(encoded)
        return out
