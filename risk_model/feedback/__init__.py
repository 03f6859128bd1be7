"""What the office's staff decided, as labels: read, settled, checked for agreement, and what to ask for next.

A decision is about a letter's matter. Nobody's name is in it: a reader is a number within one letter, with a role.
"""

from risk_model.feedback.agreement import Agreement, agreement
from risk_model.feedback.choice import Grounds, Priority, grounds, priorities
from risk_model.feedback.decisions import FORMAT, ROLES, Decision, Labels, read, write
from risk_model.feedback.locked import LOCKED_SHARE, is_locked
from risk_model.feedback.sample import Proportion, Quality, draw, quality
from risk_model.feedback.settle import Conflict, Settled, settle

__all__ = [
    "FORMAT",
    "LOCKED_SHARE",
    "ROLES",
    "Agreement",
    "Conflict",
    "Decision",
    "Grounds",
    "Labels",
    "Priority",
    "Proportion",
    "Quality",
    "Settled",
    "agreement",
    "draw",
    "grounds",
    "is_locked",
    "priorities",
    "quality",
    "read",
    "settle",
    "write",
]
