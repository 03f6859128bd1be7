"""Where the next page of a list begins, as one opaque word: the order, the value it goes by, and the id that settles ties."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from typing import Any, Final

from service.store.errors import Refused

#: Beyond this no id and no value that a list goes by stands in any of our tables.
_LIMIT: Final = 2**31


def write_cursor(order: str, value: Any, last: int) -> str:
    """Return the cursor behind the row with id `last`, whose place in `order` is `value`: a day or a number.

    >>> read_cursor(write_cursor("risk", 0.5, 7), "risk", dated=False)
    (0.5, 7)
    """
    plain = value.isoformat() if isinstance(value, dt.date) else value
    return base64.urlsafe_b64encode(json.dumps([order, plain, last]).encode()).decode().rstrip("=")


def read_cursor(cursor: str, order: str, *, dated: bool) -> tuple[Any, int]:
    """Return value and id; raises `Refused` for a cursor that is not one of ours, or of another order."""
    try:
        found, value, last = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if dated:
            value = dt.date.fromisoformat(value)
        elif type(value) not in (int, float) or not -_LIMIT < value < _LIMIT:
            raise ValueError
        if found != order or type(last) is not int or not 0 <= last < _LIMIT:
            raise ValueError
    except (ValueError, TypeError, binascii.Error):
        raise Refused("翻页标记无效：请从第一页重新开始，排序和筛选条件不要中途改变") from None
    return value, last
