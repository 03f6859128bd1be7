"""What a scan reads: the book, or a table that was handed in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the column; scans so far were of the book."""
    op.add_column("scan", sa.Column("source", sa.String(8), nullable=False, server_default="book"))
    with op.batch_alter_table("scan") as table:
        table.alter_column("source", server_default=None)


def downgrade() -> None:
    """Drop the column."""
    op.execute("DELETE FROM scan WHERE source = 'file'")
    with op.batch_alter_table("scan") as table:
        table.drop_column("source")
