"""The office's own table of who answers what; empty means as in the taxonomy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "department",
        sa.Column("subtag", sa.String(64), primary_key=True),
        sa.Column("departments", sa.JSON, nullable=False),
        sa.Column("mediation", sa.Boolean, nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("department")
