"""Passwords of staff, kept as argon2 hashes."""

from __future__ import annotations

from functools import cache
from typing import Final

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from service.store.errors import Refused

#: Length is what resists guessing; rules on characters only make people write passwords down (NIST SP 800-63B).
LEAST: Final = 10
#: Hashing much more than anybody types would only serve an attacker.
MOST: Final = 256


@cache
def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(),))


@cache
def _nobody() -> str:
    return _hasher().hash("an account that does not exist")


def hashed(password: str) -> str:
    """Return the hash of a new password; raises `Refused` for one that is too short."""
    if not LEAST <= len(password) <= MOST:
        raise Refused(f"密码至少{LEAST}个字符，最多{MOST}个")
    return _hasher().hash(password)


def verify(password: str, stored: str | None) -> bool:
    """Tell whether a password is right; an unknown account (None) takes as long and is wrong."""
    if len(password) > MOST:
        return False
    right = _hasher().verify(password, stored or _nobody())
    return right and stored is not None
