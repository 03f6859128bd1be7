"""The words that link two letters, found in the text of the newer one: the older one's text is not kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from risk_model.matters.vectors import TEXTS, Ints, Rows, find_ngrams

#: Words that are shown, and characters of each: of a copied passage the beginning is enough.
_WORDS: Final = 4
_LENGTH: Final = 14
#: Particles at the edge of a stretch say nothing.
_LOOSE: Final = "的了是在和与及被把对也都就有为我们等一不"


def shared_words(texts: Sequence[str], new: Rows, other: Rows) -> list[tuple[str, ...]]:
    """Return for each text the stretches made of n-grams that its row of `new` (its own) and of `other` share, the weightiest first.

    Overlapping n-grams are joined, so a name comes out whole.
    """
    out: list[tuple[str, ...]] = []
    for s in range(0, len(texts), TEXTS):
        part = slice(s, s + TEXTS)
        out += _read(texts[part], new[part].multiply(other[part]).tocsr())
    return out


def _read(texts: Sequence[str], both: Rows) -> list[tuple[str, ...]]:
    columns, starts, ends = find_ngrams("\n".join(texts))
    order = np.argsort(starts, kind="stable")
    columns, starts, ends = columns[order], starts[order], ends[order]
    begins = np.cumsum([0, *(len(text) + 1 for text in texts)])
    bounds = np.searchsorted(starts, begins)
    both.sort_indices()
    out = []
    for k, text in enumerate(texts):
        mine = slice(bounds[k], bounds[k + 1])
        row = slice(both.indptr[k], both.indptr[k + 1])
        out.append(
            _stretches(
                text, columns[mine], starts[mine] - begins[k], ends[mine] - begins[k], both.indices[row], both.data[row]
            )
        )
    return out


def _stretches(
    text: str,
    columns: NDArray[np.int32],
    starts: Ints,
    ends: Ints,
    shared: NDArray[np.int32],
    weights: NDArray[np.float32],
) -> tuple[str, ...]:
    """Return the words of one text: `columns` are its n-grams, `shared` (in order) those that count, with their weights."""
    if not len(shared):
        return ()
    place = np.searchsorted(shared, columns)
    place[place == len(shared)] = 0
    hit = np.flatnonzero(shared[place] == columns)
    cover = np.zeros(len(text) + 1, np.int64)
    np.add.at(cover, starts[hit], 1)
    np.add.at(cover, ends[hit], -1)
    inside = np.concatenate([[0], np.cumsum(cover) > 0, [0]]).astype(np.int8)
    edges = np.flatnonzero(np.diff(inside)).reshape(-1, 2)
    # An n-gram counts once a stretch.
    keys = np.unique(np.searchsorted(edges[:, 1], ends[hit]) * len(shared) + place[hit])
    total = np.bincount(keys // len(shared), weights[keys % len(shared)], len(edges))
    found: dict[str, float] = {}
    for (start, end), weight in zip(edges.tolist(), total.tolist(), strict=True):
        word = text[start:end].strip(_LOOSE)
        if len(word) > 1:
            found[word] = weight
    words: list[str] = []
    for word in sorted(found, key=lambda w: (-found[w], w)):
        if not any(word in w or w in word for w in words):
            words.append(word)
        if len(words) == _WORDS:
            break
    return tuple(w if len(w) <= _LENGTH else w[:_LENGTH] + "…" for w in words)
