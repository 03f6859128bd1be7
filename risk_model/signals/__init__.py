"""Signals: the facts of a letter (how many, how long, how often, how much, until when), each with its span.

Rules, not a model: every signal can be shown in the letter and read again by a person. They look at the matter only, so
masks of personal data are skipped, and a lawful road such as a hotline or a court is no signal.
"""

from __future__ import annotations

from risk_model.signals.extract import extract, extract_many
from risk_model.signals.kinds import KINDS, Kind, Signal
from risk_model.signals.numerals import NumeralError, Quantity, read_number
from risk_model.signals.summary import Summary, describe, summary

__all__ = [
    "KINDS",
    "Kind",
    "NumeralError",
    "Quantity",
    "Signal",
    "Summary",
    "describe",
    "extract",
    "extract_many",
    "read_number",
    "summary",
]
