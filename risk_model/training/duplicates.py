"""Near-duplicate letters, so that copies of one letter never stand on both sides of a split."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from risk_model.features.hashing import ngram_hashes, values

#: Letters that share a run of this many characters (letters, digits and Han only) count as copies. Shorter runs are
#: set phrases that unrelated letters share; on real messages longer ones miss copies that were retouched.
RUN: Final = 20

_NOISE: Final = re.compile(r"[\W_]+")


def copy_groups(texts: Sequence[str]) -> NDArray[np.int64]:
    """Return a group number for each text; texts of one group are copies of each other, directly or through others.

    A text shorter than RUN is compared as a whole.

    >>> copy_groups(["路灯坏了", "路灯坏了！", "井盖丢了"]).tolist()
    [0, 0, 1]
    """
    plain = [_NOISE.sub("", text).ljust(RUN) for text in texts]
    hashes = [np.unique(ngram_hashes(values(np.frombuffer(t.encode("utf-32-le"), np.uint32)), RUN)) for t in plain]
    rows = np.repeat(np.arange(len(texts)), [len(h) for h in hashes])
    _, columns = np.unique(np.concatenate(hashes), return_inverse=True)
    graph = sp.csr_array((np.ones(len(rows), np.int8), (rows, columns)), shape=(len(texts), columns.max() + 1))
    both = sp.block_array([[None, graph], [graph.T, None]], format="csr")
    _, label = connected_components(both, directed=False)
    _, group = np.unique(label[: len(texts)], return_inverse=True)
    return group.astype(np.int64)
