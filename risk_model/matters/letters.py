"""The letters to group: text, time, place, topic. There is no field for who wrote, and none may be added."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk_model.errors import InputError


@dataclass(frozen=True, slots=True)
class Letters:
    """Letters as parallel columns; rows stand in order of day, then id, whatever order they came in.

    `titles` and `bodies` are prepared text (personal data masked). `days` has dtype datetime64[D]. `areas` holds the township
    or street, "" where unknown. `topics` has one row of probabilities a letter (sub-tags of the model), shape (n, k), or k = 0.
    """

    ids: tuple[str, ...]
    titles: tuple[str, ...]
    bodies: tuple[str, ...]
    days: NDArray[np.datetime64]
    areas: tuple[str, ...]
    topics: NDArray[np.float32]

    def __len__(self) -> int:
        """Return the number of letters."""
        return len(self.ids)

    def take(self, rows: NDArray[np.int64]) -> Letters:
        """Return the given rows."""
        return make_letters(
            [self.ids[r] for r in rows],
            [self.titles[r] for r in rows],
            [self.bodies[r] for r in rows],
            self.days[rows],
            [self.areas[r] for r in rows],
            self.topics[rows],
        )

    @property
    def weeks(self) -> NDArray[np.int64]:
        """Return the number of each letter's ISO week: whole weeks since Monday 1969-12-29."""
        return week_number(self.days)

    def by_week(self) -> list[tuple[int, Letters]]:
        """Return (week number, its letters) in order of time."""
        weeks = self.weeks
        return [(int(w), self.take(np.flatnonzero(weeks == w))) for w in np.unique(weeks)]


def make_letters(
    ids: Sequence[str],
    titles: Sequence[str],
    bodies: Sequence[str],
    days: ArrayLike,
    areas: Sequence[str] | None = None,
    topics: ArrayLike | None = None,
) -> Letters:
    """Build `Letters`, sorted by day, then id.

    Raises `InputError` where columns differ in length, an id occurs twice or a day is missing.

    >>> make_letters(["b", "a"], ["路灯坏了", ""], ["三天了", "停水"], ["2019-08-14", "2019-08-14"]).ids
    ('a', 'b')
    """
    n = len(ids)
    when = np.asarray(days, "datetime64[D]")
    kind = np.zeros((n, 0), np.float32) if topics is None else np.asarray(topics, np.float32)
    where = [""] * n if areas is None else areas
    if not n == len(titles) == len(bodies) == len(when) == len(where) == len(kind):
        raise InputError(f"事项归并：各列行数不一致（编号 {n} 行）。请保证每封信各列都有一行。")
    if len(set(ids)) != n:
        raise InputError("事项归并：来信编号有重复。请先去掉重复的行。")
    if np.isnat(when).any():
        raise InputError("事项归并：有来信没有日期。请补上日期或先剔除这些行。")
    order = sorted(range(n), key=lambda r: (when[r], ids[r]))
    return Letters(
        tuple(ids[r] for r in order),
        tuple(titles[r] for r in order),
        tuple(bodies[r] for r in order),
        when[order],
        tuple(where[r] for r in order),
        kind[order],
    )


def week_number(days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return whole weeks since Monday 1969-12-29 of each day; one number an ISO week.

    >>> week_number(np.array(["2019-12-29", "2019-12-30"], "datetime64[D]")).tolist()
    [2608, 2609]
    """
    # 1970-01-01 was a Thursday: three days after a Monday.
    return (days.astype("datetime64[D]").astype(np.int64) + 3) // 7


def week_name(number: int) -> str:
    """Return the ISO name of a week number.

    >>> week_name(2609)
    '2020-W01'
    """
    year, week, _ = (dt.date(1969, 12, 29) + dt.timedelta(weeks=number)).isocalendar()
    return f"{year}-W{week:02d}"


def week_of_name(name: str) -> int:
    """Return the week number of an ISO week name.

    >>> week_of_name("2020-W01")
    2609
    """
    try:
        year, week = name.split("-W")
        monday = dt.date.fromisocalendar(int(year), int(week), 1)
    except ValueError as error:
        raise InputError(f"周次 {name!r} 无法识别，应写成 2019-W47 这样的形式。") from error
    return (monday - dt.date(1969, 12, 29)).days // 7
