"""The words that link two letters, found in the text of the newer one: the older one's text is not kept."""

from __future__ import annotations

from typing import Final

import numpy as np

from risk_model.matters.vectors import Rows, find_ngrams

#: Words that are shown, and characters of each: of a copied passage the beginning is enough.
_WORDS: Final = 4
_LENGTH: Final = 14
#: Particles at the edge of a stretch say nothing.
_LOOSE: Final = "的了是在和与及被把对也都就有为我们等一不"


def shared_words(text: str, new: Rows, other: Rows) -> tuple[str, ...]:
    """Return the stretches of `text` made of n-grams that rows `new` (its own) and `other` share, the weightiest first.

    Overlapping n-grams are joined, so a name comes out whole.
    """
    both = new.multiply(other).tocsr()
    weight = dict(zip(both.indices.tolist(), both.data.tolist(), strict=True))
    columns, starts, ends = find_ngrams(text)
    hit = np.flatnonzero(np.isin(columns, both.indices))
    cover = np.zeros(len(text) + 1, np.int64)
    np.add.at(cover, starts[hit], 1)
    np.add.at(cover, ends[hit], -1)
    inside = np.concatenate([[0], np.cumsum(cover) > 0, [0]]).astype(np.int8)
    edges = np.flatnonzero(np.diff(inside)).reshape(-1, 2)
    stretch = np.searchsorted(edges[:, 1], ends[hit])
    total: dict[str, float] = {}
    for k, (start, end) in enumerate(edges.tolist()):
        word = text[start:end].strip(_LOOSE)
        if len(word) > 1:
            total[word] = sum(weight[c] for c in set(columns[hit[stretch == k]].tolist()))
    words: list[str] = []
    for word in sorted(total, key=lambda w: (-total[w], w)):
        if not any(word in w or w in word for w in words):
            words.append(word)
    return tuple(w if len(w) <= _LENGTH else w[:_LENGTH] + "…" for w in words[:_WORDS])
