"""What every cut of the risk gives, so that an office can choose its own by recall and by what it can work off."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from risk_model.taxonomy import OUTPUTS, RISK_OUTPUT
from risk_model.training.measures import Judged

_RISK: Final = OUTPUTS.index(RISK_OUTPUT)
#: Cuts told of; finer than an office would choose.
_CUTS: Final = np.round(np.linspace(0, 1, 51), 2)
#: The level that the risk foretells.
_GRAVE: Final = 2


def risk_curve(judged: Judged, source: str) -> dict[str, Any]:
    """Return for each cut: the cut, the share of letters above it, recall and precision of level 2 and above."""
    risk, grave = judged.probabilities[:, _RISK], judged.levels >= _GRAVE
    points = []
    for cut in _CUTS.tolist():
        above = risk >= cut
        true = float((above & grave).sum())
        points.append(
            [
                cut,
                round(float(above.mean()), 4),
                round(true / max(1.0, float(grave.sum())), 4),
                round(true / max(1.0, float(above.sum())), 4),
            ]
        )
    return {"source": source, "letters": len(risk), "points": points}
