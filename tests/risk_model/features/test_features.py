"""Vectorised features equal a plain, slow reading of their definition."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risk_model.encoder import END, FIRST_WORD, UNKNOWN
from risk_model.features import (
    FIELD,
    Indifference,
    KeyTable,
    TermTable,
    WordTable,
    key_of,
    make_batch,
    masked_words,
    neutral_keys,
    stop_flags,
    tally,
    tally_places,
    terms,
    weigh,
    word_keys,
    word_letters,
)
from risk_model.features.hashing import growing_sums, key, mix, ngram_hashes, span_hashes, sums_of, unmix, values
from risk_model.text import segmenter

TEXT = st.text("征地补偿款拆迁户我们没有A12区村民，。！ \n〔姓名〕王ab9🙂", max_size=40)


def codes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-32-le"), np.uint32)


def none(batch) -> np.ndarray:
    return np.zeros(len(batch.starts), bool)


def find(batch, keys: np.ndarray):
    words = word_keys(batch)
    found = WordTable(keys, keys[:0], keys[:0], np.zeros(0, np.uint8)).find(words)
    return TermTable(keys).find(batch, none(batch), words, found.terms)


def count_matrix(batch, keys: np.ndarray):
    found = find(batch, keys)
    return tally(found.terms, found.rows, batch.size)


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1), st.integers(0, 4))
def test_a_key_leads_back_to_what_it_was_made_from(numbers: list[int], kind: int) -> None:
    sums = np.array(numbers, np.uint64)
    np.testing.assert_array_equal(unmix(mix(sums)), sums)
    np.testing.assert_array_equal(sums_of(key(sums, kind), kind), sums)


def test_values_are_the_same_for_few_and_many_characters() -> None:
    some = codes("征地补偿，🙂a\U0003fffd")
    np.testing.assert_array_equal(values(np.tile(some, 3_000))[: len(some)], values(some))


def test_equal_text_has_equal_hash_wherever_it_stands() -> None:
    value = values(codes("征地补偿，征地补偿款"))
    hashes = span_hashes(value, np.array([0, 5, 0, 1]), np.array([4, 9, 3, 4]))
    assert hashes[0] == hashes[1]
    assert len(set(hashes.tolist())) == 3
    np.testing.assert_array_equal(ngram_hashes(value, 4)[[0, 5]], hashes[:2])
    for n, grown in growing_sums(value, 4):
        np.testing.assert_array_equal(mix(grown), ngram_hashes(value, n))


def test_a_text_shorter_than_the_ngram_has_none() -> None:
    assert len(ngram_hashes(values(codes("征地")), 3)) == 0
    assert [n for n, _ in growing_sums(values(codes("征地")), 4)] == [2]


@given(st.lists(st.text("征地补偿abc", min_size=1, max_size=8), min_size=2, max_size=30, unique=True))
def test_different_words_have_different_keys(words: list[str]) -> None:
    assert len({key_of(word) for word in words}) == len(words)


@given(st.lists(st.integers(1, 2**64 - 1), max_size=300, unique=True), st.lists(st.integers(1, 2**64 - 1), max_size=50))
def test_key_table_is_a_dictionary(keys: list[int], others: list[int]) -> None:
    table = KeyTable(np.array(keys, np.uint64))
    place = {key: i for i, key in enumerate(keys)}
    asked = [*keys, *others]
    assert table.find(np.array(asked, np.uint64)).tolist() == [place.get(key, -1) for key in asked]

    at, ids = table.known(np.array(asked, np.uint64), np.arange(len(asked)) % 2 == 0)
    assert sorted(zip(at.tolist(), ids.tolist(), strict=True)) == [
        (i, place[key]) for i, key in enumerate(asked) if key in place and i % 2 == 0
    ]


def test_key_table_survives_keys_of_one_bucket() -> None:
    # The inverse of the table's multiplier makes keys that fall into one bucket.
    inverse = pow(0xD6E8FEB86659FD93, -1, 1 << 64)
    keys = np.array(
        [(5 << 40) * inverse % 2**64 + 0, *(((5 << 40) + i) * inverse % 2**64 for i in range(1, 9))], np.uint64
    )
    table = KeyTable(keys)
    assert table.find(keys).tolist() == list(range(9))
    assert table.find(np.array([((5 << 40) + 99) * inverse % 2**64], np.uint64)).tolist() == [-1]


def test_key_table_refuses_doubled_keys() -> None:
    with pytest.raises(ValueError, match="distinct"):
        KeyTable(np.array([7, 7], np.uint64))


@given(st.lists(TEXT, min_size=1, max_size=5))
def test_terms_are_words_pairs_and_ngrams_inside_clear_text(texts: list[str]) -> None:
    batch = make_batch(texts, segmenter())
    found = Counter()
    joined = "".join(map(chr, batch.codes))
    for kind in terms(batch, none(batch)):
        for row, start, end in zip(kind.rows.tolist(), kind.starts.tolist(), kind.ends.tolist(), strict=True):
            assert batch.offsets[row] <= start < end <= batch.offsets[row + 1]
            found[row, joined[start:end]] += 1
    for row, text in enumerate(texts):
        stop = stop_flags(codes(text)) if text else np.zeros(0, bool)
        for n in (2, 3, 4):
            for i in range(len(text) - n + 1):
                if not stop[i : i + n].any():
                    assert found[row, text[i : i + n]] > 0
    assert not any(c in text for _, text in found for c in "\n \x1e")


def test_masks_do_not_count() -> None:
    batch = make_batch(["村主任〔姓名〕不管"], segmenter())
    joined = "".join(map(chr, batch.codes))
    said = {joined[s:e] for kind in terms(batch, none(batch)) for s, e in zip(kind.starts, kind.ends, strict=True)}
    assert not any(c in text for text in said for c in "〔姓名〕")
    assert "不管" in said


@settings(max_examples=40)
@given(st.lists(TEXT, min_size=1, max_size=6))
def test_counts_do_not_depend_on_the_batch(texts: list[str]) -> None:
    batch = make_batch(texts, segmenter())
    keys = np.unique(np.concatenate([t.keys for t in terms(batch, none(batch))]))
    together = count_matrix(batch, keys).csr(len(keys)).toarray()
    for row, text in enumerate(texts):
        alone = make_batch([text], segmenter())
        np.testing.assert_array_equal(together[[row]], count_matrix(alone, keys).csr(len(keys)).toarray())
    total = sum(len(t.keys) for t in terms(batch, none(batch)))
    assert together.sum() == total


@given(st.lists(TEXT, min_size=1, max_size=5))
def test_looking_up_finds_each_known_term_where_it_stands(texts: list[str]) -> None:
    batch = make_batch(texts, segmenter())
    every = list(terms(batch, none(batch)))
    keys = np.unique(np.concatenate([t.keys for t in every]))[::2]
    found = find(batch, keys)
    got = zip(found.terms.tolist(), found.rows.tolist(), found.starts.tolist(), found.ends.tolist(), strict=True)
    place = {int(key): i for i, key in enumerate(keys)}
    expected = [
        (place[key], row, start, end)
        for t in every
        for key, row, start, end in zip(*(x.tolist() for x in (t.keys, t.rows, t.starts, t.ends)), strict=True)
        if key in place
    ]
    assert sorted(got) == sorted(expected)

    counts, order, first = tally_places(found.terms, found.rows, batch.size)
    np.testing.assert_array_equal(np.diff(first, append=len(order)), counts.data)
    entry = np.repeat(np.arange(len(first)), counts.data.astype(int))
    np.testing.assert_array_equal(counts.terms[counts.columns()][entry], found.terms[order])
    np.testing.assert_array_equal(counts.rows[entry], found.rows[order])


def test_weighed_rows_have_length_one_and_empty_rows_stay_empty() -> None:
    batch = make_batch(["拆迁拆迁补偿", "", "补偿"], segmenter())
    keys = np.unique(np.concatenate([t.keys for t in terms(batch, none(batch))]))
    counts = count_matrix(batch, keys)
    idf = np.linspace(1, 2, len(keys)).astype(np.float32)
    rows = weigh(counts, idf).csr(len(keys)).toarray()
    plain = counts.csr(len(keys)).toarray()
    expected = np.where(plain > 0, (1 + np.log(np.maximum(plain, 1))) * idf, 0)
    norm = np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(rows, expected / np.where(norm > 0, norm, 1), rtol=1e-5)
    assert not rows[1].any()


@pytest.mark.parametrize("word", ["回族", "基督教", "男", "岁", "外地人", "武汉", "武汉市", "河南省"])
def test_words_about_the_writer_and_places_are_neutral(word: str) -> None:
    assert word in masked_words()


@pytest.mark.parametrize("word", ["城市", "公安", "治安", "福利", "超市", "新建", "滑坡", "拆迁"])
def test_words_about_the_matter_are_not_neutral(word: str) -> None:
    assert word not in masked_words()


@pytest.mark.parametrize(
    ("word", "coded"),
    [("A", True), ("A7", True), ("K12", True), ("P2P", False), ("a7", False), ("AB", False), ("A1234", False)],
)
def test_letter_coded_places_are_neutral(word: str, coded: bool) -> None:
    batch = make_batch([f"，{word}，"], segmenter())
    masked, _ = Indifference(*neutral_keys())(batch, word_keys(batch))
    assert bool(masked[1]) is coded


def test_word_ids() -> None:
    known = np.array([key_of("拆迁"), key_of("，")], np.uint64)
    breaks = np.array([True, False, False, True])
    texts = [f"拆迁{FIELD}没有 ，拆迁", "〔姓名〕拆迁"]
    batch = make_batch(texts, segmenter())
    words = WordTable(known[:0], known, known[:1], np.array([3], np.uint8)).find(word_keys(batch))
    letters, places = word_letters(batch, words.ids, breaks, none(batch))
    first = letters.take(np.array([0]))
    assert first.ids.tolist() == [FIRST_WORD, END, UNKNOWN, FIRST_WORD + 1, FIRST_WORD, END]
    assert first.breaks.tolist() == [False, True, False, True, False, True]
    assert letters.ids[letters.offsets[1] :].tolist()[-2:] == [FIRST_WORD, END]
    assert set(letters.ids[letters.offsets[1] : -2].tolist()) == {UNKNOWN}
    joined = "".join(map(chr, batch.codes))
    said = [joined[batch.starts[p] : batch.ends[p]] for p in places[:6]]
    assert said == ["拆迁", "\n", "没有", "，", "拆迁", "\x1e"]
    assert words.roles[places[:4]].tolist() == [3, 0, 0, 0]
    assert (words.terms == -1).all()


def without_asides(text: str) -> str:
    batch = make_batch([text], segmenter())
    _, asides = Indifference(*neutral_keys())(batch, word_keys(batch))
    joined = "".join(map(chr, batch.codes))
    kept = [joined[s:e] for s, e, a in zip(batch.starts, batch.ends, asides, strict=True) if not a]
    return "".join(kept).removesuffix("\x1e")


@pytest.mark.parametrize(
    "aside",
    [
        "我是回族。",
        "我今年72岁。",
        "本人女，",
        "老家河南，",
        "我们已经申请行政复议。",
        "我已向法院提起诉讼；",
        "我们请了律师。",
        "打过12345热线。",
        "也向省信访局反映过。",
        "保留依法维权的权利！",
        "已经找了记者，",
    ],
)
def test_a_clause_about_the_writer_or_a_lawful_step_alone_is_an_aside(aside: str) -> None:
    assert without_asides(f"村里的路没有修。{aside}") == "村里的路没有修。"
    assert without_asides(f"{aside}村里的路没有修。") == "村里的路没有修。"


@pytest.mark.parametrize(
    "clause",
    [
        "多次向信访局反映没有结果。",
        "法院判决三年没有执行。",
        "信访局的人推诿。",
        "七十岁的老人每天爬六楼。",
        "拨打12345后仍然无人处理。",
        "派出所不立案。",
        "律师费花了八万。",
        "领导。",
        "请处理。",
    ],
)
def test_a_clause_that_says_more_stays(clause: str) -> None:
    assert without_asides(f"村里的路没有修。{clause}") == f"村里的路没有修。{clause}"
