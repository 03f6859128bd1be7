"""The front door: load a released model and assess letters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import compress, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from risk_model.artifact import Artifact, default_registry
from risk_model.artifact import load as load_artifact
from risk_model.deadlines import due
from risk_model.errors import ArtifactError, InputError
from risk_model.runtime import Answer, Engines, Evidence, Scorer, WordShares, explain
from risk_model.schema import Assessment, Contribution, Due, Explanation, Petition
from risk_model.signals import Signal, extract_many
from risk_model.taxonomy import DISCLAIMER, FACTOR_NAMES, OUTPUTS, RISK_OUTPUT, SUBTAG_NAMES, TAG_NAMES
from risk_model.text import MappedText, mojibake_share, prepare, prepare_many, rules, trace
from risk_model.thresholds import cut_vector, decide_at

if TYPE_CHECKING:
    import pandas as pd

F32 = NDArray[np.float32]

#: Letters assessed at a time; bounds memory, and the objects made at once.
_BATCH: Final = 1_000
#: Below so many letters, each is prepared by itself.
_FEW: Final = 10
#: A risk this near to a band cut, or a tag this near to its cut, could as well be on the other side.
_NEAR_BAND: Final = 0.05
_NEAR_TAG: Final = 0.08
#: Below this many characters a letter says too little to be judged by its words.
_SHORT: Final = 10
#: A letter with fewer known words than this share is in words the model has not learnt.
_KNOWN: Final = 0.6
#: No tag even this likely: advertising, nonsense, another language.
_ANY_TAG: Final = 0.2
_MOJIBAKE: Final = 0.02

#: What is shown of one letter: words and facts.
_Account = tuple[tuple[Contribution, ...], tuple[Signal, ...]]
_NOTHING: Final[_Account] = ((), ())

_COLUMN: Final = {name: k for k, name in enumerate(OUTPUTS)}
_RISK: Final = _COLUMN[RISK_OUTPUT]
_TAGS: Final = [_COLUMN[n] for n in TAG_NAMES]


class RiskModel:
    """A verified model, ready to assess letters; safe to share between threads (nothing is changed after loading).

    >>> model = load()
    >>> model.assess("开发商拖欠三百多名农民工工资半年，多次反映无人处理").risk_band
    'high'
    """

    def __init__(self, artifact: Artifact) -> None:
        if artifact.parameters.outputs != OUTPUTS:
            raise ArtifactError("模型的标签体系与本程序不一致：请换用同一版本发布的模型")
        if artifact.manifest["segmentation"] != rules():
            raise ArtifactError("模型是用另一套分词词典训练的：请重新训练，或换用与本程序同时发布的模型")
        self.artifact = artifact
        self.version = artifact.version
        self.manifest = artifact.manifest
        self.thresholds = artifact.parameters.thresholds
        self._cuts = cut_vector(self.thresholds)

    @cached_property
    def scorer(self) -> Scorer:
        """The run time, built when first used."""
        return Scorer(self.artifact.parameters)

    @cached_property
    def engines(self) -> Engines:
        """What reads letters: numpy, or compiled code where that pays."""
        return Engines(self.scorer)

    def assess(
        self, letters: str | Petition | Sequence[str | Petition], evidence: int = 5
    ) -> Assessment | list[Assessment]:
        """Assess one letter or a list of them, with the `evidence` words that weigh most and the facts found."""
        if isinstance(letters, str | Petition):
            return self.score([_petition(letters)], evidence)[0]
        return self.score([_petition(x) for x in letters], evidence)

    def score(self, petitions: Sequence[Petition], evidence: int = 0) -> list[Assessment]:
        """Assess a list of letters; with `evidence` 0 neither words nor facts are looked up, which is much faster."""
        out: list[Assessment] = []
        for start in range(0, len(petitions), _BATCH):
            part = petitions[start : start + _BATCH]
            texts, traced = _prepared([_joined(p) for p in part], traced=evidence > 0)
            for first, last, answer in self.engines.read(texts, _RISK, evidence):
                some = part[first:last]
                accounts: Iterable[_Account] = repeat(_NOTHING)
                if answer.evidence is not None:
                    accounts = self._accounts(some, traced[first:last], answer.evidence)
                out += self._assessments(some, texts[first:last], answer, accounts)
        return out

    def probabilities(self, petitions: Sequence[Petition]) -> F32:
        """Return probabilities (n, outputs) in the order of `taxonomy.OUTPUTS`."""
        texts = prepare_many([_joined(p) for p in petitions])
        out = np.empty((len(texts), len(OUTPUTS)), np.float32)
        for first, last, answer in self.engines.read(texts, _RISK, 0):
            out[first:last] = _expit(answer.logits)
        return out

    def explain(self, letter: str | Petition, output: str = RISK_OUTPUT) -> Explanation:
        """Return the exact account of one output: intercept and every word's contribution to its logit."""
        return self.explanations(letter, [output])[0]

    def explanations(self, letter: str | Petition, outputs: Sequence[str]) -> list[Explanation]:
        """Return the exact accounts of several outputs; the letter is read once for all of them."""
        petition = _petition(letter)
        for output in outputs:
            if output not in _COLUMN:
                raise InputError(f"没有输出“{output}”，可选：{'、'.join(OUTPUTS)}")
        mapped = prepare(_joined(petition))
        accounts = explain(self.scorer, mapped.text, [_COLUMN[output] for output in outputs])
        return [
            Explanation(
                output=output,
                probability=float(1 / (1 + np.exp(-shares.logit))),
                logit=shares.logit,
                intercept=shares.intercept,
                contributions=tuple(_contributions(petition, mapped, shares)),
            )
            for output, shares in zip(outputs, accounts, strict=True)
        ]

    def with_cuts(self, high: float, medium: float) -> RiskModel:
        """Return the same model with other cuts of the risk into bands."""
        other = copy(self)
        other.thresholds = replace(self.thresholds, high=high, medium=medium)
        return other

    def score_frame(self, frame: pd.DataFrame, evidence: int = 5) -> pd.DataFrame:
        """Return `frame` (columns body and, if there, title) with the columns of the `score` command appended."""
        import pandas as pd

        from risk_model.tables import result_columns

        titles = frame["title"].fillna("") if "title" in frame else [""] * len(frame)
        petitions = [Petition(body=str(b), title=str(t)) for t, b in zip(titles, frame["body"].fillna(""), strict=True)]
        columns = pd.DataFrame(result_columns(self.score(petitions, evidence)), index=frame.index)
        return pd.concat([frame.drop(columns=[c for c in columns if c in frame]), columns], axis=1)

    def _assessments(
        self,
        petitions: Sequence[Petition],
        texts: Sequence[str],
        answer: Answer,
        accounts: Iterable[_Account],
    ) -> list[Assessment]:
        probabilities = _expit(answer.logits)
        said, size = decide_at(probabilities, self._cuts).tobytes(), len(OUTPUTS)
        cuts = self._cuts[_TAGS].tolist()
        out = []
        for i, (petition, text, row, share, (words, facts)) in enumerate(
            zip(petitions, texts, probabilities.tolist(), answer.known.tolist(), accounts, strict=False)
        ):
            tags, subtags, factors, answer_by = _labels(said[i * size : (i + 1) * size], petition.received)
            risk = row[_RISK]
            out.append(
                Assessment(
                    id=petition.id,
                    probabilities=dict(zip(OUTPUTS, row, strict=True)),
                    tags=tags,
                    subtags=subtags,
                    factors=factors,
                    mass_incident_risk=risk,
                    risk_band=self.band(risk),
                    review=self._review(text, share, risk, [row[k] for k in _TAGS], cuts),
                    evidence=words,
                    facts=facts,
                    due=answer_by,
                    model_version=self.version,
                    disclaimer=DISCLAIMER,
                )
            )
        return out

    def band(self, risk: float) -> str:
        """Return "high", "medium" or "low" for a risk in [0, 1]."""
        if risk >= self.thresholds.high:
            return "high"
        return "medium" if risk >= self.thresholds.medium else "low"

    def _review(self, text: str, known: float, risk: float, tags: list[float], cuts: list[float]) -> tuple[str, ...]:
        """Return why a person must look first."""
        high, medium = self.thresholds.high, self.thresholds.medium
        reasons = []
        if abs(risk - high) < _NEAR_BAND or abs(risk - medium) < _NEAR_BAND:
            reasons.append("near_threshold")
        if len(text) < _SHORT or len(text.strip()) < _SHORT:
            reasons.append("too_short")
        if max(tags) < _ANY_TAG:
            reasons.append("not_petition")
        if known < _KNOWN:
            reasons.append("out_of_vocabulary")
        if mojibake_share(text) > _MOJIBAKE:
            reasons.append("mojibake")
        if any(abs(tag - cut) < _NEAR_TAG for tag, cut in zip(tags, cuts, strict=True)):
            reasons.append("uncertain_tags")
        return tuple(reasons)

    def _accounts(
        self, petitions: Sequence[Petition], traced: Sequence[MappedText], evidence: Sequence[Evidence]
    ) -> list[_Account]:
        facts = extract_many([mapped.text for mapped in traced], [p.received for p in petitions])
        out = []
        for petition, mapped, found, facts_ in zip(petitions, traced, evidence, facts, strict=True):
            spans = zip(found.starts, found.ends, found.weights, strict=True)
            out.append((tuple(_contribution(petition, mapped, *span) for span in spans), facts_))
        return out


def load(model: str | Path | None = None) -> RiskModel:
    """Load the served version, a version by name, or a model folder.

    Raises `ArtifactError` when anything in the folder is not as its manifest says.
    """
    if isinstance(model, Path) or (model and Path(model).is_dir()):
        return RiskModel(load_artifact(Path(model)))
    registry = default_registry()
    return RiskModel(load_artifact(registry.path(model or registry.current())))


@lru_cache(maxsize=4_096)
def _labels(said: bytes, received: dt.date | None) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], Due]:
    """Return tags, sub-tags, factors and who answers by when, from one byte an output.

    Kept, because many letters carry the same labels and came on the same day.
    """
    named = set(compress(OUTPUTS, said))
    tags, subtags, factors = (
        tuple(n for n in names if n in named) for names in (TAG_NAMES, SUBTAG_NAMES, FACTOR_NAMES)
    )
    return tags, subtags, factors, due(received, tags, subtags)


def _petition(letter: str | Petition) -> Petition:
    return Petition(body=letter) if isinstance(letter, str) else letter


def _joined(petition: Petition) -> str:
    return f"{petition.title}\n{petition.body}"


def _prepared(typed: Sequence[str], *, traced: bool) -> tuple[list[str], list[MappedText]]:
    """Return the prepared texts, and if they shall be `traced` the way back to what was typed."""
    if len(typed) < _FEW:
        mapped = [prepare(text) for text in typed]
        return [m.text for m in mapped], mapped
    texts = prepare_many(typed)
    return texts, trace(typed, texts) if traced else []


def _expit(logits: F32) -> F32:
    return np.asarray(1 / (1 + np.exp(-logits)), np.float32)


def _contributions(petition: Petition, mapped: MappedText, shares: WordShares) -> Iterator[Contribution]:
    for start, end, weight in zip(shares.starts.tolist(), shares.ends.tolist(), shares.shares.tolist(), strict=True):
        if weight:
            yield _contribution(petition, mapped, start, end, weight)


def _contribution(petition: Petition, mapped: MappedText, start: int, end: int, weight: float) -> Contribution:
    first, last = mapped.origin(start, end)
    shift = len(petition.title) + 1
    field, offset = ("body", shift) if first >= shift else ("title", 0)
    return Contribution(mapped.text[start:end], field, first - offset, last - offset, weight)
