"""Amounts and unit prices."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from risk_model.signals import Signal

Read = Callable[[str, str], list[Signal]]


@pytest.mark.parametrize(
    ("text", "said", "low", "high"),
    [
        ("补偿款300万元", "300万元", 3_000_000, 3_000_000),
        ("交了三万多块", "三万多块", 30_000, 40_000),
        ("拖欠工资12.5万，至今没发", "12.5万", 125_000, 125_000),
        ("欠我8000块钱", "8000块钱", 8_000, 8_000),
        ("工资1,200元", "1,200元", 1_200, 1_200),
        ("押金￥500未退", "500", 500, 500),
        ("定金2万，不退", "2万", 20_000, 20_000),
        ("罚了几百元", "几百元", 200, 900),
        ("损失近十万元", "近十万元", 90_000, 100_000),
        ("总价1.2亿元", "1.2亿元", 120_000_000, 120_000_000),
    ],
)
def test_money(read: Read, text: str, said: str, low: float, high: float) -> None:
    (found,) = read(text, "money")
    assert (found.text, found.low, found.high, found.unit) == (said, low, high, "yuan")
    assert read(text, "unit_price") == []


@pytest.mark.parametrize(
    "text",
    [
        "一块绿地",
        "4块空地",
        "50万伏高压线",
        "近10万人",
        "元旦放假",
        "3单元的电梯",
        "城乡二元结构",
        "两百美元",
        "占地3万平方米",
        "第一块牌子",
    ],
)
def test_not_money(read: Read, text: str) -> None:
    assert read(text, "money") == []


@pytest.mark.parametrize(
    ("text", "low"),
    [
        ("每平米3500元", 3_500),
        ("房价3500元/平", 3_500),
        ("物业费2.5元一平方", 2.5),
        ("100元每月", 100),
        ("均价8600元", 8_600),
        ("每户收800元", 800),
        ("停车5元一小时", 5),
        ("20万元/亩", 200_000),
    ],
)
def test_unit_price(read: Read, text: str, low: float) -> None:
    (found,) = read(text, "unit_price")
    assert (found.low, found.unit) == (low, "yuan")
    assert read(text, "money") == []


@pytest.mark.parametrize(
    "text",
    [
        "补偿款300万元",
        "一共3500元",
        "欠我8000块钱",
        "押金500元不退",
        "总价60万元",
        "罚款200元后放人",
        "花了3万元装修",
        "每天都来要钱，一共5000元",
    ],
)
def test_not_unit_price(read: Read, text: str) -> None:
    assert read(text, "unit_price") == []
