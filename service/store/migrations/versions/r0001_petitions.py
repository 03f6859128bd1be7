"""Petitions, what models and people said of them, and their way through the procedure."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.store.types import UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "petition",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("public_id", sa.String(32), nullable=False, unique=True),
        sa.Column("external_id", sa.String(128), unique=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("area", sa.String(256), nullable=False, index=True),
        sa.Column("received", sa.Date, nullable=False, index=True),
        sa.Column("registered_at", UtcDateTime, nullable=False),
        sa.Column("registered_by", sa.String(128), nullable=False),
        sa.Column("risk", sa.Double, nullable=False),
        sa.Column("band", sa.String(8), nullable=False),
        sa.Column("model_version", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("accept_by", sa.Date, nullable=False),
        sa.Column("finish_by", sa.Date, nullable=False),
        sa.Column("extension_reason", sa.Text),
        sa.Column("due_on", sa.Date),
    )
    op.create_index(op.f("ix_petition_state_due_on"), "petition", ["state", "due_on"])
    op.create_index(op.f("ix_petition_band_risk"), "petition", ["band", "risk"])
    op.create_table(
        "petition_label",
        sa.Column("petition_id", sa.Integer, sa.ForeignKey("petition.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("name", sa.String(64), primary_key=True, index=True),
    )
    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column(
            "petition_id", sa.Integer, sa.ForeignKey("petition.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("model_version", sa.String(64), nullable=False),
        sa.Column("risk", sa.Double, nullable=False),
        sa.Column("band", sa.String(8), nullable=False),
        sa.Column("result", sa.JSON, nullable=False),
    )
    op.create_table(
        "review",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column(
            "petition_id", sa.Integer, sa.ForeignKey("petition.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("band", sa.String(8)),
        sa.Column("tags", sa.JSON),
        sa.Column("subtags", sa.JSON),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("status", sa.String(16), nullable=False, index=True),
        sa.Column("decided_by", sa.String(128)),
        sa.Column("decided_at", UtcDateTime),
        sa.Column("decided_reason", sa.Text),
    )
    op.create_table(
        "state_change",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column(
            "petition_id", sa.Integer, sa.ForeignKey("petition.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("before", sa.String(16), nullable=False),
        sa.Column("after", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables, children first."""
    for table in ("state_change", "review", "assessment", "petition_label", "petition"):
        op.drop_table(table)
