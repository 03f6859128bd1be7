"""E-mail addresses, QQ and WeChat accounts, vehicle plates."""

from __future__ import annotations

import re
from typing import Final

from risk_model.text.mapping import Edit
from risk_model.text.masks import Kind

#: RFC 5321, 4.5.3.1: 64 characters before the @, 63 in a label.
_DOMAIN: Final = re.compile(r"@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}")
_LOCAL_CHARACTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-*"
_LOCAL_LENGTH: Final = 64

#: A cue, then QQ's 5 to 12 digits or WeChat's 6 to 20 characters (the mobile numbers people use there are masked before). A number
#: with a unit behind it is a sum or a count: 微信50000元.
_ACCOUNT: Final = re.compile(
    r"[Qq扣企微威加Vv薇Ww](?<![A-Za-z].)(?:(?<=[Qq])[Qq]|(?<=扣)扣|(?<=企)鹅|(?<=[微威薇])信|(?<=加)[vV]|(?<=[Vv])[Xx信]"
    r"|(?<=[Ww])(?:[Xx]|e(?:chat|ixin)))(?:群聊?)?(?:账号|号码?|[Ii][Dd])?[ :：是为]{0,3}"
    r"(?P<account>[0-9]{5,12}+(?![0-9元块万亿年月日人个户条次%A-Za-z])|(?=[A-Za-z_-]*+[0-9_-])[A-Za-z][A-Za-z0-9_-]{5,19}+|[0-9][0-9_-]{0,10}[A-Za-z][A-Za-z0-9_-]{3,15}+)"
)

#: GA 36-2018: province, issuing office (no I, no O), five places, or six for new-energy vehicles.
_PLATE: Final = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使][A-HJ-NP-Za-hj-np-z][ ·.-]?"
    r"(?=[A-Za-z]{0,5}[0-9])(?:[A-HJ-NP-Za-hj-np-z0-9]{5,6}|[A-HJ-NP-Za-hj-np-z0-9]{4}[挂学警港澳领试超])(?![A-Za-z0-9])"
)


def emails(text: str) -> list[Edit]:
    """Mask e-mail addresses.

    >>> emails("写信到wang.li@example.com。")
    [(3, 22, '〔邮箱〕')]
    """
    if "@" not in text:
        return []
    edits: list[Edit] = []
    for m in _DOMAIN.finditer(text):
        head = text[max(0, m.start() - _LOCAL_LENGTH) : m.start()]
        length = len(head) - len(head.rstrip(_LOCAL_CHARACTERS))
        start = max(m.start() - length, edits[-1][1] if edits else 0)
        if start < m.start():
            edits.append((start, m.end(), Kind.EMAIL.mask))
    return edits


def accounts(text: str) -> list[Edit]:
    """Mask QQ and WeChat accounts after their cue.

    >>> accounts("微信号：zhang_san88")
    [(4, 14, '〔社交账号〕')]
    """
    return [(*m.span("account"), Kind.ACCOUNT.mask) for m in _ACCOUNT.finditer(text)]


def plates(text: str) -> list[Edit]:
    """Mask vehicle plates.

    >>> plates("湘A12345和粤BD12345")
    [(0, 7, '〔车牌〕'), (8, 16, '〔车牌〕')]
    """
    return [(*m.span(), Kind.PLATE.mask) for m in _PLATE.finditer(text)]
