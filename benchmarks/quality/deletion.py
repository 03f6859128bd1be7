"""Explanations that hold: taking out the words named as evidence lowers the score more than taking out others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.letters import Study
from benchmarks.quality.resample import interval
from benchmarks.quality.tables import Cell, Figure, Table, span
from risk_model.model import RiskModel
from risk_model.schema import Contribution, Petition
from risk_model.taxonomy import FACTORS, OUTPUTS, RISK_OUTPUT

STEPS: Final = (1, 2, 3, 5, 8, 12)
_DRAWS: Final = 3


def without(letter: Petition, words: Sequence[Contribution]) -> Petition:
    """Return the letter with the spans of `words` taken out."""
    parts = {"title": letter.title, "body": letter.body}
    for field in parts:
        spans = sorted({(c.start, c.end) for c in words if c.field == field}, reverse=True)
        for start, end in spans:
            parts[field] = parts[field][:start] + parts[field][end:]
    return Petition(title=parts["title"], body=parts["body"])


def sounding(words: Sequence[Contribution]) -> list[Contribution]:
    """Return the words that hold a letter or digit, each span once."""
    return [c for c in {(c.field, c.start): c for c in words}.values() if any(map(str.isalnum, c.text))]


def curves(
    model: RiskModel, letters: Sequence[Petition], output: str, seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the probability left after taking out the top words and as many at random, each (letters, steps + 1)."""
    rng = np.random.default_rng(seed)
    k = OUTPUTS.index(output)
    changed: list[Petition] = []
    for letter in letters:
        words = sounding(model.explain(letter, output).contributions)
        top = sorted(words, key=lambda c: -c.weight)
        changed.append(letter)
        changed += [without(letter, top[:n]) for n in STEPS]
        for _ in range(_DRAWS):
            order = rng.permutation(len(words))
            changed += [without(letter, [words[i] for i in order[:n]]) for n in STEPS]
    said = model.probabilities(changed)[:, k].reshape(len(letters), 1 + (1 + _DRAWS) * len(STEPS)).astype(float)
    first = said[:, :1]
    top_left = np.hstack([first, said[:, 1 : 1 + len(STEPS)]])
    random = said[:, 1 + len(STEPS) :].reshape(len(letters), _DRAWS, len(STEPS)).mean(axis=1)
    return top_left, np.hstack([first, random])


def area(left: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each letter's area under its deletion curve, as a share of the area without any deletion."""
    at = np.array((0, *STEPS), float)
    return np.asarray(np.trapezoid(left, at, axis=1) / (at[-1] * left[:, 0]))


def explanations(study: Study) -> list[Table]:
    """Return deletion curves of the risk and two tags, over held-out letters where the output is at least likely."""
    everyone = study.held_out.petitions
    said = study.model.probabilities(everyone)
    rows: list[tuple[Cell, ...]] = []
    figures: dict[str, Figure] = {}
    for output in (RISK_OUTPUT, "land_acquisition", "governance"):
        likely = np.flatnonzero(said[:, OUTPUTS.index(output)] >= 0.5)
        letters = [everyone[i] for i in likely[:120]]
        if len(letters) < 10:
            continue
        top, random = curves(study.model, letters, output)
        for name, left in (("top evidence", top), ("random words", random)):
            shares = area(left)
            bounds = interval(lambda r, s=shares: float(s[r].mean()), len(letters), study.resamples)  # type: ignore[misc]
            rows.append((output, name, len(letters), *left.mean(axis=0).tolist(), float(shares.mean()), span(bounds)))
        figures[f"deletion.{output}"] = (float((area(random) - area(top)).mean()), None)
    columns = ("output", "taken out", "letters", "none", *(f"{n} words" for n in STEPS), "area", "95 % interval")
    notes = (
        "Mean probability left; the area is a share of the area without deletion, smaller is steeper. Random words: three draws.",
    )
    table = Table("deletion", f"Deletion curves ({study.where})", columns, tuple(rows), notes, figures)
    return [table, factor_sentences()]


def factor_sentences() -> Table:
    """Return the sentence a clerk reads for each factor."""
    rows = tuple((f.name, f.label, f.sentence) for f in FACTORS)
    return Table("factor-sentences", "What each factor says to a clerk", ("factor", "中文", "sentence"), rows)
