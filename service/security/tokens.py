"""Secrets that machines keep: long and random, so a plain hash of them cannot be turned back."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

#: 256 bits: guessing is hopeless, so the hash need not be slow.
_BYTES: Final = 32


def new() -> str:
    """Return a new secret, safe in a URL and in a header."""
    return secrets.token_urlsafe(_BYTES)


def digest(secret: str) -> str:
    """Return what is stored in place of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare in a time that tells nothing."""
    return secrets.compare_digest(one.encode(), other.encode())
