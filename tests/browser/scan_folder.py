"""Two weeks of a weekly scan as its folder looks, with invented matters, for the page that shows it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

RISING = (
    "week", "rank", "matter_id", "title", "letters_this_week", "letters_before", "expected", "risk", "reasons",
    "copies", "chance", "beyond_expected", "first_listed",
)  # fmt: skip
OVERDUE = (
    "letter_id", "matter_id", "title", "area", "received", "step", "due_on", "days_left", "risk", "risk_band",
    "departments",
)  # fmt: skip
WEEKS = {
    "2026-W20": [
        (1, "m-001", "锦绣家园二期延期交房", 4, 2, 0.4, 0.93, "本周4件，前8周共2件；涉及整个小区；多次反映未果", 0, 0.62, "true"),
        (2, "m-002", "青石镇自来水浑浊", 3, 0, 0.2, 0.71, "本周3件，此前没有；同一水厂", 0, 0.44, "true"),
        (3, "m-003", "河东中学新校区学位", 2, 1, 0.6, 0.55, "本周2件，前8周共1件；开学前一个月", 1, 0.31, "false"),
    ],
    "2026-W21": [
        (1, "m-001", "锦绣家园二期延期交房", 6, 6, 0.9, 0.96, "本周6件，前8周共6件；业主约定下周一同反映", 1, 0.71, "true"),
        (2, "m-004", "南门市场摊位费上涨", 3, 1, 0.3, 0.78, "本周3件，前8周共1件；涉及四十多户商户", 0, 0.48, "true"),
    ],
}  # fmt: skip
LATE = [
    ("2026-00181", "m-005", "老城区排水沟堵塞", "河东街道", "2026-04-12", "受理", "2026-04-27", -27, 0.81, "high", "住房和城乡建设局、河东街道办事处"),
    ("2026-00202", "m-006", "林地权属争议", "青石镇", "2026-05-02", "受理", "2026-05-17", -7, 0.42, "medium", "农业农村局、青石镇人民政府"),
]  # fmt: skip


def write_weeks(folder: Path) -> None:
    """Write the folders."""
    for week, lines in WEEKS.items():
        place = folder / week
        place.mkdir(parents=True)
        _table(place / "rising.csv", RISING, [(week, *line, week) for line in lines])
        _table(place / "overdue.csv", OVERDUE, LATE)
        matters = {"matter_id": [x[1] for x in lines], "letters_this_week": [x[3] for x in lines]}
        pq.write_table(pa.table(matters), place / "matters.parquet")
        (place / "report.html").write_text(
            "<!doctype html><meta charset=utf-8><title>周报</title><h1>周报</h1>", "utf-8"
        )
        manifest = {
            "format": 1,
            "week": week,
            "rows": {"in": 243, "scored": 241, "rejected": 2},
            "model_version": "2026.11.24",
            "gate": {"passed": True, "accepted": False, "checks": []},
            "notes": ["2行没有正文，已列入退回清单"],
        }
        (place / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), "utf-8")


def _table(path: Path, header: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, *rows])
