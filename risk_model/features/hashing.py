"""Hash words and n-grams of a whole batch at once, as array operations.

Every text of a batch is one row of a single array of code points. A prefix sum of (value of the character x power of a
base), all modulo 2**64, gives the hash of any stretch of it in constant time, as in Rabin and Karp [1]; the value of a
character is a mixed 64-bit number, so short strings spread over the whole range. Hashes only name terms: the vocabulary
keeps the full 64 bits of each, so two terms meet only if all 64 bits agree (about one chance in 10**8 for a million
terms).

[1] R. M. Karp, M. O. Rabin, Efficient randomized pattern-matching algorithms, IBM J. Res. Dev. 31 (1987).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

U64 = NDArray[np.uint64]

_BASE: Final = 0x9E3779B97F4A7C15  # odd, so it has an inverse modulo 2**64; the golden ratio's bits are well spread
_INVERSE: Final = pow(_BASE, -1, 1 << 64)


def mix(x: U64) -> U64:
    """Scatter 64-bit numbers so that every input bit moves every output bit (the finaliser of splitmix64)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@lru_cache(maxsize=2)
def _powers(length: int, base: int) -> U64:
    ratio = np.full(length, base, np.uint64)
    ratio[0] = 1
    return np.multiply.accumulate(ratio)


def _power_pair(length: int) -> tuple[U64, U64]:
    # Rounded up so that batches of similar size share the tables.
    rounded = 1 << max(12, (length - 1).bit_length())
    return _powers(rounded, _BASE)[:length], _powers(rounded, _INVERSE)[:length]


def values(codes: NDArray[np.uint32]) -> U64:
    """Return the mixed 64-bit value of each code point."""
    return mix(codes.astype(np.uint64) + np.uint64(_BASE))


def span_hashes(value: U64, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> U64:
    """Return the hash of each half-open span of `value`; equal text gives an equal hash wherever it stands."""
    power, inverse = _power_pair(len(value) + 1)
    prefix = np.zeros(len(value) + 1, np.uint64)
    np.cumsum(value * power[:-1], out=prefix[1:])
    return mix((prefix[ends] - prefix[starts]) * inverse[starts])


def ngram_hashes(value: U64, n: int) -> U64:
    """Return the hash of the n characters beginning at each position, shape (len(value) - n + 1,)."""
    count = max(0, len(value) - n + 1)
    total = np.zeros(count, np.uint64)
    for k in range(n):
        total += value[k : k + count] * np.uint64(pow(_BASE, k, 1 << 64))
    return mix(total)


def pair_hashes(left: U64, right: U64) -> U64:
    """Return one hash for each ordered pair."""
    return mix(left * np.uint64(3) + mix(right))


def salted(hashes: U64, kind: int) -> U64:
    """Keep kinds of terms apart: the word 征地 and the character pair 征地 are two terms."""
    return mix(hashes + np.uint64(kind * 0x632BE59BD9B4E019 % (1 << 64)))
