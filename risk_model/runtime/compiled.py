"""The compiled engine: the tables of a model laid out for the kernels, and the kernels called in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from risk_model.encoder import Letters, Reading
from risk_model.encoder.forward import Clauses, reading
from risk_model.encoder.stretches import Largest
from risk_model.features import CLAUSE_ENDS, RECORD
from risk_model.kernels import encoder, evidence, terms
from risk_model.runtime.answer import Answer, Evidence
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

    @cached_property
    def _columns(self) -> dict[int, F32]:
        return {}

    def read(self, texts: Sequence[str], output: int, most: int) -> Answer:
        """Return what the model says of prepared letters, and the `most` heaviest words of one output."""
        words, letters, places, found = self._encode(texts)
        clauses = _read(letters, self.scorer, placed=most > 0)
        total = found.logits + self.scorer.bias
        total += clauses.logits(self.scorer.parameters.encoder) @ self.scorer.encoder_mix
        known = known_share(letters)
        shown = self._heaviest(words, letters, places, found, clauses, output, most) if most else None
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
        letters = Letters(read[:count], offsets, self.scorer.parameters.word_breaks.take(read[:count]))
        return words, letters, places[:count], self._terms(words, stop, silent, known)

    def _terms(
        self, words: _Words, stop: NDArray[np.bool_], silent: NDArray[np.bool_], known: NDArray[np.int32]
    ) -> _Found:
        most = 2 * len(words.starts) + 3 * len(words.codes)
        found, rows = np.empty(most, np.int32), np.empty(most, np.int32)
        begins, finishes = np.empty(most, np.int64), np.empty(most, np.int64)
        table = (self._table.table, self._table.shift, self._table.bits, self._table.bit_shift)
        into = (found, rows, begins, finishes)
        split = terms.word_terms(words.starts, words.ends, words.rows, stop, silent, words.keys, known, *table, *into)
        terms.silence(words.starts, words.ends, silent, stop)
        count = terms.ngrams(words.codes, words.character_rows, stop, *table, split, *into)
        lengths = np.empty(len(words.offsets) - 1)
        logits = np.zeros((len(lengths), self._weights.shape[1]))
        terms.weighed(found[:count], rows[:count], split, self._idf, self._weights, lengths, logits)
        return _Found(found[:count], rows[:count], begins[:count], finishes[:count], split, lengths, logits)

    def _heaviest(
        self,
        words: _Words,
        letters: Letters,
        places: Ints,
        found: _Found,
        clauses: Reading,
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
            characters,
        )
        weights, mix = self.scorer.parameters.encoder, self.scorer.encoder_mix[:, output]
        worth = (clauses.share * mix.astype(np.float32)) @ weights.sum.T
        worth *= clauses.clauses.values
        peaks = (weights.peak @ mix).astype(np.float32) * clauses.peaks.values
        windows = evidence.window_shares(
            letters.ids,
            letters.offsets,
            clauses.clauses.places,
            worth,
            clauses.layout.first,
            clauses.peaks.places,
            peaks,
        )
        shares = evidence.word_shares(characters, words.starts, words.ends, letters.ids, places, windows)
        size = len(words.offsets) - 1
        at = np.searchsorted(words.rows, np.arange(size + 1))
        first, totals = np.empty(size * most, np.int64), np.empty(size * most)
        count = np.empty(size, np.int64)
        evidence.heaviest(
            words.codes, words.starts, words.ends, at, words.keys, shares, _sounding(), most, first, totals, count
        )
        kept = np.flatnonzero(np.arange(size * most) % most < np.repeat(count, most))
        first, totals = first[kept], totals[kept]
        begin = words.offsets[words.rows[first]]
        spans = (words.starts[first] - begin).tolist(), (words.ends[first] - begin).tolist(), totals.tolist()
        bounds = [0, *np.cumsum(count).tolist()]
        return [Evidence(*(column[a:b] for column in spans)) for a, b in pairwise(bounds)]


def known_share(letters: Letters) -> F32:
    """Return the share of each letter's words that the encoder knows: `Encoded.known_share`."""
    out = np.empty(len(letters), np.float32)
    encoder.known(letters.ids, letters.offsets, out)
    return out


def _read(letters: Letters, scorer: Scorer, placed: bool) -> Reading:
    """Read letters clause by clause: `risk_model.encoder.read`."""
    weights, tables = scorer.parameters.encoder, scorer.tables
    n, rows, filters = len(letters.ids), len(letters), tables.shape[2]
    starts, windows = np.empty(n, np.int64), np.empty(n, np.int64)
    first, sizes = np.empty(rows, np.int64), np.empty(rows, np.int64)
    count = encoder.clauses(letters.breaks, letters.offsets, starts, windows, first, sizes)
    layout = Clauses(starts[:count], windows[:count], first, sizes)
    clauses, peaks = np.empty((count, filters), tables.dtype), np.empty((rows, filters), tables.dtype)
    places, holders = (np.empty((m if placed else 0, filters), np.int32) for m in (count, rows))
    passed: tuple[Any, ...] = (letters.ids, starts, windows, first, sizes, tables, clauses, peaks)
    if placed:
        encoder.largest_placed(*passed, places, holders)
    else:
        encoder.largest(*passed)
    return reading(
        layout, Largest(clauses, np.arange(count), places), Largest(peaks, np.arange(rows), holders), weights
    )


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
