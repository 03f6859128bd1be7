"""A candidate reads along for a week: what it says is kept apart, shown to nobody who decides, and compared at the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from risk_model.artifact import Registry
from risk_model.guard import Difference, Said, differences
from risk_model.model import RiskModel, load
from risk_model.schema import Petition
from service.learning.quality import first_results
from service.store import Store, matters
from service.store.errors import Clash, Missing
from service.store.learning_tables import ShadowRow, ShadowScoreRow
from service.store.tables import PetitionRow

#: Letters read in one go; a second or so.
_MOST: Final = 1_000


def begin(session: Session, registry: Registry, version: str, days: int, now: dt.datetime, actor: str) -> ShadowRow:
    """Let a version read along for some days; one at a time."""
    if version not in registry.versions():
        raise Missing(f"没有版本 {version}")
    if version == registry.served():
        raise Clash(f"{version} 正在使用，不能与自己比较")
    if (last := latest(session)) is not None and last.ends > now:
        raise Clash(f"{last.version} 正在旁路试评，到期或停止之后才能换另一个")
    row = ShadowRow(version=version, began=now, ends=now + dt.timedelta(days), actor=actor)
    session.add(row)
    session.flush()
    return row


def latest(session: Session) -> ShadowRow | None:
    """Return the newest shadow, running or over."""
    return session.scalar(select(ShadowRow).order_by(ShadowRow.id.desc()).limit(1))


def end(session: Session, now: dt.datetime) -> ShadowRow:
    """Stop the shadow; what it said stays."""
    row = latest(session)
    if row is None or row.ends <= now:
        raise Clash("现在没有模型在旁路试评")
    row.ends = now
    return row


@lru_cache(maxsize=1)
def _model(folder: Path) -> RiskModel:
    return load(folder)


def read_along(store: Store, registry: Registry) -> int:
    """Let the newest shadow read the letters of its time that it has not read yet; returns how many were read."""
    with store.reading() as session:
        shadow = latest(session)
        if shadow is None:
            return 0
        read = select(ShadowScoreRow.petition_id).where(ShadowScoreRow.shadow_id == shadow.id)
        rows = list(
            session.scalars(
                select(PetitionRow)
                .where(PetitionRow.registered_at >= shadow.began, PetitionRow.registered_at < shadow.ends)
                .where(PetitionRow.id.not_in(read))
                .order_by(PetitionRow.id)
                .limit(_MOST)
            )
        )
    if not rows or shadow.version not in registry.versions():
        return 0
    said = _model(registry.path(shadow.version)).score([Petition(r.body, r.title, r.received, r.area) for r in rows])
    with store.writing() as session:
        # Another worker may have read some of them meanwhile.
        done = set(session.scalars(select(ShadowScoreRow.petition_id).where(ShadowScoreRow.shadow_id == shadow.id)))
        session.add_all(
            ShadowScoreRow(
                shadow_id=shadow.id,
                petition_id=row.id,
                risk=a.mass_incident_risk,
                band=a.risk_band,
                labels=[*a.tags, *a.subtags, *a.factors],
            )
            for row, a in zip(rows, said, strict=True)
            if row.id not in done
        )
    return len(rows)


def compared(session: Session, shadow: ShadowRow) -> tuple[int, list[Difference]]:
    """Return the letters both have read, and the matters on which they differ, largest difference first."""
    query = (
        select(PetitionRow.public_id, ShadowScoreRow)
        .join(ShadowScoreRow, ShadowScoreRow.petition_id == PetitionRow.id)
        .where(ShadowScoreRow.shadow_id == shadow.id)
    )
    rows = dict(session.execute(query).all())
    first = first_results(session, [score.petition_id for score in rows.values()])
    served = {
        public: Said(
            result["mass_incident_risk"],
            result["risk_band"],
            frozenset((*result["tags"], *result["subtags"], *result["factors"])),
        )
        for public, result in first.items()
    }
    candidate = {public: Said(s.risk, s.band, frozenset(s.labels)) for public, s in rows.items()}
    keys = {score.petition_id: public for public, score in rows.items()}
    matter_of = {keys[key]: matter.public_id for key, matter in matters.of_many(session, list(keys)).items()}
    return len(rows), differences(served, candidate, matter_of)


def titles(session: Session, letters: Sequence[str]) -> dict[str, str]:
    """Return what letters are called."""
    query = select(PetitionRow.public_id, PetitionRow.title).where(PetitionRow.public_id.in_(letters))
    return dict(session.execute(query).all())
