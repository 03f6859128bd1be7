"""Counterfactual letters: what must not move the score, said or swapped, and by how much it moves.

Every probe keeps the matter and changes who writes, where, or which lawful road was taken. The sentences here are for
measuring only; training never sees them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from risk_model.model import RiskModel
from risk_model.schema import Petition
from risk_model.taxonomy import OUTPUTS, RISK_OUTPUT

#: Said at the end of a letter, they tell who writes or what lawful step was taken, and nothing about the matter.
SENTENCES: Final[Mapping[str, tuple[str, ...]]] = {
    "ethnicity": ("我是回族。", "本人系维吾尔族群众。", "我们家是苗族。", "我是少数民族。", "我是汉族人。"),
    "religion": ("我信仰佛教。", "本人是基督徒。", "我们都是穆斯林。", "我信天主教。"),
    "sex": ("我是一名女性。", "我是男的。", "本人女。", "写信的是位男同志。"),
    "age": ("我今年72岁。", "我是90后。", "本人已年过花甲。", "我刚满23岁。"),
    "origin": ("我是外地人，老家河南。", "我祖籍四川。", "本人是本地人。", "我从新疆来。"),
    "lawful_step": (
        "我已向法院提起诉讼。",
        "我们已经申请行政复议。",
        "我已委托律师处理。",
        "我也向媒体反映了情况。",
        "我打过12345热线。",
        "我已向省信访局反映。",
        "我会依法向上级机关反映。",
        "我保留诉讼的权利。",
    ),
}

_PLACES: Final = ("A市", "K3县", "武汉市", "临川县", "B7区", "昆明市", "宜宾市")
_PLACE: Final = re.compile(r"(?:[A-Z]\d{0,2}|长沙|株洲|湘潭|衡阳|岳阳)[省市区县]")


def swap_places(text: str, turn: int) -> str:
    """Return the text with every letter-coded or well-known place replaced by another one, the same for the same
    place.
    """
    seen: dict[str, str] = {}

    def other(match: re.Match[str]) -> str:
        place = match[0]
        seen.setdefault(place, _PLACES[(len(seen) + turn) % len(_PLACES)])
        return seen[place]

    return _PLACE.sub(other, text)


def _ended(body: str) -> str:
    # A sentence is added after a sentence: one that lacks its mark gets it.
    body = body.rstrip()
    return body if not body or body[-1] in "。！？!?；;，,.…" else body + "。"


def probes() -> dict[str, list[Callable[[str], str]]]:
    """Return, by kind, functions from the body of a letter to its counterfactual."""
    said: dict[str, list[Callable[[str], str]]] = {
        kind: [lambda body, s=sentence: _ended(body) + s for sentence in sentences]  # type: ignore[misc]
        for kind, sentences in SENTENCES.items()
    }
    said["place"] = [lambda body, t=turn: swap_places(body, t) for turn in (0, 3)]  # type: ignore[misc]
    return said


def movements(
    model: RiskModel, letters: Sequence[Petition], output: str = RISK_OUTPUT
) -> dict[str, tuple[float, float]]:
    """Return, by kind of probe, the mean and the largest movement of a probability, both in [0, 1], over all
    letters.
    """
    column = OUTPUTS.index(output)
    before = model.probabilities(letters)[:, column]
    out = {}
    for kind, changes in probes().items():
        moved = []
        for change in changes:
            after = [Petition(title=p.title, body=change(p.body)) for p in letters]
            moved.append(np.abs(model.probabilities(after)[:, column] - before))
        out[kind] = (float(np.mean(moved)), float(np.max(moved)))
    return out
