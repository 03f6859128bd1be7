"""Scoring and explaining from data alone; the run time of the service and the command line."""

from risk_model.runtime.explain import WordShares, explain
from risk_model.runtime.scorer import Encoded, Scorer

__all__ = ["Encoded", "Scorer", "WordShares", "explain"]
