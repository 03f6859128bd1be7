"""A sieved pattern finds what the pattern itself finds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risk_model.signals.extract import _sieve
from risk_model.text.sieve import Sieve, matches

PATTERNS = [
    re.compile(p)
    for p in (
        "ab|ac+",
        "(?<!a)b(?:c|d)?a{2,3}",
        "[a-c]{0,2}?d",
        "(?:a|)(?=b)b",
        "(?>ab|a)c*+",
        "(?P<x>a)(?:(?P=x)|b)",
        "c(?![^a])",
        "征(?:地|收)",
        "a" + "[^b]",
    )
]


@settings(max_examples=300)
@given(st.lists(st.text("abcd征地收\uffff🙂", max_size=12), max_size=5))
def test_sieved_matches_are_those_of_the_pattern(texts: list[str]) -> None:
    starts = Sieve(PATTERNS).starts(texts)
    assert len(starts) == len(texts)
    for text, some in zip(texts, starts, strict=True):
        for pattern, at in zip(PATTERNS, some, strict=True):
            assert [m.span() for m in matches(pattern, text, at)] == [m.span() for m in pattern.finditer(text)]


def test_more_characters_than_numbers_are_still_found() -> None:
    characters = [chr(0x4E00 + i) for i in range(500)]
    pattern = re.compile("|".join(a + b for a, b in zip(characters, reversed(characters), strict=True)))
    text = "".join(a + b for a, b in zip(characters, reversed(characters), strict=True))
    assert len(list(matches(pattern, text, Sieve([pattern]).starts([text])[0][0]))) == 500


def test_few_places_are_left_to_ask() -> None:
    text = "我们小区物业一直不管，现在的问题是上面没有人来，请相关部门处理。" * 10
    asked = sum(map(len, _sieve().starts([text])[0]))
    assert asked < len(text) / 5


def test_a_pattern_that_begins_with_anything_is_refused() -> None:
    with pytest.raises(ValueError, match="anything"):
        Sieve([re.compile(".a")])
