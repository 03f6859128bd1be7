"""Text that is safe in every format, and numbers, dates and names in a reader's words."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import re
from collections.abc import Iterable
from typing import Any, Final, TypeVar

from risk_model.scan.findings import Share
from risk_model.taxonomy import BANDS, LABELS, REVIEW_REASONS

T = TypeVar("T")

#: What XML cannot hold, what would reorder a line of text, and halves of characters.
_UNSAFE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\uffff\ud800-\udfff]+"
)
#: What must not be left hanging at the end of a text that was cut: joiners and variation selectors of emoji.
_HANGING: Final = "\u200d\ufe0e\ufe0f"
_WORDS: Final = LABELS | BANDS | REVIEW_REASONS
_WEEK: Final = re.compile(r"(\d{4})-W(\d{2})")
#: Base from which a change is also said in per cent; of fewer letters a per cent says more than is known.
_ENOUGH: Final = 20
NOTHING: Final = "—"


def clean(text: str) -> str:
    """Return one line that XML, a sheet and a page can hold.

    >>> clean("欠\\x00薪\\n三个月 \\u202e")
    '欠 薪 三个月'
    """
    return " ".join(_UNSAFE.sub(" ", text).split())


def cleaned(value: T) -> T:
    """Return a copy of a tree of dataclasses and tuples with every text clean."""
    whole: Any = value
    if isinstance(whole, str):
        whole = clean(whole)
    elif isinstance(whole, tuple):
        whole = tuple(cleaned(item) for item in whole)
    elif dataclasses.is_dataclass(whole) and not isinstance(whole, type):
        changes = {f.name: cleaned(getattr(whole, f.name)) for f in dataclasses.fields(whole)}
        whole = dataclasses.replace(whole, **changes)
    return whole  # type: ignore[no-any-return]


def shorten(text: str, most: int) -> str:
    """Cut a text to `most` characters, the mark of cutting included.

    >>> shorten("反映小区电梯长期停运", 6)
    '反映小区电…'
    """
    return text if len(text) <= most else text[: most - 1].rstrip(_HANGING) + "…"


def day(date: dt.date) -> str:
    """Return a date with its year.

    >>> day(dt.date(2019, 11, 24))
    '2019年11月24日'
    """
    return f"{date.year}年{date.month}月{date.day}日"


def span(first: dt.date, last: dt.date) -> str:
    """Return two dates, the year once where it is the same.

    >>> span(dt.date(2019, 11, 18), dt.date(2019, 11, 24))
    '2019年11月18日至11月24日'
    """
    return f"{day(first)}至{day(last) if first.year != last.year else f'{last.month}月{last.day}日'}"


def week_words(week: str) -> str:
    """Return an ISO week in words; what is no ISO week stays as it is.

    >>> week_words("2019-W07")
    '2019年第7周'
    """
    found = _WEEK.fullmatch(week)
    return f"{found[1]}年第{int(found[2])}周" if found else week


def percent(rate: float, decimals: int = 0) -> str:
    """Return a rate in per cent; a dash where there is none. What is not quite nothing or all does not read so.

    >>> percent(0.625), percent(float("nan")), percent(0.9991)
    ('62%', '—', '超过99%')
    """
    if math.isnan(rate):
        return NOTHING
    step = 10.0**-decimals
    if 0 < rate < 1 and not step / 2 <= 100 * rate < 100 - step / 2:
        return f"不到{step:g}%" if rate < 0.5 else f"超过{100 - step:g}%"
    return f"{rate:.{decimals}%}"


def odds(probability: float) -> str:
    """Return a probability with two decimals; none reads as impossible or certain.

    >>> odds(0.316), odds(0.9987), odds(0.0)
    ('0.32', '>0.99', '<0.01')
    """
    if math.isnan(probability):
        return NOTHING
    return "<0.01" if probability < 0.01 else ">0.99" if probability > 0.99 else f"{probability:.2f}"


def between(share: Share) -> str:
    """Return the interval of a share.

    >>> between(Share("", 8, 10, dt.date(2019, 11, 24)))
    '49%至94%'
    """
    low, high = share.interval
    return NOTHING if math.isnan(low) else f"{low:.0%}至{high:.0%}"


def counted(share: Share) -> str:
    """Return a share with what it was counted from and its interval.

    >>> counted(Share("", 8, 10, dt.date(2019, 11, 24)))
    '8/10（80%，95%区间49%至94%）'
    """
    if not share.whole:
        return "没有可计的信件"
    return f"{share.part}/{share.whole}（{percent(share.rate)}，95%区间{between(share)}）"


def change(now: int, before: int | None) -> str:
    """Return a change in letters, in per cent too where the base is large enough to bear one.

    >>> change(36, 30), change(3, 2), change(5, 5), change(5, None)
    ('+6（+20%）', '+1', '持平', '—')
    """
    if before is None:
        return NOTHING
    if now == before:
        return "持平"
    more = f"（{(now - before) / before:+.0%}）" if before >= _ENOUGH else ""
    return f"{now - before:+d}{more}"


def against(what: str, now: int, before: int | None) -> str:
    """Return a change as part of a sentence.

    >>> against("上周", 36, 30), against("去年同周", 3, 5), against("上周", 5, None)
    ('比上周多6件（+20%）', '比去年同周少2件', '')
    """
    if before is None:
        return ""
    if now == before:
        return f"与{what}持平"
    more = f"（{(now - before) / before:+.0%}）" if before >= _ENOUGH else ""
    return f"比{what}{'多' if now > before else '少'}{abs(now - before)}件{more}"


def said(name: str) -> str:
    """Return the Chinese label of a tag, sub-tag, factor, band or review reason; anything else as it is.

    >>> said("wages_labor"), said("high"), said("信访局")
    ('工资、劳动关系', '高', '信访局')
    """
    return _WORDS.get(name, name)


def listed(names: Iterable[str], most: int = 99) -> str:
    """Return names in Chinese, those after `most` as 等.

    >>> listed(["education", "health_care", "public_safety"], most=2)
    '教育；医疗卫生等'
    """
    every = [said(name) for name in names]
    # Labels hold the usual comma 、 themselves.
    return "；".join(every[:most]) + ("等" if len(every) > most else "")


def offices(names: Iterable[str], most: int = 3) -> str:
    """Return departments as a reader says them; where none is known, who finds out.

    >>> offices(["教育局", "公安局"]), offices([])
    ('教育局、公安局', '信访局（明确承办单位）')
    """
    every = [name for name in names if name]
    return "、".join(every[:most]) + ("等" if len(every) > most else "") if every else "信访局（明确承办单位）"
