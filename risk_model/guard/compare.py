"""Side by side: quality on locked letters, neutrality and speed of a candidate and the served model."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from risk_model.artifact import WEIGHTS
from risk_model.guard.figures import Figure, figures
from risk_model.model import RiskModel
from risk_model.schema import Petition
from risk_model.training.examples import Examples, corpus
from risk_model.training.judging import judge, petitions_of
from risk_model.training.neutrality import movements

#: Mean movement of the risk under a probe may grow by this much.
_NEUTRAL_TOLERANCE: Final = 0.002
#: A share of the speed; a busy machine makes smaller losses appear and vanish.
_SPEED_TOLERANCE: Final = 0.2
_SPEED_LETTERS: Final = 400
_SPEED_ROUNDS: Final = 5
#: Every tenth letter of the corpus stands for it: they cover every kind of matter.
_PROBED: Final = 10


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison found, bound to the very weights it was made with."""

    candidate: str
    served: str
    weights: dict[str, str]
    at: str
    letters: dict[str, int]
    figures: tuple[Figure, ...]

    @property
    def worse(self) -> tuple[Figure, ...]:
        """The guarded figures in which the candidate is worse."""
        return tuple(figure for figure in self.figures if figure.worse)

    @property
    def judged(self) -> bool:
        """Whether quality was measured at all, and not neutrality and speed alone."""
        return any(self.letters.values())

    def to_dict(self) -> dict[str, Any]:
        """Return plain types, ready for JSON."""
        return {
            "candidate": self.candidate,
            "served": self.served,
            "weights": self.weights,
            "at": self.at,
            "letters": self.letters,
            "figures": [figure.to_dict() for figure in self.figures],
        }

    @staticmethod
    def from_dict(record: Mapping[str, Any]) -> Comparison:
        """Return the comparison that `to_dict` wrote."""
        kept = [{k: v for k, v in f.items() if k not in {"gain", "worse"}} for f in record["figures"]]
        return Comparison(
            **{name: record[name] for name in ("candidate", "served", "weights", "at", "letters")},
            figures=tuple(Figure(**figure) for figure in kept),
        )


def weights_of(model: RiskModel) -> str:
    """Return the SHA-256 of a model's weights, as its manifest lists it."""
    return str(model.manifest["files"][WEIGHTS]["sha256"])


def compare(
    candidate: RiskModel,
    served: RiskModel,
    sets: Mapping[str, Examples],
    now: dt.datetime,
    resamples: int = 200,
    probed: int = _PROBED,
    say: Callable[[str], None] = lambda _: None,
) -> Comparison:
    """Compare on each of `sets` (letters neither model may have learnt from), then in neutrality, on every so many
    letters of the corpus, and in speed.
    """
    found: list[Figure] = []
    for name, examples in sets.items():
        say(f"comparing on {name}: {len(examples)} letters")
        if len(examples):
            found += figures(name, judge(candidate, examples), judge(served, examples), resamples)
    say("comparing neutrality and speed")
    letters = petitions_of(corpus())
    found += neutrality(candidate, served, letters[::probed])
    found.append(speed(candidate, served, letters[:_SPEED_LETTERS]))
    return Comparison(
        candidate.version,
        served.version,
        {model.version: weights_of(model) for model in (candidate, served)},
        now.astimezone(dt.UTC).isoformat(timespec="seconds"),
        {name: len(examples) for name, examples in sets.items()},
        tuple(found),
    )


def neutrality(candidate: RiskModel, served: RiskModel, letters: Sequence[Petition]) -> list[Figure]:
    """Return the mean movement of the risk by kind of counterfactual (`risk_model.training.neutrality`)."""
    one, two = movements(candidate, letters), movements(served, letters)
    return [Figure("neutrality", kind, one[kind][0], two[kind][0], _NEUTRAL_TOLERANCE, False) for kind in one]


def speed(candidate: RiskModel, served: RiskModel, letters: Sequence[Petition]) -> Figure:
    """Return letters a second relative to the served model, the best of several rounds taken in turn."""
    best: dict[str, float] = {}
    for _ in range(_SPEED_ROUNDS):
        for name, model in (("candidate", candidate), ("served", served)):
            started = time.perf_counter()
            model.score(letters)
            best[name] = min(best.get(name, float("inf")), time.perf_counter() - started)
    return Figure("speed", "letters_per_second", best["served"] / best["candidate"], 1.0, _SPEED_TOLERANCE, True)
