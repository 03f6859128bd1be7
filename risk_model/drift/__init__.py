"""Whether letters, scores or labels have moved away from what a model was made for: control charts with named causes."""

from risk_model.drift.charts import CHARTS, Cause, Chart, charts, limits
from risk_model.drift.weeks import Observed, Week, observe

__all__ = ["CHARTS", "Cause", "Chart", "Observed", "Week", "charts", "limits", "observe"]
