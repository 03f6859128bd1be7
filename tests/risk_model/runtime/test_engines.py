"""Compiled code answers what numpy answers, on any text; which of them reads is a matter of what pays."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from risk_model import Petition, load
from risk_model.artifact import load as load_artifact
from risk_model.model import RiskModel
from risk_model.runtime import Engines, Plain, Scorer, engines
from risk_model.runtime.compiled import Compiled
from risk_model.taxonomy import OUTPUTS, RISK_OUTPUT
from risk_model.text import prepare_many, segmenter, user_words
from risk_model.text.trie import trie
from risk_model.training.examples import corpus

RISK = OUTPUTS.index(RISK_OUTPUT)
MOST = 5
PIECES = st.one_of(
    st.sampled_from(sorted(user_words())),
    st.sampled_from(
        [
            *"的一是不了人哈嘿。，！？；…、 \n\u3000〔〕AZaz09.-+#&_%😀\U00020000",
            *(
                "〔姓名〕",
                "〔手机〕",
                "〔 〕",
                "A7县",
                "C5",
                "K123",
                "我今年72岁。",
                "我是教师，",
                "强烈要求解决！",
                "3.5",
                "回族",
            ),
        ]
    ),
    st.text(max_size=3),
)
TEXTS = st.lists(st.lists(PIECES, max_size=60).map("".join), min_size=1, max_size=4)
ODD = [
    "",
    "\n",
    " \n ",
    "。",
    "。，！",
    "\n\n\n。",
    "好" * 40_000,
    "好 " * 5_000,
    "工资，" * 9_000,
    "A7县" * 3_000,
    "〔" * 2_000,
    "〔姓名〕" * 500,
    "12345678" * 200,
    "\U0001f600" * 50,
    "拖欠工资\n" + "拖欠农民工工资，没人管。" * 300,
]


@pytest.fixture(scope="module", params=["steps", "single precision"])
def both(request: pytest.FixtureRequest, small_model: Path) -> tuple[Plain, Compiled]:
    parameters = load_artifact(small_model).parameters
    if request.param == "single precision":
        parameters = replace(parameters, encoder=replace(parameters.encoder, steps=np.empty(0, np.float32)))
    scorer = Scorer(parameters)
    return Plain(scorer), Compiled(scorer)


def agree(both: tuple[Plain, Compiled], texts: list[str]) -> None:
    expected, found = (engine.read(texts, RISK, MOST) for engine in both)
    np.testing.assert_allclose(found.logits, expected.logits, atol=2e-6)
    np.testing.assert_allclose(found.known, expected.known, atol=1e-6)
    assert expected.evidence is not None
    assert found.evidence is not None
    for text, a, b in zip(texts, expected.evidence, found.evidence, strict=True):
        np.testing.assert_allclose(b.weights, a.weights, atol=1e-5)
        # Words of the same weight may change places, the last one with a word that is not shown.
        sizes = [*np.abs(a.weights), -1.0 if len(a.weights) < MOST else abs(a.weights[-1])]
        apart = np.append(True, -np.diff(sizes) > 1e-4)
        sure = [k for k in range(len(a.weights)) if apart[k] and apart[k + 1]]
        assert [text[b.starts[k] : b.ends[k]] for k in sure] == [text[a.starts[k] : a.ends[k]] for k in sure]
    without = both[1].read(texts, RISK, 0)
    assert without.evidence is None
    np.testing.assert_allclose(without.logits, found.logits, atol=1e-6)


def test_letters_of_the_corpus_are_read_alike(both: tuple[Plain, Compiled]) -> None:
    texts = prepare_many(corpus().texts)
    for start in range(0, len(texts), 300):
        agree(both, texts[start : start + 300])


@settings(max_examples=150)
@given(TEXTS)
@example(["一事一议的一户一宅", "信息公开"])
def test_made_up_text_is_read_alike(both: tuple[Plain, Compiled], texts: list[str]) -> None:
    agree(both, prepare_many(texts))


def test_letters_that_are_none_are_read_alike(both: tuple[Plain, Compiled]) -> None:
    agree(both, prepare_many(ODD))
    for text in prepare_many(ODD):
        agree(both, [text])


def _cut(text: str) -> list[str]:
    ends = [0, *trie().cut(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)).tolist()]
    return [text[a:b] for a, b in pairwise(ends)]


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_the_compiled_cut_is_that_of_the_segmenter(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    assert _cut(text) == segmenter().cut(text)


def test_the_corpus_is_cut_as_by_the_segmenter() -> None:
    assert all(
        _cut(text) == segmenter().cut(text) for text in (*prepare_many(corpus().texts), "哈" * 999, "a\r\n\r\rb")
    )


def test_numpy_reads_until_compiled_code_would_have_paid(small_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(engines.CHOICE, raising=False)
    monkeypatch.setattr(engines, "_spent", 0)
    monkeypatch.setattr(engines, "_made", lambda: True)
    monkeypatch.setattr(engines, "_FETCH", 1_000)
    reader = Engines(load(small_model).scorer)
    letters = ["道路积水" * 100]
    kinds = [type(reader._engine(sum(map(len, letters)))) for _ in range(4)]
    assert kinds == [Plain, Plain, Compiled, Compiled]


@pytest.mark.parametrize(("choice", "kind"), [("numpy", Plain), ("compiled", Compiled)])
def test_the_engine_can_be_chosen(small_model: Path, monkeypatch: pytest.MonkeyPatch, choice: str, kind: type) -> None:
    monkeypatch.setenv(engines.CHOICE, choice)
    assert type(Engines(load(small_model).scorer)._engine(1)) is kind


@pytest.mark.parametrize("whole", [True, False], ids=["steps", "single precision"])
def test_a_first_letter_makes_only_the_tables_it_needs(small_model: Path, whole: bool) -> None:
    parameters = load_artifact(small_model).parameters
    if not whole:
        parameters = replace(parameters, encoder=replace(parameters.encoder, steps=np.empty(0, np.float32)))
    texts = prepare_many(corpus().texts[:3])
    first, later = Plain(Scorer(parameters)), Plain(Scorer(parameters))
    assert later.scorer.tables is not None
    found, expected = first.read(texts[:1], RISK, 5), later.read(texts[:1], RISK, 5)
    assert "tables" not in first.scorer.__dict__
    np.testing.assert_allclose(found.logits, expected.logits, atol=1e-6)
    assert found.evidence is not None and expected.evidence is not None
    assert found.evidence[0].starts == expected.evidence[0].starts


def test_a_server_reads_on_while_code_is_compiled(small_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(engines.CHOICE, raising=False)
    monkeypatch.setattr(engines, "_spent", engines._MAKE)
    reader = Engines(load(small_model).scorer)
    with reader._lock:  # another thread is at it
        assert isinstance(reader._engine(1_000), Plain)
    reader.compile_aside()
    for thread in threading.enumerate():
        if thread.name == "compile":
            thread.join()
    assert isinstance(reader._engine(1), Compiled)


def test_without_numba_numpy_reads(small_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(engines.CHOICE, "compiled")
    monkeypatch.setattr(engines, "available", lambda: False)
    model = RiskModel(load_artifact(small_model))
    assert not model.engines.compile()
    assert len(model.score([Petition(body="拖欠工资")] * 3, 5)) == 3


def test_assessments_do_not_depend_on_the_engine(small_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    letters = [Petition(body=text) for text in corpus().texts[:200]]
    found = {}
    for choice in ("numpy", "compiled"):
        monkeypatch.setenv(engines.CHOICE, choice)
        model = RiskModel(load_artifact(small_model))
        found[choice] = model.score(letters, 3)
        assert np.isfinite(model.probabilities(letters)).all()
    for a, b in zip(found["numpy"], found["compiled"], strict=True):
        assert (a.tags, a.subtags, a.factors, a.risk_band, a.review, a.facts) == (
            b.tags,
            b.subtags,
            b.factors,
            b.risk_band,
            b.review,
            b.facts,
        )


def test_one_letter_starts_without_the_compiler(small_model: Path) -> None:
    script = (
        "import sys; from risk_model import load; load(sys.argv[1]).assess('拖欠农民工工资');"
        "assert 'numba' not in sys.modules and 'pandas' not in sys.modules"
    )
    free = {name: value for name, value in os.environ.items() if name != engines.CHOICE}
    subprocess.run([sys.executable, "-c", script, str(small_model)], check=True, env=free)
