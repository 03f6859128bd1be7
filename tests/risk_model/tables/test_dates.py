from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk_model.tables import parse_date

DAY = dt.date(2025, 7, 3)


WRITTEN = """
2025.7.3|2025/7/3|2025年7月3日|2025年07月03号|2025-07-03 15:22:01|2025-07-03T15:22:01+08:00|2025-07-03T15:22:01.123
20250703|20250703152201|20250703 15:22|45841|45841.64| 2025－07－03 |２０２５．７．３|2025年7月3日 15时22分
2025年7月3日星期四|2025/7/3 下午 3:22|2025.07.03(周四) 15:22
"""
UNKNOWN = "|  |上周|2025-02-30|2025-13-01|2025-7|25-7-3|3/7/2025|1899-01-01|12|0|20251399|-1|2025年7月"


@pytest.mark.parametrize("written", WRITTEN.strip("\n").replace("\n", "|").split("|"))
def test_the_ways_offices_write_a_day(written: str) -> None:
    assert parse_date(written) == DAY


@pytest.mark.parametrize("cell", [dt.datetime(2025, 7, 3, 15, 22), DAY, 45841.64, 45841])
def test_the_ways_programs_keep_a_day(cell: float | dt.date) -> None:
    assert parse_date(cell) == DAY


@pytest.mark.parametrize("written", [*UNKNOWN.split("|"), None])
def test_what_is_no_day_is_unknown(written: str | None) -> None:
    assert parse_date(written) is None


@given(st.dates(dt.date(1950, 1, 1), dt.date(2100, 12, 31)), st.sampled_from(["-", "/", "."]), st.booleans())
def test_any_day_survives_being_written(day: dt.date, separator: str, padded: bool) -> None:
    parts = (f"{day.year}", f"{day.month:02}", f"{day.day:02}") if padded else map(str, (day.year, day.month, day.day))
    assert parse_date(separator.join(parts)) == day
    assert parse_date(str((day - dt.date(1899, 12, 30)).days)) == day


@given(st.text(max_size=30))
def test_no_text_breaks_it(text: str) -> None:
    parse_date(text)
