"""Personal identifiers masked, the rest of the letter as it was."""

from __future__ import annotations

from typing import Final

from risk_model.text.accounts import accounts_and_plates, emails
from risk_model.text.doors import doors, named_doors
from risk_model.text.identifiers import personal_numbers
from risk_model.text.mapping import SEPARATOR, MappedText, Stage, substitute
from risk_model.text.names import cued_names, named_officials, other_names

#: Numbers with a form of their own first: what is left of a number may look like a door or an account.
_STAGES: Final[tuple[Stage, ...]] = (
    emails,
    personal_numbers,
    accounts_and_plates,
    named_doors,
    doors,
    named_officials,
    cued_names,
    other_names,
)


def redact(text: str | MappedText) -> MappedText:
    """Return `text` with identifiers of persons masked: 〔手机〕 〔电话〕 〔身份证〕 〔银行卡〕 〔车牌〕 〔邮箱〕 〔社交账号〕 〔门牌〕 〔姓名〕.

    Expects the widths of `normalise`. Masks stay as they are: masking twice changes nothing.

    >>> redact("我叫李小明，电话13800138000").text
    '我叫〔姓名〕，电话〔手机〕'
    """
    mapped = text if isinstance(text, MappedText) else MappedText.of(text)
    before = None
    # Masking may clear the view on a neighbour (王李书记), so it goes on until nothing is left to mask.
    while before != mapped.text:
        before = mapped.text
        for stage in _STAGES:
            mapped = mapped.changed(stage(mapped.text))
    return mapped


def redact_many(letters: list[str]) -> list[str]:
    """Return the text of `redact` for each of `letters`, none of which holds `SEPARATOR`."""
    masked = list(letters)
    waiting = list(range(len(masked)))
    while waiting:
        joined = SEPARATOR.join(masked[k] for k in waiting)
        for stage in _STAGES:
            joined = substitute(joined, stage(joined))
        changed = []
        for k, letter in zip(waiting, joined.split(SEPARATOR), strict=True):
            if letter != masked[k]:
                masked[k] = letter
                changed.append(k)
        waiting = changed
    return masked
