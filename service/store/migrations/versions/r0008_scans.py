"""Weekly scans of the book, and the orders in which it is listed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.store.types import UtcDateTime

revision = "0008"
down_revision = "0007"

_ORDERS = ("risk", "due_on")


def upgrade() -> None:
    """Make the table and the indexes."""
    for column in _ORDERS:
        op.create_index(op.f(f"ix_petition_{column}_id"), "petition", [column, "id"])
    op.create_table(
        "scan",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("public_id", sa.String(32), nullable=False, unique=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("week", sa.String(8), nullable=False),
        sa.Column("scheduled", sa.String(8), unique=True),
        sa.Column("accept_drift", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("share", sa.Double),
        sa.Column("letters", sa.Integer, nullable=False),
        sa.Column("rejected", sa.Integer, nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("lease", sa.String(32)),
        sa.Column("lease_until", UtcDateTime),
    )


def downgrade() -> None:
    """Drop the indexes and the table."""
    for column in _ORDERS:
        op.drop_index(op.f(f"ix_petition_{column}_id"), "petition")
    op.drop_table("scan")
