"""Time in a matter: how long it has lasted, which dates it names, and what is about to happen."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from risk_model.signals.dates import Dated, find_dates
from risk_model.signals.kinds import Signal, signal
from risk_model.signals.numbers import Span, read
from risk_model.text.sieve import Starts, matches


def find_time(
    text: str,
    spans: Sequence[Span],
    received: date | None,
    starts: tuple[Starts, Starts, Starts] = (None, None, None),
) -> Iterator[Signal]:
    """Yield `date`, `duration` and `deadline`; `received` turns dates into days before and after it.

    `starts` are where `WORD_YEAR`, `NEAR` and `SOON_SAID` may begin.
    """
    dates = find_dates(text, spans, received, starts[:2])
    for d in dates:
        low, high = (x.toordinal() for x in d.days) if d.days else (math.nan, math.nan)
        yield signal("date", text, (d.start, d.end), low, high)
    yield from _since(text, dates, received)
    yield from _lasted(text, spans, {d.start for d in dates})
    yield from _coming(text, dates, received)
    yield from _within(text, spans)
    yield from _soon(text, starts[2])


_SINCE = re.compile(r"[^。；！？\n]{0,12}?(?:至今|以来|到现在|到如今|到今天|到目前)")
_SINCE_WORDS: Final = ("至今", "以来", "到现在", "到如今", "到今天", "到目前")


def _since(text: str, dates: Sequence[Dated], received: date | None) -> Iterator[Signal]:
    """Yield durations from a date to the day of receipt (2016年至今)."""
    if not any(word in text for word in _SINCE_WORDS):
        return
    starts = [d.start for d in dates[1:]] + [len(text)]
    for d, following in zip(dates, starts, strict=False):
        m = _SINCE.match(text, d.end)
        if m is None or following < m.end() - 2:
            continue
        if received is None or d.days is None:
            yield signal("duration", text, (d.start, m.end()), math.nan, math.nan)
        elif d.days[0] <= received:
            low, high = max(0, (received - d.days[1]).days), (received - d.days[0]).days
            yield signal("duration", text, (d.start, m.end()), low, high)


_DAYS: Final = {"年": 365.0, "月": 30.0, "期": 7.0, "拜": 7.0, "周": 7.0, "天": 1.0, "夜": 1.0}
_UNIT = re.compile(
    r"[ ]?(?P<unit>年|个(?P<mid>半|多)?月|月|个多?(?:星期|礼拜)|星期|周(?![边围岁])|天(?![然气花台线])|昼夜)"
    r"(?P<more>半|多|有余|余)?(?:的?时间)?"
)
_UNIT_FIRST: Final = frozenset(" 年个月星周天昼")
_SAID: Final = (
    "拖|拖欠|等|修了?|失所|修了?|失所|等待|持续|历时|历经|逾|延期|逾期|欠薪|停工|停水|停电|断水|拖延|烂尾|闲置|反映|投诉|上访|信访|维权|奔波|奔走|熬|忍受"
    "|折磨|住|耗|已|已经|近|将近|接近|整整|足足|超过|时隔|快|长达|达到|最近"
)
_PASSED_BEFORE = re.compile(rf"(?:{_SAID})(?:了|过)?(?:有|达|将近|近|快|约|大约|大概|整整|好|大|小)?\Z")
_PASSED_AFTER = re.compile(r"了(?!解)|来(?!水)|以来|之久|过去|，?至今|，?还没|仍未|依然未")
#: Weaker words: they do not turn 18年 (2018) into eighteen years.
_PASSED_WEAK = re.compile(
    r"，?(?:都|也|还|仍|却|依然|一直)?(?:未|没|无人|无果|不见|不管|不解决|不处理|拖)"
    r"|的(?:等待|维权|上访|信访|拖延|抗争|煎熬|努力|投诉|折磨)"
)
#: Terms, ages, ranks and times to come: 三年级, 70年产权, 两年前, 3天内.
_NOT_LASTED = re.compile(
    r"[级度底初末制代薪租/]|之?内|以内|之?前|以前|之?后|以后|期(?!间)|房贷|产权|使用权|工龄|一次|一届|按揭|贷款|质保|保修|生(?!活)|合同"
    r"|以上|以下|[一二两三四五六七八九十0-9]+月|的(?:合同|租期|质保|保修|产权|房贷)"
)
_NOT_BEFORE = re.compile(r"(?:[第每满需]|每隔|未来|今后|再过|再等|还要等|还有|需要|最长|不超过|最多)\Z")
_MANY_YEARS = re.compile(
    r"多年(?![前后级])(?P<cue>了|来|以来|之久|，?(?:都|也|还|仍|一直)?(?:未|没|无|不|得不到)"
    r"|的(?:等待|维权|上访|信访|投诉|问题|顽疾|努力))?"
)
#: Beyond a century it is a slip or a joke (9102年), not how long a matter has lasted.
_LIFETIME: Final = 100 * 365.0
#: 多年 says more than two; ten is where people begin to count (十几年).
_MANY: Final = (2 * 365.0, 10 * 365.0)


def _lasted(text: str, spans: Sequence[Span], dates: set[int]) -> Iterator[Signal]:
    """Yield lengths of time said to have passed (三年了, 长达8个月, 拖了两年多)."""
    for span in spans:
        if span.follower not in _UNIT_FIRST or span.start in dates or span.last in dates:
            continue
        m = _UNIT.match(text, span.end)
        if m is None or (m["unit"] == "月" and text[span.end - 1] not in "数几多余"):
            continue
        number = read(text, span)
        if number is None or not _passed(text, span, number.start, m):
            continue
        days = _DAYS[m["unit"][-1]]
        if number.value.high * days > _LIFETIME:
            continue
        half = 0.5 if "半" in (m["mid"], m["more"]) else 0.0
        more = 1.0 if m["mid"] == "多" or m["more"] in ("多", "余", "有余") else 0.0
        low, high = number.value.low + half, number.value.high + half + more
        yield signal("duration", text, (number.start, m.end()), low * days, high * days)
    for m in _MANY_YEARS.finditer(text) if "多年" in text else ():
        if m["cue"] or _PASSED_BEFORE.search(text, max(0, m.start() - 6), m.start()):
            yield signal("duration", text, m.span(), *_MANY)


def _passed(text: str, span: Span, start: int, m: re.Match[str]) -> bool:
    """Tell time that has passed from terms, ages and plans."""
    if _NOT_BEFORE.search(text, max(0, start - 4), start) or _NOT_LASTED.match(text, m.end()):
        return False
    if start < span.start or _PASSED_AFTER.match(text, m.end()):
        return True
    if _PASSED_BEFORE.search(text, max(0, start - 6), start):
        return True
    written = text[span.start : span.end]
    calendar_year = m["unit"] == "年" and len(written) == 2 and written.isascii()
    if (calendar_year or m["unit"] == "天") and m["more"] is None:
        return False
    return bool(m["more"] or m["mid"] or _PASSED_WEAK.match(text, m.end()))


#: "Within about a month" of the annotation guide: how far 即将 reaches.
SOON: Final = 30
#: A date further ahead than a year is a plan, not a deadline.
HORIZON: Final = 366

_EVENT: Final = (
    "开工|动工|施工|开建|开拆|强拆|拆迁|拆除|拆房|拆屋|强制[拆搬征执]|搬迁|搬离|搬走|腾空|腾房|交房|收房|开盘|开业|营业|到期|截止|停水"
    "|停电|停气|断水|断电|断气|开庭|征收|征地|入场|进场|打桩|浇筑|投产|点火|试运行|运营|开学|入学(?!籍)|报名|摇号|(?<!期)中考|高考"
    "|缴费|涨价|执行|实施|施行|停运|关闭|关门|封路|开标|招标|拍卖|封闭|清场|收回|过期|失效|停课|放假|裁员|解散|倒闭|断供|竣工|通车"
)
_TO_EVENT = re.compile(
    rf"(?P<by>之?前|以前)?[^。；！？，、,;!?\n（）()已未没了后]{{0,8}}?(?:{_EVENT})(?!了|过|以来|至今)"
    r"|(?P<by2>之?前|以前)[^。；！？，、,;!?\n]{0,2}?(?:必须|务必|须|要|得|完成|交)"
)
SOON_SAID: Final = re.compile(
    rf"(?:即将|马上(?!又)就?|就要|快要|眼看|将要|临近(?!的))[^。；！？，、,;!?\n不未没又了停]{{0,5}}?(?:{_EVENT}|过年)"
    r"|(?P<hand>在即|临近|将至|将近(?![0-9一二三四五六七八九十两几半傍])|快到了|就要到了|即将到来)"
)
_BEFORE_HAND = re.compile(rf"(?:{_EVENT}|春节|过年|年关|新年|汛期|冬季|雨季)[一-龥]{{0,3}}\Z")
_WITHIN = re.compile(
    r"[ ]?(?P<unit>天|日|个?小时|个?月|周|个?星期)(?:之|以)?内"
    r"(?P<event>[^。；！？，、,;!?\n未没了]{0,6}?(?:搬[离走迁]|拆除|腾空|清空))?"
)
_WITHIN_FIRST: Final = frozenset(" 天日个小月周星")
#: What a number may have behind it that is a time.
FOLLOWERS: Final = _UNIT_FIRST | _WITHIN_FIRST
_ORDERED = re.compile(r"(?:限期?|勒令|责令|通知[一-龥]{0,4}|要求(?:我们?|业主|村民|住户)?)[于在]?\Z")
_WITHIN_DAYS: Final = {"天": 1.0, "日": 1.0, "时": 1 / 24, "月": 30.0, "周": 7.0, "期": 7.0}


def _coming(text: str, dates: Sequence[Dated], received: date | None) -> Iterator[Signal]:
    """Yield dates ahead on or before which something happens (下周一开工, 月底前拆除)."""
    for d in dates:
        m = _TO_EVENT.match(text, d.end)
        if m is None:
            continue
        if received is None or d.days is None:
            yield signal("deadline", text, (d.start, m.end()), math.nan, math.nan)
            continue
        low, high = ((x - received).days for x in d.days)
        by = m["by"] or m["by2"]
        # A period that has begun (今年, 本月) says when only if it is a limit; 今天 is under way, not ahead.
        if 0 < high <= HORIZON and (low >= 0 or by):
            yield signal("deadline", text, (d.start, m.end()), 0 if by else low, high)


def _within(text: str, spans: Sequence[Span]) -> Iterator[Signal]:
    """Yield terms set to the writer (限3天内搬离)."""
    for span in spans:
        if span.follower not in _WITHIN_FIRST:
            continue
        m = _WITHIN.match(text, span.end)
        if m is None or not (m["event"] or _ORDERED.search(text, max(0, span.start - 8), span.start)):
            continue
        if number := read(text, span):
            days = number.value.high * _WITHIN_DAYS[m["unit"][-1]]
            yield signal("deadline", text, (number.start, m.end()), 0, days)


def _soon(text: str, starts: Starts) -> Iterator[Signal]:
    """Yield what is said to be near without a date (即将动工, 开学在即)."""
    for m in matches(SOON_SAID, text, starts):
        start = m.start()
        if m["hand"]:
            event = _BEFORE_HAND.search(text, max(0, start - 7), start)
            if event is None:
                continue
            start = event.start()
        yield signal("deadline", text, (start, m.end()), 0, SOON)
