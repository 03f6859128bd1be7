"""A whole history week by week, each week seeing only what had arrived by then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from risk_model.matters.group import Grouping, group
from risk_model.matters.history import Override, no_history
from risk_model.matters.letters import Letters, week_name
from risk_model.matters.rising import Facts, RisingEntry, rising


@dataclass(frozen=True, slots=True)
class ReplayedWeek:
    """One week as it would have been reported: its letters' matters and the rising list."""

    week: str
    grouping: Grouping
    rising: tuple[RisingEntry, ...]


def replay(letters: Letters, facts: Facts | None = None, overrides: Iterable[Override] = ()) -> Iterator[ReplayedWeek]:
    """Yield every week that has letters, in order of time.

    `facts` may hold all letters at once: each is about one letter alone and is not read before that letter's week. The week of a
    matter's first listing is carried along, also when the matter is later merged into another.
    """
    history = no_history(letters.topics.shape[1])
    decided = tuple(overrides)
    listed: dict[str, str] = {}
    for week, part in letters.by_week():
        grouping = group(part, history, decided)
        history = grouping.history
        for merge in grouping.merges:
            weeks = [listed[m] for m in (merge.kept, merge.gone) if m in listed]
            if weeks:
                listed[merge.kept] = min(weeks)
        entries = rising(week, history, facts, listed)
        for entry in entries:
            listed.setdefault(entry.matter_id, entry.week)
        yield ReplayedWeek(week_name(week), grouping, tuple(entries))
