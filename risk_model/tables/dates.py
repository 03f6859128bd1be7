"""Dates as tables carry them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

#: Day 0 of the Excel calendar; from March 1900 on it agrees with Excel in spite of Excel's 29 February 1900.
_EPOCH: Final = dt.date(1899, 12, 30)
#: Letters older than the petition system itself (1949) are typing errors, and small numbers are not dates.
_FIRST: Final = dt.date(1949, 10, 1)
#: Clocks run ahead and offices enter due dates, but a letter from more than a year ahead is a typing error.
AHEAD: Final = dt.timedelta(days=366)

_WRITTEN: Final = re.compile(
    r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*[日号]?"
    r"(?:[T\s]*(?:上午|下午|星期.|周.|[(（].*[)）])?\s*[0-9]{1,2}\s*[:：时点].*)?\s*(?:星期.|周.)?"
)
_COMPACT: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[T\s]?[0-9]{4,6}|\s[0-9]{1,2}:.*)?")
_SERIAL: Final = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_WIDE: Final = str.maketrans("０１２３４５６７８９．／－：　", "0123456789./-: ")


def parse_date(value: str | dt.date | dt.datetime | float | None) -> dt.date | None:
    """Read one date cell; None where there is no such day or the cell is no date.

    Takes written dates with any of `. / - 年月日` (time of day ignored), 20250703, Excel serials and date objects.
    Days before 1949-10-01 count as no date. Two-digit years and day-month order are never guessed.

    >>> [str(parse_date(v)) for v in ("2025.7.3", "2025年7月3日", "2025-07-03 15:22:01", "20250703", "45841.64")]
    ['2025-07-03', '2025-07-03', '2025-07-03', '2025-07-03', '2025-07-03']
    >>> parse_date("2025-02-30"), parse_date("上周")
    (None, None)
    """
    day = _read(value)
    return day if day and day >= _FIRST else None


def _read(value: str | dt.date | dt.datetime | float | None) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return value.date()
    if value is None or isinstance(value, dt.date):
        return value
    text = str(value).translate(_WIDE).strip()
    try:
        if m := _WRITTEN.fullmatch(text) or _COMPACT.fullmatch(text):
            return dt.date(int(m[1]), int(m[2]), int(m[3]))
        if _SERIAL.fullmatch(text):
            return _EPOCH + dt.timedelta(days=int(float(text)))
    except ValueError:
        return None
    return None
