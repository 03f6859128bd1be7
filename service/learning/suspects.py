"""Labels in doubt: looked for in the background, kept as a list for people. Nothing is relabelled by it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from risk_model.feedback import write
from service.core import Core
from service.learning.decisions import decisions
from service.learning.work import Stage
from service.store import learning_jobs as jobs
from service.store.errors import Clash
from service.store.learning_tables import LearningJobRow, SuspectRow
from service.store.tables import PetitionRow, ReviewRow

KIND: Final = "suspects"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A letter's label in doubt, and whether somebody has reviewed the letter since it was looked for."""

    petition: PetitionRow
    output: str
    said: bool
    probability: float
    again: bool


def installed() -> bool:
    """Tell whether the extra `quality` is there."""
    return find_spec("cleanlab") is not None


def begin(session: Session, now: dt.datetime, actor: str) -> LearningJobRow:
    """Ask for a search; one at a time."""
    if not installed():
        raise Clash('服务器上没有安装 cleanlab：请管理员运行 pip install "petition-risk[quality]" 后重启服务')
    if next(decisions(session), None) is None:
        raise Clash("还没有复核记录：先在研判工作台复核一些信件")
    return jobs.create(session, KIND, "", now, actor)


def stages(core: Core, row: LearningJobRow, folder: Path) -> Iterator[Stage]:
    """Yield what is to be done for a search."""
    file, result = folder / "decisions.jsonl", folder / "suspects.json"

    def export() -> None:
        with core.store.reading() as session:
            write(file, decisions(session))
        file.chmod(0o600)

    def keep() -> None:
        found = json.loads(result.read_text(encoding="utf-8"))
        with core.store.writing() as session:
            ids = {x["letter"] for x in found}
            keys = dict(
                session.execute(
                    select(PetitionRow.public_id, PetitionRow.id).where(PetitionRow.public_id.in_(ids))
                ).all()
            )
            # The list of the search before is replaced; a letter may have been purged meanwhile.
            session.execute(delete(SuspectRow))
            session.add_all(
                SuspectRow(
                    job_id=row.id,
                    petition_id=keys[x["letter"]],
                    output=x["output"],
                    said=bool(x["said"]),
                    probability=x["probability"],
                )
                for x in found
                if x["letter"] in keys
            )

    yield Stage("export", export)
    yield Stage("search", ["suspects", file, result])
    yield Stage("keep", keep)


def listed(session: Session) -> list[Doubt]:
    """Return the labels in doubt that the newest search found, most doubtful first."""
    query = (
        select(SuspectRow, PetitionRow, LearningJobRow.at)
        .join(PetitionRow, PetitionRow.id == SuspectRow.petition_id)
        .join(LearningJobRow, LearningJobRow.id == SuspectRow.job_id)
    )
    rows = [(suspect, petition, at) for suspect, petition, at in session.execute(query)]
    last = _last_reviews(session, [petition.id for _, petition, _ in rows])
    found = [Doubt(p, s.output, s.said, s.probability, p.id in last and last[p.id] > at) for s, p, at in rows]
    return sorted(found, key=lambda d: d.probability if d.said else 1 - d.probability)


def _last_reviews(session: Session, petitions: list[int]) -> dict[int, dt.datetime]:
    query = select(ReviewRow.petition_id, func.max(ReviewRow.at)).where(
        ReviewRow.petition_id.in_(petitions), ReviewRow.status.not_in(("rejected", "undone"))
    )
    return dict(session.execute(query.group_by(ReviewRow.petition_id)).all())
