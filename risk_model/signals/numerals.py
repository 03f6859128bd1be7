"""Numbers as people write them: Arabic, Chinese, mixed and approximate.

cn2an reads plain Chinese numbers; this wrapper adds what it refuses (两三百, 三十余, 近千, 几十, 1,200), turns its
KeyError on odd mixtures (0十) into the one error of this module, and imports it only when a Chinese number is met
that is not as plain as 三百 or 二十五 (importing it takes a good part of a cold start).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from risk_model.errors import PetitionRiskError

#: No number a letter means is longer; beyond it float and int conversion would cost for nothing.
MAX_LENGTH: Final = 32

DIGITS: Final = "零一二两三四五六七八九"
UNITS: Final = "十百千万亿"
_PLAIN: Final = str.maketrans("〇壹贰叁肆伍陆柒捌玖拾佰仟萬億兩俩仨", "零一二三四五六七八九十百千万亿两两三")
_VALUES: Final = {c: value for value, c in enumerate("零一二三四五六七八九")} | {"两": 2}
_POWERS: Final = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}

_ARABIC = re.compile(rf"([0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]+)(\.[0-9]+)?([{UNITS}]*)")
_CHINESE = re.compile(rf"[0-9.{DIGITS}{UNITS}]+")
_PLACES = re.compile(
    r"(?:([一二两三四五六七八九])千)?(?:([一二两三四五六七八九])百)?(?:([一二三四五六七八九])十([一二三四五六七八九])?)?"
)
_TEENS = re.compile(r"(十)?([一二三四五六七八九])?")
_DECIMAL = re.compile(rf"([{DIGITS}{UNITS}]+点[{DIGITS}]{{1,6}})([{UNITS}]*)")
_BEFORE = re.compile(
    r"(将近|接近|不到|不足|近)|(大约|大概|差不多|约)|(多达|高达|超过|超|逾|上(?=[百千万亿])|成(?=[百千万]))|好(?=几)"
)
_AFTER = re.compile(rf"(.+?)(?:(多|余|来)([{UNITS}]*)|(左右|上下))")
_BETWEEN = re.compile(r"(.+?)(?:([、，,])|[~～\-—–至到])(.+)")
_SEVERAL = re.compile(rf"(?<![0-9])几|^数(?=[{UNITS}])")
_TWENTY_ODD = re.compile(rf"([1-9])0几([{UNITS}]*)")
_PAIR = re.compile(rf"(?<![{DIGITS}])(?:一[二两]|[二两]三|三[四五]|四五|五六|六七|七八|八九)(?![{DIGITS}])")
_WORDS: Final = {"半": (0.5, 0.5), "三两": (2.0, 3.0), "成百上千": (100.0, 2_000.0), "成千上万": (1_000.0, 20_000.0)}


class NumeralError(PetitionRiskError, ValueError):
    """The text given is not one number."""

    def __init__(self, text: str) -> None:
        super().__init__(f"not a number: {text[:MAX_LENGTH]!r}; expected one such as 300, 3万5千, 两三百 or 三十余")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as a range: `low <= high`, equal when the writer was exact."""

    low: float
    high: float


def read_number(s: str) -> Quantity:
    """Read one number, exact or approximate, and raise `NumeralError` for anything else.

    An open end (多, 余, 上) reaches up to the next step of the number, 近 and 不到 down by a tenth, 约 both ways.

    >>> read_number("3万5千")
    Quantity(low=35000.0, high=35000.0)
    >>> read_number("两三百"), read_number("三十余")
    (Quantity(low=200.0, high=300.0), Quantity(low=30.0, high=40.0))
    """
    if not 0 < len(s) <= MAX_LENGTH:
        raise NumeralError(s)
    low, high = _read(s)
    return Quantity(float(low), float(high))


_Range = tuple[Decimal, Decimal]


@lru_cache(maxsize=4096)
def _read(s: str) -> _Range:
    plain = s.strip().translate(_PLAIN).replace("廿", "二十").replace("卅", "三十")
    if plain in _WORDS:
        low, high = _WORDS[plain]
        return Decimal(str(low)), Decimal(str(high))
    if before := _BEFORE.match(plain):
        down, about, up = before.groups()
        low_, high_ = _tailed(plain[before.end() :])
        if down or about:
            return low_ * Decimal("0.9"), high_ * Decimal("1.1") if about else high_
        return low_, max(high_, low_ + _step(low_)) if up else high_
    return _tailed(plain)


def _tailed(s: str) -> _Range:
    """Read a number with 多, 余, 来 (perhaps inside: 30多万) or 左右 after it."""
    m = _AFTER.fullmatch(s)
    if m is None:
        return _ranged(s)
    low, high = _ranged(m[1])
    if m[4]:
        return low * Decimal("0.9"), high * Decimal("1.1")
    unit = _power(m[3])
    return low * unit, max(high, low + _step(low)) * unit


def _ranged(s: str) -> _Range:
    """Read two ends (两到三百, 5、6), adjacent digits (七八十) or a vague digit (几十)."""
    if _ARABIC.fullmatch(s) is None and (m := _BETWEEN.fullmatch(s)):
        low, high = _exact(m[1]), _exact(m[3])
        unit = _power(m[3][len(m[3].rstrip(UNITS)) :])
        if not any(c in UNITS for c in m[1]) and low < high / unit:
            low *= unit
        # 133、138 are two numbers of a list; only neighbours such as 5、6 are one guess.
        if low >= high or (m[2] and high - low != unit):
            raise NumeralError(s)
        return low, high
    if m := _SEVERAL.search(s):
        # 十几 and 十几万 begin at eleven, but 几十 and 一百几十 at twenty: nobody says 几十 of ten.
        before, after = (_POWERS.get(c, 0) for c in (s[m.start() - 1 : m.start()], s[m.end() : m.end() + 1]))
        smallest = "一" if before and (not after or after > before) else "二"
        return _vague(s, *(s[: m.start()] + c + s[m.end() :] for c in (smallest, "九")))
    if m := _TWENTY_ODD.fullmatch(s):
        tens, unit = Decimal(m[1] + "0"), _power(m[2])
        return (tens + 1) * unit, (tens + 9) * unit
    if m := _PAIR.search(s):
        return _vague(s, *(s[: m.start()] + c + s[m.end() :] for c in m[0]))
    value = _exact(s)
    return value, value


def _vague(s: str, low: str, high: str) -> _Range:
    ends = _exact(low), _exact(high)
    if ends[0] >= ends[1]:
        raise NumeralError(s)
    return ends


def _exact(s: str) -> Decimal:
    if m := _ARABIC.fullmatch(s):
        return Decimal(m[1].replace(",", "") + (m[2] or "")) * _power(m[3])
    if s in _POWERS:
        return Decimal(_POWERS[s])
    if s and (plain := _TEENS.fullmatch(s)):
        return Decimal(10 * bool(plain[1]) + _digit(plain[2]))
    if s and (plain := _PLACES.fullmatch(s)):
        return Decimal(
            sum(_digit(digit) * 10**place for digit, place in zip(plain.groups(), (3, 2, 1, 0), strict=True))
        )
    decimal = _DECIMAL.fullmatch(s)
    if decimal is None and _CHINESE.fullmatch(s) is None:
        raise NumeralError(s)
    from cn2an import cn2an

    try:
        return Decimal(str(cn2an(decimal[1] if decimal else s, "smart"))) * _power(decimal[2] if decimal else "")
    except (ValueError, KeyError):
        raise NumeralError(s) from None


def _digit(character: str | None) -> int:
    return _VALUES[character] if character else 0


def _power(units: str) -> Decimal:
    value = Decimal(1)
    for unit in units:
        value *= _POWERS[unit]
    return value


def _step(value: Decimal) -> Decimal:
    """Return the place of the last written digit: 100 for 300, 10 for 350, 0.1 for 2.5."""
    exponent = value.normalize().as_tuple().exponent
    return Decimal(1).scaleb(exponent if isinstance(exponent, int) and value else 0)
