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

#: Five letters and digits or more, or four and what stands on the plates of trailers, learners and police.
_TOKEN: Final = re.compile(
    r"[A-Za-z0-9](?=[A-Za-z0-9_-]{3})(?<![A-Za-z0-9_-].)(?:[A-Za-z0-9_-]{4,}+[挂学警港澳领试超]?|[A-Za-z0-9]{3}[挂学警港澳领试超])"
)
#: GA 36-2018: province, issuing office (no I, no O), five places, or six for new-energy vehicles.
_PLATE: Final = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使][A-HJ-NP-Za-hj-np-z][ ·.-]?"
    r"(?=[A-Za-z]{0,5}[0-9])(?:[A-HJ-NP-Za-hj-np-z0-9]{5,6}|[A-HJ-NP-Za-hj-np-z0-9]{4}[挂学警港澳领试超])(?![A-Za-z0-9])"
)
#: QQ, 微信 and the ways they are written around filters; in ASCII they may be one word with the account: QQ12345678.
_ASCII_CUE: Final = r"[Qq]{2}|[Vv][Xx]|[Ww][Xx]|[Ww]e(?:[Cc]hat|i[Xx]in)"
_LEADING_CUE: Final = re.compile(f"(?:{_ASCII_CUE})(?=[0-9])")
_ACCOUNT_CUE: Final = re.compile(
    rf"(?:(?<![A-Za-z])(?:{_ASCII_CUE})|扣扣|企鹅|[微威薇][信xX]|[Vv]信|加[Vv])(?:群聊?)?(?:账号|号码?|[Ii][Dd])?[ :：是为]{{0,3}}\Z"
)
#: QQ: 5 to 12 digits, with a unit behind them a sum or a count (微信50000元). WeChat: 6 to 20 characters, among them a digit or a
#: dash unless the cue says that an account follows, or 微信online would be one.
_ACCOUNT: Final = re.compile(
    r"[0-9]{5,12}+(?![0-9A-Za-z_元块万亿年月日人个户条次%-])|(?=[A-Za-z]*+[0-9_-])[A-Za-z0-9][A-Za-z0-9_-]{5,19}+"
)
_LETTERS: Final = re.compile(r"[A-Za-z]{6,20}+")
_SAYS_ACCOUNT: Final = frozenset("号:：")
_CUE_REACH: Final = 14


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


def accounts_and_plates(text: str) -> list[Edit]:
    """Mask QQ and WeChat accounts behind their cue, and vehicle plates.

    >>> accounts_and_plates("微信号：zhang_san88")
    [(4, 15, '〔社交账号〕')]
    >>> accounts_and_plates("湘A12345和粤B·D12345")
    [(0, 7, '〔车牌〕'), (8, 17, '〔车牌〕')]
    """
    edits: list[Edit] = []
    for token in _TOKEN.finditer(text):
        start = token.start()
        # The province stands one place before its letter, and a blank or dot may part the letter from the rest.
        plate = _PLATE.match(text, max(0, start - 1)) or _PLATE.match(text, max(0, start - 3))
        if plate:
            edits.append((*plate.span(), Kind.PLATE.mask))
        elif m := _account(text, start):
            edits.append((*m.span(), Kind.ACCOUNT.mask))
    return edits


def _account(text: str, start: int) -> re.Match[str] | None:
    """Return the account that a cue announces at `start`."""
    if lead := _LEADING_CUE.match(text, start):
        return _ACCOUNT.match(text, lead.end())
    m = _ACCOUNT.match(text, start) or _LETTERS.match(text, start)
    cue = _ACCOUNT_CUE.search(text, max(0, start - _CUE_REACH), start) if m else None
    return m if m and cue and (m.re is _ACCOUNT or not _SAYS_ACCOUNT.isdisjoint(cue[0])) else None
