"""Shared fixtures: one small model trained on the built-in corpus, made once for the whole run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from risk_model.training.run import Plan, Trained, train, write
from tests.chromium import browser

__all__ = ["browser"]

# Compiling pays in long runs; hundreds of short-lived servers and commands would each fetch the code. Its own tests ask for it.
os.environ.setdefault("PETITION_RISK_ENGINE", "numpy")

# A deadline is a timing assertion: the first example pays for loading the dictionary, and a busy machine is slow.
settings.register_profile("calm", deadline=None)
settings.load_profile("calm")

#: Small enough to train in seconds, large enough to behave like a released model.
SMALL = (
    ("most_terms", 8_000),
    ("dimensions", 32),
    ("filters", 24),
    ("epochs", 4),
    ("folds", 3),
    ("n_jobs", 1),
)


@pytest.fixture(scope="session")
def trained() -> Trained:
    return train(Plan(settings=SMALL))


@pytest.fixture(scope="session")
def small_model(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small released model."""
    folder = tmp_path_factory.mktemp("models") / "small"
    write(trained, folder, "small")
    return folder
