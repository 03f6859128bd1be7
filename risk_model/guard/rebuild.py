"""Proof that a model is what its manifest says: train it again from the same data and compare."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np

from risk_model.artifact import WEIGHTS, Artifact, pack
from risk_model.errors import ArtifactError
from risk_model.model import RiskModel
from risk_model.text import rules
from risk_model.training.examples import corpus, digest
from risk_model.training.judging import petitions_of
from risk_model.training.run import Plan, train

#: Another processor may add in another order; probabilities further apart than this are another model.
_CLOSE: Final = 0.005


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild came to: the same bytes, or the largest difference of a probability over the corpus."""

    version: str
    same_bytes: bool
    largest: float
    other_libraries: dict[str, tuple[str, str]]

    @property
    def proven(self) -> bool:
        """Whether the rebuilt model is the same, to the byte or within the rounding of another machine."""
        return self.same_bytes or (bool(self.other_libraries) and self.largest <= _CLOSE)


def rebuild(
    artifact: Artifact, given: Sequence[Path], say: Callable[[str], None] = lambda _: None, jobs: int = -1
) -> Rebuilt:
    """Train a model again from its manifest; `given` are the files it was trained on, found by their digest.

    Raises `ArtifactError` where a file is missing or the built-in data have changed since.
    """
    manifest = artifact.manifest
    plan = plan_of(manifest, given, jobs)
    trained = train(plan, say)
    same = hashlib.sha256(pack(trained.parameters)).hexdigest() == manifest["files"][WEIGHTS]["sha256"]
    same &= asdict(trained.parameters.thresholds) == manifest["thresholds"]
    again = RiskModel(Artifact(artifact.folder, {**manifest, **trained.manifest}, trained.parameters))
    letters = petitions_of(corpus())
    apart = np.abs(again.probabilities(letters) - RiskModel(artifact).probabilities(letters)).max()
    libraries = {name: (old, _present(name)) for name, old in manifest["libraries"].items() if name != "python"}
    return Rebuilt(
        artifact.version, same, 0.0 if same else float(apart), {n: v for n, v in libraries.items() if v[0] != v[1]}
    )


def _present(name: str) -> str:
    return version(name)


def plan_of(manifest: dict[str, Any], given: Sequence[Path], jobs: int = -1) -> Plan:
    """Return what a manifest says the model was trained on, each file found by its digest."""
    if manifest["segmentation"] != rules():
        raise ArtifactError("分词规则已经改变：请用制作这个模型时的程序版本来重建")
    at = {digest(path): path for path in given}
    data = Path(__file__).parents[1] / "data"
    found: dict[str, list[Path]] = {"labelled": [], "feedback": [], "unlabelled": []}
    use_corpus = False
    for entry in manifest["data"]:
        name, use = entry["name"], entry.get("use")
        if (data / name).is_file():
            use_corpus |= name == "corpus.jsonl"
            if digest(data / name) != entry["sha256"]:
                raise ArtifactError(f"内置数据 {name} 已经改变：请用制作这个模型时的程序版本来重建")
        elif entry["sha256"] not in at:
            raise ArtifactError(f"缺少训练数据 {name}（sha256 {entry['sha256'][:12]}…）：用 --data 给出这个文件")
        else:
            # Manifests made before uses were noted: the pool of texts is compressed, labels are not.
            guessed = "unlabelled" if name.endswith(".gz") else "labelled"
            found[use or guessed].append(at[entry["sha256"]])
    settings = tuple({**manifest["settings"], "n_jobs": jobs}.items())
    return Plan(tuple(found["labelled"]), tuple(found["unlabelled"]), use_corpus, settings, tuple(found["feedback"]))
