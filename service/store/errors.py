"""What the store refuses; the texts are for the person who asked."""

from __future__ import annotations

from risk_model.errors import PetitionRiskError


class StoreError(PetitionRiskError):
    """Base of everything the store refuses on purpose."""


class Missing(StoreError):
    """No such record."""


class Clash(StoreError):
    """The record is not in a state in which this can be done, or another one is in the way."""


class Refused(StoreError):
    """A request that no record could satisfy."""


class Forbidden(StoreError):
    """This person may not do it, whatever the role."""
