"""Money: amounts, and unit prices and rates kept apart from them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from risk_model.signals.kinds import Signal, signal
from risk_model.signals.numbers import Span, read

_SIGNS: Final = frozenset("￥¥")
#: What an amount without 元 ends with.
_SIZES: Final = frozenset("万亿多余")
FOLLOWERS: Final = frozenset(" 元圆人R块")
_CURRENCY = re.compile(
    r"[ ]?(?:元(?![旦月宵素件帅老化]|结构)|圆(?![形通满明])|人民币|RMB|(?P<piece>块))(?:钱|人民币|整)?(?:多钱?)?"
)
#: 块 counts plots and boards too; as money it ends the phrase or is followed by what one does with money.
_NOT_PIECE = re.compile(r"[^一-龥]|[一每的了都就多啊吧呢起也可才到不给]|左右|\Z")
#: 12.5万 without 元 is money only where the words before say so and nothing countable follows.
_MONEY_BEFORE = re.compile(
    r"(?:款|价|费|钱|资|欠|交了?|付了?|赔偿?|补偿|损失|首付|押金|定金|保证金|卖|花了?|投了|罚|收了?|收入|借|贷|利润|获利)"
    r"[一-龥：:，,]{0,4}\Z"
)
_AFTER_WAN = re.compile(r"[，。；！？、,.;)）\s]|多?(?:的|了|左右|钱|定金|押金|首付|车位|购买|买)|\Z")

_PER: Final = (
    r"(?:平方米|平方|平米|平|㎡|m2|m²|亩|吨|度|立方米?|方|m3|公里|小时|分钟|天|日|个?月|年|季度?|学期|人|户|次|栋|套|间|个|台|车"
    r"|斤|公斤|节|课|米|瓶|张|只|件|份|名|位|晚|趟|学生|km|kg)"
)
_AFTER_RATE = re.compile(rf"(?:左右|多|钱)?[ ]?(?:[/／][ ]?[A-Za-z一-龥㎡]|[一每1][ ]?个?{_PER})")
_BEFORE_RATE = re.compile(rf"(?:每[ ]?个?{_PER}|均价|单价|人均)[一-龥：:]{{0,5}}\Z")


def find_money(text: str, spans: Sequence[Span]) -> Iterator[Signal]:
    """Yield `money` and `unit_price` in yuan."""
    for span in spans:
        end = _amount_end(text, span)
        if end is None:
            continue
        number = read(text, span)
        # 亿元 and 万元 without a number name a size (亿元项目), not an amount.
        if number is None or number.value.high <= 0 or text[number.start : span.end] in ("万", "亿"):
            continue
        rate = _AFTER_RATE.match(text, end) or _BEFORE_RATE.search(text, max(0, number.start - 9), number.start)
        kind = "unit_price" if rate else "money"
        yield signal(kind, text, (number.start, end), number.value.low, number.value.high)


def _amount_end(text: str, span: Span) -> int | None:
    """Return where the amount ends, or None where the number is no money."""
    if span.follower in FOLLOWERS and (m := _CURRENCY.match(text, span.end)):
        pieces = m["piece"] and "钱" not in m[0] and not _NOT_PIECE.match(text, m.end())
        return None if pieces or (m["piece"] and text[span.start : m.end()] == "一块") else m.end()
    if text[span.start - 1 : span.start] in _SIGNS:
        return span.end
    if text[span.end - 1] not in _SIZES:
        return None
    if text[span.start : span.end].rstrip("多余").endswith(("万", "亿")) and _AFTER_WAN.match(text, span.end):
        return span.end if _MONEY_BEFORE.search(text, max(0, span.start - 10), span.start) else None
    return None
