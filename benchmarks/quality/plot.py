"""Reliability curves as one SVG of small panels; written by hand, so that no plotting library draws in a whole browser."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from benchmarks.quality.reliability import Curve

_PANEL, _GAP, _LEFT, _TOP = 210, 46, 52, 58
#: Told apart by lightness as well as by hue, so that they hold in grey and for the colour-blind.
_COLOURS: Final = ("#1b4f72", "#d35400", "#1e8449", "#8e44ad", "#7f8c8d")
_INK, _PALE = "#333333", "#cccccc"


def reliability_svg(curves: Sequence[Curve]) -> str:
    """Draw a panel for each output, a line for each group; the diagonal is perfect calibration."""
    outputs = list(dict.fromkeys(c.output for c in curves))
    groups = list(dict.fromkeys(c.group for c in curves))
    colour = dict(zip(groups, _COLOURS, strict=False))
    width = _LEFT + len(outputs) * (_PANEL + _GAP)
    height = _TOP + _PANEL + 50
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12" '
        f'fill="{_INK}" role="img" aria-label="Reliability curves">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for n, group in enumerate(groups):
        x = _LEFT + n * 130
        out.append(f'<path d="M{x} 16h22" stroke="{colour.get(group, _INK)}" stroke-width="2.5"/>')
        out.append(f'<text x="{x + 28}" y="20">{escape(group)}</text>')
    for n, output in enumerate(outputs):
        out += _panel(_LEFT + n * (_PANEL + _GAP), output, [c for c in curves if c.output == output], colour, n == 0)
    return "\n".join([*out, "</svg>"]) + "\n"


def _panel(x: int, output: str, curves: Sequence[Curve], colour: dict[str, str], first: bool) -> list[str]:
    bottom = _TOP + _PANEL
    out = [f'<text x="{x}" y="{_TOP - 10}" font-weight="bold">{escape(output)}</text>']
    for step in (0, 0.5, 1):
        y, at = bottom - step * _PANEL, x + step * _PANEL
        out.append(f'<path d="M{x} {y}h{_PANEL}" stroke="{_PALE}"/>')
        out.append(f'<text x="{at}" y="{bottom + 16}" text-anchor="middle">{step:g}</text>')
        if first:
            out.append(f'<text x="{x - 8}" y="{y + 4}" text-anchor="end">{step:g}</text>')
    out.append(f'<path d="M{x} {bottom}L{x + _PANEL} {_TOP}" stroke="{_PALE}" stroke-dasharray="4 4"/>')
    out.append(f'<text x="{x + _PANEL / 2}" y="{bottom + 36}" text-anchor="middle">mean probability</text>')
    if first:
        out.append(
            f'<text x="14" y="{_TOP + _PANEL / 2}" text-anchor="middle" '
            f'transform="rotate(-90 14 {_TOP + _PANEL / 2})">share that came true</text>'
        )
    for c in curves:
        points = [(x + s * _PANEL, bottom - t * _PANEL) for s, t in zip(c.said, c.true, strict=True)]
        line = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        ink = colour.get(c.group, _INK)
        out.append(f'<polyline points="{line}" fill="none" stroke="{ink}" stroke-width="2"/>')
        out += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2.5" fill="{ink}"/>' for a, b in points]
    return out
