"""The workers of a Dask cluster, by the address of its scheduler.

The model travels to every worker once, also to those that join later, and is verified there before it is loaded. A partition whose
worker is lost is given to another. Results come back as files, so the workers need no shared disk.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from risk_model.errors import EngineError
from risk_model.model import RiskModel, load
from risk_model.scan.engines import Work
from risk_model.scan.scoring import score_partition

#: Partitions that a thread of the cluster has before it: one at work and one waiting.
_AHEAD: Final = 2
#: Seconds to wait for the scheduler, and for a first worker.
_PATIENCE: Final = 30
_PLUGIN: Final = "petition-risk-model"


def _plugin(model: str) -> Any:
    """Return what brings the model to a worker: the files of its folder, as bytes."""
    from distributed import WorkerPlugin

    files = {p.name: p.read_bytes() for p in sorted(Path(model).iterdir()) if p.is_file()}
    version = Path(model).name

    class ModelPlugin(WorkerPlugin):  # type: ignore[misc]
        name = _PLUGIN

        def setup(self, worker: Any) -> None:
            with tempfile.TemporaryDirectory(dir=worker.local_directory) as folder:
                target = Path(folder) / version
                target.mkdir()
                for name, content in files.items():
                    (target / name).write_bytes(content)
                worker.petition_risk_model = load(target)

    return ModelPlugin()


def score_on_worker(item: Work, evidence: int) -> bytes:
    """Score one partition with the model of this worker."""
    from distributed import get_worker

    model: RiskModel = get_worker().petition_risk_model
    return score_partition(item.part, model, evidence, item.key)


def releases() -> tuple[str, ...]:
    """Return the versions of all that the bytes of a result hang on."""
    from importlib.metadata import version

    return tuple(f"{name} {version(name)}" for name in ("petition-risk", "numpy", "rjieba", "pyarrow", "pandas"))


class Cluster:
    """A Dask cluster that is running already."""

    name = "dask"

    def __init__(self, model: str, evidence: int, address: str) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise EngineError("没有安装 Dask：pip install petition-risk[batch]，或用 --engine local") from None
        self._evidence = evidence
        try:
            self._client: Any = Client(address, timeout=_PATIENCE, set_as_default=False)
            self._client.wait_for_workers(1, timeout=_PATIENCE)
        except (OSError, TimeoutError, ValueError) as error:
            raise EngineError(f"连不上 Dask 集群 {address}：请检查地址，以及工作节点是否已启动（{error}）") from None
        self._check()
        self._client.register_plugin(_plugin(model))

    def score(self, work: Iterator[Work]) -> Iterator[tuple[int, bytes]]:
        """Score all of `work`."""
        from distributed import KilledWorker, as_completed

        held: dict[Any, Work] = {}

        def submit(count: int) -> list[Any]:
            futures = []
            for item in islice(work, count):
                future = self._client.submit(score_on_worker, item, self._evidence, pure=False, retries=1)
                held[future] = item
                futures.append(future)
            return futures

        running = as_completed(submit(_AHEAD * self._threads()), loop=self._client.loop)
        for future in running:
            item = held.pop(future)
            try:
                content = future.result()
            except KilledWorker:
                raise EngineError(
                    f"{item.part.where()}几次使工作节点退出（常见原因是内存不足）：请检查这些行"
                ) from None
            except (ArithmeticError, LookupError, MemoryError, TypeError, ValueError) as error:
                where = item.part.where()
                raise EngineError(f"{where}无法研判（{type(error).__name__}）：请把这些行另存检查") from error
            yield item.part.number, content
            for more in submit(1):
                running.add(more)

    def close(self) -> None:
        """Take back what is still waiting and leave the cluster running."""
        self._client.close()

    def _threads(self) -> int:
        return sum(self._client.nthreads().values()) or 1

    def _check(self) -> None:
        """Refuse workers with other releases: their results could differ in the last digit."""
        mine = releases()
        for worker, theirs in self._client.run(releases).items():
            if tuple(theirs) != mine:
                other = "、".join(sorted(set(theirs) - set(mine)))
                raise EngineError(
                    f"工作节点 {worker} 装的版本与本机不同（{other}）：请装成同一版本，结果才能逐字节一致"
                )
