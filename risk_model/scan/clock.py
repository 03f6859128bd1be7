"""The statutory clock of a book of letters: what is overdue, what is due soon, how old the unanswered are, which rates hold.

Only letters of the present input are counted: what an older table said about handling may no longer be so. A letter without a day
of receipt has no clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd

from risk_model.deadlines import ACCEPT_DAYS, FINISH_DAYS, due
from risk_model.scan.findings import Backlog, Clock, ClockLine, Share
from risk_model.scan.lists import names, tags

#: Days ahead in which a date counts as due soon: until the end of the coming week.
SOON: Final = 7
#: Lines of a list in the reports; overdue.csv has all.
MOST: Final = 300
#: Age classes of unanswered letters, in days from receipt.
_AGES: Final = (
    ("15天以内", 15), ("16至60天", 60), ("61至90天", 90), ("91天至一年", 365), ("一年以上", 10**6),
)  # fmt: skip
#: Rates are of letters received in this many days: long enough to count, short enough to be about the present.
_YEAR: Final = 365
COLUMNS: Final = (
    "letter_id", "matter_id", "title", "area", "received", "step", "due_on", "days_left", "risk", "risk_band", "departments",
)  # fmt: skip


def knows_handling(roles: Collection[str]) -> bool:
    """Tell whether a table says which letters are answered."""
    return bool({"status", "answered_at"} & set(roles))


def is_open(letters: pd.DataFrame, as_of: dt.date) -> pd.Series:
    """Flag letters unanswered at the end of `as_of`. A closed letter without a date of answer counts as answered."""
    end = pd.Timestamp(as_of)
    answered = letters["answered"].notna() & (letters["answered"] <= end)
    undated = letters["answered"].isna() & letters["closed"].fillna(False).astype(bool)
    return ~(answered | undated)


def running(letters: pd.DataFrame, as_of: dt.date, roles: Collection[str]) -> pd.DataFrame:
    """Return the unanswered letters with `step`, `due_on` and `days_left`, those longest overdue first, then by risk.

    Acceptance is judged only where the table has its date. Of two dates the one nearer counts.
    """
    end = pd.Timestamp(as_of)
    rows = letters[is_open(letters, as_of) & letters["received"].notna() & (letters["received"] <= end)]
    accepted = rows["accepted"].where(rows["accepted"] <= end)
    finish = accepted.fillna(rows["received"]) + pd.Timedelta(days=FINISH_DAYS)
    finish = rows["due"].fillna(finish)
    accept = rows["received"] + pd.Timedelta(days=ACCEPT_DAYS)
    waits = accepted.isna() & (accept < finish) if "accepted_at" in roles else pd.Series(False, rows.index)
    due_on = accept.where(waits, finish)
    out = rows.assign(
        step=np.where(waits, "受理", "办结"), due_on=due_on, days_left=(due_on - end).dt.days.astype(np.int64)
    )
    return out.sort_values(
        ["days_left", "mass_incident_risk", "id"], ascending=[True, False, True], kind="stable", ignore_index=True
    )


def clock(clocked: pd.DataFrame, as_of: dt.date) -> Clock:
    """Return what is overdue and what is due within SOON days, of the letters of `running`."""
    overdue = clocked[clocked["days_left"] < 0]
    soon = clocked[(clocked["days_left"] >= 0) & (clocked["days_left"] <= SOON)]
    return Clock(as_of, _lines(overdue), _lines(soon), len(overdue), len(soon))


def _lines(rows: pd.DataFrame) -> tuple[ClockLine, ...]:
    return tuple(
        ClockLine(
            letter_id=row["id"],
            matter_id=row["matter_id"],
            title=row["head"],
            area=str(row["area"]),
            received=row["received"].date(),
            due_on=row["due_on"].date(),
            days_left=int(row["days_left"]),
            step=row["step"],
            risk=float(row["mass_incident_risk"]),
            band=str(row["risk_band"]),
            departments=answered_by(row),
        )
        for row in rows.head(MOST).to_dict("records")
    )


def answered_by(row: dict[Any, Any]) -> tuple[str, ...]:
    """Return who answers a letter: as the table says, else as usual for its sub-tags."""
    if row["department"]:
        return (str(row["department"]),)
    return due(None, tags(row), names(row["subtags"])).departments


def overdue_rows(clocked: pd.DataFrame) -> list[tuple[object, ...]]:
    """Return the rows of overdue.csv, in the order of COLUMNS."""
    return [
        (
            row["id"], row["matter_id"], row["head"], row["area"], row["received"].date(), row["step"], row["due_on"].date(),
            row["days_left"], row["mass_incident_risk"], row["risk_band"], "、".join(answered_by(row)),
        )
        for row in clocked[clocked["days_left"] < 0].to_dict("records")
    ]  # fmt: skip


def backlog(clocked: pd.DataFrame, as_of: dt.date) -> Backlog:
    """Return the unanswered letters by age."""
    days = (pd.Timestamp(as_of) - clocked["received"]).dt.days.to_numpy()
    edges = [-1, *(edge for _, edge in _AGES)]
    counts = [int(((days > low) & (days <= high)).sum()) for low, high in pairwise(edges)]
    median = float(np.median(days)) if len(days) else 0.0
    return Backlog(as_of, tuple((label, n) for (label, _), n in zip(_AGES, counts, strict=True)), median)


def rates(letters: pd.DataFrame, as_of: dt.date, roles: Collection[str]) -> tuple[Share, ...]:
    """Return the rates that the columns allow, each of letters received within a year."""
    end = pd.Timestamp(as_of)
    year = letters[(letters["received"] <= end) & (letters["received"] > end - pd.Timedelta(days=_YEAR))]
    out = []
    if "accepted_at" in roles:
        ripe = year[year["received"] <= end - pd.Timedelta(days=ACCEPT_DAYS)]
        intime = ripe["accepted"] <= ripe["received"] + pd.Timedelta(days=ACCEPT_DAYS)
        out.append(Share("按期受理率（近一年收到、已满15日）", int(intime.sum()), len(ripe), as_of))
    if knows_handling(roles):
        base = year["accepted"].fillna(year["received"]) + pd.Timedelta(days=FINISH_DAYS)
        limit = year["due"].fillna(base)
        ripe = year[limit <= end]
        if "answered_at" in roles:
            intime = ripe["answered"] <= limit[ripe.index]
            out.append(Share("按期办结率（近一年收到、已到期限）", int(intime.sum()), len(ripe), as_of))
        if "first" in roles:
            first = ripe[ripe["first"].fillna(False).astype(bool)]
            done = int((~is_open(first, as_of)).sum())
            out.append(Share("初信初访办结率（近一年收到、已到期限）", done, len(first), as_of))
    if "satisfaction" in roles:
        said = year[year["satisfied"].notna()]
        out.append(
            Share("群众满意率（近一年收到、已评价）", int(said["satisfied"].astype(bool).sum()), len(said), as_of)
        )
    return tuple(out)
