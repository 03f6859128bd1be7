"""Background work of the learning loop, leased so that a restart loses none, and the labels in doubt."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.store.types import UtcDateTime

revision = "0010"
down_revision = "0009"

#: A training of the release before ended with the process that ran it.
_UP = """
INSERT INTO learning_job (kind, name, at, actor, state, stage, step, tries, finished_at)
SELECT 'training', name, at, actor, CASE state WHEN 'done' THEN 'done' ELSE 'failed' END, '', step, 1, finished_at
FROM candidate ORDER BY at, name
"""
_DOWN = """
INSERT INTO candidate (name, at, actor, state, step, finished_at)
SELECT name, at, actor, CASE state WHEN 'done' THEN 'done' ELSE 'failed' END, step, finished_at
FROM learning_job AS j
WHERE kind = 'training' AND id = (SELECT max(id) FROM learning_job WHERE kind = 'training' AND name = j.name)
"""


def upgrade() -> None:
    """Make the tables and take over the candidates."""
    op.create_table(
        "learning_job",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(16), nullable=False, index=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("lease", sa.String(32)),
        sa.Column("lease_until", UtcDateTime),
        sa.Column("finished_at", UtcDateTime),
    )
    op.create_table(
        "suspect",
        sa.Column("job_id", sa.Integer, sa.ForeignKey("learning_job.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("petition_id", sa.Integer, sa.ForeignKey("petition.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("output", sa.String(64), primary_key=True),
        sa.Column("said", sa.Boolean, nullable=False),
        sa.Column("probability", sa.Double, nullable=False),
    )
    op.execute(_UP)
    op.drop_table("candidate")


def downgrade() -> None:
    """Go back to one row a candidate."""
    op.create_table(
        "candidate",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("finished_at", UtcDateTime),
    )
    op.execute(_DOWN)
    op.drop_table("suspect")
    op.drop_table("learning_job")
