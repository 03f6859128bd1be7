"""The characters no term may touch."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_SPACES: Final = tuple(map(ord, " \t\n\x1e\u3000"))
_MASK_OPEN, _MASK_CLOSE = ord("〔"), ord("〕")
#: Han characters a mask holds at most (社交账号).
_MASK_LONGEST: Final = 4
_HAN_FIRST, _HAN_LAST = 0x4E00, 0x9FFF


def stop_flags(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Flag the characters no term may touch: white space, separators and whole masks such as 〔手机〕.

    A bracket that is not closed after a few Han characters is no mask and flags nothing else.
    """
    flags: NDArray[np.bool_] = codes == _SPACES[0]
    for space in _SPACES[1:]:
        flags |= codes == space
    opened = np.flatnonzero(codes == _MASK_OPEN)
    closed = np.flatnonzero(codes == _MASK_CLOSE)
    if len(opened) and len(closed):
        end = closed[np.minimum(np.searchsorted(closed, opened), len(closed) - 1)]
        inside = end - opened - 1
        mask = (inside > 0) & (inside <= _MASK_LONGEST)
        for k in range(1, _MASK_LONGEST + 1):
            code = codes[np.minimum(opened + k, len(codes) - 1)]
            mask &= (inside < k) | ((code >= _HAN_FIRST) & (code <= _HAN_LAST))
        for k in range(_MASK_LONGEST + 2):
            flags[opened[mask & (inside + 1 >= k)] + k] = True
    return flags
