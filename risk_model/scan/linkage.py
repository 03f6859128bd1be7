"""Why letters are in their matters, as one narrow table: a book of a million letters has most of a million links."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pandas as pd

from risk_model.matters import Link

COLUMNS: Final = ("letter", "nearest", "probability", "words", "copy")
#: Between the words of a link; no word holds it, as none crosses punctuation.
BETWEEN: Final = "；"


def link_table(links: Iterable[Link]) -> pd.DataFrame:
    """Return the links with the columns of COLUMNS, the letter as index.

    >>> link_table([Link("b", "a", 0.9, ("砖窑", "黑烟"), False)]).loc["b", "words"]
    '砖窑；黑烟'
    """
    rows = [(x.letter, x.nearest, x.probability, BETWEEN.join(x.words), x.copy) for x in links]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    types = {"letter": "str", "nearest": "str", "probability": "float64", "words": "str", "copy": "bool"}
    return table.astype(types).set_index("letter")


def joined(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return all links; of a letter that occurs twice, the last."""
    some = [table for table in tables if len(table)]
    if not some:
        return link_table(())
    every = pd.concat(some)
    return every[~every.index.duplicated(keep="last")]
