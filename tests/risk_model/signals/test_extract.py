"""The contract of `extract` as a whole."""

from __future__ import annotations

import json
import sys
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from risk_model.signals import KINDS, describe, extract, extract_many, summary
from risk_model.training.examples import corpus

WORDS = (
    *(
        "我们",
        "三百",
        "多户",
        "近千",
        "名",
        "业主",
        "12",
        "个人",
        "全村",
        "附近",
        "居民",
        "拖了",
        "三年",
        "了",
        "至今",
        "2016年",
    ),
    *(
        "7月3日",
        "明天",
        "下周一",
        "开工",
        "即将",
        "强拆",
        "多次",
        "反映",
        "第五次",
        "300万",
        "元",
        "/平",
        "每平米",
        "块",
        "联名",
    ),
    *(
        "聚集",
        "没有",
        "不",
        "正在",
        "施工",
        "停水",
        "〔手机〕",
        "〔2019〕15号",
        "，",
        "。",
        "、",
        "-",
        "一",
        "万",
        "3",
        ".",
        "5",
    ),
    *("年", "月", "天", "次", "户", "人", "半", "几", "上", "近"),
)
PIECES = st.lists(st.sampled_from(WORDS), max_size=25).map("".join)
DAYS = st.none() | st.dates()


@settings(max_examples=400)
@given(PIECES | st.text(max_size=60), DAYS)
@example("下下下周日", date.max)
@example("上上周", date.min)
@example("明年12月", date.max)
@example("去年1月", date.min)
def test_signals_are_spans_of_the_text_in_order_and_apart(text: str, received: date | None) -> None:
    signals = extract(text, received)
    assert [s.start for s in signals] == sorted(s.start for s in signals)
    for s in signals:
        assert 0 <= s.start < s.end <= len(text)
        assert s.text == text[s.start : s.end]
        assert s.unit == KINDS[s.kind].unit
        assert not s.low > s.high
        assert describe(s)
        json.dumps(s.to_dict(), allow_nan=False)
    for kind in KINDS:
        for before, after in pairwise(s for s in signals if s.kind == kind):
            assert before.end <= after.start
    assert summary(signals) == summary(extract(text, received))


@given(PIECES)
def test_masks_are_never_part_of_a_signal(text: str) -> None:
    for s in extract(text + "〔姓名〕3人，〔门牌〕2户〔手机〕", date(2019, 8, 14)):
        assert "〔" not in s.text
        assert "〕" not in s.text


def test_kinds_may_overlap() -> None:
    kinds = {s.kind for s in extract("近千名业主签名反对，2016年至今没有结果", date(2019, 8, 14))}
    assert kinds == {"people", "collective", "date", "duration"}


def test_who_writes_changes_nothing() -> None:
    texts = ["我是回族村民，三百多户停水三天了", "我是汉族村民，三百多户停水三天了"]
    first, second = ([(s.kind, s.low, s.high) for s in extract(text)] for text in texts)
    assert first == second


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "一",
        "万",
        "近1,",
        "多",
        "1年",
        "1、",
        "〔",
        "3名",
        "多次",
        "不要、联名",
        "每月3元",
        "2019年5月1日",
        "5月1日",
        "上",
        " ",
    ],
)
def test_pathological_text_finishes(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    for received in (None, date(2019, 8, 14)):
        extract(text, received)


@settings(max_examples=60)
@given(st.lists(PIECES | st.text(max_size=40), min_size=1, max_size=4), DAYS)
def test_a_batch_says_what_each_letter_says_alone(texts: list[str], received: date | None) -> None:
    many = texts * 20
    assert extract_many(many, [received] * len(many)) == [extract(text, received) for text in texts] * 20


def test_a_batch_of_the_corpus_says_what_each_letter_says_alone() -> None:
    texts = corpus().texts
    assert extract_many(texts, [None] * len(texts)) == [extract(text) for text in texts]


@settings(max_examples=100)
@given(
    st.lists(
        PIECES | st.text("第约近3两万亿多余年月日次户名人元￥19205、，.至半 ", max_size=40), min_size=1, max_size=3
    ),
    DAYS,
)
def test_numbers_passed_over_are_nothing_to_any_family(texts: list[str], received: date | None) -> None:
    text = "".join(texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules["risk_model.signals.extract"], "_FOLLOWERS", None)
        every = extract(text, received)
    assert extract(text, received) == every


def test_numbers_passed_over_in_the_corpus_are_nothing_to_any_family(monkeypatch: pytest.MonkeyPatch) -> None:
    found = extract_many(corpus().texts, [None] * len(corpus().texts))
    monkeypatch.setattr(sys.modules["risk_model.signals.extract"], "_FOLLOWERS", None)
    assert found == [extract(text) for text in corpus().texts]
