"""Words that must not count: who writes, and where.

The boundary of this project says that a score does not move with ethnicity, religion, sex, age, origin, place names or
personal names. These words are taken out before a feature is made, so no weight can be learnt for them.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from risk_model.features.batch import Batch
from risk_model.features.hashing import U64
from risk_model.features.terms import key_of
from risk_model.features.vocabulary import KeyTable

#: jieba's tag for places (ns) also sits on common words (入口, 福利, 中考), so only names that end as places end are
#: taken, and the short form of a province or city where the dictionary has it (武汉市: 武汉).
_PLACE: Final = re.compile(r".{2,}(?:省|市|县|州|盟|旗|自治区)")
_SHORT: Final = re.compile(r"(.{2,})(?:省|市|自治区)")


@cache
def neutral_words() -> frozenset[str]:
    """Return the words of `data/neutral.tsv` and the place names of jieba's dictionary.

    Words of kind "keep" look like places and are none (城市, 公安); they stay.
    """
    with (files("risk_model.data") / "neutral.tsv").open(encoding="utf-8") as f:
        rows = [(row["word"], row["kind"]) for row in csv.DictReader(f, delimiter="\t")]
    keep = {word for word, kind in rows if kind == "keep"}
    with _jieba_dictionary().open(encoding="utf-8") as f:
        tagged = {line.split(" ")[0] for line in f if line.rstrip().endswith(" ns")}
    places = {word for word in tagged if _PLACE.fullmatch(word)}
    places |= {m[1] for word in tagged if (m := _SHORT.fullmatch(word)) and m[1] in tagged}
    return frozenset({word for word, _ in rows} | places) - keep


def _jieba_dictionary() -> Path:
    # Found without importing jieba, which takes a while and sets up logging.
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        raise ImportError("jieba is not installed; its dictionary lists the place names")
    return Path(spec.origin).with_name("dict.txt")


def neutral_keys() -> U64:
    """Return the keys of all neutral words, sorted: what an artifact stores."""
    return np.unique(np.array([key_of(word) for word in neutral_words()], np.uint64))


def neutral_flags(batch: Batch, words: U64, table: KeyTable) -> NDArray[np.bool_]:
    """Flag the words of a batch that are in `table`, or are letter-coded places such as A, C5 or K12."""
    flags = table.find(words) >= 0
    length = batch.ends - batch.starts
    first = batch.codes[batch.starts]
    coded = np.flatnonzero((first >= ord("A")) & (first <= ord("Z")) & (length <= 4))
    for k in (1, 2, 3):
        place = np.minimum(batch.starts[coded] + k, len(batch.codes) - 1)
        digit = (batch.codes[place] >= ord("0")) & (batch.codes[place] <= ord("9"))
        coded = coded[digit | (length[coded] <= k)]
    flags[coded] = True
    return flags
