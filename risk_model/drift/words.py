"""Control charts in words: what a value means, and what a cause is called."""

from __future__ import annotations

import math
from typing import Final

from risk_model.taxonomy import LABELS

LEVELS: Final = {"ok": "正常", "notice": "留意", "alarm": "警戒"}


def value_words(chart: str, value: float) -> str:
    """Return the value of a chart as people read it.

    >>> value_words("length", 212.4), value_words("words", 0.26), value_words("score", 0.314)
    ('212字', '26.0%', '0.31')
    """
    if math.isnan(value):
        return "—"
    if chart == "length":
        return f"{value:.0f}字"
    return f"{value:.2f}" if chart == "score" else f"{100 * value:.1f}%"


def cause_words(name: str) -> str:
    """Return what a cause is called; words and channels stand for themselves.

    >>> cause_words("level_2"), cause_words("高铁")
    ('群体风险', '高铁')
    """
    return "乱码的来信" if name == "garbled" else LABELS.get(name, name)
