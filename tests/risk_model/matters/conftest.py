"""Invented letters of one county: five matters and lone letters between them."""

from __future__ import annotations

import numpy as np
import pytest

from risk_model.matters import Letters, make_letters

#: Matter, title, body; every text is written for these tests.
TEXTS = (
    ("kiln", "青柳湾旁边砖窑冒黑烟", "我们住在青柳湾小区，东边砖窑天天冒黑烟，衣服不敢晒，孩子咳嗽，请环保部门查一查砖窑。"),
    ("kiln", "青柳湾小区砖窑污染没人管", "青柳湾小区旁边的砖窑夜里烧窑，黑烟呛人，打过电话没有结果，青柳湾的住户都关着窗。"),
    ("kiln", "请关停青柳湾边上的砖窑", "青柳湾边上这座砖窑没有除尘设备，黑烟和粉尘落满阳台，青柳湾几百户盼着砖窑早日搬走。"),
    ("wage", "鼎峪服装厂拖欠工资", "鼎峪服装厂从三月起没有发工资，车间一百多名工人等着钱交学费，鼎峪服装厂老板不接电话。"),
    ("wage", "讨要鼎峪服装厂的工资", "我在鼎峪服装厂做缝纫工，鼎峪服装厂欠我们四个月工资，劳动监察让等，厂里机器已经在搬。"),
    ("lift", "梧影花园电梯总是坏", "梧影花园三栋电梯一个月坏了五次，老人被困，物业公司说维修基金用不了，请帮梧影花园协调。"),
    ("lift", "梧影花园三栋电梯又困人", "昨晚梧影花园三栋电梯停在七楼，困住两个孩子，物业公司半小时才来，梧影花园电梯该换了。"),
    ("", "图书馆能不能延长开放", "希望县图书馆周末开到晚上九点，方便上班的人看书。"),
    ("", "公交十二路末班车太早", "十二路公交末班车六点半就没有了，下班赶不上，建议晚一小时。"),
    ("", "医保卡丢了怎么补办", "我的医保卡丢失，想问补办要带哪些材料，几天能拿到。"),
    ("", "农田水渠需要清淤", "石墩村的水渠淤了三年，浇地的时候水过不来，请水利部门清淤。"),
    ("", "广场舞声音太大", "每天晚上体育场广场舞音响很大，高三学生没法复习。"),
)  # fmt: skip


def make(texts: tuple[tuple[str, str, str], ...], first: str = "2019-03-04", step: int = 3) -> Letters:
    """Return letters `step` days apart; the id tells the matter: kiln-00, …"""
    days = np.datetime64(first) + step * np.arange(len(texts))
    ids = [f"{m or 'lone'}-{k:02d}" for k, (m, _, _) in enumerate(texts)]
    return make_letters(ids, [t for _, t, _ in texts], [b for _, _, b in texts], days)


@pytest.fixture(scope="session")
def county() -> Letters:
    """Letters spread over six weeks, the matters mixed."""
    order = [0, 7, 3, 5, 8, 1, 9, 4, 10, 6, 2, 11]
    return make(tuple(TEXTS[k] for k in order))
