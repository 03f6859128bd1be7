"""Dates as letters write them, resolved to a first and a last day against the day of receipt."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from risk_model.signals.numbers import Span
from risk_model.signals.numerals import NumeralError, read_number
from risk_model.text.sieve import Starts, matches

#: A date without a year lies in the year of receipt unless that is more than a quarter ahead: letters tell the past.
AHEAD: Final = timedelta(days=92)

Days = tuple[date, date]

_MONTH: Final = r"1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九元]"
_DAY: Final = r"[12][0-9]|3[01]|0?[1-9]|[二三]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|[一二三四五六七八九]"
_MONTH_DAY: Final = (
    rf"(?P<month>{_MONTH})[ ]?月份?"
    rf"(?:[ ]?(?P<day>{_DAY})[ ]?[日号](?![楼栋线院])|(?P<part>初|中旬|上旬|下旬|月?[底末]))?"
)
_SEASON: Final = r"(?P<season>年?[初底末]|上半年|下半年)"
_WRITTEN = re.compile(
    r"(?P<year>(?:19|20)[0-9]{2}|[一二][九零〇][零〇一二三四五六七八九]{2}"
    r"|[012][0-9](?=[ ]?年(?:[ ]?[0-9]{1,2}月|年?[底初])))"
    rf"[ ]?年度?(?:[ ]?{_MONTH_DAY}|[ ]?{_SEASON})?"
)
_YEARLESS = re.compile(_MONTH_DAY)
_DOTTED = re.compile(
    rf"(?P<year>(?:19|20)[0-9]{{2}})(?P<sep>[-./])(?P<month>0?[1-9]|1[0-2])(?:(?P=sep)(?P<day>{_DAY}))?(?![0-9])"
)
WORD_YEAR: Final = re.compile(
    r"(?P<word>大前年|前(?<![目之以年]前)年|去年|今年|明(?<![说证表声]明)年)"
    rf"(?:[ ]?{_MONTH_DAY}|[ ]?{_SEASON})?"
)
_WORD_YEARS: Final = {"大前年": -3, "前年": -2, "去年": -1, "今年": 0, "明年": 1}
_SEASONS: Final = {"初": (1, 2), "底": (11, 12), "末": (11, 12), "上半年": (1, 6), "下半年": (7, 12)}
_PARTS: Final = {"初": (1, 10), "上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31), "底": (21, 31), "末": (21, 31)}

NEAR: Final = re.compile(
    r"(?P<which>[上下这本](?=[上下个周星礼月])(?:(?<=上)上(?=个?[周星礼])|(?<=下)下(?=个?[周星礼])|))个?"
    r"(?:(?:周(?![围边遭期转岁年报全密])(?<![晚早以]上周)|星期|礼拜)(?P<weekday>[一二三四五六日天末])?"
    rf"|月(?P<a_month>)(?:(?P<day>{_DAY})[日号]|(?P<part>初|中旬|上旬|下旬|[底末]))?)"
    r"|(?P<near>大[前后](?=天)|前(?=[天日])(?<![目之以]前)|后(?=天)(?<![之以]后)|[昨今](?=[天日晚早])"
    r"|明(?=[天日晚早])(?<![说证表声]明))[天日晚早](?![气期性])"
    r"|(?P<end>[月年](?=[底末])(?<![0-9一二三四五六七八九十个去今前明][月年]))[底末]"
)
_SHIFT: Final = {"上上": -2, "上": -1, "这": 0, "本": 0, "下": 1, "下下": 2}
_NEAR_DAYS: Final = {"大前": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后": 3}

_SENTENCE = re.compile(r"[。！？!?\n]")
#: 同年9月 takes the year of the date before it, 次年 the one after.
_FOLLOWS = re.compile(r"(?:(?P<next>次年|翌年|第二年)|同年|当年)\Z")


@dataclass(frozen=True, slots=True)
class Dated:
    """A date in the text: its span and the first and last day it can mean, None when that cannot be told."""

    start: int
    end: int
    days: Days | None


def find_dates(
    text: str, spans: Sequence[Span], received: date | None, starts: tuple[Starts, Starts] = (None, None)
) -> list[Dated]:
    """Return the dates of `text` by start, not overlapping; impossible ones (2月30日) are left out.

    `starts` are where `WORD_YEAR` and `NEAR` may begin.
    """
    found = [*_written(text, spans, received), *_worded(text, received, starts)]
    kept: list[Dated] = []
    for item in sorted(found, key=lambda d: (d.start, -d.end)):
        if not kept or item.start >= kept[-1].end:
            kept.append(item)
    return kept


#: 第3月, 每1月 and the year of a document number are no dates.
_NO_DATE_AFTER: Final = frozenset("〔第每个")
FOLLOWERS: Final = frozenset("年月 -./")


def _written(text: str, spans: Sequence[Span], received: date | None) -> Iterator[Dated]:
    end: int = 0
    said: tuple[int, int] | None = None
    near = (s for s in spans if s.follower in FOLLOWERS or text.startswith(("19", "20"), s.start))
    for start in (p for s in near for p in ((s.start, s.last) if s.last >= 0 else (s.start,))):
        if start < end or text[max(0, start - 1) : start] in _NO_DATE_AFTER:
            continue
        m = _WRITTEN.match(text, start) or _DOTTED.match(text, start)
        year = _year(m["year"]) if m else None
        m = m or _YEARLESS.match(text, start)
        if m is None:
            continue
        try:
            year = year or _guess(m, text, said, received)
            days = _in_year(m, year)
        except ValueError:
            continue
        end = m.end()
        said = (end, year) if year else None
        yield Dated(start, end, days)


def _worded(text: str, received: date | None, starts: tuple[Starts, Starts]) -> Iterator[Dated]:
    for pattern, some in ((WORD_YEAR, starts[0]), (NEAR, starts[1])):
        for m in matches(pattern, text, some):
            # 美好的明天 and 依法治国的今天 are no dates.
            if m.re is NEAR and m["near"] and text[m.start() - 1 : m.start()] == "的":
                continue
            try:
                yield Dated(m.start(), m.end(), _resolve(m, received) if received else None)
            except (ValueError, OverflowError):
                continue


def _resolve(m: re.Match[str], received: date) -> Days | None:
    if m.re is WORD_YEAR:
        return _in_year(m, received.year + _WORD_YEARS[m["word"]])
    if m["near"]:
        day = received + timedelta(days=_NEAR_DAYS[m["near"]])
        return day, day
    if m["a_month"] is not None:
        months = received.year * 12 + received.month - 1 + _SHIFT[m["which"]]
        return _in_month(months // 12, months % 12 + 1, m["day"], m["part"])
    if m["which"]:
        return _in_week(received + timedelta(days=7 * _SHIFT[m["which"]] - received.weekday()), m["weekday"])
    if m["end"] == "年":
        return _month(received.year, 11)[0], _month(received.year, 12)[1]
    return _in_month(received.year, received.month, None, "底")


def _guess(m: re.Match[str], text: str, said: tuple[int, int] | None, received: date | None) -> int | None:
    """Return the year of a date written without one: the sentence's last year, else by the day of receipt."""
    follows = _FOLLOWS.search(text, max(0, m.start() - 3), m.start())
    if said and (follows or not _SENTENCE.search(text, said[0], m.start())):
        year = said[1] + bool(follows and follows["next"])
        days = _in_year(m, year)
        if received is None or follows or (days and days[0] <= received):
            return year
    if received is None or follows:
        return None
    days = _in_year(m, received.year)
    return received.year - (days is not None and days[0] - received > AHEAD)


def _year(written: str) -> int:
    if written.isascii():
        return int(written) if len(written) == 4 else 2000 + int(written)
    return int("".join(str("零一二三四五六七八九".index(c)) for c in written.replace("〇", "零")))


def _in_year(m: re.Match[str], year: int | None) -> Days | None:
    """Resolve the month, day or season of `m`; a ValueError where there is no such day."""
    parts = m.groupdict()
    if parts["month"]:
        days = _in_month(year or 2000, _small(parts["month"]), parts["day"], parts.get("part"))
        return days if year else None
    if year is None:
        return None
    season = parts.get("season") or ""
    first, last = _SEASONS.get(season, _SEASONS.get(season[-1:], (1, 12)))
    return _month(year, first)[0], _month(year, last)[1]


def _in_week(monday: date, weekday: str | None) -> Days:
    if weekday is None:
        return monday, monday + timedelta(days=6)
    if weekday == "末":
        return monday + timedelta(days=5), monday + timedelta(days=6)
    day = monday + timedelta(days="一二三四五六日".index(weekday.replace("天", "日")))
    return day, day


def _in_month(year: int, month: int, day: str | None, part: str | None) -> Days:
    first, last = _month(year, month)
    if day:
        return date(year, month, _small(day)), date(year, month, _small(day))
    if part:
        start, end = _PARTS[part.removeprefix("月")]
        return first.replace(day=start), first.replace(day=min(end, last.day))
    return first, last


def _month(year: int, month: int) -> Days:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _small(s: str) -> int:
    if s == "元":
        return 1
    if s.isascii():
        return int(s)
    try:
        return int(read_number(s).low)
    except NumeralError as error:
        raise ValueError(s) from error
