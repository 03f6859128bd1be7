"""What features and clerks get from the signals."""

from __future__ import annotations

from datetime import date

import pytest

from risk_model.signals import Signal, Summary, describe, extract, summary

LETTER = (
    "全体业主反映：三百多户2016年5月1日交的钱，房子拖了两年多，共交1.5万元和2万元，物业费每平米2.5元。"
    "我们多次投诉，第五次来信，四十名工人正在施工，9月1日开学，限3天内搬离，业主准备集体上访。"
)


def test_summary_of_a_letter() -> None:
    assert summary(extract(LETTER, date(2019, 8, 14))) == Summary(
        group_low=300,
        group_high=400,
        duration_days=730,
        repeats=5,
        money_total=35_000,
        money_largest=20_000,
        deadline_days=3,
        under_way=True,
        collective=True,
        whole_group=True,
    )


def test_summary_of_nothing() -> None:
    assert summary(()) == Summary(0, 0, 0, 0, 0, 0, None, False, False, False)


def test_what_is_not_known_counts_as_absent() -> None:
    found = summary(extract("2016年至今没有办证，下周一开工"))
    assert found.duration_days == 0
    assert found.deadline_days is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("我们三百多户业主", "涉及约300户（原文“三百多户”）"),
        ("几十户人家", "涉及20至90户（原文“几十户”）"),
        ("近10万人", "涉及约9万人（原文“近10万人”）"),
        ("全村没有水", "未计数的群体（原文“全村”）"),
        ("停水三天了", "已持续3天（原文“三天”）"),
        ("拖了两年多", "已持续2至3年（原文“两年多”）"),
        ("第五次来信", "已反映5次（原文“第五次”）"),
        ("补偿款300万元", "涉及金额300万元（原文“300万元”）"),
        ("每平米3500元", "单价3500元（原文“3500元”）"),
        ("2019年7月3日", "日期2019-07-03（原文“2019年7月3日”）"),
        ("明天停水", "收信后1天将到节点（原文“明天停水”）"),
        ("限3天内搬离", "收信后3天内将到节点（原文“3天内搬离”）"),
        ("正在强拆", "正在发生（原文“正在强拆”）"),
    ],
)
def test_describe(text: str, said: str) -> None:
    sentences = [describe(s) for s in extract(text, date(2019, 8, 14))]
    assert said in sentences


def test_to_dict_is_ready_for_json() -> None:
    signal = Signal("whole_group", 0, 2, "全村", 5.0, float("nan"), "group")
    assert signal.to_dict() == {
        "kind": "whole_group",
        "start": 0,
        "end": 2,
        "text": "全村",
        "low": 5.0,
        "high": None,
        "unit": "group",
    }
