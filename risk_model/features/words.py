"""What is known of each word of a batch, found in one look-up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk_model.encoder import FIRST_WORD, UNKNOWN
from risk_model.features.hashing import U64
from risk_model.features.vocabulary import KeyTable

Int32 = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Words:
    """Parallel arrays, one entry a word: number of the term or -1, id the encoder knows it by, roles added up."""

    terms: Int32
    ids: Int32
    roles: NDArray[np.uint8]


class WordTable:
    """Terms, encoder words and words that must not count, in one table by the key of the word."""

    def __init__(self, terms: U64, words: U64, neutral: U64, roles: NDArray[np.uint8]) -> None:
        keys = np.unique(np.concatenate([terms, words, neutral]))
        self._table = KeyTable(keys)
        self._terms = np.full(len(keys), -1, np.int32)
        self._terms[np.searchsorted(keys, terms)] = np.arange(len(terms))
        self._ids = np.full(len(keys), UNKNOWN, np.int32)
        self._ids[np.searchsorted(keys, words)] = np.arange(len(words)) + FIRST_WORD
        self._roles = np.zeros(len(keys), np.uint8)
        self._roles[np.searchsorted(keys, neutral)] = roles

    def facts(self) -> tuple[U64, Int32, Int32, NDArray[np.uint8]]:
        """Return the keys, and of each the number of the term or -1, the id and the roles."""
        return self._table.keys, self._terms, self._ids, self._roles

    def find(self, keys: U64) -> Words:
        """Look up the words with these keys."""
        at, found = self._table.known(keys)
        out = Words(
            np.full(len(keys), -1, np.int32), np.full(len(keys), UNKNOWN, np.int32), np.zeros(len(keys), np.uint8)
        )
        for here, all_ in ((out.terms, self._terms), (out.ids, self._ids), (out.roles, self._roles)):
            here[at] = all_.take(found)
        return out
