"""A letter as the desk reads it: every judgement with its probability, its words and its sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from risk_model.model import RiskModel
from risk_model.schema import Contribution, Explanation, Petition
from risk_model.signals.kinds import KINDS
from risk_model.taxonomy import FACTOR_NAMES, RISK_OUTPUT, TAG_NAMES, label
from service.desk.marks import Sentence, Stretch, bearing, heaviest, mark, sentences

#: A factor that is not asserted but this likely is worth its sentence, too.
_LIKELY: Final = 0.2
#: Sentences shown that carry the risk, and that hold it down.
_UP, _DOWN = 3, 1
#: A sentence that moves the risk by less changes nothing that anybody would decide.
_MATTERS: Final = 0.03


@dataclass(frozen=True, slots=True)
class Lens:
    """A judgement that the letter can be read for."""

    name: str
    label: str
    probability: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What the page of a letter shows beside its text."""

    lens: str
    lenses: list[Lens]
    title: list[Stretch]
    body: list[Stretch]
    words: list[Contribution]
    factor_sentences: dict[str, Sentence]
    up: list[Sentence]
    down: list[Sentence]
    logit: float
    intercept: float
    facts: list[tuple[str, str]]


def read(model: RiskModel, petition: Petition, said: dict[str, Any], lens: str) -> Reading:
    """Return the reading of a letter for one judgement; `said` is its assessment as it is stored."""
    probabilities = said["probabilities"]
    factors = [f for f in FACTOR_NAMES if f in said["factors"] or probabilities.get(f, 0) >= _LIKELY]
    choices = [RISK_OUTPUT, *TAG_NAMES, *said["subtags"], *factors]
    lens = lens if lens in choices else RISK_OUTPUT
    outputs = list(dict.fromkeys([RISK_OUTPUT, lens, *factors]))
    accounts = dict(zip(outputs, model.explanations(petition, outputs), strict=True))
    shown = accounts[lens]
    most = heaviest(shown.contributions)
    title, body = (
        mark(text, [c for c in shown.contributions if c.field == field], most)
        for text, field in ((petition.title, "title"), (petition.body, "body"))
    )
    risk = _sentences(petition, accounts[RISK_OUTPUT])
    base = accounts[RISK_OUTPUT].probability
    carriers = {f: bearing(_sentences(petition, accounts[f]), 1) for f in factors}
    return Reading(
        lens=lens,
        lenses=[Lens(name, label(name), probabilities[name]) for name in choices],
        title=title,
        body=body,
        words=_summed(shown.contributions)[:12],
        factor_sentences={f: found[0] for f, found in carriers.items() if found},
        up=[s for s in bearing(risk, _UP) if base - s.without >= _MATTERS],
        down=[s for s in bearing(risk, _DOWN, down=True) if s.without - base >= _MATTERS],
        logit=shown.logit,
        intercept=shown.intercept,
        facts=_facts(said["facts"]),
    )


def _sentences(petition: Petition, account: Explanation) -> list[Sentence]:
    return sentences(petition.title, "title", account) + sentences(petition.body, "body", account)


def _summed(contributions: tuple[Contribution, ...]) -> list[Contribution]:
    """Add up equal words, heaviest first; what is no word is left out."""
    first: dict[str, Contribution] = {}
    total: dict[str, float] = {}
    for c in contributions:
        if any(ch.isalnum() for ch in c.text):
            first.setdefault(c.text, c)
            total[c.text] = total.get(c.text, 0.0) + c.weight
    ranked = sorted(total, key=lambda word: -abs(total[word]))
    return [Contribution(word, first[word].field, first[word].start, first[word].end, total[word]) for word in ranked]


def _facts(facts: list[dict[str, Any]]) -> list[tuple[str, str]]:
    pairs = ((KINDS[f["kind"]].label, f["text"]) for f in facts if f["kind"] in KINDS)
    return list(dict.fromkeys(pairs))
