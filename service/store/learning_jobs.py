"""Records of the learning loop's background work: asked for once, leased by one worker, moved along, ended."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from service.store.errors import Clash
from service.store.learning_tables import LearningJobRow

#: Longer than a few signs of life; the work of a killed worker is taken up after this time.
LEASE: Final = dt.timedelta(seconds=30)
OPEN: Final = ("waiting", "running")
#: Work over which a process died this often is not begun again: it may be what kills it.
MOST_TRIES: Final = 5


def create(session: Session, kind: str, name: str, now: dt.datetime, actor: str) -> LearningJobRow:
    """Ask for a piece of work; one of a kind at a time."""
    if opened := current(session, kind):
        what = f"候选模型 {opened.name} 正在训练" if kind == "training" else "正在查找疑似错标"
        raise Clash(f"{what}，请等它结束，或者先停止它")
    row = LearningJobRow(
        kind=kind, name=name, at=now, actor=actor, state="waiting", stage="", step="等待开始", tries=0,
        lease=None, lease_until=None, finished_at=None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def current(session: Session, kind: str) -> LearningJobRow | None:
    """Return the work of a kind that waits or runs."""
    query = select(LearningJobRow).where(LearningJobRow.kind == kind, LearningJobRow.state.in_(OPEN))
    return session.scalar(query.order_by(LearningJobRow.id).limit(1))


def newest(session: Session, kind: str, state: str | None = None) -> LearningJobRow | None:
    """Return the newest work of a kind, of a state where one is given."""
    query = select(LearningJobRow).where(LearningJobRow.kind == kind)
    if state:
        query = query.where(LearningJobRow.state == state)
    return session.scalar(query.order_by(LearningJobRow.id.desc()).limit(1))


def every(session: Session, kind: str) -> list[LearningJobRow]:
    """Return all work of a kind, oldest first."""
    query = select(LearningJobRow).where(LearningJobRow.kind == kind).order_by(LearningJobRow.id)
    return list(session.scalars(query))


def cancel(session: Session, kind: str, now: dt.datetime) -> LearningJobRow:
    """Stop the work of a kind; whoever is at it notices within a second."""
    query = select(LearningJobRow).where(LearningJobRow.kind == kind, LearningJobRow.state.in_(OPEN))
    row = session.scalar(query.with_for_update())
    if row is None:
        raise Clash("现在没有正在进行的任务")
    row.state, row.step, row.finished_at = "cancelled", "已停止", now
    return row


def lease(session: Session, kind: str, worker: str, now: dt.datetime) -> LearningJobRow | None:
    """Take the oldest work of a kind that nobody is at, None where there is none."""
    free = or_(LearningJobRow.lease_until.is_(None), LearningJobRow.lease_until < now)
    query = select(LearningJobRow).where(LearningJobRow.kind == kind, LearningJobRow.state.in_(OPEN), free)
    row = session.scalar(query.order_by(LearningJobRow.id).limit(1).with_for_update(skip_locked=True))
    if row is not None:
        row.state, row.lease, row.lease_until, row.tries = "running", worker, now + LEASE, row.tries + 1
        if row.tries > MOST_TRIES:
            row.state, row.finished_at = "failed", now
            row.step = f"服务在训练中途停止了{MOST_TRIES}次，没有再试：请检查内存和磁盘空间后重新开始"
    return row


def held(session: Session, job: int, worker: str, now: dt.datetime) -> LearningJobRow | None:
    """Return the work, locked and its lease renewed, if the worker still holds it and nobody has stopped it."""
    query = select(LearningJobRow).where(
        LearningJobRow.id == job, LearningJobRow.lease == worker, LearningJobRow.state == "running"
    )
    row = session.scalar(query.with_for_update())
    if row is not None:
        row.lease_until = now + LEASE
    return row
