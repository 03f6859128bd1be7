"""A log-log plot as a small SVG, so that drawing needs no library."""

from __future__ import annotations

import math
from collections.abc import Sequence

_WIDTH, _HEIGHT, _EDGE = 460, 300, 56
_COLOURS = ("#1f5fa8", "#c0522b")

Points = Sequence[tuple[float, float]]


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def chart(title: str, x_label: str, y_label: str, points: Points, left: float) -> str:
    """Return one panel; the dashed line through the last point grows in proportion."""
    (x0, x1), (y0, y1) = _decades([x for x, _ in points]), _decades([y for _, y in points])

    def place(x: float, y: float) -> tuple[float, float]:
        right = (math.log10(x) - x0) / (x1 - x0) * (_WIDTH - 2 * _EDGE)
        up = (math.log10(y) - y0) / (y1 - y0) * (_HEIGHT - 2 * _EDGE)
        return left + _EDGE + right, _HEIGHT - _EDGE - up

    parts = [_text(left + _WIDTH / 2, 24, title, 14), _text(left + _WIDTH / 2, _HEIGHT - 12, x_label)]
    parts.append(_text(left + 8, 40, y_label, anchor="start"))
    for k in range(x0, x1 + 1):
        at, bottom = place(10**k, 10**y0)
        parts += [_line((at, bottom), (at, _EDGE), "#ddd"), _text(at, bottom + 16, f"{10**k:,g}")]
    for k in range(y0, y1 + 1):
        start, at = place(10**x0, 10**k)
        parts += [
            _line((start, at), (left + _WIDTH - _EDGE, at), "#ddd"),
            _text(start - 6, at + 4, f"{10**k:,g}", anchor="end"),
        ]
    x, y = points[-1]
    first = max(10**x0, x * 10**y0 / y)
    parts.append(_line(place(first, y * first / x), place(x, y), "#999", "4 3"))
    spots = [place(*p) for p in points]
    path = " ".join(f"{a:.1f},{b:.1f}" for a, b in spots)
    parts.append(f'<polyline points="{path}" fill="none" stroke="{_COLOURS[0]}" stroke-width="2"/>')
    parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="{_COLOURS[1]}"/>' for a, b in spots]
    return "".join(parts)


def _line(a: tuple[float, float], b: tuple[float, float], colour: str, dash: str = "") -> str:
    return f'<line x1="{a[0]:.1f}" y1="{a[1]:.1f}" x2="{b[0]:.1f}" y2="{b[1]:.1f}" stroke="{colour}" stroke-dasharray="{dash}"/>'


def _text(x: float, y: float, said: str, size: int = 11, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}">{said}</text>'


def page(panels: Sequence[tuple[str, str, str, Points]]) -> str:
    """Return the panels side by side as one SVG; each is title, x label, y label and points."""
    inside = "".join(chart(*panel, left=k * _WIDTH) for k, panel in enumerate(panels))
    size = f'width="{_WIDTH * len(panels)}" height="{_HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif"><rect {size} fill="white"/>{inside}</svg>\n'
