"""Scoring and explaining from data alone; the run time of the service and the command line."""

from risk_model.runtime.evidence import Evidence, heaviest
from risk_model.runtime.explain import WordShares, explain, word_shares
from risk_model.runtime.scorer import Encoded, Read, Scorer

__all__ = ["Encoded", "Evidence", "Read", "Scorer", "WordShares", "explain", "heaviest", "word_shares"]
