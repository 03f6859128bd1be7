"""Forecast against outcome: last week's list and what came of it, and how early matters were listed over all history."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from risk_model.matters import RisingEntry, week_name, week_of_name
from risk_model.scan.book import Book
from risk_model.scan.findings import Forecast, ForecastLine, Missed, Outcome, Share
from risk_model.scan.weekly import sunday

#: Lengths of the list that precision is stated for.
_LENGTHS: Final = (3, 5, 10)
#: Weeks that a forecast looks ahead, and after which a peak counts as passed.
_AHEAD: Final = 4
#: Letters in a week from which a matter that was not listed is a miss, and lines of misses.
_MISSED, _LINES = 2, 20
#: Letters of a matter from which it has a peak worth the name.
_PEAK: Final = 5

Weekly = Mapping[str, Mapping[int, int]]


def forecast(book: Book, letters: pd.DataFrame, week: int, open_matters: frozenset[str] | None) -> Forecast | None:
    """Judge the newest list before `week`; None where there is none. `open_matters` have unanswered letters (None: not known)."""
    before = max((w for w in book.lists if w < week and book.lists[w]), default=None)
    if before is None:
        return None
    now = book.now_called()
    weekly = by_matter(letters)
    lines = []
    for e in book.lists[before]:
        matter = now.get(e.matter_id, e.matter_id)
        further = sum(n for w, n in weekly.get(matter, {}).items() if before < w <= week)
        answered = open_matters is not None and matter not in open_matters
        outcome: Outcome = "further" if further else "answered" if answered else "quiet"
        lines.append(ForecastLine(e.rank, matter, e.title, e.chance, further, outcome))
    hits = [line.further_letters > 0 for line in lines]
    span = "本周" if before == week - 1 else "至本周"
    lengths = sorted({min(k, len(hits)) for k in _LENGTHS})
    precision = tuple(Share(f"前{k}项{span}又有来信", sum(hits[:k]), k, sunday(week)) for k in lengths)
    listed = {line.matter_id for line in lines}
    return Forecast(
        week=week_name(before),
        lines=tuple(lines),
        precision=precision,
        misses=_misses(book, weekly, week, listed),
        history=_history(book, weekly, week, now),
        lead_weeks=_leads(book, weekly, week),
    )


def by_matter(letters: pd.DataFrame) -> Weekly:
    """Return letters by matter and week."""
    out: dict[str, dict[int, int]] = defaultdict(dict)
    sizes = letters.groupby(["matter_id", "week"], sort=True).size().reset_index(name="n")
    for matter, week, n in zip(sizes["matter_id"], sizes["week"], sizes["n"], strict=True):
        out[str(matter)][int(week)] = int(n)
    return out


def _misses(book: Book, weekly: Weekly, week: int, listed: set[str]) -> tuple[Missed, ...]:
    titles = {book.index.matter_id(k): t for k, t in enumerate(book.index.titles)}
    found = []
    for matter, weeks in weekly.items():
        if weeks.get(week, 0) < _MISSED or matter in listed:
            continue
        if min(weeks) == week:
            why = "本周首次出现，此前没有来信"
        elif week - 1 not in weeks:
            why = "上周没有来信，不在候选之列"
        elif sum(n for w, n in weeks.items() if week - 9 <= w < week) < 2:
            why = "此前只有一件来信，不足以列入"
        else:
            why = "上周在候选之列，但排在名单之外"
        found.append(Missed(matter, titles.get(matter, ""), weeks[week], why))
    return tuple(sorted(found, key=lambda m: (-m.letters_this_week, m.matter_id))[:_LINES])


def _history(book: Book, weekly: Weekly, week: int, now: Mapping[str, str]) -> tuple[Share, ...]:
    """Return precision over all lists whose four weeks have passed."""
    hits: Counter[int] = Counter()
    whole: Counter[int] = Counter()
    for listed, entries in book.lists.items():
        if listed + _AHEAD > week:
            continue
        came = [_goes_on(weekly, now.get(e.matter_id, e.matter_id), listed) for e in _ranked(entries)]
        for k in _LENGTHS:
            hits[k] += sum(came[:k])
            whole[k] += len(came[:k])
    made = [Share(f"历次名单前{k}项四周内又有来信", hits[k], whole[k], sunday(week)) for k in _LENGTHS if whole[k]]
    for kind, sure in (("上升事项", True), ("苗头", False)):
        came = [
            _goes_on(weekly, now.get(e.matter_id, e.matter_id), listed)
            for listed, entries in book.lists.items()
            if listed + _AHEAD <= week
            for e in entries
            if e.sure is sure
        ]
        if came:
            made.append(Share(f"历次{kind}四周内又有来信", sum(came), len(came), sunday(week)))
    return tuple(made)


def _ranked(entries: Sequence[RisingEntry]) -> list[RisingEntry]:
    return sorted(entries, key=lambda e: e.rank)


def _goes_on(weekly: Weekly, matter: str, week: int) -> bool:
    return any(week < w <= week + _AHEAD for w in weekly.get(matter, {}))


def _leads(book: Book, weekly: Weekly, week: int) -> tuple[int, ...]:
    """Return weeks from first listing to peak of matters that were listed and have passed their peak, in order of matter id."""
    out = []
    first = book.first_listed
    for matter in sorted(first):
        weeks = weekly.get(matter, {})
        if sum(weeks.values()) < _PEAK:
            continue
        peak = min(weeks, key=lambda w: (-weeks[w], w))
        if peak + _AHEAD <= week:
            out.append(peak - week_of_name(first[matter]))
    return tuple(out)
