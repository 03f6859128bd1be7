"""The segmenter's dictionary in the form that the compiled cut reads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from risk_model.text.segment import dictionary, user_words

#: Places for the edges of the trie, half of them taken, and nodes of it at most: 20 bits each.
_BITS: Final = 20
_COMMON: Final = 0x10000


@dataclass(frozen=True, slots=True)
class Trie:
    """Words by their characters, with the logarithm of their share of all words (see `risk_model.kernels.segment`)."""

    edges: NDArray[np.uint64]
    shift: np.uint64
    likely: NDArray[np.float64]
    unknown: float
    first: NDArray[np.int32]

    def cut(self, codes: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return where each word of a text, given by its code points, ends: the cut of `Segmenter`."""
        from risk_model.kernels import segment

        ends = np.empty(len(codes), np.int64)
        count = segment.cut(codes, self.edges, self.shift, self.likely, self.unknown, self.first, ends)
        return ends[:count]


@cache
def trie() -> Trie:
    """Return the trie of jieba's dictionary and the project's; made once, in a tenth of a second."""
    from risk_model.kernels import segment

    text = dictionary().read_text(encoding="utf-8").rstrip("\n") + "\n"
    text += "".join(f"{word} {frequency}\n" for word, frequency in user_words().items())
    edges, shift = np.zeros(1 << _BITS, np.uint64), np.uint64(64 - _BITS)
    frequencies = np.zeros(1 << _BITS, np.float64)
    nodes = segment.grow(np.frombuffer(text.encode("utf-32-le"), np.uint32), edges, shift, frequencies, 1)
    first = np.zeros(_COMMON, np.int32)
    segment.roots(edges, shift, first)
    likely = np.empty(nodes + 1, np.float64)
    total = segment.shares(frequencies[: nodes + 1], likely)
    return Trie(edges, shift, likely, -total, first)
