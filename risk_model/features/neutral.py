"""What must not count: who writes, where, and which lawful road was taken.

The boundary of this project says that a score does not move with ethnicity, religion, sex, age, origin, place names or
personal names, nor because a lawful road was taken. Words of the first kind are taken out before a feature is made, so
no weight can be learnt for them. A clause that says nothing else ("我今年72岁。", "我叫〔姓名〕。", "我已向法院提起诉讼。") is an
aside: it is taken out as a whole, so a letter with it and one without it are the same letter to the model. So are a clause
that says nothing but the writer's trade ("我是一名教师。") and one that only asks, thanks or is angry ("强烈要求尽快解决！").
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

from risk_model.features.batch import FIELD, RECORD, Batch
from risk_model.features.hashing import U64
from risk_model.features.letters import CLAUSE_ENDS
from risk_model.features.terms import key_of
from risk_model.features.vocabulary import KeyTable
from risk_model.text import dictionary

#: jieba's tag for places (ns) also sits on common words (入口, 福利, 中考), so only names that end as places end are
#: taken, and the short form of a province or city where the dictionary has it (武汉市: 武汉).
_PLACE: Final = re.compile(r".{2,}(?:省|市|县|州|盟|旗|自治区)")
_SHORT: Final = re.compile(r"(.{2,})(?:省|市|自治区)")


#: Roles of a word, added up: it is masked wherever it stands; it makes a clause an aside; it may stand in an aside; it is masked
#: right after a letter-coded place (A7县), as it would be in a name (长沙县).
MASKED, CORE, FRAME, UNIT = 1, 2, 4, 8

_ROLES: Final = {
    "ethnicity": MASKED | CORE,
    "religion": MASKED | CORE,
    "sex": MASKED | CORE,
    "age": MASKED | CORE,
    "origin": MASKED | CORE,
    "place": MASKED | CORE,
    "lawful": CORE,
    "occupation": CORE,
    "tone": CORE,
    "frame": FRAME,
    "unit": UNIT,
}
_WIDE_SPACE: Final = 0x3000
_CLAUSE_ENDS: Final = tuple(map(ord, CLAUSE_ENDS))


@cache
def neutral_roles() -> dict[str, int]:
    """Return the role of each word of `data/neutral.tsv` (word, kind) and of the place names of jieba's dictionary.

    Words of kind "keep" look like places and are none (城市, 公安); they have no role.
    """
    with (files("risk_model.data") / "neutral.tsv").open(encoding="utf-8") as f:
        rows = [(row["word"], row["kind"]) for row in csv.DictReader(f, delimiter="\t")]
    keep = {word for word, kind in rows if kind == "keep"}
    with dictionary().open(encoding="utf-8") as f:
        tagged = {line.split(" ")[0] for line in f if line.rstrip().endswith(" ns")}
    places = {word for word in tagged if _PLACE.fullmatch(word)}
    places |= {m[1] for word in tagged if (m := _SHORT.fullmatch(word)) and m[1] in tagged}
    roles = dict.fromkeys(places - keep, _ROLES["place"])
    for word, kind in rows:
        if kind != "keep":
            roles[word] = roles.get(word, 0) | _ROLES[kind]
    return roles


def masked_words() -> frozenset[str]:
    """Return the words that never become a feature."""
    return frozenset(word for word, role in neutral_roles().items() if role & MASKED)


def neutral_keys() -> tuple[U64, NDArray[np.uint8]]:
    """Return the keys of all words with a role, ascending, and their roles: what an artifact stores."""
    roles = neutral_roles()
    keys = np.array([key_of(word) for word in roles], np.uint64)
    order = np.argsort(keys)
    return keys[order], np.array(list(roles.values()), np.uint8)[order]


class Indifference:
    """Finds the words of a batch that must not count."""

    def __init__(self, keys: U64, roles: NDArray[np.uint8]) -> None:
        self._table = KeyTable(keys)
        self._roles = roles

    def __call__(self, batch: Batch, words: U64) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which words are masked and which belong to an aside (its closing mark included)."""
        role = np.zeros(len(words), np.uint8)
        at, found = self._table.known(words)
        role[at] = self._roles[found]
        return indifferent(batch, role)


def indifferent(batch: Batch, role: NDArray[np.uint8]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which words are masked and which belong to an aside, given the roles of the words in the dictionary."""
    coded = _coded_places(batch)
    role[coded] |= MASKED | CORE
    after = coded[coded + 1 < len(role)] + 1
    role[after[(role[after] & UNIT) > 0]] |= MASKED | CORE
    role[_numbers(batch)] |= FRAME
    role[_in_masks(batch)] |= CORE
    return (role & MASKED) > 0, _asides(batch, role)


def _asides(batch: Batch, role: NDArray[np.uint8]) -> NDArray[np.bool_]:
    first = batch.codes[batch.starts]
    line_end = (first == ord(FIELD)) | (first == ord(RECORD))
    end: NDArray[np.bool_] = line_end.copy()
    for mark in _CLAUSE_ENDS:
        end |= first == mark
    if not len(end):
        return end
    begins = np.concatenate([[0], np.flatnonzero(end[:-1]) + 1])
    silent = end | (first == ord(" "))
    allowed = np.logical_and.reduceat(silent | ((role & (CORE | FRAME)) > 0), begins)
    core = np.logical_or.reduceat((role & CORE) > 0, begins)
    flags: NDArray[np.bool_] = np.repeat(allowed & core, np.diff(begins, append=len(end))) & ~line_end
    return flags


def _in_masks(batch: Batch) -> NDArray[np.bool_]:
    """Flag the words that are part of a mask such as 〔姓名〕: who writes, or how to reach them."""
    first = batch.codes.take(batch.starts)
    inside: NDArray[np.bool_] = batch.stop.take(batch.starts) & (first > ord(" ")) & (first != _WIDE_SPACE)
    return inside


def _numbers(batch: Batch) -> NDArray[np.int64]:
    """Return the words that are digits from end to end."""
    # Unsigned, so one comparison holds both ends of the range.
    digit = batch.codes - np.uint32(ord("0")) <= 9
    some = np.flatnonzero(digit.take(batch.starts))
    digits = np.concatenate([[0], np.cumsum(digit, dtype=np.int32)])
    start, end = batch.starts[some], batch.ends[some]
    numbers: NDArray[np.int64] = some[digits[end] - digits[start] == end - start]
    return numbers


def _coded_places(batch: Batch) -> NDArray[np.int64]:
    """Return the words that are letter-coded places such as A, C5 or K12."""
    length = batch.ends - batch.starts
    first = batch.codes[batch.starts]
    coded = np.flatnonzero(first - np.uint32(ord("A")) <= ord("Z") - ord("A"))
    coded = coded[length[coded] <= 4]
    for k in (1, 2, 3):
        place = np.minimum(batch.starts[coded] + k, len(batch.codes) - 1)
        digit = (batch.codes[place] >= ord("0")) & (batch.codes[place] <= ord("9"))
        coded = coded[digit | (length[coded] <= k)]
    return coded
