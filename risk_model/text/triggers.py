"""Which letters of a batch a rule may have to touch at all, told by one look at each character and its two neighbours.

Normalising and masking are a dozen scans, and most find nothing in most letters. What each cannot do without, some
character between two others, is kept here, beside the rules themselves; the flags of all rules are read for a whole batch
at once. A flag too many costs a scan, one too few would leave a letter as it was: a test holds every rule to its flag.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from enum import IntFlag
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from risk_model.text.cues import CUE_ENDS, CUE_FOLLOWERS, DESCRIPTION_FOLLOWS, DESCRIPTION_STARTS, OFFICE_ENDS
from risk_model.text.doors import MARK_BEFORE, MARKS
from risk_model.text.mapping import SEPARATOR
from risk_model.text.simplify import traditional
from risk_model.text.surnames import RARELY, SINGLE
from risk_model.text.width import HAN_RANGES, is_odd

Flags = NDArray[np.uint32]

#: Code points in the tables; one more row stands for all above, where Han characters are and nothing that is plain.
_PLANE: Final = 0x10000
_WORD: Final = string.ascii_letters + string.digits + "_-"
_PLATE_ENDS: Final = "挂学警港澳领试超"
_IN_NUMBER: Final = string.digits + " -—.)）"
_HIDDEN: Final = "某×*xX"


class Rule(IntFlag):
    """A rule that may have to touch a letter."""

    FORM = 1
    """Markup, widths, white space, traditional characters, sentence marks: all that `normalise` does."""
    EMAIL = 2
    NUMBER = 4
    TOKEN = 8
    NAMED_DOOR = 16
    DOOR = 32
    OFFICE = 64
    CUE = 128
    OTHER_NAME = 256


#: Every rule: for letters that nobody has looked at.
EVERY: Final = int(sum(Rule))
#: Below so many letters, looking costs more than it spares.
_FEW: Final = 10

#: Characters, of which one stands before, at and behind the place in question; None for any.
_Neighbours = tuple[str | None, str, str | None]


def _parts() -> list[tuple[Rule, _Neighbours]]:
    """Return the parts of the rules; each has a bit of its own while the tables are read."""
    blank = " \n"
    return [
        (Rule.FORM, (None, "&<", None)),
        (Rule.FORM, (None, "_", "x")),
        (Rule.FORM, (None, blank, blank + SEPARATOR)),
        (Rule.FORM, (SEPARATOR, blank, None)),
        (Rule.EMAIL, (None, "@", None)),
        (Rule.NUMBER, (_IN_NUMBER, _IN_NUMBER, _IN_NUMBER)),
        (Rule.TOKEN, (_WORD, _WORD, _WORD)),
        (Rule.TOKEN, (_WORD, _PLATE_ENDS, None)),
        (Rule.NAMED_DOOR, ("门", "牌", None)),
        (Rule.DOOR, (MARK_BEFORE, MARKS, None)),
        (Rule.OFFICE, (OFFICE_ENDS[0], OFFICE_ENDS[1], None)),
        (Rule.CUE, (CUE_ENDS[0], CUE_ENDS[1], CUE_FOLLOWERS)),
        (Rule.OTHER_NAME, (None, "·", None)),
        (Rule.OTHER_NAME, ("".join({*SINGLE} - {*RARELY}), _HIDDEN, None)),
        (Rule.OTHER_NAME, (DESCRIPTION_FOLLOWS, DESCRIPTION_STARTS, None)),
        (Rule.OTHER_NAME, ("敬", "礼", None)),
    ]


@cache
def _tables() -> tuple[NDArray[np.uint8], Flags, Flags, Flags]:
    """Return the class of each character, and which parts a class may belong to before, at and behind a place: a bit a part."""
    # A few dozen classes: one large table is read for each character, and three that fit anywhere.
    kinds, classes = np.unique(np.stack(_belongings(), axis=1), axis=0, return_inverse=True)
    before, at, behind = np.ascontiguousarray(kinds.T)
    return classes.astype(np.uint8).ravel(), before, at, behind


def _belongings() -> tuple[Flags, Flags, Flags]:
    """Return which parts each character may belong to before, at and behind a place, one bit a part."""
    parts = _parts()
    before, at, behind = (np.zeros(_PLANE + 1, np.uint32) for _ in range(3))
    for bit, (_, neighbours) in enumerate(parts):
        for table, characters in zip((before, at, behind), neighbours, strict=True):
            places = slice(None) if characters is None else np.array([ord(c) for c in characters])
            table[places] |= np.uint32(1 << bit)
    # Three parts whose characters are too many to write down.
    odd, beside, ahead = (np.uint32(1 << (len(parts) + k)) for k in range(3))
    codes = [*map(chr, range(_PLANE))]
    at[[is_odd(c) for c in codes] + [True]] |= odd
    at[[*map(ord, traditional())]] |= odd
    before |= odd
    behind |= odd
    marks = np.array([ord(c) for c in ",!?;:()."])
    at[marks] |= beside | ahead
    han = np.zeros(_PLANE + 1, np.bool_)
    han[-1] = True
    for low, high in HAN_RANGES:
        han[low : min(high, _PLANE - 1) + 1] = True
    before[han] |= beside
    behind |= beside
    behind[han] |= ahead
    before |= ahead
    return before, at, behind


@cache
def _rules() -> tuple[int, ...]:
    """Return the rule that each bit of the tables stands for."""
    return (*(int(rule) for rule, _ in _parts()), *[int(Rule.FORM)] * 3)


@cache
def _runs() -> tuple[np.uint32, np.uint32]:
    """Return the bits of the parts that count only in a run: of a number, of a word in ASCII."""
    characters = [neighbours[1] for _, neighbours in _parts()]
    number, word = (np.uint32(1 << characters.index(inner)) for inner in (_IN_NUMBER, _WORD))
    return number, word


def flags(texts: Sequence[str]) -> list[int]:
    """Return the rules that may have to touch each text, none of which holds `SEPARATOR`.

    >>> flags(["停水三天"] * 10 + ["联系人：李四"])[-2:] == [0, Rule.CUE]
    True
    """
    if len(texts) < _FEW:
        return [EVERY] * len(texts)
    # Two behind the last: a place must stand even for a last letter that is empty.
    joined = SEPARATOR + SEPARATOR.join([*texts, "", ""])
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    kind, *tables = _tables()
    classes = kind.take(codes, mode="clip")
    before, bits, behind = (table.take(classes[k : len(classes) - 2 + k]) for k, table in enumerate(tables))
    bits &= before
    bits &= behind
    # A run of five has three inner characters in a row, one of seven five: told at the first of these.
    three = bits[:-2] & bits[1:-1] & bits[2:]
    five = three[:-2] & three[2:]
    offsets = np.cumsum([0, *(len(text) + 1 for text in texts[:-1])])
    number, word = _runs()
    found = np.bitwise_or.reduceat(bits, offsets) & ~(number | word)
    for run, rows in ((number, five), (word, three)):
        # As long as the batch: a letter may begin behind the last run.
        padded = np.zeros(len(bits), np.uint32)
        padded[: len(rows)] = rows & run
        found |= np.bitwise_or.reduceat(padded, offsets)
    out = np.zeros(len(texts), np.uint32)
    for bit, rule in enumerate(_rules()):
        out[(found >> np.uint32(bit)) & np.uint32(1) > 0] |= np.uint32(rule)
    return [int(x) for x in out]
