"""The sentences of the first page."""

from __future__ import annotations

import dataclasses
from types import ModuleType

from risk_model.scan.findings import Check, Gate
from risk_model.scan.report import conclusions as made


def _all(findings) -> dict[str, made.Conclusion]:
    return {c.topic: c for c in made.conclusions(findings)}


def test_a_full_week_says_what_matters_and_what_to_do(week: ModuleType) -> None:
    said = _all(week.sample())
    assert list(said) == [
        "数据提示", "来信总量", "上周名单", "上升事项", "期限", "高风险来信", "接访建议", "登记不符", "小微纠纷",
    ]  # fmt: skip
    assert said["来信总量"].says == "本周来信312件，比上周多24件（+8%），比去年同周少11件（-3%）；其中高风险27件。"
    assert said["期限"].says == "已逾期17件，最久的超期41天；7日内到期22件。"
    assert said["上周名单"].says == (
        "2019年第46周名单8项中，4项又有来信（50%，95%区间22%至78%），2项已答复，2项未再来信；名单漏列2项。"
    )
    assert "住房和城乡建设局" in said["上升事项"].do
    assert all(c.do for c in said.values() if c.topic != "来信总量")


def test_an_empty_week_asks_to_check_the_table(week: ModuleType) -> None:
    said = _all(week.empty())
    assert list(said) == ["来信总量", "上升事项"]
    assert "没有来信" in said["来信总量"].says
    assert "请核对" in said["来信总量"].do


def test_the_first_week_of_an_office_compares_with_nothing(week: ModuleType) -> None:
    findings = dataclasses.replace(
        week.sample(), total=dataclasses.replace(week.sample().total, last_week=None, last_year=None)
    )
    assert made.volume(findings).says.startswith("本周来信312件，此前没有可比的数据")


def test_a_failed_gate_comes_first_and_says_whether_a_person_let_it_through(week: ModuleType) -> None:
    gate = Gate((Check("文字太短", 0.3, 0.1, False, "30%的来信太短"),))
    first = made.conclusions(week.empty(gate=gate))[0]
    assert (first.topic, first.part) == ("数据提示", "quality")
    assert "请勿直接引用" in first.says
    assert "经人工确认后继续" in made.conclusions(week.empty(gate=dataclasses.replace(gate, accepted=True)))[0].says


def test_rising_without_proof_is_said_to_be_unsure(week: ModuleType) -> None:
    lines = tuple(dataclasses.replace(x, beyond_expected=False, sure=False) for x in week.sample().rising)
    said = made.rise(dataclasses.replace(week.sample(), rising=lines))
    assert f"没有较有把握的上升事项；苗头{len(lines)}项，多数不会再来信" in said.says
    assert "研究答复" not in said.do


def test_what_is_rising_is_counted_apart_from_early_signs(week: ModuleType) -> None:
    lines = week.sample().rising
    sure = sum(x.sure for x in lines)
    assert 0 < sure < len(lines)
    said = made.rise(week.sample()).says
    assert said.startswith(f"共{sure}项，其中3项明显多于往常；另有苗头{len(lines) - sure}项。")


def test_small_bases_get_no_per_cent(week: ModuleType) -> None:
    total = dataclasses.replace(week.sample().total, now=6, last_week=3, last_year=19, high=0)
    assert made.volume(dataclasses.replace(week.sample(), total=total)).says == (
        "本周来信6件，比上周多3件，比去年同周少13件；没有高风险来信。"
    )
