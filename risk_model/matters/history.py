"""What has been grouped so far: everything the next week needs, as plain arrays and no text but the matters' titles."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from risk_model.matters.background import background
from risk_model.matters.sketch import Sketches, empty

Ints = NDArray[np.int64]

#: Hashes of 20-character runs kept of a letter: enough to tell a half-copied letter from one that shares a set phrase.
RUNS: Final = 16


@dataclass(frozen=True, slots=True)
class Override:
    """A decision of staff about letters, by their ids; it wins over every score, a later one over an earlier.

    "merge": the matters of these letters are one. "split": these letters are one matter of their own, apart from the matters they
    were in. It takes effect, once, in the first call at whose end all the letters have arrived.
    """

    action: Literal["merge", "split"]
    letters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Merge:
    """A recorded joining of two matters: `gone` from now on is `kept`, the older of the two."""

    week: int
    kept: str
    gone: str
    reason: str


@dataclass(frozen=True, slots=True)
class History:
    """The index of the past. Never changed in place: a week makes a new one.

    Letters, parallel: `ids`, `weeks`, `prints` (fingerprint of the whole text, 0 for a text too short to be a copy), `copies`
    (a copy of another letter of its matter), `matter` (number of its matter now), `strand` (number of the matter it joined by
    likeness: staff may bind unlike strands into one matter, and new letters are compared with each strand by itself).
    Matters, parallel: `founders` (number of the letter it is named by), `turns` (how many matters that letter had founded
    before), `titles`.
    Live rows, the letters that new ones are compared with, parallel: `sketches`, `runs`, `live` (number of the letter).
    `df` counts letters by n-gram, `seen` all that were counted, the built-in corpus first. `barred` holds pairs of matters that staff keep apart.
    """

    ids: tuple[str, ...]
    weeks: Ints
    prints: NDArray[np.uint64]
    copies: NDArray[np.bool_]
    matter: Ints
    strand: Ints
    founders: Ints
    turns: Ints
    titles: tuple[str, ...]
    sketches: Sketches
    runs: NDArray[np.uint64]
    live: Ints
    df: NDArray[np.int32]
    seen: int
    barred: frozenset[tuple[int, int]] = frozenset()
    applied: frozenset[Override] = frozenset()
    merges: tuple[Merge, ...] = ()

    def matter_id(self, number: int) -> str:
        """Return the id of a matter; it hangs on the letter that founded it and on nothing else."""
        return name_matter(self.ids[self.founders[number]], int(self.turns[number]))

    def matter_ids(self) -> dict[str, str]:
        """Return the matter id of every letter id."""
        names = {m: self.matter_id(m) for m in np.unique(self.matter).tolist()}
        return {i: names[m] for i, m in zip(self.ids, self.matter.tolist(), strict=True)}


def name_matter(letter_id: str, turn: int = 0) -> str:
    """Return the id of the matter that this letter founds; `turn` counts the matters it founded before (by splits).

    >>> name_matter("2019-0001") == name_matter("2019-0001", 0) != name_matter("2019-0001", 1)
    True
    """
    name = f"{letter_id}\x1f{turn}" if turn else letter_id
    return "M-" + hashlib.blake2b(name.encode(), digest_size=6).hexdigest()


def no_history(topics: int) -> History:
    """Return the beginning; `topics` is the number of topic columns to come. Frequencies start from those of the built-in corpus."""
    df, seen = background()
    none = np.zeros(0, np.int64)
    return History(
        ids=(),
        weeks=none,
        prints=np.zeros(0, np.uint64),
        copies=np.zeros(0, np.bool_),
        matter=none,
        strand=none,
        founders=none,
        turns=none,
        titles=(),
        sketches=empty(topics),
        runs=np.zeros((0, RUNS), np.uint64),
        live=none,
        df=df,
        seen=seen,
    )
