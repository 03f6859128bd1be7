"""The parts of a report as plain tables: what the page, the workbook and the document each lay out in their own way."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from risk_model.drift import CHARTS
from risk_model.drift.words import LEVELS, cause_words, value_words
from risk_model.feedback.measured import Hit, Measured
from risk_model.scan.findings import Breakdown, Check, Clock, ClockLine, Count, Findings, Forecast, Rising, Share
from risk_model.scan.report.words import between, change, day, listed, percent, said, span, week_words

Kind = Literal["id", "text", "long", "count", "number", "risk", "date", "share", "weeks", "flag"]
Cell = str | int | float | dt.date | Share | tuple[int, ...] | None

_OUTCOMES: Final = {"further": "又有来信", "answered": "已答复", "quiet": "暂无新的来信"}
#: Dimensions whose rows are places or offices: a row there must not be read as a rank.
_PLACES: Final = frozenset({"区域", "承办部门"})
NO_RANKING: Final = (
    "件数受人口和登记习惯影响，比率看95%区间：区间重叠的不分高低。本表不是排名，不得据此考核地方或单位。"
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, the kind of its cells, its width in characters, and whether the short tables of the document have it."""

    head: str
    kind: Kind = "text"
    width: int = 12
    brief: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `whole` is how many rows there are where `rows` has only the first of them. `empty` is said where there are none."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    empty: str = "没有。"
    whole: int = 0

    @property
    def left_out(self) -> int:
        """Return how many rows exist beyond those given."""
        return max(0, self.whole - len(self.rows))

    def filled(self) -> tuple[int, ...]:
        """Return the places of the columns that say something in at least one row."""
        return tuple(k for k in range(len(self.columns)) if any(row[k] not in (None, "") for row in self.rows))


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the report: its key, its title, what to know before reading it, its tables, and its sheet in the workbook."""

    key: str
    title: str
    lead: str
    tables: tuple[Table, ...]
    sheet: str


def parts(findings: Findings) -> tuple[Part, ...]:
    """Return the parts in reading order; a part that the input has no columns for is left out."""
    made = (
        forecast_part(findings.forecast), rising_part(findings), clock_part(findings), high_part(findings),
        hearing_part(findings), mismatch_part(findings), dispute_part(findings), number_part(findings),
        breakdown_part(findings), measured_part(findings), quality_part(findings),
    )  # fmt: skip
    return tuple(part for part in made if part is not None)


def forecast_part(forecast: Forecast | None) -> Part | None:
    """Put last week's list beside what came of it."""
    if forecast is None:
        return None
    lines = Table(
        "名单与结果",
        (
            Column("序号", "count", 6), Column("事项编号", "id", 16, brief=False), Column("事项", "long", 40),
            Column("当时判断的可能性", "risk", 10), Column("后续来信", "count", 8), Column("结果", "text", 12),
        ),
        tuple(
            (x.rank, x.matter_id, x.title, x.chance, x.further_letters, _OUTCOMES.get(x.outcome, x.outcome))
            for x in forecast.lines
        ),
        "“当时判断的可能性”指四周内再有来信的可能。",
    )  # fmt: skip
    misses = Table(
        "名单未列而来信增多的事项",
        (
            Column("事项编号", "id", 16, brief=False), Column("事项", "long", 40), Column("本周来信", "count", 8),
            Column("未列原因", "long", 30),
        ),
        tuple((x.matter_id, x.title, x.letters_this_week, x.why) for x in forecast.misses),
        empty="没有漏列。",
    )  # fmt: skip
    tables = [lines, misses, _shares("命中率", (*forecast.precision, *forecast.history))]
    lead = f"判断的是{week_words(forecast.week)}的名单。只统计名单命中多少、漏了什么，不评价任何单位。"
    if forecast.lead_weeks:
        early = sorted(forecast.lead_weeks)
        lead += (
            f"历次列入且已过高峰的事项{len(early)}项，首次列入到来信高峰的周数中位数为{early[len(early) // 2]}"
            f"（负数为晚于高峰），早于高峰的{sum(w > 0 for w in early)}项。"
        )
    return Part("forecast", "上周名单与结果", lead, tuple(tables), "上周预测对照")


def rising_part(findings: Findings) -> Part:
    """List the rising matters with their reasons, and apart from them the early signs."""
    tables = [_rising_table("上升事项", [x for x in findings.rising if x.sure], "本周没有较有把握的上升事项。")]
    if signs := [x for x in findings.rising if not x.sure]:
        tables.append(_rising_table("苗头", signs, ""))
    lead = (
        "同一事项的来信归并后，与它自己和本区域的往常相比。“上升事项”明显多于往常，或再来信的可能在三成半以上；"
        "“苗头”是近期有两件以上来信的事项，多数不再来信。两张表合计不超过十项，可以不足十项。"
    )
    return Part("rising", "上升事项", lead, tuple(tables), "上升事项")


def _rising_table(title: str, lines: Sequence[Rising], empty: str) -> Table:
    return Table(
        title,
        (
            Column("序号", "count", 6), Column("事项编号", "id", 16, brief=False), Column("事项", "long", 36),
            Column("区域", "text", 12), Column("本周", "count", 6, brief=False), Column("前8周", "count", 7, brief=False),
            Column("往常每周", "number", 8, brief=False), Column("走势", "weeks", 15, brief=False), Column("群体风险", "risk", 8),
            Column("再来信可能", "risk", 8, brief=False), Column("明显多于往常", "flag", 8, brief=False),
            Column("理由", "long", 46), Column("首次列入", "text", 12, brief=False), Column("承办部门", "long", 28),
        ),
        tuple(
            (
                x.rank, x.matter_id, x.title, x.area, x.letters_this_week, x.letters_before, x.expected, x.weekly, x.risk,
                x.chance, "是" if x.beyond_expected else "否", x.reasons, week_words(x.first_listed), "、".join(x.departments),
            )
            for x in lines
        ),
        "群体风险是未得到答复时发展为群体事项的概率；再来信可能指四周内至少再有一件来信。" if lines else "",
        empty,
    )  # fmt: skip


def clock_part(findings: Findings) -> Part:
    """List what is overdue and what is due soon; say so where the input cannot tell."""
    clock = findings.clock
    if clock is None:
        lead = "来表没有办理情况（办理状态或答复日期）列，无法计算期限。低分来信同样要在法定期限内受理、办结、答复。"
        return Part("clock", "逾期与临期", lead, (), "逾期")
    tables = [_clock_table(clock, late=True), _clock_table(clock, late=False)]
    if findings.backlog is not None:
        whole = sum(n for _, n in findings.backlog.ages)
        rows = tuple((label, n, Share(label, n, whole, findings.backlog.as_of)) for label, n in findings.backlog.ages)
        note = f"未答复来信共{whole}件，等待天数的中位数为{findings.backlog.median_days:g}天。"
        columns = (Column("距收到", "text", 14), Column("件数", "count", 8), Column("占比", "share", 22))
        tables.append(Table("积案账龄", columns, rows, note))
    lead = f"截至{day(clock.as_of)}。期限按收到之日起15日内受理、60日内办结计。"
    return Part("clock", "逾期与临期", lead, tuple(tables), "逾期")


def _clock_table(clock: Clock, *, late: bool) -> Table:
    lines: tuple[ClockLine, ...] = clock.overdue if late else clock.due_soon
    return Table(
        "已逾期" if late else "7日内到期",
        (
            Column("来信编号", "id", 20), Column("事项编号", "id", 16, brief=False), Column("标题", "long", 40),
            Column("区域", "text", 12, brief=False), Column("收到日期", "date", 12, brief=False),
            Column("应办步骤", "text", 8), Column("到期日", "date", 12), Column("距到期天数", "count", 8),
            Column("群体风险", "risk", 8, brief=False), Column("风险档", "text", 8, brief=False), Column("承办部门", "long", 28),
        ),
        tuple(
            (
                x.letter_id, x.matter_id, x.title, x.area, x.received, x.step, x.due_on, x.days_left,
                x.risk, said(x.band), "、".join(x.departments),
            )
            for x in lines
        ),
        note="“距到期天数”为负数的，是已经超期的天数。" if late else "",
        empty="没有逾期件。" if late else "7日内没有到期件。",
        whole=clock.overdue_count if late else clock.due_soon_count,
    )  # fmt: skip


def high_part(findings: Findings) -> Part:
    """List this week's letters of the high band."""
    table = Table(
        "高风险来信",
        (
            Column("来信编号", "id", 20), Column("事项编号", "id", 16, brief=False), Column("标题", "long", 40),
            Column("区域", "text", 12), Column("收到日期", "date", 12, brief=False), Column("群体风险", "risk", 8),
            Column("大类", "long", 16, brief=False), Column("小类", "long", 26, brief=False), Column("风险因素", "long", 22),
            Column("承办部门", "long", 28), Column("须先人工看", "long", 16, brief=False),
            Column("判断依据", "long", 40, brief=False),
        ),
        tuple(
            (
                x.letter_id, x.matter_id, x.title, x.area, x.received, x.risk, listed(x.tags), listed(x.subtags),
                listed(x.factors), "、".join(x.departments), listed(n for n in x.review.split(";") if n), x.evidence,
            )
            for x in findings.high
        ),
        "判断依据是信中词语及其贡献，正数抬高、负数压低群体风险。",
        "本周没有高风险来信。",
        max(findings.total.high, len(findings.high)),
    )  # fmt: skip
    lead = "按群体风险从高到低。分数只排先看后看，由人看原信后决定；分低的来信期限不变。"
    return Part("high", "高风险来信", lead, (table,), "高风险清单")


def hearing_part(findings: Findings) -> Part | None:
    """List the matters proposed for a leader's reception day."""
    if not findings.hearings:
        return None
    table = Table(
        "接访下访建议",
        (
            Column("序号", "count", 6), Column("事项编号", "id", 16, brief=False), Column("事项", "long", 40),
            Column("区域", "text", 12), Column("来信", "count", 6), Column("群体风险", "risk", 8, brief=False),
            Column("已等待天数", "count", 8), Column("理由", "long", 44), Column("承办部门", "long", 28),
        ),
        tuple(
            (
                x.rank, x.matter_id, x.title, x.area, x.letters, x.risk, x.waiting_days, x.why, "、".join(x.departments),
            )
            for x in findings.hearings
        ),
    )  # fmt: skip
    lead = "尚未答复、风险较高、等待较久的事项，建议由领导接访或下访。名单针对事项，不针对来信人。"
    return Part("hearings", "接访下访建议", lead, (table,), "接访建议")


def mismatch_part(findings: Findings) -> Part | None:
    """List letters that may be registered too lightly."""
    if findings.mismatches is None:
        return None
    table = Table(
        "登记类别与内容不符",
        (
            Column("来信编号", "id", 20), Column("事项编号", "id", 16, brief=False), Column("标题", "long", 44),
            Column("区域", "text", 12), Column("登记为", "text", 10), Column("群体风险", "risk", 8),
            Column("风险档", "text", 8, brief=False), Column("判断依据", "long", 44, brief=False),
        ),
        tuple(
            (x.letter_id, x.matter_id, x.title, x.area, x.registered_as, x.risk, said(x.band), x.evidence)
            for x in findings.mismatches
        ),
        empty="没有发现登记不符的来信。",
    )  # fmt: skip
    lead = "登记为咨询、建议或普通件，而内容属高风险。请登记人员看原信后核改。"
    return Part("mismatches", "登记类别与内容不符", lead, (table,), "登记不符")


def dispute_part(findings: Findings) -> Part | None:
    """List small disputes told by grid workers."""
    if findings.disputes is None:
        return None
    table = Table(
        "小微纠纷",
        (
            Column("来信编号", "id", 20), Column("事项编号", "id", 16, brief=False), Column("标题", "long", 44),
            Column("区域", "text", 12), Column("收到日期", "date", 12), Column("类别", "long", 28),
            Column("建议先由", "long", 30, brief=False),
        ),
        tuple(
            (x.letter_id, x.matter_id, x.title, x.area, x.received, listed(x.subtags), "、".join(x.departments))
            for x in findings.disputes
        ),
        empty="本周网格没有报来可先行调解的小微纠纷。",
    )  # fmt: skip
    lead = "网格员报来、宜先行调解的小微纠纷，早调解早化解。"
    return Part("disputes", "网格小微纠纷", lead, (table,), "小微纠纷")


def number_part(findings: Findings) -> Part:
    """Show the total against last week and last year, and the rates of handling."""
    tables = [_counts("来信总数", (findings.total,), None)]
    if findings.rates:
        tables.append(_shares("办理比率", findings.rates))
    trend = Table(
        "每周来信",
        (Column("周", "text", 14), Column("来信", "count", 8), Column("其中高风险", "count", 10)),
        tuple((week_words(week), letters, high) for week, letters, high in findings.trend),
    )
    lead = f"本周为{span(findings.monday, findings.sunday)}。环比比上周，同比比去年同周；历史不够长的不比。"
    return Part("numbers", "数量与办理", lead, (*tables, trend), "总览")


def breakdown_part(findings: Findings) -> Part | None:
    """Show the counts along each dimension, with rates and intervals."""
    if not findings.breakdowns:
        return None
    tables = tuple(breakdown_table(b, findings) for b in findings.breakdowns)
    return Part("breakdowns", "分类统计", "一件来信可以属于几类，各类之和可大于总数。", tables, "分类统计")


def breakdown_table(breakdown: Breakdown, findings: Findings) -> Table:
    """Return the counts of one dimension; places and offices bear the warning that this is no ranking."""
    note = NO_RANKING if breakdown.dimension in _PLACES else ""
    return _counts(breakdown.dimension, breakdown.rows, findings.total.now, note, findings.sunday)


def _counts(
    title: str, rows: tuple[Count, ...], total: int | None, note: str = "", as_of: dt.date = dt.date.min
) -> Table:
    late = any(row.overdue is not None for row in rows)
    columns = [Column(title if total is not None else "项目", "long", 26), Column("本周", "count", 7)]
    columns += [Column("占比", "share", 18, brief=False)] if total is not None else []
    columns += [
        Column("上周", "count", 7, brief=False), Column("环比", "text", 12), Column("去年同周", "count", 9, brief=False),
        Column("同比", "text", 12), Column("高风险", "count", 8, brief=False), Column("高风险占比", "share", 18),
    ]  # fmt: skip
    columns += [Column("逾期", "count", 7)] if late else []
    out = []
    for x in rows:
        share = [Share(x.label, min(x.now, total), total, as_of)] if total is not None else []
        cells: list[Cell] = [x.label, x.now, *share, x.last_week, change(x.now, x.last_week), x.last_year]
        cells += [change(x.now, x.last_year), x.high, Share(x.label, min(x.high, x.now), x.now, as_of)]
        out.append((*cells, *((x.overdue,) if late else ())))
    note += "逾期是全部未答复来信中的件数，不限本周来信。" if late else ""
    return Table(title, tuple(columns), tuple(out), note, "没有可统计的来信。")


def _shares(title: str, shares: tuple[Share, ...]) -> Table:
    columns = (
        Column("项目", "long", 34), Column("件（项）数", "text", 12, brief=False), Column("比率", "share", 24),
        Column("截至", "date", 12),
    )  # fmt: skip
    rows = tuple((x.label, f"{x.part}/{x.whole}", x, x.as_of) for x in shares)
    return Table(title, columns, rows, "比率后为95%区间：件数少时区间宽，不宜下结论。", "没有可计的比率。")


def quality_part(findings: Findings) -> Part:
    """Show every check of the data gate with its named words, the missing columns and the notes."""
    checks = Table(
        "数据检查",
        (
            Column("检查", "long", 18), Column("结果", "text", 8), Column("数值", "number", 8, brief=False),
            Column("限值", "number", 8, brief=False), Column("说明", "long", 60), Column("涉及的词或列", "long", 40, brief=False),
        ),
        tuple((x.name, verdict(x), x.value, x.limit, x.says, "、".join(x.words)) for x in findings.gate.checks),
        empty="没有做数据检查。",
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [("来表行数", str(findings.rows)), ("已研判", str(findings.scored))]
    rows += [("未能读入", str(findings.rejected)), ("模型版本", findings.model_version)]
    rows += [("来表缺少的列", "、".join(findings.missing))] if findings.missing else []
    rows += [("说明", note) for note in findings.notes]
    facts = Table("数据来源", (Column("项目", "text", 18), Column("内容", "long", 60)), tuple(rows))
    lead = "与训练数据和前几周相比，用词、分值有没有明显变化。变化大时，分数可能偏，请多看原信。"
    if findings.gate.accepted:
        lead = "有检查未通过，经人工确认后继续，引用本期数字前请先看下表。" + lead
    return Part("quality", "数据质量与变化", lead, (checks, facts), "数据质量")


def measured_part(findings: Findings) -> Part | None:
    """Show how good the model was on letters drawn by lot and read by people, and what drifted."""
    measured = findings.measured
    if measured is None:
        return None
    tables = (*_lots(measured), *_drift(measured))
    lead = "由人逐封看过随机抽到的来信，与模型的判断对照；再看来信是不是变了样。"
    return Part("measured", "研判质量", lead, tables, "研判质量") if tables else None


def _lots(measured: Measured) -> tuple[Table, ...]:
    if not measured.lots:
        return ()
    drawn, read = sum(x.drawn for x in measured.lots), sum(x.read for x in measured.lots)
    answers = Column("查准", "text", 24), Column("查全", "text", 24), Column("概率准不准", "long", 40)
    note = (
        f"截至{day(measured.as_of)}，近13周随机抽到的来信。查准：模型说“是”的，对了多少；查全：真“是”的，找到多少；括号里是95%区间和封数。"
        f"群体风险以中档、高档为说“是”。最近{len(measured.lots)}周抽到{drawn}封，看过{read}封"
        + ("，没看完，数字会偏好。" if read < drawn else "。")
    )
    outputs = tuple((said(x.name), str(x.letters), *_answers(x, measured.as_of)) for x in measured.outputs)
    weeks = tuple(
        (week_words(x.week), f"{x.read}/{x.drawn}", *_answers(x.risk, measured.as_of)) for x in reversed(measured.lots)
    )
    return (
        Table(
            "抽样实测", (Column("判断", "text", 16), Column("看过", "text", 10), *answers), outputs, note,
            "抽到的来信还没有人看过。",
        ),
        Table(
            "各周抽样（群体风险）", (Column("周", "text", 16), Column("看过/抽到", "text", 10), *answers), weeks,
            "一周里“是”的封数少，区间就宽，不宜只看一周。",
        ),
    )  # fmt: skip


def _answers(hit: Hit | None, as_of: dt.date) -> tuple[Cell, ...]:
    if hit is None:
        return "", "", ""
    verdict = "相符" if hit.calibrated else "估计偏低" if hit.happened > hit.high else "估计偏高"
    said, true = (Share(name, min(hit.hits, n), n, as_of) for name, n in (("查准", hit.said), ("查全", hit.true)))
    return _counted(said), _counted(true), f"{verdict}：应有{hit.foretold:.0f}封，复核确认{hit.happened}封"


def _counted(share: Share) -> str:
    return f"{percent(share.rate)}（{between(share)}，{share.part}/{share.whole}）" if share.whole else ""


def _drift(measured: Measured) -> tuple[Table, ...]:
    if not measured.drift:
        return ()
    columns = (
        Column("项目", "text", 16), Column("结论", "text", 10), Column(week_words(measured.drift_week), "text", 16),
        Column("往常", "text", 10), Column("原因（封数，括号里是往常应有的封数）", "long", 50),
    )  # fmt: skip
    rows = tuple(
        (
            CHARTS.get(x.name, x.name), LEVELS.get(x.level, x.level),
            value_words(x.name, _number(x.value)), value_words(x.name, _number(x.before)),
            "、".join(f"{cause_words(c.name)}{c.count}（{c.expected:.1f}）" for c in x.causes),
        )
        for x in measured.drift
    )  # fmt: skip
    note = "与前8周相比。“警戒”平均四年才有一次是偶然，“留意”平均一年两三次。变化大时多看原信。"
    return (Table("来信变化（漂移）", columns, rows, note),)


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def verdict(check: Check) -> str:
    """Return whether a check held, in words."""
    return "通过" if check.passed else "未通过"
