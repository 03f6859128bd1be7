"""One form for every letter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk_model.text import mojibake_share, normalise


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("１２３４５热线，ＡＢｃ％", "12345热线，ABc%"),
        ("㎡①½…——“”、。", "㎡①½…——“”、。"),
        ("您好,请问(第2次)?快处理!", "您好，请问（第2次）？快处理！"),
        ("9:30,a(b)!", "9:30,a(b)!"),
        ("停水三天.没人管.", "停水三天。没人管。"),
        ("约3.5米...等", "约3.5米...等"),
        ("第1条．内容", "第1条。内容"),
        ("關於徵收土地的補償", "关于征收土地的补偿"),
        ("乾隆年间的著作", "乾隆年间的著作"),
        ("第一行<br>第二行<BR/>第三行", "第一行\n第二行\n第三行"),
        ('<p style="color:red">您好</p><p>再见</p>', "您好\n再见"),
        ("单元格<td>一</td><td>二</td>", "单元格 一 二"),
        ("甲<b>乙</b><span class='x'>丙</span>丁", "甲乙丙丁"),
        ("前<script>if (a < b) alert('恶')</script>后", "前后"),
        ("前<style type='text/css'>p{margin:0}</style>后", "前后"),
        ("前<!-- 注释 <b> -->后", "前后"),
        ("前<!--[if gte mso 9]><xml>x</xml><![endif]-->后<o:p></o:p>", "前后"),
        ("3<5且7>2", "3<5且7>2"),
        ("见<某某小区>及a<b and c>d", "见<某某小区>及a<b and c>d"),
        ("不要<script>没有结尾", "不要<script>没有结尾"),
        ("一&nbsp;二&amp;nbsp;三&lt;四&#20116;&#x516d;", "一 二 三<四五六"),
        ("AT&T与&unknown; 不变", "AT&T与&unknown; 不变"),
        ("第一行_x000D_\n第二行", "第一行\n第二行"),
        ("甲 \u3000\t 乙\r\n\r\n 丙\u2028丁", "甲 乙\n丙\n丁"),
        ("  \n两头空白 \t\n", "两头空白"),
        ("零\u200b宽\ufeff、\u202e方向\u2066、软\u00ad连\x00字\x07符", "零宽、方向、软连字符"),
        ("私\ue000用\U000f1234区变\ufe0f体\U000e0101", "私用区变体"),
        ("不给钱😡😡请领导👨‍👩‍👧看看", "不给钱 请领导 看看"),
        ("138‐0013–8000", "138-0013-8000"),
        ("半\ud83d个", "半\ufffd个"),
        ("", ""),
        ("\n \u200b ", ""),
    ],
)
def test_canonical_form(typed: str, expected: str) -> None:
    assert normalise(typed).text == expected


def test_positions_lead_back_to_what_was_typed() -> None:
    typed = "<p>您好,&nbsp;&nbsp;我是Ａ７縣的。</p>"
    mapped = normalise(typed)
    start = mapped.text.index("A7县")
    assert typed[slice(*mapped.origin(start, start + 3))] == "Ａ７縣"
    assert typed[slice(*mapped.origin(3, 4))] == "&nbsp;&nbsp;"


@given(st.text(st.characters(), max_size=60))
def test_any_text_is_accepted_and_encodable(text: str) -> None:
    mapped = normalise(text)
    mapped.text.encode()
    assert mapped.text.strip() == mapped.text


@given(st.text("aＡ１,，. \n\u3000\u200b<>&;br#0縣的", max_size=40))
def test_each_character_comes_from_its_source(text: str) -> None:
    mapped = normalise(text)
    ascii_form = {"，": ",", "。": ".", "；": ";", "？": "?"}
    for k, character in enumerate(mapped.text):
        start, end = mapped.origin(k, k + 1)
        if end - start == 1:
            alone = normalise(f"x{text[start]}x").text[1:-1]
            assert alone in (character, ascii_form.get(character))


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("", 0.0),
        ("停水三天", 0.0),
        ("停水锟斤拷", 0.6),
        ("\ufffd\ufffd 好好", 0.5),
        ("烫烫烫", 1.0),
        ("æ°´", 1.0),
        ("长 沙 é", 0.0),
    ],
)
def test_mojibake_share(text: str, share: float) -> None:
    assert mojibake_share(text) == pytest.approx(share)


@given(st.text(max_size=40))
def test_mojibake_share_is_a_share(text: str) -> None:
    assert 0.0 <= mojibake_share(text) <= 1.0
