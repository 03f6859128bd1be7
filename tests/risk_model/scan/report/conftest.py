"""The synthetic week of the report tests, and its three files written once."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from risk_model.scan.report import write_reports


def _load() -> ModuleType:
    path = Path(__file__).with_name("sample.py")
    spec = importlib.util.spec_from_file_location("report_sample", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def week() -> ModuleType:
    """Return the module that makes synthetic weeks."""
    return _load()


@pytest.fixture(scope="session")
def folder(week: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the reports of the rich synthetic week."""
    out = tmp_path_factory.mktemp("2019-W47")
    write_reports(week.sample(), week.letters(), week.matters(), out)
    return out
