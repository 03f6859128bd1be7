"""Counts of a week beside last week (环比) and the year before (同比), in all and along each dimension."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from risk_model.errors import InputError
from risk_model.matters import week_name, week_of_name
from risk_model.scan.findings import Breakdown, Count
from risk_model.taxonomy import LABELS, TAGS

#: Weeks of the trend, and lines of a breakdown: what a page can show.
TREND: Final = 26
_LINES: Final = 40


def year_before(week: int) -> int | None:
    """Return the same ISO week of the year before; None for week 53 where that year has none.

    >>> week_name(year_before(week_of_name("2020-W04"))), year_before(week_of_name("2020-W53"))
    ('2019-W04', None)
    """
    year, number = week_name(week).split("-W")
    name = f"{int(year) - 1}-W{number}"
    try:
        return week_of_name(name)
    except InputError:
        return None


def count(label: str, letters: pd.DataFrame, week: int, start: int, overdue: int | None = None) -> Count:
    """Count letters of `week` and of the weeks beside it; `start` is the first week that the book has."""
    by = letters["week"].value_counts()
    before = year_before(week)
    mine = letters[letters["week"] == week]
    return Count(
        label,
        int(by.get(week, 0)),
        int(by.get(week - 1, 0)) if week - 1 >= start else None,
        int(by.get(before, 0)) if before is not None and before >= start else None,
        int((mine["risk_band"] == "high").sum()),
        overdue,
    )


def trend(letters: pd.DataFrame, week: int, start: int) -> tuple[tuple[str, int, int], ...]:
    """Return (week, letters, high-band letters) of the last weeks, oldest first."""
    every = letters["week"].value_counts()
    high = letters.loc[letters["risk_band"] == "high", "week"].value_counts()
    weeks = range(max(start, week - TREND + 1), week + 1)
    return tuple((week_name(w), int(every.get(w, 0)), int(high.get(w, 0))) for w in weeks)


def breakdowns(
    letters: pd.DataFrame, week: int, start: int, overdue: Mapping[str, bool] | None, *, by_department: bool
) -> tuple[Breakdown, ...]:
    """Return the counts by family, sub-tag, area and, where the table names it, department."""
    near = {week, week - 1, year_before(week)}
    some = letters[letters["week"].isin([w for w in near if w is not None])]
    late = letters[letters["id"].isin([i for i, yes in overdue.items() if yes])] if overdue is not None else None

    def rows(of: Mapping[str, pd.Series]) -> tuple[Count, ...]:
        found = []
        for label, mask in of.items():
            out = None if late is None else int(mask.reindex(late.index, fill_value=False).sum())
            found.append(count(label, some[mask.reindex(some.index, fill_value=False)], week, start, out))
        shown = [c for c in found if c.now or c.last_week or c.last_year or c.overdue]
        return tuple(sorted(shown, key=lambda c: (-c.now, -(c.last_week or 0), c.label))[:_LINES])

    both = some if late is None else letters.loc[some.index.union(late.index)]
    out = [Breakdown("诉求大类", rows({tag.label: both[tag.name] for tag in TAGS}))]
    split = both["subtags"].astype(str).str.split(";").explode()
    kinds = {LABELS[n]: split.eq(n).groupby(level=0).any() for n in sorted(split.unique()) if n}
    out.append(Breakdown("诉求小类", rows(kinds)))
    for dimension, column, wanted in (("区域", "area", True), ("承办部门", "department", by_department)):
        text = both[column].astype(str)
        names = [n for n in sorted(text.unique()) if n]
        if names and wanted:
            out.append(Breakdown(dimension, rows({n: text.eq(n) for n in names})))
    return tuple(out)
