"""Word vectors learnt from the letters themselves: positive pointwise mutual information and a truncated SVD [1].

Deterministic, quick, and at this size of text as good as skip-gram. No labels are used, so unlabelled letters help.

[1] O. Levy, Y. Goldberg, I. Dagan, Improving distributional similarity with lessons learned from word embeddings, TACL
3 (2015).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import scipy.sparse as sp
from sklearn.utils.extmath import randomized_svd

from risk_model.encoder.forward import F32, FIRST_WORD, Letters

#: Words this far apart still count as neighbours; nearer ones count more (1 / distance).
REACH: Final = 5
#: Contexts count with this power of their frequency, or rare contexts would dominate [1].
SMOOTHING: Final = 0.75


def word_vectors(letters: Letters, size: int, dimensions: int, seed: int) -> F32:
    """Return vectors (size, dimensions) for word ids 0…size-1, each column centred, standard deviation 1 overall.

    A word that never occurs, and UNKNOWN, gets the zero vector.
    """
    letter = np.repeat(np.arange(len(letters)), np.diff(letters.offsets))
    pairs: sp.csr_array = sp.csr_array((size, size), dtype=np.float64)
    for distance in range(1, REACH + 1):
        left, right = letters.ids[:-distance], letters.ids[distance:]
        inside = letter[:-distance] == letter[distance:]
        weight = np.full(int(inside.sum()), 1 / distance)
        pairs = pairs + sp.csr_array(sp.coo_array((weight, (left[inside], right[inside])), shape=(size, size)))
    pairs = sp.csr_array(pairs + pairs.T)
    count = np.asarray(pairs.sum(axis=1)).ravel()
    context = count**SMOOTHING
    cells = sp.coo_array(pairs)
    information = np.log(cells.data * context.sum() / (count[cells.row] * context[cells.col]))
    keep = information > 0
    positive = sp.csr_array((information[keep], (cells.row[keep], cells.col[keep])), shape=(size, size))
    rank = min(dimensions, size - 1)
    left, singular, _ = randomized_svd(positive, rank, n_iter=4, random_state=seed)
    # The square root of the singular values weighs the leading directions less than the plain product does [1].
    vectors = left * np.sqrt(singular)
    seen = count > 0
    seen[FIRST_WORD - 1] = False
    vectors[seen] -= vectors[seen].mean(axis=0)
    vectors[~seen] = 0
    vectors = np.pad(vectors, ((0, 0), (0, dimensions - rank)))
    spread = vectors[seen].std()
    return (vectors / (spread if spread > 0 else 1)).astype(np.float32)
