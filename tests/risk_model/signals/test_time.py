"""Durations, dates and deadlines, for a letter received on Wednesday 2019-08-14."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date

import pytest

from risk_model.signals import Signal, extract

Read = Callable[[str, str], list[Signal]]


@pytest.mark.parametrize(
    ("text", "said", "low", "high"),
    [
        ("这件事拖了三年了", "三年", 1095, 1095),
        ("2016年至今没有办证", "2016年至今", 956, 1321),
        ("延期长达8个月", "8个月", 240, 240),
        ("拖了两年多", "两年多", 730, 1095),
        ("工资已经半年没发", "半年", 182.5, 182.5),
        ("近十年没有修过", "近十年", 3285, 3650),
        ("停水三天了", "三天", 3, 3),
        ("一个半月过去了", "一个半月", 45, 45),
        ("自2018年8月14日以来", "2018年8月14日以来", 365, 365),
        ("欠薪3个多月", "3个多月", 90, 120),
        ("烂尾多年", "多年", 730, 3650),
        ("十几年来没有人管", "十几年", 4015, 6935),
        ("等了大半年", "半年", 182.5, 182.5),
        ("18年了还没有拿到", "18年", 6570, 6570),
    ],
)
def test_duration(read: Read, text: str, said: str, low: float, high: float) -> None:
    (found,) = read(text, "duration")
    assert (found.text, found.low, found.high, found.unit) == (said, low, high, "day")


@pytest.mark.parametrize(
    "text",
    [
        "孩子上三年级",
        "70年产权的房子",
        "两年前买的",
        "限三天内答复",
        "每年都交费",
        "未来三年的规划",
        "2年质保",
        "第三天才来",
        "18年开始修路",
        "贷款20年",
        "2019年发的文件",
        "总有一天会解决",
    ],
)
def test_not_duration(read: Read, text: str) -> None:
    assert read(text, "duration") == []


@pytest.mark.parametrize(
    ("text", "said", "first", "last"),
    [
        ("2019年7月3日签的合同", "2019年7月3日", date(2019, 7, 3), date(2019, 7, 3)),
        ("2019.7.3签的合同", "2019.7.3", date(2019, 7, 3), date(2019, 7, 3)),
        ("2019-07-03签的合同", "2019-07-03", date(2019, 7, 3), date(2019, 7, 3)),
        ("7月3日停的水", "7月3日", date(2019, 7, 3), date(2019, 7, 3)),
        ("12月25日交的钱", "12月25日", date(2018, 12, 25), date(2018, 12, 25)),
        ("去年10月动的工", "去年10月", date(2018, 10, 1), date(2018, 10, 31)),
        ("上周来过", "上周", date(2019, 8, 5), date(2019, 8, 11)),
        ("上周五来过", "上周五", date(2019, 8, 9), date(2019, 8, 9)),
        ("二〇一八年三月", "二〇一八年三月", date(2018, 3, 1), date(2018, 3, 31)),
        ("今年5月底", "今年5月底", date(2019, 5, 21), date(2019, 5, 31)),
        ("2017年上半年", "2017年上半年", date(2017, 1, 1), date(2017, 6, 30)),
        ("前天来的人", "前天", date(2019, 8, 12), date(2019, 8, 12)),
        ("上个月20号", "上个月20号", date(2019, 7, 20), date(2019, 7, 20)),
        ("2016年2月底", "2016年2月底", date(2016, 2, 21), date(2016, 2, 29)),
        ("17年12月交房", "17年12月", date(2017, 12, 1), date(2017, 12, 31)),
    ],
)
def test_date(read: Read, text: str, said: str, first: date, last: date) -> None:
    (found,) = read(text, "date")
    assert (found.text, found.unit) == (said, "date")
    assert (date.fromordinal(int(found.low)), date.fromordinal(int(found.high))) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "2月30日",
        "3个月没有发工资",
        "第3月",
        "美好的明天",
        "说明天气不好",
        "版本2.5.3",
        "目前天气很热",
        "街上周围都是人",
        "某办〔2019〕15号",
        "12栋8号",
    ],
)
def test_not_date(read: Read, text: str) -> None:
    assert read(text, "date") == []


def test_a_date_without_year_takes_the_year_of_its_sentence(read: Read) -> None:
    _, paid = read("2017年3月签合同，5月6日付款", "date")
    assert date.fromordinal(int(paid.low)) == date(2017, 5, 6)
    _, later = read("2017年3月签合同。5月6日付款", "date")
    assert date.fromordinal(int(later.low)) == date(2019, 5, 6)
    _, same = read("2017年3月签合同。同年9月停工", "date")
    _, following = read("2017年3月签合同。次年9月停工", "date")
    assert date.fromordinal(int(same.low)) == date(2017, 9, 1)
    assert date.fromordinal(int(following.low)) == date(2018, 9, 1)


@pytest.mark.parametrize(
    ("text", "said", "low", "high"),
    [
        ("下周一开工", "下周一开工", 5, 5),
        ("月底前必须搬走", "月底前必须", 0, 17),
        ("孩子9月1日开学", "9月1日开学", 18, 18),
        ("限3天内搬离", "3天内搬离", 0, 3),
        ("通知明天停水", "明天停水", 1, 1),
        ("后天强拆", "后天强拆", 2, 2),
        ("房子即将强拆", "即将强拆", 0, 30),
        ("开学在即", "开学在即", 0, 30),
        ("责令5日内拆除", "5日内拆除", 0, 5),
        ("下个月交房", "下个月交房", 18, 47),
    ],
)
def test_deadline(read: Read, text: str, said: str, low: float, high: float) -> None:
    (found,) = read(text, "deadline")
    assert found.text.startswith(said)
    assert (found.low, found.high, found.unit) == (low, high, "day")


@pytest.mark.parametrize(
    "text",
    [
        "昨天开工",
        "去年9月1日开学",
        "已于7月1日开工",
        "15日内答复",
        "3天内没有来人",
        "2025年9月开学",
        "美好的明天",
        "即将迎来新的领导",
        "今年的工资",
        "工期将近一年",
    ],
)
def test_not_deadline(read: Read, text: str) -> None:
    assert read(text, "deadline") == []


@pytest.mark.parametrize("text", ["2016年至今没有办证", "去年10月动的工", "下周一开工", "7月3日停的水"])
def test_without_the_day_of_receipt_nothing_is_guessed(text: str) -> None:
    for found in extract(text):
        assert found.text != "2016年" or not math.isnan(found.low)
        if found.text != "2016年":
            assert math.isnan(found.low)
            assert math.isnan(found.high)
