"""The largest values inside each stretch of rows, without a loop over stretches.

`np.maximum.reduceat` walks every column of every stretch by itself, some ten times slower than memory allows. Here the
stretches advance side by side: step k takes row k of every stretch that has one, so each array operation runs over
hundreds of whole rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Numbers = NDArray[Any]
#: Writes the rows that stand at some places into an array of that many rows.
Read = Callable[[Ints, Numbers], None]

#: Stretches that advance together: the few buffers of so many rows x some hundred columns stay in the second-level cache.
_TOGETHER: Final = 256
#: Longer stretches are cut into pieces first, so that a letter without punctuation takes no more steps than others.
_LONGEST: Final = 32


@dataclass(frozen=True, slots=True)
class Largest:
    """The largest values of stretch i are `values[row[i]]`, none below zero, and stand at `places[row[i]]`.

    Rows are in no order worth knowing, and some belong to parts of long stretches. Of equal ones the
    first is named by its place, of floats that agree to some five digits any; where none is above zero, the first place. Places are empty if not asked for.
    """

    values: Numbers
    row: Ints
    places: NDArray[np.int32]


def largest(read: Read, starts: Ints, sizes: Ints, columns: int, dtype: Any, places: bool = False) -> Largest:
    """Return the largest of each column of the rows `starts[i]`…`starts[i] + sizes[i] - 1`, or zero.

    Numbers are floats, or integers of at most 16 bits.
    """
    starts, sizes, long, pieces = _cut(starts, sizes)
    order = np.argsort(-sizes, kind="stable")
    row = np.empty(len(order), np.int64)
    row[order] = np.arange(len(order))
    starts, sizes = starts[order], sizes[order]
    values = np.zeros((len(order), columns), dtype)
    whole_numbers = np.issubdtype(dtype, np.integer)
    integer = np.dtype(np.int32 if whole_numbers else f"i{np.dtype(dtype).itemsize}")
    packed = np.full((len(order) if places else 0, columns), _LONGEST - 1, integer)
    buffer = np.empty((min(_TOGETHER, len(order)), columns), dtype)
    for begin, step, place in _steps(starts, sizes):
        now, block = buffer[: len(place)], slice(begin, begin + len(place))
        read(place, now)
        np.maximum(values[block], now, out=values[block])
        if places:
            # Positive floats are in the order of their bits read as integers, negative ones are below zero there too. So
            # the last bits can carry the step along, which costs a tenth of asking which values are larger.
            if whole_numbers:
                bits = now.astype(integer)
                bits *= _LONGEST
            else:
                bits = now.view(integer)
                bits &= -_LONGEST
            bits |= _LONGEST - 1 - step
            np.maximum(packed[block], bits, out=packed[block])
    where = (_LONGEST - 1 - (packed & (_LONGEST - 1))).astype(np.int32)
    if places:
        where += starts[:, None].astype(np.int32)
    if len(long):
        rows, first = _pieces(row, long, pieces)
        whole = largest(lambda at, out: take(values, rows[at], out), first, pieces, columns, dtype, places)
        values[row[long]] = whole.values[whole.row]
        if places:
            where[row[long]] = where[rows[whole.places[whole.row]], np.arange(columns)]
    return Largest(values, row[: len(row) - int(pieces.sum() - len(long))], where)


def take(values: Numbers, rows: Ints, out: Numbers) -> None:
    """Write `values[rows]` into `out`."""
    # Rows are in range; "clip" only spares numpy the copy that guards `out` against a failed look-up.
    np.take(values, rows, axis=0, out=out, mode="clip")


def _cut(starts: Ints, sizes: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Cut long stretches: the first piece stays in its place, the others follow at the end.

    Returns starts and sizes, which stretches were long, and into how many pieces each of these was cut.
    """
    long = np.flatnonzero(sizes > _LONGEST)
    pieces = -(-sizes[long] // _LONGEST)
    more = pieces - 1
    owner = np.repeat(long, more)
    nth = np.arange(1, len(owner) + 1) - np.repeat(np.cumsum(more) - more, more)
    return (
        np.concatenate([starts, starts[owner] + nth * _LONGEST]),
        np.minimum(np.concatenate([sizes, sizes[owner] - nth * _LONGEST]), _LONGEST),
        long,
        pieces,
    )


def _pieces(of: Ints, long: Ints, pieces: Ints) -> tuple[Ints, Ints]:
    """Return what `of` says of every piece, long stretch by long stretch, and where each long stretch begins there."""
    more = pieces - 1
    others = of[len(of) - int(more.sum()) :]
    return np.insert(others, np.cumsum(more) - more, of[long]), np.cumsum(pieces) - pieces


def _steps(starts: Ints, sizes: Ints) -> Iterator[tuple[int, int, Ints]]:
    """Yield a block's first stretch, a step, and the places of that step; sizes descend, so ended stretches are the last."""
    for begin in range(0, len(starts), _TOGETHER):
        start, size = starts[begin : begin + _TOGETHER], sizes[begin : begin + _TOGETHER]
        steps = int(size[0])
        for step, left in enumerate(np.searchsorted(-size, -np.arange(steps)).tolist()):
            yield begin, step, start[:left] + step
