"""Where a pattern can match at all, found for a whole batch of texts by one look at each pair of characters.

A regular expression that begins with one of many words tries them all at every place where one of their first characters
stands. Here a table says for each two characters which patterns can begin with them; only there is a pattern asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

#: Places in one text where one pattern may begin, ascending; None where nobody looked.
Starts = Sequence[int] | None

_END: Final = "\uffff"
#: A character that could be any: the match may end before it, or a class names too many.
_ANY: Final = frozenset[str]()
_MOST: Final = 600
#: First and second characters are numbered by bytes, 0 for all that begin nothing.
_NUMBERS: Final = 256


def matches(pattern: re.Pattern[str], text: str, starts: Starts = None) -> Iterator[re.Match[str]]:
    """Yield what `pattern.finditer(text)` does, tried at `starts` alone where these are known."""
    if starts is None:
        yield from pattern.finditer(text)
        return
    end = 0
    for start in starts:
        if start >= end and (m := pattern.match(text, start)):
            end = m.end()
            yield m


class Sieve:
    """Finds where each of up to 32 patterns may begin; patterns match at least one character.

    >>> Sieve([re.compile("即将|马上")]).starts(["马上，马路", "即使即将"])
    [([0],), ([2],)]
    """

    def __init__(self, patterns: Sequence[re.Pattern[str]]) -> None:
        self._count = len(patterns)
        heads = [_heads(pattern) for pattern in patterns]
        firsts = sorted({first for head in heads for first in head})
        seconds = sorted({c for head in heads for after in head.values() for c in after})
        self._first, self._second = _numbered(firsts), _numbered(seconds)
        self._table = np.zeros(_NUMBERS * _NUMBERS, np.uint32)
        grid = self._table.reshape(_NUMBERS, _NUMBERS)
        for k, head in enumerate(heads):
            for first, after in head.items():
                row = grid[self._first[ord(first)]]
                row[slice(None) if after is _ANY else [self._second[ord(c)] for c in after]] |= np.uint32(1 << k)

    def starts(self, texts: Sequence[str]) -> list[tuple[list[int], ...]]:
        """Return for each text where each pattern may begin."""
        codes = np.frombuffer(_END.join([*texts, ""]).encode("utf-32-le", "surrogatepass"), np.uint32)
        pair = self._first.take(codes, mode="clip") * np.uint16(_NUMBERS)
        pair[:-1] += self._second.take(codes[1:], mode="clip")
        able = self._table.take(pair)
        some = np.flatnonzero(able)
        offsets = np.cumsum([0, *(len(text) + 1 for text in texts)])
        rows = np.searchsorted(offsets, some, "right") - 1
        local = some - offsets.take(rows)
        out: list[tuple[list[int], ...]] = [tuple([] for _ in range(self._count)) for _ in texts]
        for row, place, found in zip(rows.tolist(), local.tolist(), able.take(some).tolist(), strict=True):
            bits = found
            while bits:
                out[row][(bits & -bits).bit_length() - 1].append(place)
                bits &= bits - 1
        return out


def _numbered(characters: Sequence[str]) -> NDArray[np.uint16]:
    """Return a number for each code point, 0 for those not in `characters`; beyond the table nothing is numbered."""
    table = np.zeros(0x10000, np.uint16)
    codes = np.array([ord(c) for c in characters], np.int64)
    # More characters than numbers share the last one: a place too many is asked, none too few.
    table[codes] = np.minimum(np.arange(1, len(codes) + 1), _NUMBERS - 1)
    return table


def _heads(pattern: re.Pattern[str]) -> dict[str, frozenset[str]]:
    """Return the characters that `pattern` can begin with, and for each those that can follow it."""
    # Python's own reading of the pattern; written by hand, first characters would part from the pattern unnoticed.
    parsed = import_module("re._parser").parse(pattern.pattern, pattern.flags)
    heads: dict[str, frozenset[str]] = {}
    for first, after in _openings(list(parsed)):
        for c in first:
            known = heads.get(c)
            heads[c] = after if known is None else _ANY if _ANY in (known, after) else known | after
    return heads


def _openings(items: list[Any]) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """Yield sets of first characters, each with the set of characters that can follow."""
    for characters, rest in _steps(items):
        if not characters:
            raise ValueError("a pattern that can begin with anything cannot be sieved")
        yield characters, _union(after for after, _ in _steps(rest))


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    total: frozenset[str] = frozenset()
    for some in sets:
        if not some:
            return _ANY
        total |= some
    return total if len(total) <= _MOST else _ANY


def _steps(items: list[Any]) -> Iterator[tuple[frozenset[str], list[Any]]]:
    """Yield the sets of characters that can come next, each with what follows; `_ANY` where that is not known."""
    if not items:
        yield _ANY, []
        return
    (operation, argument), rest = items[0], items[1:]
    match str(operation):
        case "LITERAL":
            yield frozenset(chr(argument)), rest
        case "IN":
            yield _class(argument), rest
        case "AT" | "ASSERT" | "ASSERT_NOT":
            yield from _steps(rest)
        case "BRANCH":
            for branch in argument[1]:
                yield from _steps([*branch, *rest])
        case "SUBPATTERN" | "ATOMIC_GROUP":
            inside = argument[-1] if str(operation) == "SUBPATTERN" else argument
            yield from _steps([*inside, *rest])
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, most, inside = argument
            more = [(operation, (max(0, least - 1), most - 1, inside))] if most > 1 else []
            yield from _steps([*inside, *more, *rest])
            if least == 0:
                yield from _steps(rest)
        case _:
            yield _ANY, rest


def _class(items: list[Any]) -> frozenset[str]:
    found: set[str] = set()
    for operation, argument in items:
        match str(operation):
            case "LITERAL":
                found.add(chr(argument))
            case "RANGE" if argument[1] - argument[0] < _MOST:
                found.update(map(chr, range(argument[0], argument[1] + 1)))
            case _:
                return _ANY
    return frozenset(found)
