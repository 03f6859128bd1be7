"""Words as themselves and their characters, while they are learnt.

A Chinese character carries meaning of its own: what is learnt of 拆 in 拆迁 holds for 强拆, which stands in few letters. So the vector
of a word is its own row plus the mean of its characters' rows (over the square root of their number, so that long and short words
vary alike); in the end both are added up, and the run time knows nothing of it. After [1], with characters for n-grams.

[1] P. Bojanowski et al., Enriching word vectors with subword information, TACL 5 (2017).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

F32 = NDArray[np.float32]
Ints = NDArray[np.int64]


def makeup_of(words: Sequence[str], first: int) -> sp.csr_array:
    """Return what words are made up of, shape (V, V + characters): row i is word `words[i - first]`, rows before it stand alone.

    Only characters that stand in two words or more count: one that does not shares nothing.
    """
    counts = Counter(character for word in words for character in set(word))
    number = {c: i for i, c in enumerate(sorted(c for c, n in counts.items() if n > 1))}
    size = first + len(words)
    rows, columns, shares = [np.arange(size)], [np.arange(size)], [np.ones(size, np.float32)]
    for i, word in enumerate(words):
        known = [number[c] for c in word if c in number]
        if known:
            rows.append(np.full(len(known), first + i))
            columns.append(size + np.array(known))
            shares.append(np.full(len(known), 1 / np.sqrt(len(known)), np.float32))
    cells = np.concatenate(shares), (np.concatenate(rows), np.concatenate(columns))
    return sp.csr_array(cells, shape=(size, size + len(number)), dtype=np.float32)


def with_characters(vectors: F32, makeup: sp.csr_array) -> F32:
    """Return the first vectors of words and characters; a character begins as nothing."""
    return np.pad(vectors, ((0, makeup.shape[1] - len(vectors)), (0, 0)))


def parts_of(makeup: sp.csr_array, words: Ints) -> tuple[Ints, sp.csr_array]:
    """Return the parts that `words` are made up of, ascending, and how: shape (words, parts)."""
    rows = makeup[words]
    parts, index = np.unique(rows.indices, return_inverse=True)
    return parts, sp.csr_array((rows.data, index, rows.indptr), shape=(len(words), len(parts)))


def put_together(parts: F32, makeup: sp.csr_array) -> F32:
    """Return the vectors of words (V, d) from those of their parts."""
    return np.asarray(makeup @ parts, parts.dtype)
