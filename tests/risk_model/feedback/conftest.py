"""Decisions of an office that reads the letters of the corpus."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from risk_model.feedback import Decision, Labels
from risk_model.taxonomy import FACTOR_NAMES, OUTPUTS, SUBTAG_NAMES, TAG_NAMES
from risk_model.training.examples import Examples, corpus

START = dt.datetime(2026, 6, 1, 9, 0, tzinfo=dt.UTC)


def decision(letter: str = "a", reader: int = 1, minutes: int = 0, **changes: Any) -> Decision:
    fields: dict[str, Any] = {
        "letter": letter,
        "title": "",
        "body": "小区电梯停运三个月",
        "reader": reader,
        "role": "triager",
        "at": START + dt.timedelta(minutes=minutes),
        "kind": "correct",
        "source": "inbox",
        "model_version": "1",
        "labels": Labels(tags=("livelihood",), subtags=("property_management",), factors=(), level=1),
    }
    return Decision(**fields | changes)


def decided(examples: Examples, rows: range, **changes: Any) -> list[Decision]:
    """Decisions that repeat the labels of examples."""
    out = []
    for i in rows:
        named = {n for n, v in zip(OUTPUTS, examples.targets[i], strict=True) if v == 1}
        labels = Labels(
            *(tuple(n for n in names if n in named) for names in (TAG_NAMES, SUBTAG_NAMES, FACTOR_NAMES)),
            level=int(examples.escalation[i]),
        )
        title, body = examples.texts[i].split("\n", 1)
        out.append(decision(examples.ids[i], title=title, body=body, labels=labels, **changes))
    return out


@pytest.fixture(scope="session")
def letters() -> Examples:
    return corpus()
