"""A batch of letters as flat arrays: the shape every later step works on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from risk_model.features.hashing import U64, values
from risk_model.features.stops import stop_flags
from risk_model.text import Segmenter

#: Ends each letter; prepared text holds no control characters, so it cannot occur inside one.
RECORD: Final = "\x1e"
#: Ends the title of a letter.
FIELD: Final = "\n"

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Batch:
    """Letters joined into one text, cut into words.

    `codes` holds the code points of the joined text, `values` their hash values and `stop` the flags of `stop_flags`;
    word i covers `codes[starts[i]:ends[i]]` and belongs to letter `rows[i]`. `char_rows[j]` is the letter of character
    j, and `offsets[r]` is where letter r begins.
    """

    size: int
    codes: NDArray[np.uint32]
    values: U64
    stop: NDArray[np.bool_]
    char_rows: NDArray[np.int32]
    offsets: Ints
    starts: Ints
    ends: Ints
    rows: NDArray[np.int32]


def make_batch(texts: Sequence[str], segmenter: Segmenter) -> Batch:
    """Cut `texts` (prepared, free of control characters) in one pass."""
    joined = RECORD.join([*texts, ""])
    words = segmenter.cut(joined)
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    ends = np.cumsum(lengths)
    starts = ends - lengths
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    sizes = np.fromiter(map(len, texts), np.int64, len(texts)) + 1
    char_rows = np.repeat(np.arange(len(texts), dtype=np.int32), sizes)
    return Batch(
        size=len(texts),
        codes=codes,
        values=values(codes),
        stop=stop_flags(codes),
        char_rows=char_rows,
        offsets=np.concatenate([[0], np.cumsum(sizes)]),
        starts=starts,
        ends=ends,
        rows=char_rows[starts],
    )
