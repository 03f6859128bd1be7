"""A fifth of all reviewed letters never teaches: candidates are judged on it, by training and guard alike."""

from __future__ import annotations

import hashlib
from typing import Final

#: One letter in so many is locked. Large enough to judge by after a few months, small enough to leave four to learn from.
LOCKED_SHARE: Final = 5


def is_locked(letter: str) -> bool:
    """Tell whether a letter is kept for judging; decided by its id alone, so it never changes.

    >>> sum(is_locked(str(i)) for i in range(10_000))
    2038
    """
    return int.from_bytes(hashlib.sha256(f"locked:{letter}".encode()).digest()[:8]) % LOCKED_SHARE == 0
