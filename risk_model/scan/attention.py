"""What asks for a person's attention beyond the rising list: hearings, letters registered too lightly, early small disputes."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final

import pandas as pd

from risk_model.deadlines import FINISH_DAYS
from risk_model.scan.clock import answered_by
from risk_model.scan.findings import Hearing, Mismatch, SmallDispute
from risk_model.scan.lists import departments, names
from risk_model.scan.weekly import sunday
from risk_model.taxonomy import FACTORS, SUBTAGS

#: Matters proposed for one reception day.
_HEARINGS: Final = 10
#: Days a matter waits before a leader is asked: the time that acceptance may take by law.
_WAITED: Final = 15
_LIGHT: Final = re.compile("咨询|建议|意见|普通|一般|求助|感谢")
_GRID: Final = re.compile("网格|grid", re.IGNORECASE)
_MEDIATED: Final = frozenset(s.name for s in SUBTAGS if s.mediation)
_LINES: Final = 100


def hearings(unanswered: pd.DataFrame, as_of: dt.date, medium: float) -> tuple[Hearing, ...]:
    """Return the unanswered matters most in need of a leader's hearing: risk times the share of the lawful time gone by.

    `medium` is the risk from which a matter is considered.
    """
    found = []
    end = pd.Timestamp(as_of)
    for matter, rows in unanswered.groupby("matter_id", sort=True):
        risk = float(rows["mass_incident_risk"].max())
        waiting = int((end - rows["received"].min()).days)
        if risk < medium or waiting < _WAITED:
            continue
        first = rows.iloc[0]
        areas = rows["area"].astype(str)
        why = [f"{len(rows)}件来信未答复，最早的已等{waiting}天"]
        if waiting > FINISH_DAYS:
            why.append(f"超过{FINISH_DAYS}日办理期限")
        stated = [n for cell in rows["factors"] for n in names(cell)]
        why += [f.sentence for f in FACTORS if 3 * stated.count(f.name) >= len(rows)][:2]
        weight = risk * (1 + waiting / FINISH_DAYS)
        found.append(
            (
                -weight,
                Hearing(
                    rank=0,
                    matter_id=str(matter),
                    title=first["head"],
                    area=max(sorted(set(areas)), key=list(areas).count),
                    letters=len(rows),
                    risk=round(risk, 3),
                    waiting_days=waiting,
                    departments=departments(rows),
                    why="；".join(why),
                ),
            )
        )
    ranked = sorted(found, key=lambda pair: (pair[0], pair[1].matter_id))[:_HEARINGS]
    return tuple(_with_rank(hearing, rank) for rank, (_, hearing) in enumerate(ranked, 1))


def _with_rank(hearing: Hearing, rank: int) -> Hearing:
    from dataclasses import replace

    return replace(hearing, rank=rank)


def mismatches(frame: pd.DataFrame) -> tuple[Mismatch, ...]:
    """Return the week's letters registered as 咨询, 建议 or 普通 whose text is in the high band, highest risk first."""
    light = frame["kind"].astype(str).map(lambda kind: bool(_LIGHT.search(kind)))
    rows = _by_risk(frame[light & (frame["risk_band"] == "high")])
    return tuple(
        Mismatch(
            letter_id=row["id"],
            matter_id=row["matter_id"],
            title=row["head"],
            area=str(row["area"]),
            registered_as=str(row["kind"]),
            risk=float(row["mass_incident_risk"]),
            band=str(row["risk_band"]),
            evidence=row["evidence"],
        )
        for row in rows
    )


def disputes(frame: pd.DataFrame, week: int) -> tuple[SmallDispute, ...]:
    """Return the week's notes of grid workers that mediation is the first road for and that are not of high risk."""
    grid = frame["channel"].astype(str).map(lambda channel: bool(_GRID.search(channel)))
    small = frame["subtags"].astype(str).map(lambda cell: bool(_MEDIATED & set(names(cell))))
    rows = _by_risk(frame[grid & small & (frame["risk_band"] != "high")])
    return tuple(
        SmallDispute(
            letter_id=row["id"],
            matter_id=row["matter_id"],
            title=row["head"],
            area=str(row["area"]),
            received=sunday(week) if pd.isna(row["received"]) else row["received"].date(),
            subtags=tuple(n for n in names(row["subtags"]) if n in _MEDIATED),
            departments=answered_by(row),
        )
        for row in rows
    )


def _by_risk(rows: pd.DataFrame) -> list[dict[Any, Any]]:
    ordered = rows.sort_values(["mass_incident_risk", "id"], ascending=[False, True], kind="stable")
    return ordered.head(_LINES).to_dict("records")
