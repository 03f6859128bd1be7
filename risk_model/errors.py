"""Errors that name the object, what was received, what is allowed and the way out."""

from __future__ import annotations


class PetitionRiskError(Exception):
    """Base of every error this package raises on purpose; its text is written for the person who sees it."""


class InputError(PetitionRiskError):
    """A file, a table or a text that cannot be read as petitions."""


class OutputError(PetitionRiskError):
    """A result that cannot be written where it was asked for."""


class ArtifactError(PetitionRiskError):
    """A model folder that is damaged, incomplete, altered or of another format."""


class LabelError(PetitionRiskError):
    """A labelled file that breaks the vocabulary of :mod:`risk_model.taxonomy`."""


class GateError(PetitionRiskError):
    """Input that is read but differs so much from what the model knows that its scores would mislead."""


class EngineError(PetitionRiskError):
    """A part of a scan that could not be computed; the text names the rows."""


class ScanCancelled(PetitionRiskError):
    """A scan that was stopped on request; what is finished is kept and the same scan goes on from there."""
