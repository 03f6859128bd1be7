"""The guard on the switch: a candidate is compared with the served model, and only a person may overrule what it shows."""

from risk_model.guard.compare import Comparison, compare
from risk_model.guard.figures import Figure
from risk_model.guard.promotion import (
    SHORTEST_REASON,
    Promotion,
    check,
    comparison_of,
    journal,
    keep,
    prepare,
    promote,
    rollback,
    turn,
)
from risk_model.guard.shadow import Difference, Said, differences, moved

__all__ = [
    "SHORTEST_REASON",
    "Comparison",
    "Difference",
    "Figure",
    "Promotion",
    "Said",
    "check",
    "compare",
    "comparison_of",
    "differences",
    "journal",
    "keep",
    "moved",
    "prepare",
    "promote",
    "rollback",
    "turn",
]
