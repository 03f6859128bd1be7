"""Matters: which letters belong together, why, and what staff decided about it. All petitions at hand wait to be grouped."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.store.types import UtcDateTime

revision = "0007"
down_revision = "0006"


def _petition(name: str, ondelete: str, **options: object) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey("petition.id", ondelete=ondelete), **options)  # type: ignore[arg-type]


def _matter(name: str, ondelete: str | None = None, **options: object) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey("matter.id", ondelete=ondelete), **options)  # type: ignore[arg-type]


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "matter",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("public_id", sa.String(16), nullable=False, unique=True),
        _petition("founder_id", "SET NULL", index=True),
        _matter("merged_into", "SET NULL"),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("area", sa.String(256), nullable=False, index=True),
        sa.Column("letters", sa.Integer, nullable=False),
        sa.Column("first_received", sa.Date, nullable=False),
        sa.Column("last_received", sa.Date, nullable=False),
        sa.Column("risk", sa.Double, nullable=False),
    )
    for column in ("last_received", "letters", "risk"):
        op.create_index(op.f(f"ix_matter_{column}_id"), "matter", [column, "id"])
    op.create_table(
        "matter_letter",
        _petition("petition_id", "CASCADE", primary_key=True, autoincrement=False),
        _matter("matter_id", nullable=False, index=True),
        _matter("strand", nullable=False, index=True),
        _petition("nearest_id", "SET NULL", index=True),
        sa.Column("probability", sa.Double),
        sa.Column("words", sa.JSON, nullable=False),
        sa.Column("copy", sa.Boolean, nullable=False),
    )
    op.create_table("matter_wait", _petition("petition_id", "CASCADE", primary_key=True, autoincrement=False))
    op.create_table(
        "matter_term",
        sa.Column("term", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("petition_id", sa.Integer, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "matter_bar",
        _matter("low", "CASCADE", primary_key=True, autoincrement=False),
        _matter("high", "CASCADE", primary_key=True, autoincrement=False, index=True),
    )
    op.create_table(
        "matter_decision",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("action", sa.String(8), nullable=False),
        sa.Column("letters", sa.JSON, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "matter_state",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("seen", sa.Integer, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("lease", sa.String(32)),
        sa.Column("lease_until", UtcDateTime),
    )
    op.execute("INSERT INTO matter_wait (petition_id) SELECT id FROM petition")


def downgrade() -> None:
    """Drop the tables, children first."""
    for table in ("state", "decision", "bar", "term", "wait", "letter"):
        op.drop_table(f"matter_{table}")
    op.drop_table("matter")
