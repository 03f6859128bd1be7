"""What every letter goes through before anything else reads it."""

from __future__ import annotations

from collections.abc import Sequence

from risk_model.text.mapping import SEPARATOR, MappedText, substitute
from risk_model.text.normalise import STAGES, normalise
from risk_model.text.redact import redact, redact_many
from risk_model.text.triggers import Rule, flags


def prepare(text: str) -> MappedText:
    """Return `text` normalised and redacted, mapped to what was typed.

    >>> prepare("联系人：李四　１３８００１３８０００").text
    '联系人：〔姓名〕 〔手机〕'
    """
    return redact(normalise(text))


def trace(texts: Sequence[str], prepared: Sequence[str]) -> list[MappedText]:
    """Return what `prepare` does for each of `texts`; `prepared` is what `prepare_many` made of them.

    The way back to what was typed is worked out only for the letters that preparing changed, in one go.
    """
    out = [MappedText.of(text) for text in texts]
    wanted = [k for k, (typed, text) in enumerate(zip(texts, prepared, strict=True)) if typed != text]
    plain = [k for k in wanted if SEPARATOR not in texts[k]]
    mapped = MappedText.of(SEPARATOR.join(texts[k] for k in plain))
    for stage in STAGES:
        mapped = mapped.changed(stage(mapped.text))
    for k, traced in zip(plain, redact(mapped).split(), strict=True) if plain else ():
        out[k] = traced
    for k in set(wanted) - set(plain):
        out[k] = prepare(texts[k])
    return out


def prepare_many(texts: Sequence[str]) -> list[str]:
    """Return the prepared text of each letter, in order: `[prepare(t).text for t in texts]`, some ten times as fast.

    The letters are joined by a character none of them holds, and each rule reads those it may have to touch in one go.
    """
    letters = [text.replace(SEPARATOR, "") for text in texts]
    rules = flags(letters)
    form = int(Rule.FORM)
    some = [k for k, wanted in enumerate(rules) if wanted & form]
    if some:
        joined = SEPARATOR.join(letters[k] for k in some)
        for stage in STAGES:
            joined = substitute(joined, stage(joined))
        normal = joined.split(SEPARATOR)
        for k, letter, wanted in zip(some, normal, flags(normal), strict=True):
            letters[k], rules[k] = letter, wanted
    return redact_many(letters, rules)
