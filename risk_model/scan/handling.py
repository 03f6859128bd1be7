"""What an office did with a letter, read from the words offices write into their tables."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from risk_model.tables import parse_date
from risk_model.text import prepare

#: Checked in this order: 未办结 holds 办结.
_OPEN: Final = re.compile(
    "未|待|在办|办理中|处理中|受理中|转办|交办|催办|督办|延期|open|pending|progress", re.IGNORECASE
)
_ANSWERED: Final = re.compile(
    "办结|已结|结案|答复|回复|完成|归档|不予受理|不再受理|撤回|closed|answered|done|resolved", re.IGNORECASE
)
_UNHAPPY: Final = re.compile("不满|差评|不认可|未解决|否|no|false|unsatisfied", re.IGNORECASE)
_HAPPY: Final = re.compile("满意|好评|认可|是|yes|true|satisfied", re.IGNORECASE)
_NEUTRAL: Final = re.compile("未评|未回访|未作|无法|没有", re.IGNORECASE)
_AGAIN: Final = re.compile("重|再|多次|否|no|false|0", re.IGNORECASE)
_FIRST: Final = re.compile("初|首|是|yes|true|1", re.IGNORECASE)
#: Names of departments and kinds are short; what is longer is a remark and stays out.
_LONGEST: Final = 24


@dataclass(frozen=True, slots=True)
class Handling:
    """Facts of handling; None or "" where the table does not say."""

    channel: str
    kind: str
    department: str
    accepted: dt.date | None
    answered: dt.date | None
    due: dt.date | None
    closed: bool | None
    satisfied: bool | None
    first: bool | None


def read_handling(cells: Mapping[str, str]) -> Handling:
    """Read the cells of a letter by role.

    >>> read_handling({"status": "未办结", "satisfaction": "基本满意", "first": "初信"}).closed
    False
    """
    answered = parse_date(cells.get("answered_at"))
    status = cells.get("status", "")
    closed = None
    if answered:
        closed = True
    elif _OPEN.search(status):
        closed = False
    elif _ANSWERED.search(status):
        closed = True
    said = cells.get("satisfaction", "")
    return Handling(
        channel=_name(cells.get("channel", "")),
        kind=_name(cells.get("kind", "")),
        department=_name(cells.get("department", "")),
        accepted=parse_date(cells.get("accepted_at")),
        answered=answered,
        due=parse_date(cells.get("due_at")),
        closed=closed,
        satisfied=None if _NEUTRAL.search(said) else _yes_or_no(said, _UNHAPPY, _HAPPY),
        first=_yes_or_no(cells.get("first", ""), _AGAIN, _FIRST),
    )


def _yes_or_no(cell: str, no: re.Pattern[str], yes: re.Pattern[str]) -> bool | None:
    if no.search(cell):
        return False
    return True if yes.search(cell) else None


def _name(cell: str) -> str:
    """Return a short name with personal data masked, "" for a remark."""
    return prepare(cell).text.strip() if 0 < len(cell) <= _LONGEST else ""
