"""The weekly scan: what is rising, what is overdue, what last week's forecast came to."""

from risk_model.scan.findings import Findings
from risk_model.scan.job import Cancelled, Job, OnProgress, Result, Step
from risk_model.scan.memory import give_back_freed
from risk_model.scan.run import replay, run

__all__ = ["Cancelled", "Findings", "Job", "OnProgress", "Result", "Step", "give_back_freed", "replay", "run"]
