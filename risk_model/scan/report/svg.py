"""Charts as small pieces of SVG: they print sharply, need no script and weigh a few kilobytes.

The one bundle of JavaScript that plotly ships is 4.8 MB; a report that is mailed, printed and kept is better without it.
Every chart bears its title and a description; the table behind it is the report's to show.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Final

from markupsafe import Markup

from risk_model.scan.findings import Share
from risk_model.scan.report.words import percent, shorten

#: Labels under the bars of a chart of weeks: more would run into one another.
_LABELS: Final = 9
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 12, 14, 26


def _frame(width: int, height: int, title: str, description: str, body: str, kind: str) -> Markup:
    return Markup(  # noqa: S704  (every text in it is escaped where it is put in)
        f'<svg class="chart {kind}" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}：{escape(description)}"'
        f' xmlns="http://www.w3.org/2000/svg">{body}</svg>'
    )


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}">{escape(text)}</text>'


def _bar(x: float, y: float, width: float, height: float, kind: str, tip: str = "") -> str:
    inner = f"<title>{escape(tip)}</title>" if tip else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" class="{kind}">{inner}</rect>'


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def steps(most: int) -> list[int]:
    """Return round whole numbers from 0 to at least `most` for an axis, at most six of them.

    >>> steps(37), steps(0)
    ([0, 10, 20, 30, 40], [0, 1])
    """
    size = next(s * 10**k for k in range(20) for s in (1, 2, 5) if most <= 5 * s * 10**k)
    return list(range(0, max(most, 1) + size, size))


def weeks(trend: Sequence[tuple[str, int, int]]) -> Markup:
    """Draw letters a week as bars, the high band within them, the last week marked."""
    width, height = 720, 220
    axis = steps(max((n for _, n, _ in trend), default=0))
    room, tall = width - _LEFT - _RIGHT, height - _TOP - _BOTTOM
    slot = room / max(1, len(trend))
    body = []
    for tick in axis:
        y = _TOP + tall * (1 - tick / axis[-1])
        body += [_line(_LEFT, y, width - _RIGHT, y, "grid"), _text(_LEFT - 6, y + 4, str(tick), "tick", "end")]
    every = -(-len(trend) // _LABELS)
    for k, (week, letters, high) in enumerate(trend):
        x, wide = _LEFT + slot * (k + 0.15), slot * 0.7
        tip = f"{week}：来信{letters}件，高风险{high}件"
        for n, kind in ((letters, "all now" if k == len(trend) - 1 else "all"), (min(high, letters), "high")):
            size = tall * n / axis[-1]
            body.append(_bar(x, _TOP + tall - size, wide, size, kind, tip))
        if (len(trend) - 1 - k) % every == 0:
            body.append(_text(x + wide / 2, height - 8, week[2:].replace("-W", "/"), "tick"))
    first, last = (trend[0][0], trend[-1][0]) if trend else ("", "")
    return _frame(width, height, "每周来信", f"{first}至{last}，下部红色为高风险", "".join(body), "weeks")


def spark(counts: Sequence[int]) -> Markup:
    """Draw the weeks of one matter, this week marked."""
    width, height, most = 90, 26, max([1, *counts])
    slot = width / max(1, len(counts))
    body = []
    for k, n in enumerate(counts):
        size = (height - 3) * n / most
        kind = "all now" if k == len(counts) - 1 else "all"
        body.append(_bar(slot * k + 1, height - max(size, 1), slot - 2, max(size, 1), kind))
    return _frame(width, height, "每周来信", "、".join(map(str, counts)) + "件", "".join(body), "spark")


def rates(title: str, shares: Sequence[Share], most: int = 15) -> Markup:
    """Draw rates as dots on the whole of their 95 % intervals, in the order given."""
    shown = [share for share in shares if share.whole][:most]
    left, width, row = 270, 760, 24
    height = row * len(shown) + 30
    room = width - left - 100
    most_tenths = min(10, max([1, *(math.ceil(10 * share.interval[1] - 1e-9) for share in shown)]))
    step = 1 if most_tenths <= 5 else 2
    top = -(-most_tenths // step) * step / 10
    ticks = [t / 10 for t in range(0, round(10 * top) + 1, step)]
    body = [
        _line(left + room * t / top, 4, left + room * t / top, height - 24, "grid")
        + _text(left + room * t / top, height - 8, f"{t:.0%}", "tick")
        for t in ticks
    ]
    for k, share in enumerate(shown):
        y = 4 + row * (k + 0.5)
        low, high = (left + room * edge / top for edge in share.interval)
        body.append(_text(left - 8, y + 4, shorten(share.label, 20), "name", "end"))
        body.append(_line(low, y, high, y, "whisker"))
        body.append(f'<circle cx="{left + room * share.rate / top:.1f}" cy="{y:.1f}" r="4" class="dot"/>')
        body.append(_text(width - 4, y + 4, f"{share.part}/{share.whole}", "tick", "end"))
    said = "；".join(f"{s.label}{percent(s.rate)}" for s in shown)
    return _frame(width, height, title, said + "。横线为95%区间", "".join(body), "rates")


def bars(title: str, counts: Sequence[tuple[str, int]]) -> Markup:
    """Draw counts as horizontal bars."""
    left, width, row = 120, 720, 26
    most = max([1, *(n for _, n in counts)])
    body = []
    for k, (label, n) in enumerate(counts):
        y, size = row * k + 4, (width - left - 70) * n / most
        body += [_text(left - 8, y + 14, label, "name", "end"), _bar(left, y, max(size, 1), row - 8, "all")]
        body.append(_text(left + max(size, 1) + 6, y + 14, str(n), "tick", "start"))
    said = "、".join(f"{label}{n}件" for label, n in counts)
    return _frame(width, row * len(counts) + 8, title, said, "".join(body), "bars")


def columns(title: str, counts: Sequence[tuple[str, int]]) -> Markup:
    """Draw counts as upright bars with their number above."""
    width, height = 720, 170
    most = max([1, *(n for _, n in counts)])
    slot = (width - 20) / max(1, len(counts))
    body = [_line(10, height - 24, width - 10, height - 24, "grid")]
    for k, (label, n) in enumerate(counts):
        size, x = (height - 50) * n / most, 10 + slot * k
        wide = min(slot * 0.7, 46)
        body.append(_bar(x + (slot - wide) / 2, height - 24 - size, wide, size, "all"))
        body.append(_text(x + slot / 2, height - 28 - size, str(n) if n else "", "tick"))
        body.append(_text(x + slot / 2, height - 8, label, "tick"))
    return _frame(width, height, title, "、".join(f"{label}周{n}项" for label, n in counts), "".join(body), "columns")
