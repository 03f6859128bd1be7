"""The compiled engine: the tables of a model laid out for the kernels, and the kernels called in turn."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from risk_model.encoder import Letters
from risk_model.features import CLAUSE_ENDS, RECORD
from risk_model.kernels import encoder, evidence, terms
from risk_model.runtime.answer import NEGLIGIBLE, Answer, Evidence
from risk_model.runtime.scorer import Scorer
from risk_model.text.trie import trie

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Ints = NDArray[np.int64]

_CLAUSE_ENDS: Final = np.array([ord(mark) for mark in CLAUSE_ENDS], np.uint32)
#: Flags beyond the places of the table by this many bits: one in sixteen unknown keys has its bit set.
_FINER: Final = 4
#: Fuller than this, a table makes questions wait.
_FULLEST: Final = 0.75
#: Fewer occurrences of terms than this are not worth a list as long as the vocabulary.
_FEW: Final = 20_000
#: One row of weights fills whole lines of the cache.
_LINE: Final = 128
#: Code points that may be letters or digits; above them there are none.
_CHARACTERS: Final = 0x40000


class Table:
    """Keys and what is known of each, for the kernels."""

    def __init__(self, keys: NDArray[np.uint64], facts: NDArray[np.uint64]) -> None:
        bits = max(8, (int(len(keys) / _FULLEST)).bit_length())
        self.shift, self.bit_shift = np.uint64(64 - bits), np.uint64(64 - bits - _FINER)
        self.table = np.zeros(2 << bits, np.uint64)
        self.bits = np.zeros((1 << (bits + _FINER)) // 64, np.uint64)
        terms.fill(keys, facts, self.shift, self.table, self.bit_shift, self.bits)


@dataclass(frozen=True, slots=True)
class _Words:
    """Words of a batch: code points, letter of each character and where letters begin, spans, letter of each word, keys."""

    codes: NDArray[np.uint32]
    character_rows: NDArray[np.int32]
    offsets: Ints
    starts: Ints
    ends: Ints
    rows: NDArray[np.int32]
    keys: NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class _Found:
    """Known terms by rank, letter by letter up to `split` and again from there on; what `weighed` made of them."""

    terms: NDArray[np.int32]
    rows: NDArray[np.int32]
    starts: Ints
    ends: Ints
    split: int
    lengths: F64
    logits: F64


class Compiled:
    """Reads letters with the kernels; the same answers as `Plain`, within rounding."""

    def __init__(self, scorer: Scorer) -> None:
        self.scorer = scorer
        p = scorer.parameters
        # Common terms side by side: what is asked for all the time then takes few lines of the cache.
        order = np.argsort(p.term_idf, kind="stable")
        ranks = np.empty(len(order) + 1, np.int64)
        ranks[order] = np.arange(len(order))
        ranks[-1] = -1
        self._idf = p.term_idf[order]
        self._weights = _aligned(scorer.term_weights[order])
        keys, known, ids, roles = scorer.words.facts()
        facts = (ranks[known] + 1).astype(np.uint64) | ids.astype(np.uint64) << np.uint64(28)
        self._table = Table(keys, facts | roles.astype(np.uint64) << np.uint64(56))
        self._trie = trie()
        self._own = threading.local()
        self._columns: dict[int, F32] = {}
        self._breaks = p.word_breaks
        steps = p.encoder.steps
        self._steps = steps if len(steps) else np.ones(p.encoder.windows.shape[2], np.float32)

    def read(self, texts: Sequence[str], output: int, most: int) -> Answer:
        """Return what the model says of prepared letters, and the `most` heaviest words of one output."""
        words, letters, places, found = self._encode(texts)
        read = self._read(letters, placed=most > 0)
        total = found.logits + self.scorer.bias
        total += read.logits @ self.scorer.encoder_mix
        known = known_share(letters)
        shown = self._heaviest(words, letters, places, found, read, output, most) if most else None
        return Answer(total.astype(np.float32), known, shown)

    def _encode(self, texts: Sequence[str]) -> tuple[_Words, Letters, Ints, _Found]:
        joined = RECORD.join([*texts, ""])
        codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        sizes = np.fromiter(map(len, texts), np.int64, len(texts)) + 1
        character_rows = np.repeat(np.arange(len(texts), dtype=np.int32), sizes)
        ends = self._trie.cut(codes)
        starts = np.concatenate([[0], ends[:-1]])
        rows = character_rows.take(starts)
        n, t = len(ends), self._table
        stop, silent, asides = np.empty(len(codes), np.bool_), np.empty(n, np.bool_), np.empty(n, np.bool_)
        keys, known, ids = np.empty(n, np.uint64), np.empty(n, np.int32), np.empty(n, np.int32)
        terms.words(codes, starts, ends, t.table, t.shift, _CLAUSE_ENDS, stop, keys, known, ids, silent, asides)
        words = _Words(codes, character_rows, np.concatenate([[0], np.cumsum(sizes)]), starts, ends, rows, keys)
        places, offsets = np.empty(n, np.int64), np.zeros(len(texts) + 1, np.int64)
        read = np.empty(n, np.int32)
        count = terms.word_letters(codes, starts, rows, stop, ids, asides, read, places, offsets)
        letters = Letters(read[:count], offsets, self._breaks.take(read[:count]))
        return words, letters, places[:count], self._terms(words, stop, silent, known)

    def _terms(
        self, words: _Words, stop: NDArray[np.bool_], silent: NDArray[np.bool_], known: NDArray[np.int32]
    ) -> _Found:
        most = 2 * len(words.starts) + 3 * len(words.codes)
        found, rows = np.empty(most, np.int32), np.empty(most, np.int32)
        begins, finishes = np.empty(most, np.int64), np.empty(most, np.int64)
        table: tuple[Any, ...] = (self._table.table, self._table.shift, self._table.bits, self._table.bit_shift)
        into: tuple[Any, ...] = (found, rows, begins, finishes)
        split = terms.word_terms(words.starts, words.ends, words.rows, stop, silent, words.keys, known, *table, *into)
        terms.silence(words.starts, words.ends, silent, stop)
        count = terms.ngrams(words.codes, words.character_rows, stop, *table, split, *into)
        lengths = np.empty(len(words.offsets) - 1)
        logits = np.zeros((len(lengths), self._weights.shape[1]))
        if count < _FEW:
            terms.weighed_few(found[:count], rows[:count], split, self._idf, self._weights, lengths, logits)
        else:
            terms.weighed(found[:count], rows[:count], self._idf, self._weights, lengths, logits)
        return _Found(found[:count], rows[:count], begins[:count], finishes[:count], split, lengths, logits)

    def _read(self, letters: Letters, placed: bool) -> _Read:
        """Read letters clause by clause: `risk_model.encoder.read`."""
        weights, tables = self.scorer.parameters.encoder, self.scorer.tables
        n, rows, filters = len(letters.ids), len(letters), tables.shape[2]
        starts, windows = np.empty(n, np.int64), np.empty(n, np.int64)
        first, sizes = np.empty(rows, np.int64), np.empty(rows, np.int64)
        count = encoder.clauses(letters.breaks, letters.offsets, starts, windows, first, sizes)
        clauses, peaks = np.empty((count, filters), np.float32), np.empty((rows, filters), np.float32)
        places, holders = (np.empty((m if placed else 0, filters), np.int32) for m in (count, rows))
        passed: tuple[Any, ...] = (letters.ids, starts, windows, first, sizes, tables, self._steps, clauses, peaks)
        if placed:
            encoder.largest_placed(*passed, places, holders)
        else:
            encoder.largest(*passed)
        k = len(weights.bias)
        scores, values = clauses @ weights.attend, clauses @ weights.sum
        encoder.lower(scores, k, first, sizes)
        np.exp(scores, out=scores)
        logits = peaks @ weights.peak
        logits += weights.bias
        encoder.attend(scores, values, first, sizes, logits)
        return _Read(first, clauses, peaks, places, holders, scores, logits)

    def _places(self) -> NDArray[np.int32]:
        """Return zeros, one for each term, of this thread: what a kernel writes it takes back."""
        if not hasattr(self._own, "places"):
            self._own.places = np.zeros(len(self._idf), np.int32)
        places: NDArray[np.int32] = self._own.places
        return places

    def _heaviest(
        self,
        words: _Words,
        letters: Letters,
        places: Ints,
        found: _Found,
        read: _Read,
        output: int,
        most: int,
    ) -> list[Evidence]:
        if output not in self._columns:
            self._columns[output] = np.ascontiguousarray(self._weights[:, output])
        characters = np.zeros(len(words.codes))
        evidence.term_shares(
            found.terms,
            found.rows,
            found.split,
            found.starts,
            found.ends,
            self._idf,
            self._columns[output],
            found.lengths,
            self._places(),
            characters,
        )
        weights, mix = self.scorer.parameters.encoder, self.scorer.encoder_mix[:, output]
        worth = (read.share * mix.astype(np.float32)) @ weights.sum.T
        worth *= read.clauses
        peaks = (weights.peak @ mix).astype(np.float32) * read.peaks
        windows = evidence.window_shares(
            letters.ids, letters.offsets, read.places, worth, read.first, read.holders, peaks
        )
        shares = evidence.word_shares(characters, words.starts, words.ends, letters.ids, places, windows)
        size = len(words.offsets) - 1
        at = np.searchsorted(words.rows, np.arange(size + 1))
        first, totals = np.empty(size * most, np.int64), np.empty(size * most)
        count = np.empty(size, np.int64)
        evidence.heaviest(
            words.codes,
            words.starts,
            words.ends,
            at,
            words.keys,
            shares,
            _sounding(),
            most,
            NEGLIGIBLE,
            first,
            totals,
            count,
        )
        kept = np.flatnonzero(np.arange(size * most) % most < np.repeat(count, most))
        first, totals = first[kept], totals[kept]
        begin = words.offsets[words.rows[first]]
        starts, ends = (words.starts[first] - begin).tolist(), (words.ends[first] - begin).tolist()
        weights_, bounds = totals.tolist(), [0, *np.cumsum(count).tolist()]
        return [Evidence(starts[a:b], ends[a:b], weights_[a:b]) for a, b in pairwise(bounds)]


def known_share(letters: Letters) -> F32:
    """Return the share of each letter's words that the encoder knows: `Encoded.known_share`."""
    out = np.empty(len(letters), np.float32)
    encoder.known(letters.ids, letters.offsets, out)
    return out


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of letters: first clause and number of clauses of each, clause values and peaks with their places,
    share of each clause, logits.
    """

    first: Ints
    clauses: F32
    peaks: F32
    places: NDArray[np.int32]
    holders: NDArray[np.int32]
    share: F32
    logits: F32


def _aligned(array: NDArray[np.floating[Any]]) -> F32:
    """Return a copy in single precision whose rows begin where lines of the cache do, if they are as long as these."""
    buffer = np.empty(array.size * 4 + _LINE, np.uint8)
    begin = -buffer.ctypes.data % _LINE
    out: F32 = buffer[begin : begin + array.size * 4].view(np.float32).reshape(array.shape)
    out[:] = array
    return out


@cache
def _sounding() -> NDArray[np.bool_]:
    """Return which characters are letters or digits."""
    return np.array([chr(code).isalnum() for code in range(_CHARACTERS)])
