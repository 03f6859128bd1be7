"""Selections of the inbox that somebody gave a name."""

from __future__ import annotations

from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.store.errors import Missing, Refused
from service.store.tables import ViewRow

#: More than fits the side of the page.
MOST: Final = 20


def of(session: Session, owner: str) -> list[ViewRow]:
    """Return somebody's views, oldest first."""
    return list(session.scalars(select(ViewRow).where(ViewRow.owner == owner).order_by(ViewRow.id)))


def add(session: Session, owner: str, name: str, query: str) -> ViewRow:
    """Keep a view."""
    count = session.scalar(select(func.count()).select_from(ViewRow).where(ViewRow.owner == owner)) or 0
    if count >= MOST:
        raise Refused(f"最多保存{MOST}个视图：请先删除不用的")
    row = ViewRow(owner=owner, name=name, query=query)
    session.add(row)
    session.flush()
    return row


def remove(session: Session, owner: str, view_id: int) -> None:
    """Forget one's own view."""
    row = session.get(ViewRow, view_id)
    if row is None or row.owner != owner:
        raise Missing("没有这个视图")
    session.delete(row)
