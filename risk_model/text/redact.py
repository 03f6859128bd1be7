"""Personal identifiers masked, the rest of the letter as it was."""

from __future__ import annotations

from typing import Final

from risk_model.text.accounts import accounts, emails, plates
from risk_model.text.doors import doors, named_doors
from risk_model.text.identifiers import personal_numbers
from risk_model.text.mapping import SEPARATOR, MappedText, Stage, substitute
from risk_model.text.names import cued_names, named_officials, other_names

#: Numbers with a form of their own first: what is left of a number may look like a door or an account.
_STAGES: Final[tuple[Stage, ...]] = (
    emails,
    personal_numbers,
    plates,
    accounts,
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


def redact_joined(text: str) -> str:
    """Return letters joined by `SEPARATOR`, each redacted: the text of `redact`, without the way back."""
    masked = text
    for stage in _STAGES:
        masked = substitute(masked, stage(masked))
    old, new = text.split(SEPARATOR), masked.split(SEPARATOR)
    open_letters = [k for k, (a, b) in enumerate(zip(old, new, strict=True)) if a != b]
    if open_letters:
        again = redact_joined(SEPARATOR.join(new[k] for k in open_letters))
        for k, letter in zip(open_letters, again.split(SEPARATOR), strict=True):
            new[k] = letter
    return SEPARATOR.join(new)
