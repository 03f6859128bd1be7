"""The folders that weekly scans publish, read for the pages. Nothing is written here."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_WEEK: Final = re.compile(r"\d{4}-W\d{2}")
#: Files that can be fetched; anything else in a folder stays there.
DOWNLOADS: Final = {
    ".html": "网页报告",
    ".xlsx": "Excel",
    ".docx": "Word（公文版式）",
}
_TABLES: Final = {"rising.csv": "上升事项（CSV）", "overdue.csv": "逾期清单（CSV）"}
#: Overdue letters listed on the page; the workbook has all.
MOST_OVERDUE: Final = 60


@dataclass(frozen=True, slots=True)
class Scan:
    """What a week's scan found, as its files say it."""

    week: str
    manifest: dict[str, Any]
    rising: list[dict[str, str]]
    overdue: list[dict[str, str]]
    overdue_known: bool
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A line of the last week's list and what came of it."""

    rank: int
    title: str
    chance: float | None
    further: int


def weeks(folder: Path) -> list[str]:
    """Return the weeks that have been scanned, newest first."""
    if not folder.is_dir():
        return []
    found = [p.name for p in folder.iterdir() if _WEEK.fullmatch(p.name) and (p / "manifest.json").is_file()]
    return sorted(found, reverse=True)


def read(folder: Path, week: str) -> Scan:
    """Return a week's scan."""
    place = folder / week
    manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    overdue = place / "overdue.csv"
    return Scan(
        week=week,
        manifest=manifest,
        rising=_table(place / "rising.csv"),
        overdue=_table(overdue),
        overdue_known=overdue.is_file(),
        files=files(place),
    )


def files(place: Path) -> dict[str, str]:
    """Return the names of the files that can be fetched, with what they are."""
    names = sorted(p.name for p in place.iterdir() if p.is_file())
    found = {n: DOWNLOADS[Path(n).suffix] for n in names if Path(n).suffix in DOWNLOADS}
    return found | {n: text for n, text in _TABLES.items() if n in names}


def outcomes(folder: Path, week: str, earlier: str) -> list[Outcome]:
    """Return what came of the list of an earlier week by the end of `week`: the further letters of each matter."""
    listed = _table(folder / earlier / "rising.csv")
    counts = _letters_this_week(folder / week / "matters.parquet")
    return [
        Outcome(
            rank=int(line["rank"]),
            title=line["title"],
            chance=float(line["chance"]) if line.get("chance") else None,
            further=counts.get(line["matter_id"], 0),
        )
        for line in listed
    ]


def letters_by_matter(place: Path) -> dict[str, int]:
    """Return how many letters came this week to each matter."""
    return _letters_this_week(place / "matters.parquet")


def _letters_this_week(path: Path) -> dict[str, int]:
    if not path.is_file():
        return {}
    import pyarrow.parquet as pq

    columns = pq.read_schema(path).names
    if "letters_this_week" not in columns:
        return {}
    table = pq.read_table(path, columns=["matter_id", "letters_this_week"])
    return dict(zip(table["matter_id"].to_pylist(), table["letters_this_week"].to_pylist(), strict=True))


def _table(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
