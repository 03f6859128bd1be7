"""What an office keeps between scans: one folder a week, from which the next week starts.

`<history>/2019-W47/` holds the index of matters, the week's letters as facts without text, the list as it was reported and the
profile of words and scores. A scan of a week starts from the latest week before it, so that it can be repeated. Staff's merges
and splits stand in `<history>/overrides.csv` (action, letters).
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd

from risk_model.errors import ArtifactError, InputError
from risk_model.matters import (
    History,
    Link,
    Merge,
    Override,
    RisingEntry,
    load_history,
    save_history,
    week_name,
    week_of_name,
)
from risk_model.matters.history import no_history
from risk_model.scan.linkage import joined, link_table
from risk_model.scan.scoring import TOPICS

_WEEK: Final = re.compile(r"\d{4}-W\d{2}")
#: Indices kept: the newest, and some before it so that a week can be scanned again. They are large; the rest is small.
INDICES: Final = 5
OVERRIDES: Final = "overrides.csv"
_LINKS: Final = "links.parquet"
_ACTIONS: Final[dict[str, Literal["merge", "split"]]] = {"merge": "merge", "split": "split"}


@dataclass(frozen=True, slots=True)
class Book:
    """All that is known when a week begins. Never changed in place.

    `letters` has the columns of `LIGHT` and the link of each letter; `lists` holds the reported lists by week number;
    `profiles` what the gate measured of each week, by week number.
    """

    index: History
    letters: pd.DataFrame
    lists: dict[int, tuple[RisingEntry, ...]] = field(default_factory=dict)
    profiles: dict[int, dict[str, Any]] = field(default_factory=dict)
    links: pd.DataFrame = field(default_factory=lambda: link_table(()))

    @property
    def first_listed(self) -> dict[str, str]:
        """Return the week of first listing by matter id, also for matters that were merged into others since."""
        found: dict[str, str] = {}
        for number in sorted(self.lists):
            for entry in self.lists[number]:
                found.setdefault(entry.matter_id, entry.first_listed)
        for merge in self.index.merges:
            weeks = [found[m] for m in (merge.kept, merge.gone) if m in found]
            if weeks:
                found[merge.kept] = min(weeks)
        return found

    def now_called(self) -> dict[str, str]:
        """Return the present id of every matter that was merged."""
        return follow(self.index.merges)


def follow(merges: Iterable[Merge]) -> dict[str, str]:
    """Return where each merged matter is now.

    >>> follow([Merge(1, "M-b", "M-c", ""), Merge(2, "M-a", "M-b", "")])
    {'M-c': 'M-a', 'M-b': 'M-a'}
    """
    into = {merge.gone: merge.kept for merge in merges}
    out = {}
    for gone, next_one in into.items():
        kept = next_one
        while kept in into:
            kept = into[kept]
        out[gone] = kept
    return out


def empty_book() -> Book:
    """Return the book of an office that has not begun."""
    return Book(no_history(len(TOPICS)), pd.DataFrame())


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder of the past."""

    folder: Path

    def weeks(self) -> list[int]:
        """Return the numbers of the weeks that are kept, in order."""
        if not self.folder.is_dir():
            return []
        return sorted(week_of_name(p.name) for p in self.folder.iterdir() if p.is_dir() and _WEEK.fullmatch(p.name))

    def overrides(self) -> list[Override]:
        """Read staff's decisions; none where there is no such file."""
        path = self.folder / OVERRIDES
        if not path.is_file():
            return []
        out = []
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), 2):
                ids = tuple(i.strip() for i in (row.get("letters") or "").split(";") if i.strip())
                action = _ACTIONS.get(row.get("action") or "")
                if action is None or not ids:
                    raise InputError(
                        f"{path.name} 第{number}行：action 只能是 merge 或 split，letters 写来信编号，用分号分开"
                    )
                out.append(Override(action, ids))
        return out

    def open(self, before: int) -> Book:
        """Return the book as it stood before week `before`."""
        past = [w for w in self.weeks() if w < before]
        if not past:
            return empty_book()
        index = self.folder / week_name(past[-1]) / "index.npz"
        if not index.is_file():
            raise ArtifactError(
                f"历史 {week_name(past[-1])} 的事项索引已经清理，不能从这一周续算：请用 --replay 重建历史"
            )
        frames: list[pd.DataFrame] = []
        lists: dict[int, tuple[RisingEntry, ...]] = {}
        profiles: dict[int, dict[str, Any]] = {}
        links: list[pd.DataFrame] = []
        for week in past:
            folder = self.folder / week_name(week)
            try:
                frame = pd.read_parquet(folder / "letters.parquet")
                said = json.loads((folder / "week.json").read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise ArtifactError(f"历史 {week_name(week)} 读不了：请从备份恢复，或用 --replay 重建历史") from error
            frames.append(frame)
            lists[week] = tuple(RisingEntry(**entry) for entry in said["rising"])
            profiles[week] = said["profile"]
            links.append(_links(folder, said))
        letters = pd.concat(frames, ignore_index=True).drop_duplicates("id", keep="last", ignore_index=True)
        return Book(load_history(index), letters, lists, profiles, joined(links))

    def keep(self, week: int, book: Book, letters: pd.DataFrame, links: pd.DataFrame, *, index: bool = True) -> None:
        """Keep a week: its folder appears whole. `letters` are those that this week brought or changed.

        Without `index` no later scan can start from this week.
        """
        final = self.folder / week_name(week)
        temporary = self.folder / f".{week_name(week)}.tmp"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        if index:
            save_history(book.index, temporary / "index.npz")
        letters.to_parquet(temporary / "letters.parquet", index=False)
        links.to_parquet(temporary / _LINKS)
        said = {
            "rising": [entry.to_dict() for entry in book.lists.get(week, ())],
            "profile": book.profiles.get(week, {}),
        }
        (temporary / "week.json").write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
        shutil.rmtree(final, ignore_errors=True)
        temporary.rename(final)

    def clear(self) -> None:
        """Delete all weeks."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def move_to(self, other: Shelf) -> None:
        """Move all weeks to another shelf ; there they take the place of older ones of the same name."""
        other.folder.mkdir(parents=True, exist_ok=True)
        for week in self.weeks():
            target = other.folder / week_name(week)
            shutil.rmtree(target, ignore_errors=True)
            (self.folder / week_name(week)).rename(target)
        for old in other.weeks()[:-INDICES]:
            (other.folder / week_name(old) / "index.npz").unlink(missing_ok=True)


def _links(folder: Path, said: dict[str, Any]) -> pd.DataFrame:
    """Read a week's links; weeks of an earlier release have them beside the list."""
    if "links" in said:
        return link_table(Link(**{**x, "words": tuple(x["words"])}) for x in said["links"])
    try:
        return pd.read_parquet(folder / _LINKS)
    except (OSError, ValueError) as error:
        raise ArtifactError(f"历史 {folder.name} 的归并依据读不了：请从备份恢复，或用 --replay 重建历史") from error


def grown(book: Book, letters: pd.DataFrame) -> Book:
    """Return the book with newer rows of letters, which win over older ones of the same id."""
    if book.letters.empty:
        return replace(book, letters=letters)
    both = pd.concat([book.letters, letters], ignore_index=True)
    return replace(book, letters=both.drop_duplicates("id", keep="last", ignore_index=True))
