"""Repeats, work under way and collective action."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from risk_model.signals import Signal

Read = Callable[[str, str], list[Signal]]


@pytest.mark.parametrize(
    ("text", "said", "low"),
    [
        ("我们多次反映没有结果", "多次", 3),
        ("这是第五次来信", "第五次", 5),
        ("反映过三四次", "三四次", 3),
        ("一次又一次地投诉", "一次又一次", 3),
        ("屡次投诉无人处理", "屡次", 3),
        ("打了十几个电话", "十几个电话", 11),
        ("先后四次到信访局反映", "四次", 4),
        ("打110多次", "多次", 3),
        ("12345投诉多次", "多次", 3),
        ("写了三封举报信", "三封举报信", 3),
    ],
)
def test_repeats(read: Read, text: str, said: str, low: float) -> None:
    (found,) = read(text, "repeats")
    assert (found.text, found.low, found.unit) == (said, low, "time")


@pytest.mark.parametrize(
    "text",
    [
        "一次性补偿太低",
        "第一次来信",
        "这里多次停水",
        "二次供水加压",
        "上次反映的问题",
        "每次反映都说在办",
        "客流三千人次",
        "首次反映",
        "多次发生事故",
        "跑了一趟信访局",
    ],
)
def test_not_repeats(read: Read, text: str) -> None:
    assert read(text, "repeats") == []


@pytest.mark.parametrize(
    "text",
    [
        "他们正在强拆",
        "工地已经动工",
        "楼下正在施工",
        "连夜施工",
        "此刻挖机就在挖",
        "凌晨还在施工",
        "小区现在停水",
        "目前仍在违规搭建",
        "他们又在偷偷倾倒垃圾",
        "至今停电",
    ],
)
def test_under_way(read: Read, text: str) -> None:
    assert read(text, "under_way")


@pytest.mark.parametrize(
    "text",
    [
        "何时正式施工",
        "没有正在施工的工地",
        "当时正在施工",
        "真正拆除违建",
        "材料正在审核",
        "正在建设美丽乡村",
        "正常施工",
        "要求停止施工",
        "去年停水",
        "施工图纸",
    ],
)
def test_not_under_way(read: Read, text: str) -> None:
    assert read(text, "under_way") == []


@pytest.mark.parametrize(
    "text",
    [
        "三百户联名要求",
        "村民都按了手印",
        "建了维权群",
        "准备集体上访",
        "业主聚集在售楼部门口",
        "有人拉横幅",
        "我们一起去市政府",
        "业主签名反对",
        "我们不得不集体上访",
        "如不解决，将集体上访",
        "工人们罢工",
        "家长围堵校门",
    ],
)
def test_collective(read: Read, text: str) -> None:
    (found,) = read(text, "collective")
    assert found.unit == "event"


@pytest.mark.parametrize(
    "text",
    [
        "我们没有聚集",
        "大家不组织集体上访",
        "不想拉横幅",
        "避免发生集体上访",
        "业主不要采取群体上访、静坐的方式",
        "居民聚集区",
        "白鹭聚集在湖边",
        "让我签合同按手印",
        "集体土地的补偿",
        "集体户口怎么迁",
        "办了一张联名卡",
        "本人签名",
        "有人集体上访，现已散去",
        "电梯经常罢工",
        "我请了律师，准备起诉并向媒体反映",
        "我向省信访局上访",
    ],
)
def test_not_collective(read: Read, text: str) -> None:
    assert read(text, "collective") == []
