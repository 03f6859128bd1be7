"""The built-in corpus is what it claims to be: enough of everything, no two letters alike, nobody real in it."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from importlib.resources import files
from typing import Any

import pytest

from risk_model.taxonomy import FACTOR_NAMES, SUBTAG_NAMES, TAG_NAMES
from risk_model.training.examples import targets_of

KEYS = [
    "id",
    "synthetic",
    "batch",
    "kind",
    "title",
    "body",
    "date",
    "area",
    *TAG_NAMES,
    "subtags",
    "factors",
    "escalation",
    "hard",
]
KINDS = {"letter", "hotline", "web", "wechat", "grid"}
FREQUENT = {"family_neighbor_dispute", "petitioner_treatment", "opaque_affairs", "corruption"}


@pytest.fixture(scope="module")
def letters() -> list[dict[str, Any]]:
    text = (files("risk_model.data") / "corpus.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_schema(letters: list[dict[str, Any]]) -> None:
    for letter in letters:
        assert list(letter) == KEYS, letter["id"]
        assert letter["synthetic"] is True
        assert letter["kind"] in KINDS
        assert letter["id"].startswith(letter["batch"] + "-")
        assert dt.date.fromisoformat(letter["date"]).year >= 2019
        assert 20 <= len(letter["body"]) <= 2000 or letter["hard"] == "nonsense", letter["id"]
        targets_of(letter)
    assert len({letter["id"] for letter in letters}) == len(letters)


def test_counts(letters: list[dict[str, Any]]) -> None:
    assert len(letters) >= 1000
    subtags = Counter(name for letter in letters for name in letter["subtags"])
    factors = Counter(name for letter in letters for name in letter["factors"])
    levels = Counter(letter["escalation"] for letter in letters)
    assert {n for n in SUBTAG_NAMES if subtags[n] < (45 if n in FREQUENT else 30)} == set()
    assert {n for n in FACTOR_NAMES if factors[n] < 100} == set()
    assert {level for level in range(4) if levels[level] < 180} == set()
    assert sum(letter["hard"] is not None for letter in letters) >= len(letters) / 3
    assert {letter["kind"] for letter in letters} == KINDS
    assert len({letter["batch"] for letter in letters}) >= 20


def test_labels_follow_the_guide(letters: list[dict[str, Any]]) -> None:
    for letter in letters:
        if letter["escalation"] == 3:
            assert "group_affected" in letter["factors"], letter["id"]
            assert set(letter["factors"]) & {"unresolved", "imminent_trigger", "collective_action"}, letter["id"]


def test_no_two_letters_are_alike(letters: list[dict[str, Any]]) -> None:
    grams = []
    for letter in letters:
        text = re.sub(r"\s", "", letter["title"] + letter["body"])
        grams.append({text[i : i + 3] for i in range(len(text) - 2)})
    holders: dict[str, list[int]] = {}
    alike = []
    for i, own in enumerate(grams):
        shared = Counter(j for gram in own for j in holders.get(gram, ()))
        alike += [(letters[i]["id"], letters[j]["id"]) for j, n in shared.items() if n / len(own | grams[j]) > 0.4]
        for gram in own:
            holders.setdefault(gram, []).append(i)
    assert alike == []


def test_every_identifier_is_fictional_by_construction(letters: list[dict[str, Any]]) -> None:
    for letter in letters:
        text = letter["title"] + "\n" + letter["body"]
        for mobile in re.findall(r"(?<!\d)1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)", text):
            # Four zeros in the middle are never given out.
            assert re.sub(r"\D", "", mobile)[3:7] == "0000", letter["id"]
        for card in re.findall(r"(?<!\d)\d{17}[\dXx](?!\d)", text):
            # No district has the code 999999.
            assert card.startswith("999999"), letter["id"]
        for plate in re.findall(
            r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]([A-Z])[·• ]?[A-Z0-9]{5}", text
        ):
            # The letter O heads police plates of old and no private car.
            assert plate == "O", letter["id"]
        assert not re.search(r"[\w.]+@(?!example)\w+\.(?:com|cn|net)", text), letter["id"]
