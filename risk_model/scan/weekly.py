"""One week joins the book: its letters are grouped, and what is rising is listed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from risk_model.matters import Facts, Letters, Override, RisingEntry, group, make_letters, rising
from risk_model.scan.book import Book
from risk_model.scan.linkage import joined, link_table
from risk_model.scan.scoring import TOPICS

#: Weeks before the present one whose letters give risk and factors to the rising list.
_TOLD: Final = 8
_FIRST_MONDAY: Final = dt.date(1969, 12, 29)


def monday(week: int) -> dt.date:
    """Return the first day of a week.

    >>> monday(2609)
    datetime.date(2019, 12, 30)
    """
    return _FIRST_MONDAY + dt.timedelta(weeks=week)


def sunday(week: int) -> dt.date:
    """Return the last day of a week."""
    return monday(week) + dt.timedelta(days=6)


def add_letters(book: Book, week: int, frame: pd.DataFrame, overrides: Iterable[Override]) -> tuple[Book, pd.DataFrame]:
    """Return the book with the letters of one week grouped, and their links; letters it knows already keep their matter."""
    new = frame[~frame["id"].isin(set(book.index.ids))]
    grouping = group(_letters(new, week), book.index, overrides)
    links = link_table(grouping.links)
    return replace(book, index=grouping.history, links=joined((book.links, links))), links


def list_rising(book: Book, week: int) -> tuple[Book, tuple[RisingEntry, ...]]:
    """Return the rising list of a week, and the book with it."""
    entries = tuple(rising(week, book.index, _facts(book.letters, week), book.first_listed))
    return replace(book, lists=book.lists | {week: entries}), entries


def _letters(frame: pd.DataFrame, week: int) -> Letters:
    days = frame["received"].fillna(pd.Timestamp(sunday(week))).to_numpy("datetime64[D]")
    topics = np.stack(frame["topics"].tolist()) if len(frame) else np.zeros((0, len(TOPICS)), np.float32)
    return make_letters(
        frame["id"].tolist(), frame["title"].tolist(), frame["body"].tolist(), days, frame["area"].tolist(), topics
    )


def _facts(letters: pd.DataFrame, week: int) -> Facts:
    """Return what the model said of the letters that a list may speak of; no later week is read."""
    if letters.empty:
        return Facts()
    known = letters[letters["week"] <= week]
    lately = known[known["week"] >= week - _TOLD]
    placed = known[known["area"] != ""]
    factors = (tuple(f.split(";")) if f else () for f in lately["factors"].astype(str))
    return Facts(
        dict(zip(lately["id"], lately["mass_incident_risk"].tolist(), strict=True)),
        dict(zip(lately["id"], factors, strict=True)),
        dict(zip(placed["id"], placed["area"].astype(str), strict=True)),
    )
