"""One week's output folder: its tables, its reports, its manifest."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from risk_model.feedback import measured
from risk_model.matters import COLUMNS, week_name
from risk_model.model import RiskModel
from risk_model.scan import clock, gate
from risk_model.scan.book import Book
from risk_model.scan.findings import Gate
from risk_model.scan.job import Job
from risk_model.scan.letters import Scored, up_to
from risk_model.scan.publish import begin, finish, write_csv, write_rejects
from risk_model.scan.report import write_reports
from risk_model.scan.summary import Numbers, summarise
from risk_model.scan.tables import matter_rows, read_matters, score_rows, write_matters, write_scores
from risk_model.tables import RESULT_NAMES, Reject


@dataclass(frozen=True, slots=True)
class Input:
    """What is known of the input as a whole."""

    rows: int
    roles: frozenset[str]
    notes: tuple[str, ...]
    rejects: tuple[tuple[str, Reject], ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A folder that is complete but for its manifest."""

    temporary: Path
    final: Path
    gate: Gate
    said: Mapping[str, Any]

    def publish(self, manifest: Mapping[str, Any], *, resumed: bool = False) -> Path:
        """Move the folder to its place and return it; of a resumed scan it may be there already, the same to the byte."""
        if resumed and self.final.exists():
            shutil.rmtree(self.temporary)
            return self.final
        finish(self.temporary, self.final, {**self.said, **manifest})
        return self.final


def draft(
    job: Job, model: RiskModel, book: Book, week: int, scored: Scored, given: Input, *, replayed: bool, reports: bool
) -> Draft:
    """Write a week's folder beside its place. Of a replay it holds the week's letters, else all letters of the input.

    Raises `GateError` where the data gate stops it.
    """
    frame = scored.week(week)
    matter = book.index.matter_ids()

    def placed(rows: pd.DataFrame) -> pd.DataFrame:
        return rows.assign(matter_id=[matter.get(i, "") for i in rows["id"]])

    frame = placed(frame)
    light = scored.light
    late = int((light["week"] > week).sum()) if not replayed else 0
    held = placed(up_to(light, week))
    letters = placed(up_to(book.letters, week))
    counted = Numbers(len(frame), len(frame), 0) if replayed else Numbers(given.rows, len(light), len(given.rejects))
    checked = _gate(job, model, book, week, frame, light, given, accept=replayed)
    notes = [*given.notes, *_notes(light, late, given)]
    summary = summarise(
        book, week, frame, letters, held,
        roles=given.roles, gate=checked, office=job.office, model_version=model.version,
        medium=model.thresholds.medium, counted=counted, notes=tuple(notes),
    )  # fmt: skip
    findings = replace(summary.findings, measured=measured.read(job.measured) if job.measured else None)
    final = job.out / week_name(week)
    folder = begin(final)
    frames = (placed(f) for _, f in scored.by_week()) if not replayed else iter([frame])
    rows = write_scores(folder / "scores.parquet", (score_rows(f, book.links) for f in frames))
    touched = set(frame["matter_id"] if replayed else held["matter_id"]) - {""}
    listed = folder / "matters.parquet"
    write_matters(listed, matter_rows(book, letters, week, touched))
    entries = [entry.to_dict() for entry in book.lists.get(week, ())]
    write_csv(folder / "rising.csv", COLUMNS, ([e[c] for c in COLUMNS] for e in entries))
    if summary.clocked is not None:
        write_csv(folder / "overdue.csv", clock.COLUMNS, clock.overdue_rows(summary.clocked))
    if not replayed:
        write_rejects(folder / "rejected.csv", given.rejects)
    if reports:
        write_reports(findings, _letter_rows(frame, week), read_matters(listed), folder)
    said = {
        "week": findings.week,
        "office": job.office,
        "rows": {"in": counted.rows, "scored": rows, "rejected": counted.rejected},
        "model_version": model.version,
        "gate": {
            "passed": checked.passed,
            "accepted": checked.accepted,
            "checks": [
                {"name": c.name, "value": c.value, "limit": c.limit, "passed": c.passed} for c in checked.checks
            ],
        },
        "notes": notes,
    }
    return Draft(folder, final, checked, said)


def _letter_rows(frame: pd.DataFrame, week: int) -> Iterator[dict[str, Any]]:
    """Yield the week's letters as the workbook lists them, highest risk first, without their text."""
    shown = frame.assign(title=frame["head"], week=week_name(week))
    order = np.lexsort((shown["id"].to_numpy(str), -shown["mass_incident_risk"].to_numpy(np.float64)))
    names = ["id", "matter_id", "week", "received", "area", "title", *RESULT_NAMES]
    for row in shown.iloc[order][names].to_dict("records"):
        day = None if pd.isna(row["received"]) else row["received"].date()
        yield {**{str(k): v for k, v in row.items()}, "received": day}


def _gate(
    job: Job,
    model: RiskModel,
    book: Book,
    week: int,
    frame: pd.DataFrame,
    light: pd.DataFrame,
    given: Input,
    *,
    accept: bool,
) -> Gate:
    undated = int(light["received"].isna().sum()) if "received" in given.roles else None
    checks = list(gate.table_checks(given.rows, [r for _, r in given.rejects], undated))
    if len(frame):
        checks.append(gate.schema_check(frame))
        checks += gate.text_checks([f"{t}\n{b}" for t, b in zip(frame["title"], frame["body"], strict=True)])
        before = [book.profiles[w] for w in sorted(book.profiles) if w < week]
        checks += gate.drift_checks(book.profiles[week], before, model)
    return gate.require(checks, accept=job.accept_drift or accept, where=f"{week_name(week)} 的来信")


def _notes(light: pd.DataFrame, late: int, given: Input) -> list[str]:
    notes = []
    undated = int(light["received"].isna().sum())
    if undated and "received" in given.roles:
        notes.append(f"{undated}件来信没有日期，按本周来信计，不计办理期限")
    elif undated:
        notes.append("表里没有日期列，全部按本周来信计，不计办理期限")
    if late:
        notes.append(f"{late}件来信在本周之后，只研判，不归并、不计数")
    return notes
