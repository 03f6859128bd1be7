"""ID cards, phones, cards, plates, e-mail addresses and accounts, masked and left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk_model.text import prepare
from risk_model.text.identifiers import check_digit, luhn

MASKED = {
    "身份证": [
        "身份证11010519491231002X",
        "11010519491231002x，男",
        "证号：110105 19491231 0021",
        "110105-19491231-002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "本人430105197002301234",
        "老证110105491231002",
        "身份证号码：4301051970113112341",
        "身份证43010519700231123",
    ],
    "手机": [
        "13800138000",
        "电话138-0013-8000。",
        "138 0013 8000",
        "138 001 38000",
        "1380013 8000",
        "13800-138000",
        "1 3 8 0 0 1 3 8 0 0 0",
        "+8613800138000",
        "0086 138-0013-8000",
        "１３８００１３８０００",
        "138\u200b0013\u200b8000",
        "手机138.0013.8000",
        "138😀0013😀8000",
    ],
    "电话": [
        "0731-85551234",
        "（0731）85551234",
        "(0731) 8555-1234",
        "0731 85551234",
        "073185551234",
        "010-62345678",
        "0745-2232401",
        "0731—85551234",
        "0731-85551234-802",
        "电话：85551234",
        "座机8555123",
    ],
    "银行卡": ["4111 1111 1111 1111", "6222020000000000000", "卡号6222020000000000001", "账号：6222 0200 0000 0000 001", "银行卡号为1234567812345678"],
    "车牌": ["湘A12345", "湘A·12345", "京AD12345", "粤B·D12345", "沪C1234学", "湘a1b2c3", "粤Z1234港", "云A·1234挂"],
    "邮箱": ["zhang.san@example.com", "邮箱a_b+c@mail.example.com.cn。", "ZS88@EXAMPLE.ORG", "li****@example.com"],
    "社交账号": [
        "QQ12345678",
        "qq：123456",
        "QQ群号：987654321",
        "扣扣号12345678",
        "微信zhangsan88",
        "微信号：zhang_san",
        "加VX：zs-1234",
        "vx zs12345",
        "WeChat: zs_12345",
        "加v zs123456",
        "wx：lisi2020",
        "薇信lisi_99",
        "微信号：zhangsan",
    ],
}  # fmt: skip
KEPT = [
    "拨打110、12345、12348、12315、96111和10010",
    "客服400-123-4567或4001234567、800-810-8888",
    "2019年10月31日15:30至2019-11-01 08:00",
    "共计1234567元，合12345678.90元",
    "订单号20191031123456789012345",
    "流水2019103112345678，单号12345678901",
    "工号100861，第13800号文件",
    "A7县C5区B3区A市M10县",
    "楼层2-3-4，比例3:5，面积120.5",
    "工程编号GC2019-0012，型号K3T100",
    "微信支付50000元，微信公众号，QQ群里，微信群有500人",
    "微信转账12345元，微信5000元，微信online",
    "新A区、川B座、黑D3区、云A项目",
    "信用代码91430100MA4L1234XK",
    "12 3 456 78 9",
    "增加VX型号",
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in MASKED.items() for text in texts])
def test_masked(kind: str, text: str) -> None:
    prepared = prepare(text).text
    assert f"〔{kind}〕" in prepared
    assert not any(c.isdigit() for c in prepared)


@pytest.mark.parametrize("text", KEPT)
def test_kept(text: str) -> None:
    assert prepare(text).text == text


def test_text_around_a_number_stays() -> None:
    text = "我的电话是（0731）85551234，手机+86 13800138000，车牌湘A12345。"
    assert prepare(text).text == "我的电话是〔电话〕，手机〔手机〕，车牌〔车牌〕。"


def test_a_number_before_does_not_hide_a_phone() -> None:
    assert prepare("编号2019001 13800138000").text == "编号2019001 〔手机〕"


def test_two_numbers_side_by_side() -> None:
    assert prepare("13800138000、13900139000 13700137000").text == "〔手机〕、〔手机〕 〔手机〕"


GAPS = st.sampled_from(["", " ", "-", "  ", " - "])
FILLER = st.sampled_from(["", "您好", "，电话", "号码：", "\n", "。", "（", "卡号"])


@st.composite
def identifiers(draw: st.DrawFn) -> str:
    digits = st.text("0123456789", min_size=30, max_size=30)
    rest, gap, kind = draw(digits), draw(GAPS), draw(st.sampled_from(["mobile", "id", "card", "landline"]))
    if kind == "mobile":
        return f"1{draw(st.sampled_from('3456789'))}{rest[0]}{gap}{rest[1:5]}{gap}{rest[5:9]}"
    if kind == "landline":
        return f"0731{gap}8{rest[:3]}{gap}{rest[3:7]}"
    if kind == "id":
        body = (
            f"430105{draw(st.integers(1930, 2015))}{draw(st.integers(1, 12)):02}{draw(st.integers(1, 28)):02}{rest[:3]}"
        )
        return gap.join((body[:6], body[6:14], body[14:] + check_digit(body)))
    body = f"62{rest[:16]}"
    return gap.join((body[:6], body[6:12], body[12:] + next(d for d in "0123456789" if luhn(body + d))))


@given(st.lists(st.tuples(FILLER, identifiers()), min_size=1, max_size=4))
def test_no_identifier_survives(parts: list[tuple[str, str]]) -> None:
    letter = "；".join(filler + number for filler, number in parts)
    prepared = prepare(letter).text
    assert not any(c.isdigit() for c in prepared)
    assert prepared.count("〔") == len(parts)
