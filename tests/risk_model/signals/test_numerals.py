"""Numbers: every plain integer reads back, approximations are ranges, anything else is one clear error."""

from __future__ import annotations

import pytest
from cn2an import an2cn, cn2an
from hypothesis import example, given, settings
from hypothesis import strategies as st

from risk_model.errors import PetitionRiskError
from risk_model.signals import NumeralError, read_number

FORMAL = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")
ALPHABET = "0123456789.,点零〇一二两三四五六七八九十百千万亿多余来几数近上约至到-、半成好超元负左右 壹佰"


@given(st.integers(0, 10**8))
@example(0)
@example(10)
@example(110)
@example(101_000)
@example(10_001_000)
@example(10**8)
def test_every_integer_written_in_chinese_reads_back(n: int) -> None:
    for written in (an2cn(n), an2cn(n).translate(FORMAL), str(n), f"{n:,}"):
        number = read_number(written)
        assert (number.low, number.high) == (n, n)


@given(st.integers(1, 9999), st.integers(1, 9))
def test_mixed_forms(n: int, thousands: int) -> None:
    assert read_number(f"{n}万").low == n * 10_000
    assert read_number(f"{n}万{thousands}千").low == n * 10_000 + thousands * 1_000
    assert read_number(f"{n}.5万").low == n * 10_000 + 5_000


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("3万5千", 35_000, 35_000),
        ("2.5万", 25_000, 25_000),
        ("1,200", 1_200, 1_200),
        ("三点五万", 35_000, 35_000),
        ("1万2", 12_000, 12_000),
        ("12.5百万", 12_500_000, 12_500_000),
        ("二〇一九", 2019, 2019),
        ("两三百", 200, 300),
        ("三五", 3, 5),
        ("七八十", 70, 80),
        ("十七八", 17, 18),
        ("一百二三十", 120, 130),
        ("三十余", 30, 40),
        ("30多", 30, 40),
        ("350多", 350, 360),
        ("三万多", 30_000, 40_000),
        ("30多万", 300_000, 400_000),
        ("百余", 100, 200),
        ("一百来", 100, 200),
        ("近千", 900, 1_000),
        ("不到100", 90, 100),
        ("约300", 270, 330),
        ("300左右", 270, 330),
        ("超过500", 500, 600),
        ("上百", 100, 200),
        ("几", 2, 9),
        ("几十", 20, 90),
        ("十几", 11, 19),
        ("二十几", 21, 29),
        ("20几", 21, 29),
        ("十几万", 110_000, 190_000),
        ("数百", 200, 900),
        ("好几百", 200, 900),
        ("2-3", 2, 3),
        ("2-3万", 20_000, 30_000),
        ("5、6", 5, 6),
        ("三、四百", 300, 400),
        ("两到三", 2, 3),
        ("三两", 2, 3),
        ("成百上千", 100, 2_000),
        ("半", 0.5, 0.5),
        ("俩", 2, 2),
        ("仨", 3, 3),
        ("廿三", 23, 23),
        ("卅", 30, 30),
        ("壹佰贰拾叁", 123, 123),
    ],
)
def test_reads(written: str, low: float, high: float) -> None:
    number = read_number(written)
    assert (number.low, number.high) == (low, high)


@pytest.mark.parametrize(
    "written", ["", " ", "户", "三户", "十百", "数", "几几", "1.5.2", "133、138", "5、3", "上20", "-5", "9" * 40]
)
def test_what_is_no_number_says_so(written: str) -> None:
    with pytest.raises(NumeralError, match="not a number") as caught:
        read_number(written)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, PetitionRiskError)


@settings(max_examples=500)
@given(st.text(ALPHABET, max_size=10) | st.text(max_size=40))
@example("0十")
@example("点五")
def test_any_text_is_a_range_or_the_one_error(written: str) -> None:
    try:
        number = read_number(written)
    except NumeralError:
        return
    assert 0 <= number.low <= number.high


@given(st.text("一二两三五九十百千", min_size=1, max_size=7))
def test_plain_numbers_are_read_without_the_library_as_it_reads_them(text: str) -> None:
    try:
        expected = cn2an(text, "smart")
    except (ValueError, KeyError):
        # What it refuses may still be a guess (三五百) or no number.
        return
    try:
        found = read_number(text)
    except NumeralError:
        return
    if found.low == found.high:
        assert found.low == expected
