"""The masks that stand where a personal identifier stood."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a mask hides; the value is the word a reader sees between the brackets."""

    MOBILE = "手机"
    PHONE = "电话"
    ID_CARD = "身份证"
    BANK_CARD = "银行卡"
    PLATE = "车牌"
    EMAIL = "邮箱"
    ACCOUNT = "社交账号"
    DOOR = "门牌"
    NAME = "姓名"

    @property
    def mask(self) -> str:
        """Return the mask as it stands in the text.

        >>> Kind.NAME.mask
        '〔姓名〕'
        """
        return f"〔{self.value}〕"


@dataclass(frozen=True, slots=True)
class Mask:
    """A mask and its half-open place in a text; the value it hides is kept nowhere."""

    kind: Kind
    start: int
    end: int


_MASK: Final = re.compile("〔(" + "|".join(Kind) + ")〕")


def masks_in(text: str) -> tuple[Mask, ...]:
    """Return the masks that stand in `text`, in order.

    >>> masks_in("请找〔姓名〕书记")
    (Mask(kind=<Kind.NAME: '姓名'>, start=2, end=6),)
    """
    return tuple(Mask(Kind(m[1]), m.start(), m.end()) for m in _MASK.finditer(text))
