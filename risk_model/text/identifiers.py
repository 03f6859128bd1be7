"""Numbers that belong to one person: ID cards, mobile and landline phones, bank cards.

Short public numbers (110, 12345) and the 400 and 800 numbers of firms are nobody's and stay.
"""

from __future__ import annotations

import re
from typing import Final

from risk_model.text.mapping import Edit
from risk_model.text.masks import Kind

#: What people put between the digits of a number, at most three characters in a row.
_GAP: Final = r"[ \-—.]{0,3}"
#: A run of seven digits or more with such gaps. All numbers looked for lie inside one, so each character is read once.
_RUN: Final = re.compile(r"[0-9][0-9 \-—.)）]{5,}[0-9][Xx]?")

#: GB 11643-1999, 4.2: first digits of the place codes of GB/T 2260.
_PROVINCES: Final = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()
)
#: GB 11643-1999, annex A (ISO 7064, MOD 11-2): weight of each place, and the check digit by remainder.
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK: Final = "10X98765432"
_DATE: Final = re.compile(r"(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")

#: Every form begins and ends where its run of digits does: a part of a longer number is never taken.
_NUMBER: Final = re.compile(
    rf"""(?<![0-9])(?:
      (?P<id>[1-8](?:{_GAP}[0-9]){{16}}{_GAP}[0-9Xx] | [1-8][0-9]{{14}})
    | (?P<mobile>(?:(?:00)?86{_GAP})?1[3-9](?:[0-9]{{9}} | [0-9]{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}} | [0-9]{_GAP}[0-9]{{3}}{_GAP}[0-9]{{5}}
        | [0-9]{{2}}{_GAP}[0-9]{{3}}{_GAP}[0-9]{{4}} | [0-9]{{3}}{_GAP}[0-9]{{6}} | (?:{_GAP}[0-9]){{9}}))
    | (?P<phone>0(?:10|2[0-9]|[3-9][0-9]{{2}})[)）]?{_GAP}[2-9][0-9]{{2,3}}{_GAP}[0-9]{{4}}(?:-[0-9]{{1,5}})?)
    | (?P<card>[1-9](?:{_GAP}[0-9]){{15,18}})
    )(?![0-9])""",
    re.VERBOSE,
)
_ACCOUNT_CUE: Final = re.compile(r"(?:卡号|[账帐][号户]|银行卡|存折|尾号)[^0-9\n。，；]{0,10}\Z")
_ID_CUE: Final = re.compile(r"身份证(?:明)?(?:号码?)?[^0-9\n。，；]{0,6}\Z")
_PHONE_CUE: Final = re.compile(r"(?:电话|座机|固话|号码|联系方式|[Tt][Ee][Ll]|家电)[^0-9\n。，；]{0,6}\Z")
_LOCAL: Final = re.compile(rf"[2-8][0-9]{{2,3}}{_GAP}[0-9]{{4}}(?![0-9])")
_LONG: Final = re.compile(rf"[0-9](?:{_GAP}[0-9]){{14,}}")
_CUE_REACH: Final = 20


def personal_numbers(text: str) -> list[Edit]:
    """Mask ID cards, phones and bank cards; widths must be normalised.

    >>> personal_numbers("打13800138000或12345")
    [(1, 12, '〔手机〕')]
    """
    edits: list[Edit] = []
    for run in _RUN.finditer(text):
        start, end = run.span()
        before = text[max(0, start - _CUE_REACH) : start]
        if edit := _after_cue(text, start, end, before):
            edits.append(edit)
            start = edit[1]
        for m in _NUMBER.finditer(text, start, end):
            if kind := _kind(m, before):
                edits.append((*_widened(text, m), kind.mask))
    return edits


def _after_cue(text: str, start: int, end: int, before: str) -> Edit | None:
    """Mask the number a cue announces where its form alone would not tell."""
    if _PHONE_CUE.search(before) and (m := _LOCAL.match(text, start, end)):
        return start, m.end(), Kind.PHONE.mask
    m = _LONG.match(text, start, end)
    digits = sum(map(str.isdigit, m[0])) if m else 0
    if m and digits >= 15 and _ID_CUE.search(before):
        return start, m.end() + (text[m.end() : m.end() + 1] in ("X", "x")), Kind.ID_CARD.mask
    if m and digits >= 16 and _ACCOUNT_CUE.search(before):
        return start, m.end(), Kind.BANK_CARD.mask
    return None


def _kind(m: re.Match[str], before: str) -> Kind | None:
    group = m.lastgroup
    if group == "mobile":
        return Kind.MOBILE
    if group == "phone":
        return Kind.PHONE
    digits = "".join(c for c in m[0].upper() if c.isalnum())
    if group == "id" and _is_id_card(digits):
        return Kind.ID_CARD
    return Kind.BANK_CARD if 16 <= len(digits) <= 19 and digits.isdigit() and luhn(digits) else None


def _widened(text: str, m: re.Match[str]) -> tuple[int, int]:
    """Take in the bracket or plus sign before a phone number."""
    start, end = m.span()
    sign = text[start - 1 : start]
    takes_sign = (sign == "+" and m.lastgroup == "mobile") or (sign in "(（" and set(m[0]) & {")", "）"})
    return start - bool(sign and takes_sign), end


def _is_id_card(digits: str) -> bool:
    """Tell whether 15 or 18 characters are an ID card: a true check digit, or a known province and a possible birthday.

    A wrong check digit is a slip of the pen, the number is no less somebody's.
    """
    if digits[:2] not in _PROVINCES:
        return False
    birthday = digits[6:14] if len(digits) == 18 else "19" + digits[6:12]
    return bool(_DATE.fullmatch(birthday)) or (len(digits) == 18 and check_digit(digits[:17]) == digits[17])


def check_digit(first17: str) -> str:
    """Return the check digit of the first 17 digits of an ID card (GB 11643-1999, annex A).

    >>> check_digit("11010519491231002")
    'X'
    """
    return _CHECK[sum(w * int(d) for w, d in zip(_WEIGHTS, first17, strict=True)) % 11]


def luhn(digits: str) -> bool:
    """Tell whether the last digit checks the others (ISO/IEC 7812-1, annex B).

    >>> luhn("6222020000000000004"), luhn("6222020000000000005")
    (False, True)
    """
    doubled = (int(d) if k % 2 == 0 else sum(divmod(2 * int(d), 10)) for k, d in enumerate(reversed(digits)))
    return sum(doubled) % 10 == 0
