"""Properties of the whole way: normalise, redact, one by one and in a batch."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from risk_model.text import MappedText, Mask, normalise, prepare, prepare_many, redact, trace
from risk_model.text.masks import Kind

#: Pieces that touch each other's rules.
PIECES = st.sampled_from(
    [
        "王",
        "李",
        "张三",
        "我叫",
        "本人",
        "书记",
        "主任",
        "老师",
        "副",
        "某",
        "某某",
        "×",
        "*",
        "x",
        "联系人",
        "：",
        ":",
        "，",
        "、",
        "和",
        "的",
        "〔姓名〕",
        "〔手机〕",
        "138",
        "0013",
        "8000",
        "13800138000",
        "0731",
        "-",
        "8555",
        "1234",
        "110105",
        "19491231",
        "002X",
        "6222",
        "QQ",
        "微信",
        "zs12345",
        "@",
        "example.com",
        "湘",
        "A",
        "12345",
        "3栋",
        "2单元",
        "501",
        "室",
        "路",
        "18号",
        "5-2-301",
        "卡号",
        "门牌号",
        "电话",
        "敬礼",
        "！",
        "男",
        "（",
        "）",
        "·",
        "<br>",
        "&nbsp;",
        "&",
        "<",
        ">",
        "_x000D_",
        "Ａ",
        "１",
        "縣",
        "\u200b",
        "\ue000",
        "\uffff",
        "�",
        "😀",
        "\n",
        "\r\n",
        "\t",
        "\u3000",
        "一",
        "二",
        "零",
        "于",
        "向",
        "高",
        "感谢",
        "方",
        "欧阳",
    ]
)
LETTERS = st.one_of(st.lists(PIECES, max_size=25).map("".join), st.text(st.characters(), max_size=80))


@given(LETTERS)
def test_masking_twice_changes_nothing(text: str) -> None:
    once = prepare(text)
    assert redact(once) == once
    assert redact(once.text).text == once.text


@given(LETTERS)
@example("3栋501五栋502室")
@example("王李书记书记王刚")
def test_redacting_typed_text_is_stable_too(text: str) -> None:
    once = redact(text).text
    assert redact(once).text == once


@settings(max_examples=200)
@given(st.lists(LETTERS, max_size=6))
@example([])
@example([""])
@example(["", "\uffff", "\n", "王书记\uffff王书记", "\ud800"])
def test_a_batch_gives_what_single_letters_give(texts: list[str]) -> None:
    each = [prepare(text) for text in texts]
    assert prepare_many(texts) == [mapped.text for mapped in each]
    assert trace(texts, prepare_many(texts)) == each


@given(LETTERS)
def test_positions_lead_back(text: str) -> None:
    mapped = prepare(text)
    assert mapped.source == text
    spans = [mapped.origin(k, k + 1) for k in range(len(mapped.text))]
    assert all(0 <= start <= end <= len(text) for start, end in spans)
    assert spans == sorted(spans)
    masked = {k for mask in mapped.masks for k in range(mask.start, mask.end)}
    for k, (start, end) in enumerate(spans):
        if k not in masked and end - start == 1:
            own = normalise(text[start:end]).text
            assert own in (mapped.text[k], "") or {own, mapped.text[k]} in (
                {",", "，"},
                {":", "："},
                {"!", "！"},
                {".", "。"},
                {"(", "（"},
                {")", "）"},
                {"?", "？"},
                {";", "；"},
            )


@given(LETTERS)
def test_masks_stand_where_they_say(text: str) -> None:
    mapped = prepare(text)
    assert [mapped.text[m.start : m.end] for m in mapped.masks] == [m.kind.mask for m in mapped.masks]


def test_masks_name_their_kind_and_place() -> None:
    mapped = prepare("请王书记回电13800138000")
    assert mapped.masks == (Mask(Kind.NAME, 1, 5), Mask(Kind.MOBILE, 9, 13))
    assert [mapped.source[slice(*mapped.origin(m.start, m.end))] for m in mapped.masks] == ["王", "13800138000"]


def test_existing_masks_stay() -> None:
    text = "〔姓名〕书记，〔手机〕，〔门牌〕"
    assert redact(text) == MappedText.of(text)


def test_letter_coded_places_stay() -> None:
    text = "A市A7县C5区B3区K12县M2市的居民"
    assert prepare(text).text == text


@pytest.mark.parametrize(
    "piece",
    [
        "信",
        "1",
        "１",
        "<",
        "<p",
        "<!",
        "<!--",
        "<script>",
        "&",
        "&amp;",
        "@",
        "a@",
        "a.",
        "-",
        "1-",
        "1",
        "",
        "王",
        "王某",
        "某",
        "〔",
        "（",
        "我叫",
        "书记",
        "，",
        "\u200b",
        "\n",
        "😀",
        "一",
        "1号",
        "3栋",
        "QQ",
        "_x000D_",
        "縣",
    ],
)
def test_work_grows_with_length_only(piece: str) -> None:
    text = piece * (60_000 // max(1, len(piece)))
    assert prepare_many([text]) == [prepare(text).text]
