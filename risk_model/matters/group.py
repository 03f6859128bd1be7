"""Group a week of letters into matters, against the index of the past."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from risk_model.errors import InputError
from risk_model.matters.history import History, Merge, Override, no_history
from risk_model.matters.letters import Letters
from risk_model.matters.overrides import apply_overrides
from risk_model.matters.week import Link, add_week


@dataclass(frozen=True, slots=True)
class Grouping:
    """The matter of each letter of a call, why, the joinings of matters, and the index for the next call.

    `matters` maps the ids of this call's letters to matter ids. A letter without a link founded its matter.
    """

    matters: dict[str, str]
    links: tuple[Link, ...]
    merges: tuple[Merge, ...]
    history: History


def group(letters: Letters, history: History | None = None, overrides: Iterable[Override] = ()) -> Grouping:
    """Group `letters` against `history`, week by week, into matters with stable ids.

    A matter takes its id from the letter that founded it; later letters never change it. Where they show that two matters are one,
    the younger is merged into the older and the joining is recorded. One call with many weeks gives the same as one call a week.
    Raises `InputError` where a letter is in the history already or the topics are of another model.
    """
    past = history or no_history(letters.topics.shape[1])
    if letters.topics.shape[1] != past.sketches.topics.shape[1]:
        raise InputError("事项归并：主题列数与索引不一致。请用同一模型的分值，或用 --replay 重建索引。")
    if known := sorted(set(letters.ids) & set(past.ids)):
        raise InputError(f"事项归并：{len(known)} 封来信已经在索引中（如 {known[0]}）。请勿重复导入同一周。")
    before, base = len(past.merges), len(past.ids)
    decided = tuple(overrides)
    links: list[Link] = []
    for week, part in letters.by_week():
        past, found = add_week(past, week, part)
        past = apply_overrides(past, decided, week)
        links += found
    names = {m: past.matter_id(m) for m in set(past.matter[base:].tolist())}
    matters = {i: names[m] for i, m in zip(past.ids[base:], past.matter[base:].tolist(), strict=True)}
    return Grouping(matters, tuple(links), past.merges[before:], past)
