"""Score labelled letters with a released model; needs none of what training needs."""

from __future__ import annotations

from risk_model.model import RiskModel
from risk_model.schema import Petition
from risk_model.thresholds import decide
from risk_model.training.examples import Examples
from risk_model.training.measures import Judged


def petitions_of(examples: Examples) -> list[Petition]:
    """Return the letters of labelled examples, title and body apart."""
    parts = (text.split("\n", 1) for text in examples.texts)
    return [Petition(title=title, body=body) for title, body in parts]


def judge(model: RiskModel, examples: Examples) -> Judged:
    """Score labelled letters with a released model."""
    probabilities = model.probabilities(petitions_of(examples))
    return Judged(examples.targets, probabilities, decide(probabilities, model.thresholds), examples.escalation)
