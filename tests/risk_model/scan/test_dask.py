"""Three workers of a real cluster on this machine, one of them killed in the middle of a scan."""

from __future__ import annotations

import hashlib
import os
import signal
from pathlib import Path

import pytest

from risk_model.errors import EngineError
from risk_model.scan import Job, Step, run

from .book_of_letters import WEEK
from .conftest import Scanned

pytestmark = [
    pytest.mark.slow,
    # Sockets and tasks of a killed worker are closed by its death, not by us.
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9"),
]


def digest(folder: Path) -> dict[str, str]:
    return {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.iterdir())
        if p.name != "manifest.json"
    }


def test_a_killed_worker_costs_nothing_but_time(scanned: Scanned, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    cluster = distributed.LocalCluster(
        n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None, local_directory=str(tmp_path)
    )
    killed: list[int] = []

    def kill_one(step: Step) -> None:
        if step.stage == "score" and not killed:
            killed.append(next(iter(cluster.workers.values())).pid)
            os.kill(killed[0], signal.SIGKILL)

    try:
        job = Job(
            (scanned.source,), tmp_path / "out", office="青川县信访局", rows=40, engine="dask",
            scheduler=cluster.scheduler_address,
        )  # fmt: skip
        folder = run(job, WEEK, kill_one).folders[0]
    finally:
        cluster.close()
    assert killed
    assert digest(folder) == digest(scanned.folder)


def test_a_cluster_that_is_not_there_is_named(
    scanned: Scanned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("risk_model.scan.engines.dask._PATIENCE", 1)
    job = Job((scanned.source,), tmp_path / "out", engine="dask", scheduler="tcp://127.0.0.1:9")
    with pytest.raises(EngineError, match="连不上 Dask 集群"):
        run(job, WEEK)
