"""Letters as they come: mistyped, unpunctuated, in traditional characters, cut short, or taken down from speech."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

import numpy as np

from risk_model.schema import Petition

#: Pairs that input methods confuse: same or nearly same sound.
_SOUNDS: Final = (
    "的地", "在再", "做作", "已以", "帐账", "象像", "座坐", "既即", "他它", "那哪", "进近", "园圆", "幢撞", "搬般", "部步",
    "导倒", "复付", "工公", "建件", "交教", "决绝", "历厉", "理里", "名明", "期其", "清请", "全权", "势事", "是事", "通同",
    "位为", "现线", "需须", "业叶", "意义", "因应", "员原", "知之", "治制", "住主", "资姿", "小校", "心新", "学雪", "房防",
    "费废", "府付", "水睡", "路录", "区取", "村存", "政证", "拆柴", "迁前", "赔陪", "偿尝", "投头", "诉述", "安按",
)  # fmt: skip
_PUNCTUATION: Final = re.compile(r"[，。！？；：、“”‘’（）《》…,.!?;:()\"'\-—~]+")
_FILLERS: Final = ("嗯", "那个", "就是说", "然后呢", "啊", "这个")
_DIGITS: Final = dict(zip("0123456789", "零一二三四五六七八九", strict=True))

#: Mistyped characters in a hundred, as people type who do not read their letter again.
TYPOS: Final = 0.03


def _confused() -> dict[str, str]:
    out: dict[str, str] = {}
    for a, b in _SOUNDS:
        out.setdefault(a, b)
        out.setdefault(b, a)
    return out


def typos(text: str, rng: np.random.Generator) -> str:
    """Mistype about TYPOS of the characters: a like-sounding one where the table has it, else dropped or swapped with the next."""
    table = _confused()
    out: list[str] = []
    wrong = rng.random(len(text)) < TYPOS
    for i, character in enumerate(text):
        if not wrong[i] or character.isspace():
            out.append(character)
        elif character in table:
            out.append(table[character])
        elif rng.random() < 0.5 and out and not out[-1].isspace():
            out.insert(len(out) - 1, character)
    return "".join(out)


def unpunctuated(text: str, rng: np.random.Generator) -> str:
    """Take out every mark; nothing stands in its place."""
    return _PUNCTUATION.sub("", text)


@cache
def _to_traditional() -> Callable[[str], str]:
    from opencc import OpenCC

    return OpenCC("s2t").convert  # type: ignore[no-any-return]


def traditional(text: str, rng: np.random.Generator) -> str:
    """Write it in traditional characters."""
    return _to_traditional()(text)


def cut_short(text: str, rng: np.random.Generator) -> str:
    """Keep the first 200 characters, as some forms do."""
    return text[:200]


def dictated(text: str, rng: np.random.Generator) -> str:
    """Turn it into what speech recognition gives: no marks, spoken digits, fillers, sounds mistaken."""
    table = _confused()
    out = []
    for piece in _PUNCTUATION.split(text):
        if out and rng.random() < 0.15:
            out.append(_FILLERS[int(rng.integers(len(_FILLERS)))])
        mistaken = rng.random(len(piece)) < 0.02
        out.append(
            "".join(table.get(c, c) if wrong else _DIGITS.get(c, c) for c, wrong in zip(piece, mistaken, strict=True))
        )
    return "".join(out)


DISTORTIONS: Final[Mapping[str, Callable[[str, np.random.Generator], str]]] = {
    "typos in 3 % of characters": typos,
    "no punctuation": unpunctuated,
    "traditional characters": traditional,
    "first 200 characters": cut_short,
    "taken down from speech": dictated,
}


def distorted(petition: Petition, change: Callable[[str, np.random.Generator], str], seed: int) -> Petition:
    """Return the letter with title and body changed."""
    rng = np.random.default_rng(seed)
    return Petition(title=change(petition.title, rng), body=change(petition.body, rng))
