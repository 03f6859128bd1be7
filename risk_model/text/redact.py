"""Personal identifiers masked, the rest of the letter as it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from risk_model.text.accounts import accounts_and_plates, emails
from risk_model.text.doors import doors, named_doors
from risk_model.text.identifiers import personal_numbers
from risk_model.text.mapping import SEPARATOR, MappedText, Stage, substitute
from risk_model.text.names import cued_names, named_officials, other_names
from risk_model.text.triggers import EVERY, Rule, flags

#: Numbers with a form of their own first: what is left of a number may look like a door or an account.
_STAGES: Final[tuple[tuple[Stage, Rule], ...]] = (
    (emails, Rule.EMAIL),
    (personal_numbers, Rule.NUMBER),
    (accounts_and_plates, Rule.TOKEN),
    (named_doors, Rule.NAMED_DOOR),
    (doors, Rule.DOOR),
    (named_officials, Rule.OFFICE),
    (cued_names, Rule.CUE),
    (other_names, Rule.OTHER_NAME),
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
        for stage, _ in _STAGES:
            mapped = mapped.changed(stage(mapped.text))
    return mapped


def redact_many(letters: list[str], rules: Sequence[int]) -> list[str]:
    """Return the text of `redact` for each of `letters`, none of which holds `SEPARATOR`.

    `rules` are those that may have to touch each letter.
    """
    masked = list(letters)
    waiting = [k for k, some in enumerate(rules) if some]
    wanted = dict(zip(waiting, (rules[k] for k in waiting), strict=True))
    while waiting:
        changed: set[int] = set()
        for stage, rule in _STAGES:
            bit = int(rule)  # a flag of the enumeration is ten times as slow to ask for
            some = [k for k in waiting if wanted[k] & bit]
            if not some:
                continue
            joined = SEPARATOR.join(masked[k] for k in some)
            edits = stage(joined)
            if not edits:
                continue
            for k, letter in zip(some, substitute(joined, edits).split(SEPARATOR), strict=True):
                if letter != masked[k]:
                    masked[k] = letter
                    changed.add(k)
                    # A mask may open the view for any rule.
                    wanted[k] = EVERY
        waiting = sorted(changed)
        wanted = dict(zip(waiting, flags([masked[k] for k in waiting]), strict=True))
    return masked
