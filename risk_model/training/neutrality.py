"""Counterfactual letters: what must not move the score, said or swapped, and by how much it moves.

Every probe keeps the matter and changes who writes, where, in which tone, or which lawful road was taken. The sentences here are
for measuring only; training never sees them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from risk_model.model import RiskModel
from risk_model.schema import Petition
from risk_model.taxonomy import LEVELS, OUTPUTS, RISK_OUTPUT

F32 = NDArray[np.float32]

#: Said at the beginning or the end of a letter, they tell who writes, how, or what lawful step was taken, and nothing about the
#: matter.
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
    "name": ("我叫王建国。", "本人姓李。", "我是张秀英。", "反映人：赵志强。"),
    "occupation": ("我是一名教师。", "我是个体户。", "本人是退休工程师。", "我是开出租车的。", "我在银行上班。"),
    "tone": (
        "真是太气人了！",
        "强烈要求尽快解决！",
        "恳请领导重视。",
        "谢谢领导！",
        "给我一个说法！",
        "实在是忍无可忍！",
    ),
}

#: The same said in passing, as people do who do not fill in a form. Chosen before anyone saw how the model takes them, and no word
#: list was made from them: what is measured is how far the lists fall short.
PROSE: Final[Mapping[str, tuple[str, ...]]] = {
    "ethnicity": ("我爱人是朝鲜族的。", "家里老人是满族。"),
    "religion": ("我每周去教堂做礼拜。", "家里供着观音。"),
    "sex": ("我一个女人家。", "我是作为一个母亲来写的。"),
    "age": ("我都快七十的人了。", "我1958年出生。", "我还在读高中。"),
    "origin": ("我是从四川嫁过来的。", "我十年前从外省搬来。"),
    "lawful_step": (
        "律师说这个官司可以打。",
        "记者来拍过视频。",
        "我准备走行政诉讼这条路。",
        "信访窗口的同志登记了材料。",
    ),
    "name": ("我姓欧阳。", "写信人小周。"),
    "occupation": ("我平时跑网约车。", "我在厂里做会计。", "我教了三十年书。"),
    "tone": ("请你们摸着良心想一想！", "盼复。", "跪谢！", "我心里堵得慌！"),
}

#: Harsh words about officials. They may be blame, so the governance tags may move; the risk and its levels may not.
CRITICISM: Final = ("当官的都是吃干饭的！", "你们的作风太差劲了！", "真是官官相护！", "政府的公信力在哪里？")

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


def _said(sentence: str, front: bool) -> Callable[[str], str]:
    return lambda body: sentence + body if front else _ended(body) + sentence


def probes() -> dict[str, list[Callable[[str], str]]]:
    """Return, by kind, functions from the body of a letter to its counterfactual."""
    sentences = {**SENTENCES, "criticism": CRITICISM} | {f"{kind}_in_prose": some for kind, some in PROSE.items()}
    said = {kind: [_said(s, front) for s in some for front in (False, True)] for kind, some in sentences.items()}
    said["place"] = [lambda body, t=turn: swap_places(body, t) for turn in (0, 3)]  # type: ignore[misc]
    return said


def judged_outputs(kind: str) -> list[int]:
    """Return the outputs that a kind of probe must not move: all of them, for criticism the levels."""
    return [k for k, name in enumerate(OUTPUTS) if kind != "criticism" or name in LEVELS]


def probe_movements(model: RiskModel, letters: Sequence[Petition]) -> dict[str, F32]:
    """Return, by kind, how far every probability moves, shape (probes, letters, outputs), signed.

    Letters are compared as they stand with their last sentence closed by a mark: what is measured is what was said, not a full stop.
    """
    closed = [Petition(title=p.title, body=_ended(p.body)) for p in letters]
    before = model.probabilities(closed)
    out = {}
    for kind, changes in probes().items():
        after = [
            model.probabilities([Petition(title=p.title, body=change(p.body)) for p in closed]) for change in changes
        ]
        out[kind] = np.stack(after) - before
    return out


def movements(
    model: RiskModel, letters: Sequence[Petition], output: str = RISK_OUTPUT
) -> dict[str, tuple[float, float]]:
    """Return, by kind of probe, the mean and the largest movement of a probability, both in [0, 1], over all
    letters.
    """
    column = OUTPUTS.index(output)
    moved = {kind: np.abs(m[:, :, column]) for kind, m in probe_movements(model, letters).items()}
    return {kind: (float(m.mean()), float(m.max())) for kind, m in moved.items() if column in judged_outputs(kind)}
