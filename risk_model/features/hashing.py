"""Hash words and n-grams of a whole batch at once, as array operations.

Every text of a batch is one row of a single array of code points. A prefix sum of (value of the character x power of a
base), all modulo 2**64, gives the hash of any stretch of it in constant time, as in Rabin and Karp [1]; the value of a
character is a mixed 64-bit number, so short strings spread over the whole range. Hashes only name terms: the vocabulary
keeps the full 64 bits of each, so two terms meet only if all 64 bits agree (about one chance in 10**8 for a million
terms).

[1] R. M. Karp, M. O. Rabin, Efficient randomized pattern-matching algorithms, IBM J. Res. Dev. 31 (1987).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

U64 = NDArray[np.uint64]

_BASE: Final = 0x9E3779B97F4A7C15  # odd, so it has an inverse modulo 2**64; the golden ratio's bits are well spread
_INVERSE: Final = pow(_BASE, -1, 1 << 64)
#: Values below this code point come from a table, once there is more to read than making it costs.
_COMMON: Final = 0x10000
_FEW: Final = 10_000


def mix(x: U64) -> U64:
    """Scatter 64-bit numbers so that every input bit moves every output bit (the finaliser of splitmix64)."""
    x = x ^ (x >> np.uint64(30))
    x *= np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(27)
    x *= np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return x


def unmix(x: U64) -> U64:
    """Return what `mix` made `x` from."""
    x = x ^ (x >> np.uint64(31)) ^ (x >> np.uint64(62))
    x *= np.uint64(pow(0x94D049BB133111EB, -1, 1 << 64))
    x ^= (x >> np.uint64(27)) ^ (x >> np.uint64(54))
    x *= np.uint64(pow(0xBF58476D1CE4E5B9, -1, 1 << 64))
    x ^= (x >> np.uint64(30)) ^ (x >> np.uint64(60))
    return x


@cache
def _powers(base: int, bits: int) -> U64:
    ratio = np.full(1 << bits, base, np.uint64)
    ratio[0] = 1
    return np.multiply.accumulate(ratio)


def _power_pair(length: int) -> tuple[U64, U64]:
    # Rounded up so that batches of similar size share the tables.
    bits = max(12, (length - 1).bit_length())
    return _powers(_BASE, bits)[:length], _powers(_INVERSE, bits)[:length]


def values(codes: NDArray[np.uint32]) -> U64:
    """Return the mixed 64-bit value of each code point."""
    if len(codes) < _FEW:
        return _mixed(codes)
    out = _common().take(codes, mode="clip")
    rare = np.flatnonzero(codes >= _COMMON)
    out[rare] = _mixed(codes[rare])
    return out


def _mixed(codes: NDArray[np.uint32]) -> U64:
    return mix(codes.astype(np.uint64) + np.uint64(_BASE))


@cache
def _common() -> U64:
    return _mixed(np.arange(_COMMON, dtype=np.uint32))


def _prefix(value: U64, power: U64) -> U64:
    prefix = np.zeros(len(value) + 1, np.uint64)
    np.cumsum(value * power[: len(value)], out=prefix[1:])
    return prefix


def span_hashes(value: U64, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> U64:
    """Return the hash of each half-open span of `value`; equal text gives an equal hash wherever it stands."""
    power, inverse = _power_pair(len(value) + 1)
    prefix = _prefix(value, power)
    total = prefix[ends]
    total -= prefix[starts]
    total *= inverse[starts]
    return mix(total)


def ngram_hashes(value: U64, n: int) -> U64:
    """Return the hash of the n characters beginning at each position, shape (len(value) - n + 1,)."""
    count = max(0, len(value) - n + 1)
    power, inverse = _power_pair(len(value) + 1)
    prefix = _prefix(value, power)
    return mix((prefix[len(prefix) - count :] - prefix[:count]) * inverse[:count])


def growing_sums(value: U64, longest: int) -> Iterator[tuple[int, U64]]:
    """Yield n and the sums that `mix` makes `ngram_hashes(value, n)` from, for n from 2 to `longest`; for short n."""
    total = value
    for n in range(2, min(longest, len(value)) + 1):
        last = value[n - 1 :] * np.uint64(pow(_BASE, n - 1, 1 << 64))
        last += total[: len(last)]
        total = last
        yield n, total


def pair_sums(hashes: U64) -> U64:
    """Return one number for each pair of neighbours, which depends on their order."""
    return hashes[:-1] * np.uint64(3) + mix(hashes[1:])


def key(sums: U64, kind: int) -> U64:
    """Return the keys of terms, mixed once more by kind: the word 征地 and the character pair 征地 are two terms."""
    return salted(mix(sums), kind)


def sums_of(keys: U64, kind: int) -> U64:
    """Return what `key` makes `keys` of this kind from."""
    return unmix(unmix(keys) - _salt(kind))


def salted(hashes: U64, kind: int) -> U64:
    """Keep kinds of terms apart."""
    return mix(hashes + _salt(kind))


def _salt(kind: int) -> np.uint64:
    return np.uint64(kind * 0x632BE59BD9B4E019 % (1 << 64))
