"""The guard: what it compares, what it refuses, and what it lets a person overrule."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from risk_model import guard
from risk_model.artifact import Registry
from risk_model.errors import ArtifactError, GuardError
from risk_model.guard.shadow import Said
from risk_model.model import RiskModel, load
from risk_model.taxonomy import OUTPUTS
from risk_model.training.examples import Examples, corpus
from risk_model.training.run import Trained, write

NOW = dt.datetime(2026, 6, 1, 9, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def root(small_model: Path, trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models: `small`; `twin`, the same; `deaf`, which hears no blame of officials."""
    root = tmp_path_factory.mktemp("guarded")
    shutil.copytree(small_model, root / "small")
    write(trained, root / "twin", "twin")
    bias = trained.parameters.mix_bias.copy()
    bias[OUTPUTS.index("governance")] -= 3
    write(replace(trained, parameters=replace(trained.parameters, mix_bias=bias)), root / "deaf", "deaf")
    return root


@pytest.fixture
def registry(root: Path, tmp_path: Path) -> Registry:
    shutil.copytree(root, tmp_path / "models")
    registry = Registry(tmp_path / "models")
    registry.promote("small")
    return registry


@pytest.fixture(scope="module")
def letters() -> Examples:
    return corpus().take(np.arange(0, 1195, 4))


def compared(registry: Registry, version: str, letters: Examples) -> guard.Comparison:
    found = guard.compare(
        model(registry, version), model(registry, "small"), {"locked": letters}, NOW, resamples=30, probed=200
    )
    # How fast a busy machine is decides nothing here.
    found = replace(found, figures=tuple(f for f in found.figures if f.where != "speed"))
    guard.keep(registry, found)
    return found


def model(registry: Registry, version: str) -> RiskModel:
    return load(registry.path(version))


def test_an_equal_candidate_is_promoted_without_a_word(registry: Registry, letters: Examples) -> None:
    found = compared(registry, "twin", letters)
    assert found.worse == ()
    assert {f.where for f in found.figures} == {"locked", "neutrality"}
    assert all(f.candidate == f.served for f in found.figures)
    assert guard.comparison_of(registry, "twin", "small") == found
    done = guard.promote(registry, "twin", "", "user:wang", NOW)
    assert (registry.current(), done.before, done.worse) == ("twin", "small", ())


def test_a_worse_candidate_needs_a_written_reason_and_the_journal_keeps_it(
    registry: Registry, letters: Examples
) -> None:
    found = compared(registry, "deaf", letters)
    worse = {f.name: f for f in found.worse}
    assert "governance.f1" in worse
    high = worse["governance.f1"].high
    assert high is not None and high < 0  # clearly, not by chance
    for reason in ("", "  好  "):
        with pytest.raises(GuardError, match=r"governance\.f1"):
            guard.promote(registry, "deaf", reason, "user:wang", NOW)
    assert registry.current() == "small"
    assert guard.journal(registry) == []
    guard.promote(registry, "deaf", "治理类标签改由专班人工判定", "user:wang", NOW)
    assert registry.current() == "deaf"
    guard.rollback(registry, "误判增多", "user:li", NOW)
    assert registry.current() == "small"
    first, second = guard.journal(registry)
    assert "locked:governance.f1" in first.worse
    assert (first.by, first.reason) == ("user:wang", "治理类标签改由专班人工判定")
    assert (second.action, second.before, second.after, second.reason) == ("rollback", "deaf", "small", "误判增多")


def test_no_comparison_is_no_permission(registry: Registry, letters: Examples) -> None:
    with pytest.raises(GuardError, match="model compare"):
        guard.promote(registry, "twin", "", "cli", NOW)
    # Neutrality and speed alone do not tell whether it reads well.
    guard.keep(registry, guard.compare(model(registry, "twin"), model(registry, "small"), {}, NOW, 0, probed=200))
    with pytest.raises(GuardError, match="model compare"):
        guard.promote(registry, "twin", "", "cli", NOW)


def test_a_comparison_of_other_weights_does_not_count(registry: Registry, letters: Examples) -> None:
    found = compared(registry, "twin", letters)
    guard.keep(registry, replace(found, weights={**found.weights, "twin": "0" * 64}))
    with pytest.raises(GuardError, match="还没有"):
        guard.promote(registry, "twin", "", "cli", NOW)


def test_a_damaged_candidate_is_refused_whatever_the_reason(registry: Registry) -> None:
    weights = registry.root / "twin" / "weights.npz"
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(ArtifactError):
        guard.promote(registry, "twin", "无论如何都要启用", "cli", NOW)
    assert registry.current() == "small"


def test_unknown_labels_count_for_neither_model(registry: Registry, letters: Examples) -> None:
    targets = letters.targets.copy()
    targets[::2] = np.nan
    levels = np.where(np.arange(len(letters)) % 2 == 0, -1, letters.escalation)
    half = replace(letters, targets=targets, escalation=levels)
    known = letters.take(np.arange(1, len(letters), 2))
    one, two = (
        guard.compare(model(registry, "deaf"), model(registry, "small"), {"x": x}, NOW, 0, probed=600).figures
        for x in (half, known)
    )
    for a, b in zip(one, two, strict=True):
        if a.where == "x":
            assert (a.candidate, a.served) == pytest.approx((b.candidate, b.served), abs=1e-6)


def test_shadow_differences_come_by_matter_largest_first() -> None:
    def said(risk: float, band: str = "low", *labels: str) -> Said:
        return Said(risk, band, frozenset(labels))

    served = {"a": said(0.2), "b": said(0.3), "c": said(0.5, "medium"), "d": said(0.1), "only": said(0.9, "high")}
    candidate = {"a": said(0.25), "b": said(0.8, "high"), "c": said(0.5, "medium", "governance"), "d": said(0.1)}
    found = guard.differences(served, candidate, {"a": "m1", "b": "m1"})
    assert [(d.matter, d.letter, d.letters) for d in found] == [("m1", "b", 2), ("c", "c", 1)]


@pytest.mark.slow
def test_a_corpus_model_is_rebuilt_to_the_byte(small_model: Path) -> None:
    from risk_model.artifact import load as read
    from risk_model.guard.rebuild import rebuild

    found = rebuild(read(small_model), (), jobs=1)
    assert found.same_bytes
    assert found.proven


def test_a_rebuild_says_which_data_it_lacks(small_model: Path, tmp_path: Path) -> None:
    from risk_model.artifact import load as read
    from risk_model.guard.rebuild import plan_of

    artifact = read(small_model)
    office = {"name": "office.csv", "sha256": "0" * 64, "use": "labelled"}
    with pytest.raises(ArtifactError, match=r"缺少训练数据 office\.csv"):
        plan_of({**artifact.manifest, "data": [*artifact.manifest["data"], office]}, ())
    changed = [{**d, "sha256": "0" * 64} for d in artifact.manifest["data"]]
    with pytest.raises(ArtifactError, match="已经改变"):
        plan_of({**artifact.manifest, "data": changed}, ())
