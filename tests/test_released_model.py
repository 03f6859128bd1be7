"""The model in `models/` is whole, small, documented and better than chance on letters it was not written for."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from risk_model import load
from risk_model.artifact import default_registry
from risk_model.features import key_of
from risk_model.taxonomy import DISCLAIMER
from risk_model.text import rules

FOLDER = default_registry().path(default_registry().current())


def test_it_is_under_fifteen_megabytes() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 15 * 2**20


def test_the_vocabulary_says_what_the_keys_are() -> None:
    with (FOLDER / "vocabulary.tsv").open(encoding="utf-8", newline="") as f:
        rows = list(csv.reader(f, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
    parameters = load().artifact.parameters
    plain = {"\\n": "\n", "\\t": "\t", "\\\\": "\\"}
    rows = [(kind, re.sub(r"\\.", lambda m: plain[m[0]], text)) for kind, text in rows]
    words = [text for kind, text in rows if kind == "word"]
    terms = [text for kind, text in rows if kind == "term"]
    assert len(terms) == len(parameters.term_keys)
    assert [key_of(word) for word in words] == parameters.word_keys.tolist()


def test_no_identifier_is_in_the_vocabulary() -> None:
    text = (FOLDER / "vocabulary.tsv").read_text(encoding="utf-8")
    long = [line for line in text.splitlines() if sum(c.isdigit() for c in line) >= 7]
    # The publishers of the public messages put noughts in place of numbers.
    assert not [line for line in long if set(filter(str.isdigit, line)) != {"0"}]
    assert "@" not in text


def test_it_was_trained_under_the_rules_of_this_program() -> None:
    assert load().manifest["segmentation"] == rules()


def test_the_card_tells_measures_limits_and_misuse() -> None:
    card = (FOLDER / "MODEL_CARD.md").read_text(encoding="utf-8")
    for phrase in (
        DISCLAIMER,
        "must not be used for",
        "What it cannot tell",
        "95 % interval",
        "Calibration",
        "Side by side",
        "Neutrality",
    ):
        assert phrase in card


def test_it_tells_a_grave_group_matter_from_a_question() -> None:
    model = load()
    grave, question = model.assess(
        [
            "小区停工两年，三百多户业主一边还贷一边租房，多次到住建局反映没有结果，业主准备联名上访。",
            "请问新生儿上户口需要带哪些材料？",
        ]
    )
    assert grave.risk_band == "high"
    assert {"housing_delivery"} <= set(grave.subtags)
    assert {"group_affected", "unresolved"} <= set(grave.factors)
    assert question.risk_band == "low"
    assert question.factors == ()
    assert any(fact.kind == "households" and fact.low == 300 for fact in grave.facts)


@pytest.mark.parametrize("text", ["", "啊", "？？？", "lorem ipsum dolor sit amet " * 20, "锟斤拷" * 40])
def test_odd_letters_are_scored_and_sent_to_a_person(text: str) -> None:
    assessment = load().assess(text)
    assert np.isfinite(list(assessment.probabilities.values())).all()
    assert assessment.review


def test_scoring_loads_neither_scikit_learn_nor_pandas() -> None:
    code = (
        "import sys; from risk_model import load; load().assess('拆迁补偿没有到位');"
        "print([m for m in ('sklearn', 'pandas', 'pyarrow', 'joblib', 'jieba') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_score_frame_appends_the_columns_of_the_command() -> None:
    import pandas as pd

    from risk_model.tables import RESULT_NAMES

    frame = pd.DataFrame({"key": [7, 8], "title": ["欠薪", None], "body": ["拖欠工资半年", "路灯不亮"]}, index=[3, 9])
    scored = load().score_frame(frame)
    assert list(scored.columns) == ["key", "title", "body", *RESULT_NAMES]
    assert scored.index.tolist() == [3, 9]
    assert scored["livelihood"].tolist() == [True, True]


def test_models_folder_holds_nothing_but_models() -> None:
    root = Path(default_registry().root)
    assert {p.name for p in root.iterdir() if p.is_file()} <= {"CURRENT", "HISTORY", "README.md"}
