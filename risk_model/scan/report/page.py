"""report.html: one file that opens anywhere without a network and prints well; no script in it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from risk_model.scan.findings import Findings, Share
from risk_model.scan.report import svg
from risk_model.scan.report.conclusions import conclusions
from risk_model.scan.report.parts import Cell, Column, Table, parts
from risk_model.scan.report.words import NOTHING, against, between, odds, percent, shorten, span, week_words
from risk_model.taxonomy import DISCLAIMER

if TYPE_CHECKING:
    from jinja2 import Template

#: Rows of a table on the page; the workbook has all.
MOST_ROWS: Final = 40
#: Characters of a long cell on the page.
_LONGEST: Final = 90
#: Words of evidence are many and of use beside the letter; the workbook has them.
_OFF_PAGE: Final = frozenset({"判断依据", "往常每周", "首次列入", "再来信可能"})


def page(findings: Findings) -> str:
    """Return the report as one page of HTML."""
    return _template().render(
        title=f"信访风险周报 {week_words(findings.week)}",
        findings=findings,
        span=span(findings.monday, findings.sunday),
        conclusions=conclusions(findings),
        tiles=tiles(findings),
        parts=parts(findings),
        charts=charts(findings),
        failed=[check.name for check in findings.gate.checks if not check.passed],
        disclaimer=DISCLAIMER,
        columns=shown_columns,
        cell=cell,
        most=MOST_ROWS,
    )


def tiles(findings: Findings) -> tuple[tuple[str, str, str], ...]:
    """Return the few figures of the first page: label, figure, remark."""
    total, clock = findings.total, findings.clock
    compared = "；".join(x for x in (against("上周", total.now, total.last_week),) if x)
    made = [("本周来信", str(total.now), compared or "上周无数据")]
    share = Share("", min(total.high, total.now), total.now, findings.sunday)
    made.append(("高风险", str(total.high), f"占{percent(share.rate)}" if total.now else ""))
    sure = sum(x.sure for x in findings.rising)
    made.append(("上升事项", str(sure), f"另有苗头{len(findings.rising) - sure}项"))
    if clock is not None:
        made.append(("已逾期", str(clock.overdue_count), f"7日内到期{clock.due_soon_count}件"))
    return tuple(made)


def charts(findings: Findings) -> Mapping[str, tuple[tuple[str, Markup], ...]]:
    """Return the charts of each part with their captions; the tables beside them hold the same numbers."""
    made: dict[str, list[tuple[str, Markup]]] = {}

    def add(key: str, caption: str, drawn: Markup) -> None:
        made.setdefault(key, []).append((caption, drawn))

    if findings.trend:
        add("numbers", "每周来信件数（下部红色为高风险，末周为本周）", svg.weeks(findings.trend))
    if any(share.whole for share in findings.rates):
        add("numbers", "办理比率（点为比率，横线为95%区间）", svg.rates("办理比率", findings.rates))
    if findings.backlog and any(n for _, n in findings.backlog.ages):
        add("clock", "未答复来信按等待时间", svg.bars("积案账龄", findings.backlog.ages))
    if findings.forecast:
        shares = (*findings.forecast.precision, *findings.forecast.history)
        if any(share.whole for share in shares):
            add("forecast", "名单命中率（点为比率，横线为95%区间）", svg.rates("名单命中率", shares))
        early = Counter(findings.forecast.lead_weeks)
        if early:
            bins = [(f"{week:+d}" if week else "0", early[week]) for week in range(min(early), max(early) + 1)]
            if len(bins) <= 40:
                add("forecast", "首次列入比来信高峰早几周（负数为晚）", svg.columns("提前周数", bins))
    for breakdown in findings.breakdowns:
        shares = tuple(Share(x.label, min(x.high, x.now), x.now, findings.sunday) for x in breakdown.rows)
        if any(share.whole for share in shares):
            title = f"{breakdown.dimension}：高风险占比"
            add(
                f"breakdowns/{breakdown.dimension}",
                f"{title}（点为比率，横线为95%区间，右侧为件数）",
                svg.rates(title, shares),
            )
    return {key: tuple(value) for key, value in made.items()}


def shown_columns(table: Table) -> tuple[tuple[int, Column], ...]:
    """Return the columns that the page shows, with their place in a row."""
    shown = ((k, table.columns[k]) for k in table.filled())
    return tuple((k, c) for k, c in shown if c.head not in _OFF_PAGE)


def cell(column: Column, value: Cell) -> Markup | str:  # noqa: PLR0911
    """Return a cell as the page shows it."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, Share):
        if not value.whole:
            return NOTHING
        return Markup('{}<span class="interval">{}</span>').format(percent(value.rate), between(value))
    if isinstance(value, tuple):
        return svg.spark(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return odds(value) if column.kind == "risk" else f"{value:.2f}"
    if column.kind == "long" and len(str(value)) > _LONGEST:
        return Markup('<span title="{}">{}</span>').format(value, shorten(str(value), _LONGEST))
    return str(value)


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("risk_model.scan.report", "templates")
    environment = Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    return environment.get_template("report.html")
