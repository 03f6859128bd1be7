"""What the index keeps of each letter: sparse vectors, places, topic and day, never its text."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from risk_model.matters.letters import Letters
from risk_model.matters.vectors import WIDTH, Rows, count_rows, weigh_rows

#: Letter-coded places of published messages (A7县): context, too coarse to be a name.
_CODED: Final = re.compile(r"[A-Z]\d{1,3}[市区县州]")
#: Places of a county are a few dozen; two of them share a bucket once in a thousand pairs.
_PLACES: Final = 4096
#: Share of letters from which an n-gram is a common word and no name, and the least count for that when few letters are known.
_COMMON: Final = 0.01
_LEAST: Final = 5
#: Characters of the body that stand in for a missing title.
HEAD: Final = 30
#: Added to every topic, so that letters of no clear topic are not called unlike for chance differences.
_BLUR: Final = 0.05


@dataclass(frozen=True, slots=True)
class Sketches:
    """Parallel rows of letters.

    `names` and `words` hold TF-IDF weights of the rare and of the common n-grams of title and body, `title` those of the title,
    all of row length 1; `places` flags the places a letter names; `topics` has rows of length 1 (or no columns); `days` counts
    days since 1970. Names and words are kept apart because they answer two questions: the same place, and the same problem?
    """

    names: Rows
    words: Rows
    title: Rows
    places: Rows
    topics: NDArray[np.float32]
    days: NDArray[np.float32]

    def __len__(self) -> int:
        """Return the number of letters."""
        return len(self.days)

    def take(self, rows: NDArray[np.int64]) -> Sketches:
        """Return the given rows."""
        return Sketches(
            self.names[rows], self.words[rows], self.title[rows], self.places[rows], self.topics[rows], self.days[rows]
        )


def stack(a: Sketches, b: Sketches) -> Sketches:
    """Return the rows of `a` and then those of `b`."""
    return Sketches(
        sp.vstack([a.names, b.names], format="csr"),
        sp.vstack([a.words, b.words], format="csr"),
        sp.vstack([a.title, b.title], format="csr"),
        sp.vstack([a.places, b.places], format="csr"),
        np.concatenate([a.topics, b.topics]),
        np.concatenate([a.days, b.days]),
    )


def count_letters(letters: Letters) -> tuple[Rows, Rows]:
    """Return the n-gram counts of whole letters and of their titles.

    A letter without a title is known by the beginning of its body, as a clerk would enter it.
    """
    heads = [t or b[:HEAD] for t, b in zip(letters.titles, letters.bodies, strict=True)]
    return count_rows([f"{t}\n{b}" for t, b in zip(letters.titles, letters.bodies, strict=True)]), count_rows(heads)


def sketch(letters: Letters, counts: tuple[Rows, Rows], df: NDArray[np.int32], seen: int) -> Sketches:
    """Weigh the counts of `count_letters` by `df` out of `seen` letters and add places, topics and days."""
    full, heads = counts
    idf = np.log((1 + seen) / (1 + df)).astype(np.float32)
    common = df > max(_LEAST, _COMMON * seen)
    topics = letters.topics + np.float32(_BLUR) if letters.topics.shape[1] else letters.topics
    length = np.sqrt((topics**2).sum(axis=1, keepdims=True))
    return Sketches(
        weigh_rows(full, idf, ~common),
        weigh_rows(full, idf, common),
        weigh_rows(heads, idf),
        _place_rows(letters),
        (topics / np.maximum(length, 1e-9)).astype(np.float32),
        letters.days.astype(np.int64).astype(np.float32),
    )


def _place_rows(letters: Letters) -> Rows:
    row, column = [], []
    for r in range(len(letters)):
        named = set(_CODED.findall(letters.titles[r] + letters.bodies[r])) | ({letters.areas[r]} - {""})
        row += [r] * len(named)
        column += sorted(zlib.crc32(p.encode()) % _PLACES for p in named)
    where = np.array(row, np.int32), np.array(column, np.int32)
    out = sp.csr_array((np.ones(len(row), np.float32), where), shape=(len(letters), _PLACES))
    out.sum_duplicates()
    out.data[:] = 1
    return out


def empty(topics: int) -> Sketches:
    """Return no letters."""
    none = sp.csr_array((0, WIDTH), dtype=np.float32)
    return Sketches(
        none,
        none,
        none,
        sp.csr_array((0, _PLACES), dtype=np.float32),
        np.zeros((0, topics), np.float32),
        np.zeros(0, np.float32),
    )
