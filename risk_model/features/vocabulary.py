"""Find which of a million hashes are known, without a Python loop."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

U64 = NDArray[np.uint64]
Ints = NDArray[np.int64]

#: Odd, so multiplying is one to one; it spreads keys that are no hashes.
SPREAD: Final = np.uint64(0xD6E8FEB86659FD93)
#: A look-up starts where its bucket does; with two to four buckets a key there is seldom another key before it.
_BUCKETS: Final = 2
#: Flags finer than the buckets by this many bits tell nearly all unknown keys, and are small enough for the cache.
_FINER: Final = 2


class KeyTable:
    """Maps 64-bit keys to their positions 0…n-1 in `keys`.

    The keys lie sorted by their leading bits. Most of what is asked for is unknown: a table of flags, one byte for each
    value of the leading bits, answers that first; what is left is compared with the keys of its bucket.

    >>> KeyTable(np.array([70, 80], np.uint64)).find(np.array([80, 99], np.uint64)).tolist()
    [1, -1]
    """

    __slots__ = ("_bucket", "_fine", "_first", "_flags", "_ids", "_sorted", "keys")

    def __init__(self, keys: U64) -> None:
        self.keys = keys
        hashed = keys * SPREAD
        order = np.argsort(hashed)
        hashed = hashed[order]
        if (hashed[1:] == hashed[:-1]).any():
            raise ValueError("keys must be distinct")
        bits = max(4, (_BUCKETS * len(keys)).bit_length())
        self._bucket, self._fine = np.uint64(64 - bits), np.uint64(64 - bits - _FINER)
        counts = np.bincount(_leading(hashed, self._bucket), minlength=1 << bits)
        self._first = (np.cumsum(counts) - counts).astype(np.int32)
        self._flags = np.zeros(1 << (bits + _FINER), np.bool_)
        self._flags[_leading(hashed, self._fine)] = True
        # One more key than there are, so that a walk through the last bucket ends.
        self._sorted = np.append(hashed, np.uint64(2**64 - 1))
        self._ids = order.astype(np.int32)

    def __len__(self) -> int:
        return len(self.keys)

    def known(self, keys: U64, among: NDArray[np.bool_] | None = None) -> tuple[Ints, NDArray[np.int32]]:
        """Return which of `keys` (of those flagged by `among`) are in the table, and their positions there."""
        return self.known_spread(keys * SPREAD, among)

    def known_spread(self, hashed: U64, among: NDArray[np.bool_] | None = None) -> tuple[Ints, NDArray[np.int32]]:
        """Do the same for keys that have been multiplied by `SPREAD` already."""
        flags = self._flags.take(_leading(hashed, self._fine))
        if among is not None:
            flags &= among
        at = np.flatnonzero(flags)
        wanted = hashed.take(at)
        place = self._first.take(_leading(wanted, self._bucket))
        held = self._sorted.take(place)
        right = held == wanted
        on = np.flatnonzero(held < wanted)
        while len(on):
            further = place.take(on)
            further += 1
            place[on] = further
            held, sought = self._sorted.take(further), wanted.take(on)
            right[on] = held == sought
            on = on[held < sought]
        right &= place < len(self.keys)
        return at[right], self._ids.take(place[right])

    def find(self, keys: U64) -> NDArray[np.int32]:
        """Return the position of each of `keys`, or -1 where it is not in the table."""
        found = np.full(len(keys), -1, np.int32)
        at, ids = self.known(keys)
        found[at] = ids
        return found


def _leading(hashed: U64, shift: np.uint64) -> Ints:
    return (hashed >> shift).view(np.int64)
