"""Find which of a million hashes are known, without a Python loop: an open-addressing table held in two arrays."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

U64 = NDArray[np.uint64]

_EMPTY: Final = np.uint64(0)
_MULTIPLIER: Final = np.uint64(0xD6E8FEB86659FD93)


class KeyTable:
    """Maps 64-bit keys to their positions 0…n-1 in `keys`.

    A quarter of the slots are filled at most, so nearly every look-up, and most of all the many that miss, ends at the
    first slot.

    >>> KeyTable(np.array([70, 80], np.uint64)).find(np.array([80, 99], np.uint64)).tolist()
    [1, -1]
    """

    __slots__ = ("_ids", "_shift", "_slots", "keys")

    def __init__(self, keys: U64) -> None:
        self.keys = keys
        if len(np.unique(keys)) != len(keys) or (keys == _EMPTY).any():
            raise ValueError("keys must be distinct and not zero")
        bits = max(4, (4 * len(keys) - 1).bit_length())
        self._shift = np.uint64(64 - bits)
        self._slots = np.zeros(1 << bits, np.uint64)
        self._ids = np.full(1 << bits, -1, np.int32)
        pending = np.arange(len(keys), dtype=np.int32)
        slot = self._slot(keys)
        while len(pending):
            # Of the keys that want the same empty slot the first takes it, the others try the next one.
            free = self._slots[slot] == _EMPTY
            _, first = np.unique(slot[free], return_index=True)
            taken = np.flatnonzero(free)[first]
            self._slots[slot[taken]] = keys[pending[taken]]
            self._ids[slot[taken]] = pending[taken]
            left = np.ones(len(pending), bool)
            left[taken] = False
            pending, slot = pending[left], (slot[left] + 1) & (len(self._slots) - 1)

    def _slot(self, keys: U64) -> NDArray[np.int64]:
        return ((keys * _MULTIPLIER) >> self._shift).astype(np.int64)

    def __len__(self) -> int:
        return len(self.keys)

    def find(self, keys: U64) -> NDArray[np.int32]:
        """Return the position of each of `keys`, or -1 where it is not in the table."""
        slot = self._slot(keys)
        held = self._slots[slot]
        found = np.where(held == keys, self._ids[slot], np.int32(-1))
        pending = np.flatnonzero((held != keys) & (held != _EMPTY))
        slot = slot[pending]
        while len(pending):
            slot = (slot + 1) & (len(self._slots) - 1)
            held, wanted = self._slots[slot], keys[pending]
            hit = held == wanted
            found[pending[hit]] = self._ids[slot[hit]]
            on = ~hit & (held != _EMPTY)
            pending, slot = pending[on], slot[on]
        return found
