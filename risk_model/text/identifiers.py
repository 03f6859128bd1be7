"""Numbers that belong to one person: ID cards, mobile and landline phones, bank cards.

Short public numbers (110, 12345) and the 400 and 800 numbers of firms are nobody's and stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from risk_model.text.mapping import SEPARATOR, Edit
from risk_model.text.masks import Kind

#: What people put between the digits of a number, at most three characters in a row.
_GAP: Final = r"[ \-—.]{0,3}"
_SOME_GAP: Final = r"[ \-—.]{1,3}"
#: A run of seven digits or more with such gaps. All numbers looked for lie inside one, so each character is read once.
_RUN: Final = re.compile(r"[0-9][0-9 \-—.)）]{5,}[0-9][Xx]?")

#: GB 11643-1999, 4.2: first digits of the place codes of GB/T 2260.
_PLACE_CODES: Final = "11-15 21-23 31-37 41-46 50-54 61-65 71 81-83"
_PROVINCES: Final = frozenset(
    str(code)
    for first, _, last in (part.partition("-") for part in _PLACE_CODES.split())
    for code in range(int(first), int(last or first) + 1)
)
#: GB 11643-1999, annex A (ISO 7064, MOD 11-2): weight of each place, and the check digit by remainder.
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK: Final = "10X98765432"
_DATE: Final = re.compile(r"(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")

_ACCOUNT_CUE: Final = re.compile(rf"(?:卡号|[账帐][号户]|银行卡|存折|尾号)[^0-9\n。，；{SEPARATOR}]{{0,10}}\Z")
_ID_CUE: Final = re.compile(rf"身份证(?:明)?(?:号码?)?[^0-9\n。，；{SEPARATOR}]{{0,6}}\Z")
_PHONE_CUE: Final = re.compile(rf"(?:电话|座机|固话|号码|联系方式|[Tt][Ee][Ll]|家电)[^0-9\n。，；{SEPARATOR}]{{0,6}}\Z")
_LOCAL: Final = re.compile(rf"[2-8][0-9]{{2,3}}{_GAP}[0-9]{{4}}(?![0-9])")
_LONG: Final = re.compile(rf"[0-9](?:{_GAP}[0-9]){{14,}}")
_CUE_REACH: Final = 20
#: ISO/IEC 7812 cards of China UnionPay have 16 to 19 digits.
_SHORTEST_CARD: Final = 16
_DIGITS: Final = re.compile("[0-9]+")
_NOT_DIGIT: Final = re.compile("[^0-9X]+")


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern})(?![0-9])", re.VERBOSE)


def personal_numbers(text: str) -> list[Edit]:
    """Mask ID cards, phones and bank cards; widths must be normalised.

    >>> personal_numbers("打13800138000或12345")
    [(1, 12, '〔手机〕')]
    """
    edits: list[Edit] = []
    for run in _RUN.finditer(text):
        at, end = run.span()
        if edit := _after_cue(text, at, end):
            edits.append(edit)
            at = edit[1]
        while group := _DIGITS.search(text, at, end):
            if found := _number_at(text, group.start(), end):
                kind, at = found
                edits.append((_with_sign(text, group.start(), at, kind), at, kind.mask))
            else:
                at = group.end()
    return edits


def _number_at(text: str, start: int, end: int) -> tuple[Kind, int] | None:
    """Return the kind and the end of the number that begins at `start`, the start of a group of digits."""
    for kind, form, holds in _FORMS:
        if (m := form.match(text, start, end)) and holds(_NOT_DIGIT.sub("", m[0].upper())):
            return kind, m.end()
    return None


def _after_cue(text: str, start: int, end: int) -> Edit | None:
    """Mask the number a cue announces where its form alone would not tell."""
    before = text[max(0, start - _CUE_REACH) : start]
    if _PHONE_CUE.search(before) and (m := _LOCAL.match(text, start, end)):
        return start, m.end(), Kind.PHONE.mask
    m = _LONG.match(text, start, end)
    if m and _ID_CUE.search(before):
        return start, m.end() + (text[m.end() : m.end() + 1] in ("X", "x")), Kind.ID_CARD.mask
    if m and _ACCOUNT_CUE.search(before) and len(_NOT_DIGIT.sub("", m[0])) >= _SHORTEST_CARD:
        return start, m.end(), Kind.BANK_CARD.mask
    return None


def _with_sign(text: str, start: int, end: int, kind: Kind) -> int:
    """Return where a number begins with the plus sign or the open bracket before it: +86…, （0731）…."""
    sign = text[start - 1 : start]
    bracket = sign in ("(", "（") and not {")", "）"}.isdisjoint(text[start:end])
    return start - (bracket or (sign == "+" and kind is Kind.MOBILE))


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

    >>> luhn("6222020000000000000"), luhn("6222020000000000001")
    (True, False)
    """
    doubled = (int(d) if k % 2 == 0 else sum(divmod(2 * int(d), 10)) for k, d in enumerate(reversed(digits)))
    return sum(doubled) % 10 == 0


def _always(digits: str) -> bool:
    """Accept what has the form."""
    return bool(digits)


#: What each kind looks like, and what must hold for its digits. A form ends where a group of digits ends: a part of a longer number
#: is never taken.
_FORMS: Final[tuple[tuple[Kind, re.Pattern[str], Callable[[str], bool]], ...]] = (
    (Kind.ID_CARD, _form(rf"[1-8](?:{_GAP}[0-9]){{16}}{_GAP}[0-9Xx] | [1-8][0-9]{{14}}"), _is_id_card),
    (
        Kind.MOBILE,
        _form(
            rf"""(?:(?:00)?86{_GAP})?1[3-9](?:
              [0-9]{{9}}
            | [0-9]{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}}
            | [0-9]{_GAP}[0-9]{{3}}{_GAP}[0-9]{{5}}
            | [0-9]{{2}}{_GAP}[0-9]{{3}}{_GAP}[0-9]{{4}}
            | [0-9]{{3}}{_GAP}[0-9]{{6}}
            ) | 1{_SOME_GAP}[3-9](?:{_SOME_GAP}[0-9]){{9}}"""
        ),
        _always,
    ),
    (
        Kind.PHONE,
        _form(rf"0(?:10|2[0-9]|[3-9][0-9]{{2}})[)）]?{_GAP}[2-9][0-9]{{2,3}}{_GAP}[0-9]{{4}}(?:-[0-9]{{1,5}})?"),
        _always,
    ),
    (
        Kind.BANK_CARD,
        _form(
            rf"[1-9][0-9]{{3}}(?:{_GAP}[0-9]{{4}}){{3}}(?:{_GAP}[0-9]{{1,3}})? | [1-9][0-9]{{5}}{_GAP}[0-9]{{6}}{_GAP}[0-9]{{4,7}}"
        ),
        luhn,
    ),
)
