"""Charts as plain dictionaries; the page draws them with plotly's own script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from risk_model.taxonomy import BANDS, label

Figure = dict[str, Any]

COLOURS: Final = {"high": "#9f1d1a", "medium": "#d9a53a", "low": "#8fb09a"}
_INK, _BLUE = "#1b2430", "#3f6593"
_PATTERN: Final = {"high": "", "medium": "/", "low": "."}


def framed(title: str, data: list[dict[str, Any]], **layout: Any) -> Figure:
    """Return a figure in the style of the desk."""
    usual = {
        "title": {"text": title, "font": {"size": 14}, "x": 0, "xref": "paper"},
        "font": {"family": '"Microsoft YaHei","Noto Sans CJK SC",sans-serif', "size": 12, "color": _INK},
        "margin": {"l": 48, "r": 12, "t": 36, "b": 36},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "xaxis": {"fixedrange": True, "gridcolor": "#e6eaef", "zeroline": False},
        "yaxis": {"fixedrange": True, "gridcolor": "#e6eaef", "zeroline": False},
        "showlegend": False,
        "bargap": 0.25,
    }
    for name, value in layout.items():
        base = usual.get(name)
        usual[name] = {**base, **value} if isinstance(base, dict) and isinstance(value, dict) else value
    return {"data": data, "layout": usual}


def ranked(title: str, counts: Mapping[str, int], named: bool = True) -> Figure:
    """Return horizontal bars, the most first."""
    pairs = sorted(counts.items(), key=lambda pair: pair[1])[-12:]
    names = [label(name) if named else name for name, _ in pairs]
    data = {
        "type": "bar",
        "orientation": "h",
        "x": [count for _, count in pairs],
        "y": names,
        "text": [str(count) for _, count in pairs],
        "textposition": "auto",
        "textangle": 0,
        "marker": {"color": _BLUE},
        "hovertemplate": "%{y}：%{x}件<extra></extra>",
    }
    return framed(title, [data], yaxis={"automargin": True, "gridcolor": "#ffffff"}, xaxis={"dtick": None})


def risks(title: str, counts: Sequence[int], medium: float, high: float) -> Figure:
    """Return how many letters lie in each twentieth of the risk, with the cuts drawn in."""
    centres = [(i + 0.5) / len(counts) for i in range(len(counts))]
    names = ["high" if c >= high else "medium" if c >= medium else "low" for c in centres]
    bars = {
        "type": "bar",
        "x": centres,
        "y": list(counts),
        "width": [0.92 / len(counts)] * len(counts),
        "marker": {"color": [COLOURS[n] for n in names], "pattern": {"shape": [_PATTERN[n] for n in names], "size": 5}},
        "hovertemplate": "风险%{x:.2f}左右：%{y}件<extra></extra>",
    }
    lines = [
        {
            "type": "line",
            "x0": cut,
            "x1": cut,
            "y0": 0,
            "y1": 1,
            "yref": "paper",
            "line": {"color": _INK, "dash": "dot", "width": 1},
        }
        for cut in (medium, high)
    ]
    notes = [
        {
            "x": cut,
            "y": 1,
            "yref": "paper",
            "text": text,
            "showarrow": False,
            "xanchor": "left",
            "yanchor": "top",
            "xshift": 3,
        }
        for cut, text in ((medium, f"中 {medium:.2f}"), (high, f"高 {high:.2f}"))
    ]
    return framed(
        title, [bars], shapes=lines, annotations=notes, xaxis={"range": [0, 1], "title": {"text": "群体风险（概率）"}},
        yaxis={"title": {"text": "件"}}, margin={"b": 44},
    )  # fmt: skip


def weekly(title: str, weeks: Mapping[str, Mapping[str, int]]) -> Figure:
    """Return letters a week, stacked by band."""
    data = [
        {
            "type": "bar",
            "name": f"{BANDS[band]}档",
            "x": list(weeks),
            "y": [counts.get(band, 0) for counts in weeks.values()],
            "marker": {"color": COLOURS[band], "pattern": {"shape": _PATTERN[band], "size": 5}},
        }
        for band in ("high", "medium", "low")
    ]
    return framed(
        title, data, barmode="stack", showlegend=True, legend={"orientation": "h", "y": 1.16, "x": 1, "xanchor": "right"},
        xaxis={"type": "category"},
    )  # fmt: skip


def calibration(title: str, bins: Sequence[tuple[int, float, float]]) -> Figure:
    """Return estimated against observed shares; on the diagonal, a probability is what it says."""
    diagonal = {
        "type": "scatter", "mode": "lines", "x": [0, 1], "y": [0, 1], "line": {"color": "#8792a0", "dash": "dash"},
        "hoverinfo": "skip", "name": "完全相符",
    }  # fmt: skip
    found = {
        "type": "scatter", "mode": "lines+markers", "x": [b[1] for b in bins], "y": [b[2] for b in bins],
        "text": [f"{b[0]}封" for b in bins], "marker": {"color": _BLUE, "size": 9}, "line": {"color": _BLUE, "width": 1.5},
        "hovertemplate": "估计%{x:.2f}，实际%{y:.2f}（%{text}）<extra></extra>", "name": "本模型",
    }  # fmt: skip
    return framed(
        title, [diagonal, found], xaxis={"range": [-0.02, 1.02], "title": {"text": "估计的概率"}},
        yaxis={"range": [-0.02, 1.02], "title": {"text": "实际的比例"}}, margin={"b": 44}, showlegend=True,
        legend={"orientation": "h", "y": 1.14, "x": 1, "xanchor": "right"},
    )  # fmt: skip
