"""Run by Alembic: applies revisions on the connection it is handed (`service.store.migrate`)."""

from __future__ import annotations

from alembic import context

from service.store.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
