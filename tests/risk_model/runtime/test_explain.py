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
