"""The desk: what has been looked at, what changed since, corrected factors, saved views, the office's own cuts."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from service.store.types import UtcDateTime

revision = "0006"
down_revision = "0005"

_INDEXES = (
    ("ix_petition_band_due_on_id", ["band", "due_on", "id"]),
    ("ix_petition_state_due_on_reviewed_look", ["state", "due_on", "reviewed", "look"]),
)


def upgrade() -> None:
    """Add columns with what the rows at hand imply, and the tables."""
    for name, kind, default in (
        ("revision", sa.Integer, "0"), ("reviewed", sa.Boolean, sa.false()), ("look", sa.Boolean, sa.false()),
    ):  # fmt: skip
        op.add_column("petition", sa.Column(name, kind, nullable=False, server_default=default))
    op.add_column("review", sa.Column("factors", sa.JSON))
    op.add_column("review", sa.Column("before", sa.JSON))
    for name, columns in _INDEXES:
        op.create_index(name, "petition", columns)
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("owner", sa.String(128), nullable=False, index=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("query", sa.Text, nullable=False),
    )
    op.create_table(
        "cut",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("model_version", sa.String(64), nullable=False),
        sa.Column("high", sa.Double, nullable=False),
        sa.Column("medium", sa.Double, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.execute(
        "UPDATE petition SET reviewed = true WHERE id IN (SELECT petition_id FROM review WHERE status <> 'rejected')"
    )
    _backfill_look()


def _backfill_look() -> None:
    connection = op.get_bind()
    found = connection.execute(sa.text("SELECT petition_id, result FROM assessment ORDER BY id")).all()
    wanted = {row.petition_id: bool(_plain(row.result).get("review")) for row in found}
    update = sa.text("UPDATE petition SET look = true WHERE id = :id")
    if rows := [{"id": i} for i, look in wanted.items() if look]:
        connection.execute(update, rows)


def _plain(result: object) -> dict[str, object]:
    # One driver hands JSON over as text, the other as objects.
    out: dict[str, object] = json.loads(result) if isinstance(result, str) else result  # type: ignore[assignment]
    return out


def downgrade() -> None:
    """Drop the tables, indexes and columns."""
    op.drop_table("cut")
    op.drop_table("saved_view")
    for name, _ in _INDEXES:
        op.drop_index(name, "petition")
    for name in ("before", "factors"):
        op.drop_column("review", name)
    for name in ("look", "reviewed", "revision"):
        op.drop_column("petition", name)
