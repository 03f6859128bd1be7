"""Assessments without a model, and small files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from risk_model.schema import Assessment, Contribution, Due
from risk_model.taxonomy import DISCLAIMER, OUTPUTS

MakeAssessment = Callable[..., Assessment]
WriteXlsx = Callable[[str, Sequence[Sequence[Any]]], Path]


@pytest.fixture(scope="session")
def assessment() -> MakeAssessment:
    def make(**changes: Any) -> Assessment:
        fields: dict[str, Any] = {
            "id": "1",
            "probabilities": dict.fromkeys(OUTPUTS, 0.25) | {"livelihood": 0.9375},
            "tags": ("livelihood",),
            "subtags": ("wages_labor",),
            "factors": ("group_affected", "unresolved"),
            "mass_incident_risk": 0.8125,
            "risk_band": "high",
            "review": ("too_short",),
            "evidence": (Contribution("欠薪", "body", 0, 2, 0.5), Contribution("已结清", "body", 4, 7, -0.25)),
            "facts": (),
            "due": Due(None, None, None, (), False, False, ()),
            "model_version": "fake-1",
            "disclaimer": DISCLAIMER,
        }
        return Assessment(**(fields | changes))

    return make


@pytest.fixture
def write_xlsx(tmp_path: Path) -> WriteXlsx:
    def write(name: str, rows: Sequence[Sequence[Any]]) -> Path:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(list(row))
        path = tmp_path / name
        book.save(path)
        book.close()
        return path

    return write
