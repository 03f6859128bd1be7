"""Why a letter is worth reviewing, in a clerk's words."""

from __future__ import annotations

from typing import Final

from risk_model.taxonomy import RISK_OUTPUT, label
from service.learning.queue import Asked

#: What a ground is called, and shown as, in a list.
GROUNDS: Final = {"uncertain": "拿不准", "disagreeing": "说法不一", "rare": "少见"}


def reasons(asked: Asked) -> list[tuple[str, str]]:
    """Return the grounds that stand out with a sentence each; what a shadow said is not told to those who decide."""
    g = asked.grounds
    what = "群体风险估计" if g.nearest == RISK_OUTPUT else f"“{label(g.nearest)}”的估计是"
    line = "分档线" if g.nearest == RISK_OUTPUT else "判定线"
    said = {
        "uncertain": f"{what} {g.probability:.2f}，离{line} {g.cut:.2f} 很近",
        "disagreeing": "现用的模型和另一个模型判断不同",
        "rare": f"可能涉及“{label(g.rarest)}”，复核过的来信里这一类只有{g.reviewed}封",
    }
    return [(name, said[name]) for name in asked.priority.reasons]
