"""The petition dictionary: a well-formed table whose every term is needed and holds together."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
import rjieba
from hypothesis import given
from hypothesis import strategies as st

from risk_model.text.segment import DICTIONARY, Segmenter, user_words

COLUMNS = ["word", "frequency", "tag", "reason"]
LINES = (files("risk_model.data") / DICTIONARY).read_text(encoding="utf-8").removesuffix("\n").split("\n")
ROWS = [line.split("\t") for line in LINES[1:]]
WORDS = [row[0] for row in ROWS]

#: A reason with this beginning marks a word the default dictionary has, listed only to change its frequency.
TUNED = "调频"
#: What may stand before and after a term without belonging to it: nothing, punctuation, particles, plain verbs.
NEUTRAL = [
    ("", ""),
    ("，", "。"),
    ("「", "」"),
    ("关于", "的问题"),
    ("反映", "一事"),
    ("我们", "，"),
    ("是", "吗"),
    ("因", "导致"),
]


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter()


def test_the_table_has_four_full_columns() -> None:
    assert LINES[0].split("\t") == COLUMNS
    assert [row for row in ROWS if len(row) != len(COLUMNS)] == []
    assert [row for row in ROWS if any(not cell or cell != cell.strip() for cell in row)] == []


def test_there_are_enough_terms_and_none_twice() -> None:
    assert len(WORDS) >= 600
    assert len(set(WORDS)) == len(WORDS)
    assert list(user_words()) == WORDS


def test_terms_are_short_han_text() -> None:
    assert [word for word in WORDS if not re.fullmatch(r"[\u4e00-\u9fff]{2,10}", word)] == []


def test_frequencies_are_positive_whole_numbers() -> None:
    assert [row for row in ROWS if not re.fullmatch(r"[1-9][0-9]*", row[1])] == []


def test_every_term_says_why_in_chinese() -> None:
    assert [row for row in ROWS if len(re.findall(r"[\u4e00-\u9fff]", row[3])) < 2] == []
    # A reason shared by very many terms explains none of them.
    assert len({row[3] for row in ROWS}) > len(ROWS) // 3


@pytest.mark.parametrize(("before", "after"), NEUTRAL)
def test_every_term_stays_whole_between_neutral_neighbours(segmenter: Segmenter, before: str, after: str) -> None:
    assert [word for word in WORDS if word not in segmenter.cut(before + word + after)] == []


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12))
def test_terms_in_a_list_stay_whole(segmenter: Segmenter, words: list[str]) -> None:
    assert segmenter.cut("、".join(words))[::2] == words


def test_the_default_dictionary_would_cut_every_term() -> None:
    plain = rjieba.Jieba()
    assert [word for word, _, _, why in ROWS if not why.startswith(TUNED) and plain.cut(word, False) == [word]] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("镇里不作为也不公开账目", ["不作为", "不公开"]),
        ("写了三封信至今没有答复", ["没有答复"]),
        ("窗口说不予受理，也不给回执", ["不予受理"]),
        ("老板拒不支付农民工工资", ["拒不支付", "农民工工资"]),
        ("征地补偿款被截，青苗费也没给", ["征地补偿款", "青苗费"]),
        ("我们已申请行政裁决，也准备提起诉讼", ["行政裁决", "提起诉讼"]),
    ],
)
def test_negations_and_terms_survive_inside_a_sentence(segmenter: Segmenter, text: str, words: list[str]) -> None:
    cut = segmenter.cut(text)
    assert [word for word in words if word not in cut] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("大家对方案持不同意见", ["不同", "意见"]),
        ("居民出行难题", ["出行", "难题"]),
        ("文物管理局来过", ["文物", "管理局"]),
        ("夜里偷偷排放废气", ["偷偷", "排放"]),
        ("房屋被征收房主不在", ["征收"]),
        ("这种懈怠政策的做法", ["懈怠", "政策"]),
        ("厨房换了不锈钢台面", ["不锈钢"]),
    ],
)
def test_terms_do_not_eat_their_neighbours(segmenter: Segmenter, text: str, words: list[str]) -> None:
    cut = segmenter.cut(text)
    assert [word for word in words if word not in cut] == []
