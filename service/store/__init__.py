"""The store: SQLAlchemy tables, migrations, and the questions the service asks them. Knows nothing of HTTP."""

from __future__ import annotations

from service.store import learning_tables as learning_tables  # its tables belong to the schema
from service.store.engine import Store
from service.store.errors import Clash, Forbidden, Missing, Refused, StoreError

__all__ = ["Clash", "Forbidden", "Missing", "Refused", "Store", "StoreError"]
