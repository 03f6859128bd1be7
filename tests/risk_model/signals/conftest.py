"""Shared reading of one kind of signal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from risk_model.signals import Signal, extract

#: A Wednesday.
RECEIVED = date(2019, 8, 14)

Read = Callable[[str, str], list[Signal]]


@pytest.fixture
def read() -> Read:
    """Return the signals of a text that are of one kind, the letter received on `RECEIVED`."""

    def _read(text: str, kind: str) -> list[Signal]:
        return [s for s in extract(text, RECEIVED) if s.kind == kind]

    return _read
