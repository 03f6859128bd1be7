"""rjieba, the engine, gives the words of jieba, the reference."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risk_model.text import Segmenter, prepare_many, reference, rules, segmenter, user_words
from risk_model.text.segment import private_cache
from risk_model.training.examples import corpus

WORDS = st.sampled_from(sorted(user_words()))
LOOSE = st.text(
    "的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生自会那后能"
    "对着事其里所去行过家十用发天如然作方成者多日都三小军二无同么经法当起与好看学进种将还分此心"
    "前面又定见只主没公从 ，。12AZz",
    max_size=30,
)


@pytest.fixture(scope="module")
def jieba(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[str]]:
    return reference(cache_folder=tmp_path_factory.mktemp("jieba"))


def test_every_letter_of_the_corpus_is_cut_alike(jieba: Callable[[str], list[str]]) -> None:
    cutter = segmenter()
    texts = prepare_many(corpus().texts)
    different = [text for text in texts if cutter.cut(text) != jieba(text)]
    # The two settle ties between equally likely cuts of a repeated sound (哈哈哈) in different ways.
    assert len(different) <= len(texts) // 500


@settings(max_examples=150)
@given(st.lists(st.one_of(WORDS, LOOSE), max_size=8).map("".join))
def test_made_up_text_is_cut_alike_up_to_ties(jieba: Callable[[str], list[str]], text: str) -> None:
    ours, theirs = segmenter().cut(text), jieba(text)
    assert "".join(ours) == "".join(theirs) == text
    if ours != theirs:
        # Only a tie may differ: as many words, or a stretch of one repeated character.
        assert len(ours) == len(theirs) or any(a * 3 in text for a in set(text))


@given(st.text(max_size=60))
def test_nothing_is_lost(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    assert "".join(segmenter().cut(text)) == text


def test_the_rules_are_named_after_engine_and_dictionary() -> None:
    assert rules().startswith("jieba-nohmm+")
    assert Segmenter({}).cut("青苗费没给") != segmenter().cut("青苗费没给")


def test_the_engine_comes_without_the_dictionary_of_its_package_and_lives_beside_it() -> None:
    script = (
        "import sys; from risk_model.text import segmenter; segmenter(); assert 'rjieba' not in sys.modules;"
        "import rjieba; assert rjieba.cut('征地', False) == ['征地']"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_cache_lies_where_only_this_user_can_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = private_cache()
    assert folder.parent == tmp_path
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
