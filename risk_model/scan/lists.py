"""The lists of a week: rising matters with their weeks, and letters of the high band."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from risk_model.deadlines import due
from risk_model.matters import RisingEntry
from risk_model.scan.book import Book
from risk_model.scan.findings import HighLetter, Rising
from risk_model.scan.weekly import sunday
from risk_model.taxonomy import REVIEW_REASONS, TAG_NAMES

#: Weeks shown of a rising matter: this one and the eight that its reasons tell of.
_WEEKS: Final = 9
#: Letters of the high band that a report lists; all of them are in scores.parquet.
MOST_HIGH: Final = 200


def names(cell: object) -> tuple[str, ...]:
    """Return the names in a cell of `;`-joined names."""
    return tuple(str(cell).split(";")) if cell else ()


def departments(rows: pd.DataFrame) -> tuple[str, ...]:
    """Return who answers the matter of these letters: as the table says, else as usual for its commonest sub-tag."""
    said = Counter(str(d) for d in rows["department"] if d)
    if said:
        return tuple(sorted(said, key=lambda d: (-said[d], d)))
    kinds = Counter(n for cell in rows["subtags"] for n in names(cell))
    common = sorted(kinds, key=lambda n: (-kinds[n], n))[:1]
    return due(None, (), common).departments


def tags(row: Mapping[Any, Any]) -> tuple[str, ...]:
    """Return the families of a letter."""
    return tuple(t for t in TAG_NAMES if row[t])


def rising_lines(entries: Iterable[RisingEntry], book: Book, letters: pd.DataFrame, week: int) -> tuple[Rising, ...]:
    """Return the list as reports show it; `letters` has the matter of each letter."""
    out = []
    for e in entries:
        mine = letters[letters["matter_id"] == e.matter_id]
        ago = week - mine["week"].to_numpy()
        weekly = np.bincount(ago[(ago >= 0) & (ago < _WEEKS)], minlength=_WEEKS)[::-1]
        areas = Counter(str(a) for a in mine["area"] if a)
        out.append(
            Rising(
                rank=e.rank,
                matter_id=e.matter_id,
                title=e.title,
                area=max(areas, key=lambda a: (areas[a], a), default=""),
                letters_this_week=e.letters_this_week,
                letters_before=e.letters_before,
                expected=e.expected,
                risk=e.risk,
                chance=e.chance,
                beyond_expected=e.beyond_expected,
                sure=e.sure,
                reasons=e.reasons,
                first_listed=e.first_listed,
                departments=departments(mine[ago < _WEEKS]),
                weekly=tuple(int(n) for n in weekly),
            )
        )
    return tuple(out)


def high_letters(frame: pd.DataFrame, week: int) -> tuple[HighLetter, ...]:
    """Return the week's letters in the high band, highest risk first."""
    high = frame[frame["risk_band"] == "high"]
    order = sorted(range(len(high)), key=lambda k: (-high["mass_incident_risk"].iloc[k], high["id"].iloc[k]))
    out = []
    for row in high.iloc[order[:MOST_HIGH]].to_dict("records"):
        day = sunday(week) if pd.isna(row["received"]) else row["received"].date()
        out.append(
            HighLetter(
                letter_id=row["id"],
                matter_id=row["matter_id"],
                title=row["head"],
                area=row["area"],
                received=day,
                risk=row["mass_incident_risk"],
                tags=tags(row),
                subtags=names(row["subtags"]),
                factors=names(row["factors"]),
                departments=(row["department"],)
                if row["department"]
                else due(None, tags(row), names(row["subtags"])).departments,
                review="；".join(REVIEW_REASONS[n] for n in names(row["review"])),
                evidence=row["evidence"],
            )
        )
    return tuple(out)
