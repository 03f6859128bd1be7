"""The words that link two letters, found in the text of the newer one: the older one's text is not kept."""

from __future__ import annotations

from typing import Final

import numpy as np

from risk_model.matters.vectors import Rows, find_ngrams

#: Shared n-grams that are looked for, and words that are shown.
_NGRAMS: Final = 24
_WORDS: Final = 4


def shared_words(text: str, new: Rows, other: Rows) -> tuple[str, ...]:
    """Return the stretches of `text` made of the heaviest n-grams that rows `new` (its own) and `other` share, heaviest first.

    Overlapping n-grams are joined, so a name comes out whole.
    """
    both = new.multiply(other).tocsr()
    top = np.lexsort((both.indices, -both.data))[:_NGRAMS]
    weight = dict(zip(both.indices[top].tolist(), both.data[top].tolist(), strict=True))
    columns, starts, ends = find_ngrams(text)
    hit = np.flatnonzero(np.isin(columns, both.indices[top]))
    cover = np.zeros(len(text) + 1, np.int64)
    np.add.at(cover, starts[hit], 1)
    np.add.at(cover, ends[hit], -1)
    inside = np.concatenate([[0], np.cumsum(cover) > 0, [0]]).astype(np.int8)
    edges = np.flatnonzero(np.diff(inside)).reshape(-1, 2)
    total: dict[str, float] = {}
    for start, end in edges.tolist():
        within = {int(c) for c in columns[hit[(starts[hit] >= start) & (ends[hit] <= end)]]}
        total[text[start:end]] = max(total.get(text[start:end], 0.0), sum(weight[c] for c in within))
    words: list[str] = []
    for word in sorted(total, key=lambda w: (-total[w], w)):
        if not any(word in w or w in word for w in words):
            words.append(word)
    return tuple(words[:_WORDS])
