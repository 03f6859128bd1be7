"""Charts of the learning loop as plain dictionaries: quality of the lots by week, and control charts with their limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from risk_model.drift import CHARTS, Chart
from risk_model.feedback import Proportion
from risk_model.taxonomy import label
from service.desk.figures import Figure, framed
from service.learning.quality import Measured

_BLUE, _BROWN, _RED, _GREY = "#1f3a5f", "#7a5200", "#9f1d1a", "#8792a0"
_LEVEL: Final = {"ok": ("circle", _BLUE), "notice": ("diamond", _BROWN), "alarm": ("triangle-up", _RED)}


def of_lots(found: Measured, output: str) -> list[Figure]:
    """Return precision and recall by week, and what happened beside what was foretold."""
    weeks = [w for w in found.by_week if output in w.outputs]
    names = [_short(w.week) for w in weeks]
    shares = [
        _points("查准", names, [w.outputs[output].precision for w in weeks], _BLUE, "circle", -0.12),
        _points("查全", names, [w.outputs[output].recall for w in weeks], _BROWN, "diamond", 0.12),
    ]
    quality = [w.outputs[output] for w in weeks]
    foretold = {
        "type": "scatter", "mode": "markers", "name": "按概率应有", "x": names, "y": [q.foretold for q in quality],
        "error_y": {
            "type": "data", "symmetric": False, "array": [q.high - q.foretold for q in quality],
            "arrayminus": [q.foretold - max(0.0, q.low) for q in quality], "color": _GREY, "thickness": 1.5, "width": 6,
        },
        "marker": {"color": _GREY, "symbol": "line-ew-open", "size": 12},
        "hovertemplate": "%{x}：应有%{y:.1f}封<extra></extra>",
    }  # fmt: skip
    happened = {
        "type": "scatter", "mode": "markers", "name": "复核确认", "x": names, "y": [q.happened for q in quality],
        "marker": {
            "size": 10, "symbol": ["circle" if q.calibrated else "x" for q in quality],
            "color": [_BLUE if q.calibrated else _RED for q in quality],
        },
        "hovertemplate": "%{x}：复核确认%{y}封<extra></extra>",
    }  # fmt: skip
    # The first axis is of numbers, so that two points of a week stand side by side.
    numbered = {"tickvals": list(range(len(names))), "ticktext": names, "range": [-0.5, len(names) - 0.5]}
    rates = {"range": [-0.04, 1.04], "tickformat": ".0%"}
    counts = {"rangemode": "tozero"}
    return [
        _by_week(f"{label(output)}：查准与查全（竖线是95%区间）", shares, numbered, rates),
        _by_week(
            f"{label(output)}：概率准不准（竖线是应有的范围）", [foretold, happened], {"type": "category"}, counts
        ),
    ]


def _short(week: str) -> str:
    """Return a week as an axis names it: a chart never shows a year's length, so the number tells it."""
    return f"{int(week[6:])}周"


def _points(
    name: str, weeks: Sequence[str], values: Sequence[Proportion], colour: str, symbol: str, aside: float
) -> dict[str, Any]:
    known = [(k, p) for k, p in enumerate(values) if p.value is not None and p.low is not None and p.high is not None]
    return {
        "type": "scatter", "mode": "markers", "name": name, "x": [k + aside for k, _ in known],
        "y": [p.value for _, p in known], "text": [f"{weeks[k]}：{name} {p.hits}/{p.of}" for k, p in known],
        "error_y": {
            "type": "data", "symmetric": False, "array": [(p.high or 0) - (p.value or 0) for _, p in known],
            "arrayminus": [(p.value or 0) - (p.low or 0) for _, p in known], "color": colour, "thickness": 1.2, "width": 4,
        },
        "marker": {"color": colour, "symbol": symbol, "size": 8}, "hovertemplate": "%{text}<extra></extra>",
    }  # fmt: skip


def _by_week(title: str, data: list[dict[str, Any]], xaxis: dict[str, Any], yaxis: dict[str, Any]) -> Figure:
    return framed(
        title, data, showlegend=True, legend={"orientation": "h", "y": -0.2, "x": 0}, yaxis=yaxis,
        xaxis={**xaxis, "tickangle": 0}, margin={"b": 72},
    )  # fmt: skip


def control(chart: Chart, before: Sequence[str], week: str, limits: tuple[float, float]) -> Figure:
    """Return a control chart: how far each week strays from usual weeks, with the lines of notice and alarm."""
    symbol, colour = _LEVEL[chart.level]
    usual = {
        "type": "scatter", "mode": "lines+markers", "x": [_short(w) for w in (*before, week)], "y": [*chart.track, chart.distance],
        "line": {"color": _BLUE, "width": 1.5}, "connectgaps": False,
        "marker": {
            "size": [6] * len(before) + [12], "symbol": ["circle"] * len(before) + [symbol],
            "color": [_BLUE] * len(before) + [colour],
        },
        "hovertemplate": "%{x}：偏离%{y:.1f}<extra></extra>",
    }  # fmt: skip
    lines = [
        {
            "type": "line",
            "x0": 0,
            "x1": 1,
            "xref": "paper",
            "y0": y,
            "y1": y,
            "line": {"color": c, "dash": d, "width": 1.5},
        }
        for y, c, d in ((limits[0], _BROWN, "dot"), (limits[1], _RED, "dash"))
    ]
    notes = [
        {"x": 0, "xref": "paper", "y": y, "text": text, "showarrow": False, "xanchor": "left", "yanchor": "bottom", "font": {"color": c, "size": 11}}
        for y, c, text in ((limits[0], _BROWN, "留意"), (limits[1], _RED, "警戒"))
    ]  # fmt: skip
    top = max([limits[1] + 0.8, chart.distance + 0.5, *(y for y in chart.track if y is not None)])
    return framed(
        CHARTS[chart.name], [usual], shapes=lines, annotations=notes, xaxis={"type": "category", "tickangle": 0},
        yaxis={"range": [0, top], "title": {"text": "偏离往常"}}, margin={"b": 32, "t": 30},
    )  # fmt: skip
