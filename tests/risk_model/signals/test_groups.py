"""People, households and groups without a number."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from risk_model.signals import Signal

Read = Callable[[str, str], list[Signal]]


@pytest.mark.parametrize(
    ("text", "said", "low", "high"),
    [
        ("近千名业主交了房款", "近千名业主", 900, 1000),
        ("我们12个人的工资没有发", "12个人", 12, 12),
        ("两三百人挤在一条路上", "两三百人", 200, 300),
        ("上百人没领到补贴", "上百人", 100, 200),
        ("涉及200多名学生家长", "200多名学生家长", 200, 300),
        ("工地上一百来号人等着回家", "一百来号人", 100, 200),
        ("我们三个人被辞退", "三个人", 3, 3),
        ("本厂退休职工五十余人", "五十余人", 50, 60),
        ("全镇近10万人用这条河的水", "近10万人", 90_000, 100_000),
        ("有十几位老人摔倒", "十几位老人", 11, 19),
        ("约300名工人", "约300名工人", 270, 330),
        ("七八十个村民", "七八十个村民", 70, 80),
        ("5、6个人轮流看守", "5、6个人", 5, 6),
        ("三千多村民喝不上水", "三千多村民", 3_000, 4_000),
        ("几千居民的出行", "几千居民", 2_000, 9_000),
        ("百名业主联合来信", "百名业主", 100, 100),
        ("30余名失地农民", "30余名失地农民", 30, 40),
    ],
)
def test_people(read: Read, text: str, said: str, low: float, high: float) -> None:
    (found,) = read(text, "people")
    assert (found.text, found.low, found.high, found.unit) == (said, low, high, "person")


@pytest.mark.parametrize(
    "text",
    [
        "就我一个人住在这里",
        "昨天打了12345市民热线",
        "依据某办〔2019〕15号文",
        "地铁3号线的噪声",
        "5栋业主",
        "住在18层的居民",
        "2019年人口普查",
        "万人广场的灯坏了",
        "每3人一间宿舍",
        "联系人〔手机〕2人",
        "A3区居民的出行",
        "第三人民医院",
        "三分之二业主不同意",
        "来了20名保安",
        "五名执法人员到场",
        "我家5口人靠这点地",
        "404业主私搭阳台",
        "县十二届人大代表",
    ],
)
def test_not_people(read: Read, text: str) -> None:
    assert read(text, "people") == []


@pytest.mark.parametrize(
    ("text", "said", "low", "high"),
    [
        ("我们小区三百多户业主", "三百多户", 300, 400),
        ("村里30余户没有通水", "30余户", 30, 40),
        ("几十户人家没有路走", "几十户", 20, 90),
        ("影响132户居民", "132户", 132, 132),
        ("上千户没有拿到证", "上千户", 1_000, 2_000),
        ("近百户墙面开裂", "近百户", 90, 100),
        ("数百户居民停水", "数百户", 200, 900),
        ("一共1,200户", "1,200户", 1_200, 1_200),
        ("2000多个家庭的积蓄", "2000多个家庭", 2_000, 3_000),
        ("两户人家被围在里面", "两户", 2, 2),
        ("100多住户反对", "100多住户", 100, 200),
        ("这一排二十来户", "二十来户", 20, 30),
        ("三十家商户被要求搬走", "三十家商户", 30, 30),
        ("超过500户没有收房", "超过500户", 500, 600),
        ("组里四、五十户", "四、五十户", 40, 50),
        ("千余户居民", "千余户", 1_000, 2_000),
    ],
)
def test_households(read: Read, text: str, said: str, low: float, high: float) -> None:
    (found,) = read(text, "households")
    assert (found.text, found.low, found.high, found.unit) == (said, low, high, "household")


@pytest.mark.parametrize(
    "text",
    [
        "第三户没有人住",
        "每户交三千元",
        "户均一万元",
        "千户苗寨的门票",
        "一户一表改造",
        "就我一户没有签",
        "两梯四户的楼",
        "3户型的图纸",
        "三户口簿",
        "B2户",
        "关系千家万户",
        "一层4户",
    ],
)
def test_not_households(read: Read, text: str) -> None:
    assert read(text, "households") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("全村都没有水", "全村"),
        ("全体业主恳请领导", "全体业主"),
        ("整个小区只有一个门", "整个小区"),
        ("全厂职工没有社保", "全厂职工"),
        ("附近居民无法入睡", "附近居民"),
        ("家家户户都交了钱", "家家户户"),
        ("周边的村民都闻得到", "周边的村民"),
        ("绝大多数业主不同意", "绝大多数业主"),
        ("业主们都很着急", "业主们"),
        ("许多家长反映", "许多家长"),
    ],
)
def test_whole_group(read: Read, text: str, said: str) -> None:
    (found,) = read(text, "whole_group")
    assert (found.text, found.low, found.unit) == (said, 5, "group")
    assert math.isnan(found.high)


@pytest.mark.parametrize(
    "text",
    [
        "安全村镇建设",
        "完全小区化管理",
        "健全组织机构",
        "全国文明城市",
        "全校园的绿化",
        "附近有一条河",
        "所有权人是我父亲",
        "周边居民楼的外墙",
        "全面排查隐患",
        "两百多户业主",
    ],
)
def test_not_whole_group(read: Read, text: str) -> None:
    assert read(text, "whole_group") == []
