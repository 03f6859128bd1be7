"""The sentences of the first page: what the week says, and what to do next. Pure functions of the findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from risk_model.drift import CHARTS
from risk_model.scan.findings import Findings, Share
from risk_model.scan.report.words import against, counted, offices, percent, shorten, week_words
from risk_model.taxonomy import RISK_OUTPUT

#: Characters of a title inside a sentence, and matters named in one.
_TITLE: Final = 16
_NAMED: Final = 2


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What is found, what to do about it (may be empty), the part that has the lines, and a few words where room is short."""

    topic: str
    says: str
    do: str
    part: str
    short: str


def conclusions(findings: Findings) -> tuple[Conclusion, ...]:
    """Return the conclusions of a week, in the order in which a leader needs them."""
    made = (
        caution(findings), volume(findings), last_list(findings), rise(findings), lateness(findings),
        urgent(findings), reception(findings), registration(findings), mediation(findings), measurement(findings),
    )  # fmt: skip
    return tuple(c for c in made if c is not None)


def caution(findings: Findings) -> Conclusion | None:
    """Say first what makes the figures doubtful: failed checks let through, rows that were refused."""
    failed = [check for check in findings.gate.checks if not check.passed]
    parts = []
    if failed:
        how = "经人工确认后继续" if findings.gate.accepted else "请勿直接引用"
        parts.append(f"数据检查有{len(failed)}项未通过（{'、'.join(c.name for c in failed)}），{how}")
    if findings.rejected:
        parts.append(f"{findings.rows}行中有{findings.rejected}行未能读入")
    if not parts:
        return None
    do = "请先看“数据质量”，再引用数字" if failed else "请按 rejected.csv 补正后重报"
    return Conclusion("数据提示", "；".join(parts) + "。", do + "。", "quality", "数据有疑问")


def volume(findings: Findings) -> Conclusion:
    """Say how many letters came, against last week and last year, and how many are of high risk."""
    total = findings.total
    if not total.now:
        return Conclusion(
            "来信总量", "本周没有来信进入统计。", "请核对本周的表是否漏导、日期列是否正确。", "numbers", "没有来信"
        )
    compared = [against("上周", total.now, total.last_week), against("去年同周", total.now, total.last_year)]
    said = "，".join(part for part in compared if part) or "此前没有可比的数据"
    high = f"其中高风险{total.high}件" if total.high else "没有高风险来信"
    return Conclusion("来信总量", f"本周来信{total.now}件，{said}；{high}。", "", "numbers", f"来信{total.now}件")


def last_list(findings: Findings) -> Conclusion | None:
    """Say what came of last week's list: hits with their interval, and what it missed."""
    forecast = findings.forecast
    if forecast is None or not forecast.lines:
        return None
    outcomes = [line.outcome for line in forecast.lines]
    further, answered = outcomes.count("further"), outcomes.count("answered")
    quiet = len(outcomes) - further - answered
    rest = "，".join(
        part for part in (f"{answered}项已答复" if answered else "", f"{quiet}项未再来信" if quiet else "") if part
    )
    hit = max(forecast.precision, key=lambda share: share.whole, default=None)
    sure = f"（{percent(hit.rate)}，95%区间{counted(hit).split('区间')[1]}" if hit and hit.whole else ""
    says = f"{week_words(forecast.week)}名单{len(outcomes)}项中，{further}项又有来信{sure}"
    says += f"，{rest}" if rest else ""
    missed = len(forecast.misses)
    says += f"；名单漏列{missed}项。" if missed else "。"
    do = "又有来信的，请承办单位说明进展。" if further else ""
    return Conclusion("上周名单", says, do, "forecast", f"上周名单{further}项又有来信")


def rise(findings: Findings) -> Conclusion:
    """Say what is rising, name the first matters, and who should sit down."""
    lines = findings.rising
    if not lines:
        return Conclusion("上升事项", "本周没有上升事项，也没有苗头。", "", "rising", "没有上升事项")
    sure = sorted((line for line in lines if line.sure), key=lambda line: (not line.beyond_expected, line.rank))
    beyond = sum(line.beyond_expected for line in sure)
    if not sure:
        says = f"本周没有较有把握的上升事项；苗头{len(lines)}项，多数不会再来信。"
        return Conclusion("上升事项", says, "苗头事项请合并答复，不必另行部署。", "rising", f"苗头{len(lines)}项")
    first = sure[:_NAMED]
    named = "；".join(
        f"“{shorten(line.title or line.matter_id, _TITLE)}”本周{line.letters_this_week}件、"
        f"此前8周{line.letters_before}件"
        for line in first
    )
    who = offices(dict.fromkeys(name for line in first for name in line.departments[:1]))
    return Conclusion(
        "上升事项",
        f"共{len(sure)}项"
        + (f"，其中{beyond}项明显多于往常" if beyond else "")
        + (f"；另有苗头{len(lines) - len(sure)}项" if len(lines) > len(sure) else "")
        + f"。{named}。",
        f"请{who}本周内研究答复。",
        "rising",
        f"上升事项{len(sure)}项",
    )


def lateness(findings: Findings) -> Conclusion | None:
    """Say what is overdue and what falls due within the week."""
    clock = findings.clock
    if clock is None:
        return None
    if not clock.overdue_count and not clock.due_soon_count:
        return Conclusion("期限", "没有逾期件，7日内也没有到期件。", "", "clock", "没有逾期件")
    late = f"已逾期{clock.overdue_count}件" if clock.overdue_count else "没有逾期件"
    if clock.overdue:
        late += f"，最久的超期{-min(line.days_left for line in clock.overdue)}天"
    soon = f"7日内到期{clock.due_soon_count}件" if clock.due_soon_count else "7日内没有到期件"
    do = "请先办结逾期件，再逐件落实到期件。" if clock.overdue_count else "请在到期前办结答复。"
    return Conclusion("期限", f"{late}；{soon}。", do, "clock", f"逾期{clock.overdue_count}件")


def urgent(findings: Findings) -> Conclusion | None:
    """Say which letters of the high band come first."""
    if not findings.high:
        return None
    first = max(findings.high, key=lambda letter: letter.risk)
    odds = f"群体风险{percent(first.risk)}"
    many = max(findings.total.high, len(findings.high))
    says = f"共{many}件，最高的是“{shorten(first.title or first.letter_id, _TITLE)}”（{odds}）。"
    who = offices(first.departments, most=1)
    return Conclusion("高风险来信", says, f"请{who}先看原信、尽快答复。", "high", f"高风险来信{many}件")


def reception(findings: Findings) -> Conclusion | None:
    """Say which matters a leader should hear."""
    if not findings.hearings:
        return None
    first = min(findings.hearings, key=lambda hearing: hearing.rank)
    title = shorten(first.title or first.matter_id, _TITLE)
    many = len(findings.hearings)
    says = f"建议领导接访下访{many}项，首项是“{title}”（{first.letters}件来信，已等待{first.waiting_days}天）。"
    return Conclusion("接访建议", says, "请确定接访领导和日期，通知承办单位到场。", "hearings", f"接访建议{many}项")


def registration(findings: Findings) -> Conclusion | None:
    """Say how many letters may be registered too lightly."""
    if not findings.mismatches:
        return None
    many = len(findings.mismatches)
    says = f"有{many}件登记为咨询、建议或普通件，内容却属高风险。"
    return Conclusion("登记不符", says, "请登记人员看原信后核改类别。", "mismatches", f"登记不符{many}件")


def mediation(findings: Findings) -> Conclusion | None:
    """Say how many small disputes mediation may settle early."""
    if not findings.disputes:
        return None
    many = len(findings.disputes)
    says = f"网格报来可先行调解的小微纠纷{many}件。"
    return Conclusion(
        "小微纠纷", says, "请人民调解委员会就地调解，调解不成的按程序受理。", "disputes", f"小微纠纷{many}件"
    )


def measurement(findings: Findings) -> Conclusion | None:
    """Say how good the model was on the last lots, and whether letters have changed under it."""
    measured = findings.measured
    if measured is None:
        return None
    risk = next((x for x in measured.outputs if x.name == RISK_OUTPUT), None)
    says, do = [], []
    if risk is not None:
        found = Share("查全", min(risk.hits, risk.true), risk.true, measured.as_of)
        grave = (
            f"会升级的{found.whole}件中事先列为中、高档{found.part}件（{percent(found.rate)}）"
            if found.whole
            else "没有会升级的"
        )
        says.append(f"近13周随机抽查{risk.letters}件，{grave}")
        if not risk.calibrated:
            says.append("概率偏低" if risk.happened > risk.high else "概率偏高")
            do.append("请管理员考虑重新训练")
    if alarms := [CHARTS.get(x.name, x.name) for x in measured.drift if x.level == "alarm"]:
        says.append(f"{'、'.join(alarms)}明显不同于往常")
        do.append("请多看原信")
    if not says:
        return None
    advice = "，".join(do)
    return Conclusion("研判质量", "；".join(says) + "。", f"{advice}。" if advice else "", "measured", "研判质量已抽测")
