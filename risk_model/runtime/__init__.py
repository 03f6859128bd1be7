"""Scoring and explaining from data alone; the run time of the service and the command line."""

from risk_model.runtime.answer import Answer, Engine, Evidence
from risk_model.runtime.engines import CHOICE, Engines, Plain, available
from risk_model.runtime.evidence import heaviest
from risk_model.runtime.explain import WordShares, explain, word_shares
from risk_model.runtime.scorer import Encoded, Read, Scorer

__all__ = [
    "CHOICE",
    "Answer",
    "Encoded",
    "Engine",
    "Engines",
    "Evidence",
    "Plain",
    "Read",
    "Scorer",
    "WordShares",
    "available",
    "explain",
    "heaviest",
    "word_shares",
]
