"""The sentences of the first page: what the week says, and what to do next. Pure functions of the findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from risk_model.scan.findings import Findings
from risk_model.scan.report.words import against, counted, offices, percent, shorten, week_words

#: Characters of a title inside a sentence, and matters named in one.
_TITLE: Final = 28
_NAMED: Final = 2


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What is found, what to do about it (may be empty), and the part of the report that has the lines."""

    topic: str
    says: str
    do: str
    part: str


def conclusions(findings: Findings) -> tuple[Conclusion, ...]:
    """Return the conclusions of a week, in the order in which a leader needs them."""
    made = (
        caution(findings), volume(findings), last_list(findings), rise(findings), lateness(findings),
        urgent(findings), reception(findings), registration(findings), mediation(findings),
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
        parts.append(f"来表{findings.rows}行中有{findings.rejected}行未能读入")
    if not parts:
        return None
    do = "先看“数据质量”部分，核对导出的表，再引用本期数字" if failed else "请按 rejected.csv 补正后重报"
    return Conclusion("数据提示", "；".join(parts) + "。", do + "。", "quality")


def volume(findings: Findings) -> Conclusion:
    """Say how many letters came, against last week and last year, and how many are of high risk."""
    total = findings.total
    if not total.now:
        return Conclusion(
            "来信总量", "本周没有来信进入统计。", "请核对本周的表是否漏导、日期列是否正确。", "numbers"
        )
    compared = [against("上周", total.now, total.last_week), against("去年同周", total.now, total.last_year)]
    said = "，".join(part for part in compared if part) or "此前没有可比的数据"
    high = f"其中高风险{total.high}件" if total.high else "没有高风险来信"
    return Conclusion("来信总量", f"本周来信{total.now}件，{said}；{high}。", "", "numbers")


def last_list(findings: Findings) -> Conclusion | None:
    """Say what came of last week's list: hits with their interval, and what it missed."""
    forecast = findings.forecast
    if forecast is None or not forecast.lines:
        return None
    outcomes = [line.outcome for line in forecast.lines]
    further, answered = outcomes.count("further"), outcomes.count("answered")
    quiet = len(outcomes) - further - answered
    rest = "，".join(
        part for part in (f"{answered}项已答复" if answered else "", f"{quiet}项暂无新的来信" if quiet else "") if part
    )
    hit = max(forecast.precision, key=lambda share: share.whole, default=None)
    sure = f"（{percent(hit.rate)}，95%区间{counted(hit).split('区间')[1]}" if hit and hit.whole else ""
    says = f"{week_words(forecast.week)}名单{len(outcomes)}项中，{further}项又有来信{sure}"
    says += f"，{rest}" if rest else ""
    missed = len(forecast.misses)
    says += f"；另有{missed}项来信增多而名单未列。" if missed else "。"
    do = "又有来信而未答复的事项，请承办单位说明办理进展。" if further else ""
    return Conclusion("上周名单", says, do, "forecast")


def rise(findings: Findings) -> Conclusion:
    """Say what is rising, name the first matters, and who should sit down."""
    lines = findings.rising
    if not lines:
        return Conclusion("上升事项", "本周没有列入名单的上升事项。", "", "rising")
    beyond = [line for line in lines if line.beyond_expected]
    sure = f"其中{len(beyond)}项明显多于往常" if beyond else "均为苗头，统计上尚不能确定"
    first = sorted(lines, key=lambda line: (not line.beyond_expected, line.rank))[:_NAMED]
    named = "；".join(
        f"“{shorten(line.title or line.matter_id, _TITLE)}”本周{line.letters_this_week}件、"
        f"此前8周{line.letters_before}件"
        for line in first
    )
    who = offices(dict.fromkeys(name for line in first for name in line.departments[:1]))
    return Conclusion(
        "上升事项", f"上升事项{len(lines)}项，{sure}。{named}。", f"请{who}本周内逐项研究，统一答复口径。", "rising"
    )


def lateness(findings: Findings) -> Conclusion | None:
    """Say what is overdue and what falls due within the week."""
    clock = findings.clock
    if clock is None:
        return None
    if not clock.overdue_count and not clock.due_soon_count:
        return Conclusion("期限", "没有逾期件，7日内也没有到期件。", "", "clock")
    late = f"已逾期{clock.overdue_count}件" if clock.overdue_count else "没有逾期件"
    if clock.overdue:
        late += f"，最久的超期{-min(line.days_left for line in clock.overdue)}天"
    soon = f"7日内到期{clock.due_soon_count}件" if clock.due_soon_count else "7日内没有到期件"
    do = "请先办结逾期件，向来信人说明情况" if clock.overdue_count else "请在到期前办结答复"
    do += "；到期件逐件明确承办人。" if clock.overdue_count and clock.due_soon_count else "。"
    return Conclusion("期限", f"{late}；{soon}。", do, "clock")


def urgent(findings: Findings) -> Conclusion | None:
    """Say which letters of the high band come first."""
    if not findings.high:
        return None
    first = max(findings.high, key=lambda letter: letter.risk)
    odds = f"群体风险{percent(first.risk)}"
    says = f"高风险来信{max(findings.total.high, len(findings.high))}件，最高的是“{shorten(first.title or first.letter_id, _TITLE)}”（{odds}）。"
    return Conclusion(
        "高风险来信", says, f"请{offices(first.departments)}先看原信，两日内与来信人联系。", "high"
    )


def reception(findings: Findings) -> Conclusion | None:
    """Say which matters a leader should hear."""
    if not findings.hearings:
        return None
    first = min(findings.hearings, key=lambda hearing: hearing.rank)
    title = shorten(first.title or first.matter_id, _TITLE)
    says = f"建议领导接访下访{len(findings.hearings)}项，首项是“{title}”（{first.letters}件来信，已等待{first.waiting_days}天）。"
    return Conclusion("接访建议", says, "请确定接访领导和日期，并通知承办单位到场。", "hearings")


def registration(findings: Findings) -> Conclusion | None:
    """Say how many letters may be registered too lightly."""
    if not findings.mismatches:
        return None
    says = f"有{len(findings.mismatches)}件登记为咨询、建议或普通件，内容却属高风险。"
    return Conclusion("登记不符", says, "请登记人员看原信后核改类别。", "mismatches")


def mediation(findings: Findings) -> Conclusion | None:
    """Say how many small disputes mediation may settle early."""
    if not findings.disputes:
        return None
    says = f"网格报来可先行调解的小微纠纷{len(findings.disputes)}件。"
    return Conclusion("小微纠纷", says, "请人民调解委员会就地调解，调解不成的按程序受理。", "disputes")
