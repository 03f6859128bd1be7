"""Who may do what: one table of roles, and a mark on every route. What is not in the table is forbidden."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Permission(StrEnum):
    """One thing that can be allowed; also the scopes a key can have."""

    MODEL_READ = "model:read"
    MODEL_WRITE = "model:write"
    SCORE = "score"
    PETITIONS_READ = "petitions:read"
    PETITIONS_WRITE = "petitions:write"
    REVIEWS_WRITE = "reviews:write"
    REVIEWS_APPROVE = "reviews:approve"
    MATTERS_WRITE = "matters:write"
    CLOCK_WRITE = "clock:write"
    CLOCK_EXTEND = "clock:extend"
    DEPARTMENTS_READ = "departments:read"
    DEPARTMENTS_WRITE = "departments:write"
    JOBS = "jobs"
    MODEL_CUT = "model:cut"
    RETENTION = "retention"
    USERS = "users"
    KEYS = "keys"
    AUDIT_READ = "audit:read"
    METRICS_READ = "metrics:read"


P = Permission
_READ: Final = frozenset({P.MODEL_READ, P.PETITIONS_READ, P.DEPARTMENTS_READ})
_TRIAGE: Final = _READ | {P.SCORE, P.PETITIONS_WRITE, P.REVIEWS_WRITE, P.MATTERS_WRITE, P.CLOCK_WRITE, P.JOBS}

#: An administrator runs the system and reads no petition; an auditor reads everything and changes nothing.
ROLES: Final[dict[str, frozenset[Permission]]] = {
    "viewer": _READ,
    "triager": _TRIAGE,
    "approver": _TRIAGE | {P.REVIEWS_APPROVE, P.CLOCK_EXTEND, P.MODEL_CUT},
    "admin": frozenset(
        {
            P.MODEL_READ,
            P.MODEL_WRITE,
            P.DEPARTMENTS_READ,
            P.DEPARTMENTS_WRITE,
            P.USERS,
            P.KEYS,
            P.METRICS_READ,
            P.RETENTION,
        }
    ),
    "auditor": _READ | {P.AUDIT_READ, P.METRICS_READ},
}

#: What only a person may do: a system's key never has it.
PERSONAL: Final = frozenset(
    {P.MODEL_WRITE, P.REVIEWS_APPROVE, P.CLOCK_EXTEND, P.USERS, P.KEYS, P.MODEL_CUT, P.RETENTION}
)
SCOPES: Final = tuple(p for p in Permission if p not in PERSONAL)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who makes a request, as the audit log will remember it."""

    name: str
    kind: str
    permissions: frozenset[Permission]
    session_id: int | None = None

    @property
    def actor(self) -> str:
        """The snapshot kept in records, e.g. `user:wang`."""
        return f"{self.kind}:{self.name}"


#: Everybody on this machine, with `PETITION_RISK_AUTH=off`.
LOCAL: Final = Principal("local", "machine", frozenset(Permission))


def permissions_of(roles: list[str]) -> frozenset[Permission]:
    """Return what a person with these roles may do.

    >>> sorted(permissions_of(["viewer"]))
    [<Permission.DEPARTMENTS_READ: 'departments:read'>, <Permission.MODEL_READ: 'model:read'>, <Permission.PETITIONS_READ: 'petitions:read'>]
    """
    return frozenset(p for role in roles for p in ROLES[role])
