"""Registered petitions: put in once, looked up by id, moved through the procedure."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from risk_model.schema import Assessment, Petition
from service.store import clock
from service.store.errors import Clash, Missing, Refused
from service.store.tables import AssessmentRow, LabelRow, MatterWaitRow, PetitionRow, ReviewRow, StateRow


@dataclass(frozen=True, slots=True)
class Entry:
    """A masked petition with its assessment, ready to be registered; `result` is the assessment as plain types."""

    petition: Petition
    digest: str
    assessment: Assessment
    result: dict[str, Any]


def digest(sent: Petition) -> str:
    """Return a hash of what was sent, after masking: one of the raw text would let a masked number be guessed back."""
    content = [sent.title, sent.body, sent.area, sent.received.isoformat() if sent.received else ""]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def replayed(session: Session, external_id: str, digest: str) -> PetitionRow | None:
    """Return the petition registered before under `external_id`; `Clash` if its content was another."""
    row = session.scalar(select(PetitionRow).where(PetitionRow.external_id == external_id)) if external_id else None
    if row and row.digest != digest:
        raise Clash("这个编号已经登记过，内容不同：更正请用复核，另一件事请换编号")
    return row


def register(session: Session, entry: Entry, now: dt.datetime, actor: str) -> PetitionRow:
    """Insert a petition in the state 待受理. `entry.petition.received` must be set."""
    petition, said = entry.petition, entry.assessment
    if petition.received is None:
        raise Refused("缺少收到日期")
    accept, finish = clock.accept_by(petition.received), clock.finish_by(petition.received)
    row = PetitionRow(
        public_id=uuid.uuid4().hex,
        external_id=petition.id or None,
        digest=entry.digest,
        title=petition.title,
        body=petition.body,
        area=petition.area,
        received=petition.received,
        registered_at=now,
        registered_by=actor,
        risk=said.mass_incident_risk,
        band=said.risk_band,
        model_version=said.model_version,
        state="pending",
        accept_by=accept,
        finish_by=finish,
        due_on=accept,
        look=bool(said.review),
    )
    session.add(row)
    session.flush()
    session.add(
        AssessmentRow(
            petition_id=row.id,
            at=now,
            model_version=said.model_version,
            risk=said.mass_incident_risk,
            band=said.risk_band,
            result=entry.result,
        )
    )
    set_labels(session, row.id, [*said.tags, *said.subtags, *said.factors])
    session.add(MatterWaitRow(petition_id=row.id))
    session.flush()
    return row


def find(session: Session, public_id: str, *, lock: bool = False) -> PetitionRow:
    """Return a petition by its public id; with `lock` nobody else changes it before this transaction ends."""
    query = select(PetitionRow).where(PetitionRow.public_id == public_id)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise Missing("没有这件信访事项")
    return row


def check_seen(row: PetitionRow, seen: int | None) -> None:
    """Raise `Clash` where the petition has changed since its revision `seen`; None: the caller does not mind."""
    if seen is not None and seen != row.revision:
        raise Clash("这件事项刚刚有人改过：请先看最新情况，再决定是否提交")


def set_labels(session: Session, petition_id: int, names: Iterable[str]) -> None:
    """Let exactly these tags, sub-tags and factors count."""
    session.execute(delete(LabelRow).where(LabelRow.petition_id == petition_id))
    session.add_all(LabelRow(petition_id=petition_id, name=name) for name in dict.fromkeys(names))


def labels(session: Session, petition_ids: Iterable[int]) -> dict[int, set[str]]:
    """Return the labels that count for each petition."""
    out: dict[int, set[str]] = {i: set() for i in petition_ids}
    for row in session.scalars(select(LabelRow).where(LabelRow.petition_id.in_(list(out)))):
        out[row.petition_id].add(row.name)
    return out


def first(session: Session, petition_id: int) -> AssessmentRow:
    """Return the assessment made when a petition was registered."""
    return _assessment(session, petition_id, AssessmentRow.id.asc())


def latest(session: Session, petition_id: int) -> AssessmentRow:
    """Return the newest assessment of a petition."""
    return _assessment(session, petition_id, AssessmentRow.id.desc())


def _assessment(session: Session, petition_id: int, order: ColumnElement[int]) -> AssessmentRow:
    query = select(AssessmentRow).where(AssessmentRow.petition_id == petition_id).order_by(order).limit(1)
    row = session.scalar(query)
    if row is None:
        raise Missing("这件事项没有评估结果")
    return row


def reviews_of(session: Session, petition_id: int) -> list[ReviewRow]:
    """Return what people said of a petition, oldest first."""
    query = select(ReviewRow).where(ReviewRow.petition_id == petition_id).order_by(ReviewRow.id)
    return list(session.scalars(query))


def history(session: Session, petition_id: int) -> list[StateRow]:
    """Return the steps of a petition, oldest first."""
    return list(session.scalars(select(StateRow).where(StateRow.petition_id == petition_id).order_by(StateRow.id)))


def step(session: Session, row: PetitionRow, after: str, reason: str, now: dt.datetime, actor: str) -> None:
    """Move a petition to another state, if the step is lawful."""
    clock.check_step(row.state, after, reason)
    session.add(StateRow(petition_id=row.id, at=now, actor=actor, before=row.state, after=after, reason=reason))
    row.state = after
    row.revision += 1
    row.due_on = clock.due_on(after, row.accept_by, row.finish_by)


def extend(row: PetitionRow, reason: str) -> None:
    """Move the last day from 60 to 90 days after receipt, once, for a reason (信访工作条例 article 34)."""
    if row.state not in ("accepted", "handling"):
        raise Clash(f"“{clock.STATES[row.state]}”的事项不能延期：只有已受理、办理中的可以")
    if row.extension_reason is not None:
        raise Clash("已经延期过一次：法定期限只能延长一次，最多30日")
    row.extension_reason = reason
    row.revision += 1
    row.finish_by = clock.finish_by(row.received, extended=True)
    row.due_on = row.finish_by
