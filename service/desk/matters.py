"""Letters about the same matter, as the pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Same:
    """Another letter of the same matter, how alike it is and which words both share."""

    id: str
    title: str
    received: str
    likeness: float
    words: tuple[str, ...]


def same(_session: Session, _public_id: str) -> list[Same]:
    """Return the other letters of a petition's matter, most alike first."""
    return []
