"""Batches to the word ids that the clause encoder reads."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from risk_model.encoder import END, UNKNOWN, Letters
from risk_model.features.batch import Batch, Ints

#: Words that end a clause. The comma too: in letters it does the work of a full stop.
CLAUSE_ENDS: Final = "。！？!?；;，,…"

_LINE_ENDS: Final = (ord("\n"), ord("\x1e"))


def word_letters(
    batch: Batch, words: NDArray[np.int32], breaks: NDArray[np.bool_], asides: NDArray[np.bool_]
) -> tuple[Letters, Ints]:
    """Return each letter of `batch` as word ids, and which word of the batch each id stands for.

    `words` are the ids of the words of the batch, UNKNOWN where a word is masked. Line ends become END; white space and
    `asides` are skipped; masks are UNKNOWN. `breaks` says by word id which words end a clause.
    """
    first = batch.codes.take(batch.starts)
    stop = batch.stop.take(batch.starts)
    line_end = (first == _LINE_ENDS[0]) | (first == _LINE_ENDS[1])
    ids = np.where(stop, np.int32(UNKNOWN), words)
    ids[line_end] = END
    kept = np.flatnonzero((~stop | line_end | (first > ord(" "))) & ~asides)
    ids = ids.take(kept)
    offsets = np.concatenate([[0], np.cumsum(np.bincount(batch.rows.take(kept), minlength=batch.size))])
    return Letters(ids, offsets, breaks.take(ids)), kept
