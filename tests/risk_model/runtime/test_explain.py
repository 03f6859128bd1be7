"""Explanations are exact: contributions and one constant intercept are the logit."""

from __future__ import annotations

import numpy as np
import pytest

from risk_model import Petition, load
from risk_model.errors import InputError
from risk_model.model import RiskModel
from risk_model.taxonomy import OUTPUTS
from risk_model.training.run import Trained


@pytest.fixture(scope="module")
def model(small_model) -> RiskModel:
    return load(small_model)


@pytest.mark.parametrize("output", OUTPUTS)
def test_contributions_and_intercept_are_the_logit(model: RiskModel, trained: Trained, output: str) -> None:
    constant = None
    for text in trained.examples.texts[:25]:
        title, body = text.split("\n", 1)
        told = model.explain(Petition(title=title, body=body), output)
        total = told.intercept + sum(c.weight for c in told.contributions)
        assert total == pytest.approx(told.logit, abs=1e-5)
        assert told.probability == pytest.approx(1 / (1 + np.exp(-told.logit)), abs=1e-6)
        # Nothing hides in the intercept: it is the same for every letter.
        constant = told.intercept if constant is None else constant
        assert told.intercept == pytest.approx(constant, abs=1e-3)


def test_spans_point_into_the_letter_as_it_came(model: RiskModel) -> None:
    title, body = (
        "关于<b>拆迁</b>补偿",
        "Ｗｅ　 三百多戶村民，電話１３８００００１２３４，<br>补偿款  没有到位。\r\n李建国书记不管",
    )
    told = model.explain(Petition(title=title, body=body))
    fields = {"title": title, "body": body}
    said = {c.text: fields[c.field][c.start : c.end] for c in told.contributions}
    assert said["拆迁补偿"] == "拆迁</b>补偿"
    assert said["村民"] == "村民"
    assert not any("1380000" in c.text or "建国" in c.text for c in told.contributions)


def test_an_unknown_output_is_named(model: RiskModel) -> None:
    with pytest.raises(InputError, match="mood"):
        model.explain("拆迁", "mood")


def test_deleting_the_evidence_lowers_the_score(model: RiskModel, trained: Trained) -> None:
    risky = np.argsort(-model.probabilities([Petition(body=t) for t in trained.examples.texts[:200]])[:, -2])[:20]
    drops = []
    for i in risky:
        text = trained.examples.texts[i]
        told = model.explain(Petition(body=text))
        top = {c.text for c in sorted(told.contributions, key=lambda c: -c.weight)[:5]}
        shorter = text
        for word in top:
            shorter = shorter.replace(word, "")
        drops.append(told.logit - model.explain(Petition(body=shorter)).logit)
    assert np.mean(drops) > 0.2


def test_evidence_is_the_account_summed_by_word(model: RiskModel, trained: Trained) -> None:
    petitions = [Petition(body=text) for text in trained.examples.texts[:40]]
    # Together, as a file is scored, and each by itself, as a clerk asks.
    for petition, assessment in zip(petitions, model.score(petitions, evidence=4), strict=True):
        told = model.explain(petition)
        total: dict[str, float] = {}
        for c in told.contributions:
            if any(ch.isalnum() for ch in c.text):
                total[c.text] = total.get(c.text, 0.0) + c.weight
        heaviest = sorted((abs(w) for w in total.values()), reverse=True)[:4]
        assert [abs(c.weight) for c in assessment.evidence] == pytest.approx(heaviest, abs=1e-5)
        for c in assessment.evidence:
            assert c.weight == pytest.approx(total[c.text], abs=1e-5)
            assert (c.field, c.start) == next((o.field, o.start) for o in told.contributions if o.text == c.text)


def test_evidence_of_letters_without_words_is_empty(model: RiskModel) -> None:
    letters = [Petition(body=body) for body in ("", "。。。", "！？", "拆迁")]
    assert [bool(a.evidence) for a in model.score(letters, evidence=3)] == [False, False, False, True]
    assert [bool(a.evidence) for a in model.score(letters[:3], evidence=3)] == [False] * 3
    assert model.score([], evidence=3) == []


def test_one_character_without_end_is_scored_and_explained(model: RiskModel) -> None:
    calm, endless = model.score([Petition(body="好"), Petition(body="好" * 200_000)], evidence=2)
    assert 0 <= endless.mass_incident_risk <= 1
    assert {c.text for c in endless.evidence} <= {"好", "好好"}
    assert calm.mass_incident_risk == pytest.approx(model.score([Petition(body="好")])[0].mass_incident_risk, abs=1e-6)
