"""Cells become text, and every digit of an id survives."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

#: What is left of a long number after Excel has shown it as 1.2E+17 and saved it so.
_SCIENTIFIC: Final = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]{1,3}")
#: Excel keeps 15 significant digits of a number and writes zeros for the rest.
_DIGITS: Final = 15
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_LONG: Final = re.compile(rf"[1-9][0-9]{{{_DIGITS - 1}}}0+")


def to_text(value: Any) -> str:
    """Return a cell of any type as text: whole numbers without a decimal point, dates in ISO order, nothing for None.

    >>> to_text(123.0), to_text(4.30102199001011e17), to_text(None), to_text(dt.datetime(2025, 7, 3))
    ('123', '430102199001011000', '', '2025-07-03')
    """
    for kind, convert in _CONVERTERS.items():
        if isinstance(value, kind):
            return convert(value)
    return str(value)


def _number(value: float) -> str:
    if math.isnan(value):  # how data frames write an empty cell
        return ""
    if math.isinf(value):
        return str(value)
    # Fifteen digits are all that Excel keeps of a whole number; more would be the noise of binary fractions.
    return format(Decimal(format(value, f".{_DIGITS}g")), "f") if value.is_integer() else repr(value)


#: In this order: True is an int too, and a datetime a date. Whole numbers of any length and decimals go by `str`.
_CONVERTERS: Final[dict[Any, Callable[[Any], str]]] = {
    str: lambda value: value,
    type(None): lambda value: "",
    bool: lambda value: "true" if value else "false",
    float: _number,
    dt.datetime: lambda value: str(value if value.time() != dt.time() else value.date()),
    bytes: lambda value: value.decode("utf-8", "surrogateescape"),
    list | dict: lambda value: json.dumps(value, ensure_ascii=False, default=to_text),
}


def is_clean(text: str) -> bool:
    """Tell whether a text can be written again: a lone surrogate stands for a byte that was not decoded."""
    return text.isascii() or not _SURROGATE.search(text)


def is_damaged_id(value: str, *, from_excel: bool) -> bool:
    """Tell whether Excel has destroyed this id: scientific notation, or (in a workbook) zeros after fifteen digits.

    >>> is_damaged_id("4.30102E+17", from_excel=False), is_damaged_id("430102199001011234", from_excel=True)
    (True, False)
    """
    text = value.strip()
    return bool(_SCIENTIFIC.fullmatch(text) or (from_excel and _LONG.fullmatch(text)))
