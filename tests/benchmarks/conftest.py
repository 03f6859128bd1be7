"""Out-of-fold judgements of the corpus by the small model of the session: real predictions, made in seconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.quality.letters import OutOfFold, read_corpus, read_out_of_fold
from risk_model.training.run import Trained


@pytest.fixture(scope="session")
def judged_file(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("judged") / "judged.npz"
    made = trained.classifier
    # One letter the corpus does not have: it must be left out.
    ids = np.array([*trained.examples.ids, "unheard-of"])
    np.savez(
        path, ids=ids, raw=np.pad(made.part_logits_, ((0, 1), (0, 0))), oof=np.pad(made.out_of_fold_, ((0, 1), (0, 0)))
    )
    return path


@pytest.fixture(scope="session")
def judged(judged_file: Path) -> OutOfFold:
    return read_out_of_fold(judged_file, read_corpus())
