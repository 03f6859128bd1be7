"""The learning loop: what a review says beyond the band, the weekly lot, candidates and their shadow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.store.types import UtcDateTime

revision = "0009"
down_revision = "0008"


def _reference(name: str, target: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey(target, ondelete="CASCADE"), primary_key=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "review_note",
        _reference("review_id", "review.id"),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("level", sa.Integer),
        sa.Column("settles", sa.Boolean, nullable=False),
    )
    op.create_table(
        "quality_lot",
        sa.Column("week", sa.String(8), primary_key=True),
        _reference("petition_id", "petition.id"),
        sa.Column("drawn_at", UtcDateTime, nullable=False),
        sa.Column("registered", sa.Integer, nullable=False),
    )
    op.create_table(
        "candidate",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("finished_at", UtcDateTime),
    )
    op.create_table(
        "shadow",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("began", UtcDateTime, nullable=False),
        sa.Column("ends", UtcDateTime, nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
    )
    op.create_table(
        "shadow_score",
        _reference("shadow_id", "shadow.id"),
        _reference("petition_id", "petition.id"),
        sa.Column("risk", sa.Double, nullable=False),
        sa.Column("band", sa.String(8), nullable=False),
        sa.Column("labels", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables, children first."""
    for table in ("shadow_score", "shadow", "candidate", "quality_lot", "review_note"):
        op.drop_table(table)
