"""A model folder is data only, and any change to it is refused with what is wrong."""

from __future__ import annotations

import io
import json
import pickle
import shutil
import zipfile
from dataclasses import fields
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from risk_model.artifact import MANIFEST, WEIGHTS, Registry, load, pack
from risk_model.encoder import word_tables
from risk_model.errors import ArtifactError
from risk_model.training.run import Trained, write


@pytest.fixture
def folder(small_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small_model, tmp_path / "copy"))


def relist(folder: Path, name: str) -> None:
    """Make the manifest agree with a changed file, as a forger would."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    data = (folder / name).read_bytes()
    manifest["files"][name] = {"bytes": len(data), "sha256": sha256(data).hexdigest()}
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def test_what_is_saved_is_what_is_loaded(trained: Trained, folder: Path) -> None:
    loaded = load(folder).parameters
    for name in (
        "term_keys",
        "term_idf",
        "term_weights",
        "term_bias",
        "word_keys",
        "word_breaks",
        "mix",
        "neutral_keys",
    ):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(trained.parameters, name), err_msg=name)
    for f in fields(loaded.encoder):
        np.testing.assert_array_equal(getattr(loaded.encoder, f.name), getattr(trained.parameters.encoder, f.name))
    assert loaded.thresholds == trained.parameters.thresholds


def test_packing_twice_gives_the_same_bytes(trained: Trained) -> None:
    assert pack(trained.parameters) == pack(trained.parameters)


@pytest.mark.parametrize("name", [WEIGHTS, "vocabulary.tsv", "MODEL_CARD.md"])
def test_one_flipped_bit_is_refused(folder: Path, name: str) -> None:
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(ArtifactError, match="校验和不符"):
        load(folder)


def test_a_truncated_download_is_refused(folder: Path) -> None:
    data = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(data[: len(data) // 2])
    with pytest.raises(ArtifactError, match="没有下载完整"):
        load(folder)


def test_an_extra_file_is_refused(folder: Path) -> None:
    (folder / "run_me.py").write_text("print('hello')", encoding="utf-8")
    with pytest.raises(ArtifactError, match=r"清单之外的文件：run_me\.py"):
        load(folder)


def test_a_missing_file_is_refused(folder: Path) -> None:
    (folder / "vocabulary.tsv").unlink()
    with pytest.raises(ArtifactError, match=r"缺少文件：vocabulary\.tsv"):
        load(folder)


def test_a_missing_manifest_is_refused(folder: Path) -> None:
    (folder / MANIFEST).unlink()
    with pytest.raises(ArtifactError, match=MANIFEST):
        load(folder)


def test_a_newer_format_is_refused(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    manifest["format"] += 1
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ArtifactError, match="请升级"):
        load(folder)


def test_format_one_is_read_in_single_precision(folder: Path) -> None:
    with zipfile.ZipFile(folder / WEIGHTS) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    del members["encoder.steps.npy"]
    with zipfile.ZipFile(folder / WEIGHTS, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    relist(folder, WEIGHTS)
    with pytest.raises(ArtifactError, match="格式 2 不符"):
        load(folder)
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    (folder / MANIFEST).write_text(json.dumps(manifest | {"format": 1}), encoding="utf-8")
    assert word_tables(load(folder).parameters.encoder).dtype == np.float32


def test_a_link_is_refused(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    shutil.move(folder / "vocabulary.tsv", outside)
    (folder / "vocabulary.tsv").symlink_to(outside)
    with pytest.raises(ArtifactError, match="不是普通文件"):
        load(folder)


class _Bomb:
    touched = False

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return (setattr, (_Bomb, "touched", True))


def test_a_pickle_inside_the_weights_is_refused_and_never_run(folder: Path) -> None:
    with zipfile.ZipFile(folder / WEIGHTS) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    member = io.BytesIO()
    np.lib.format.write_array_header_1_0(member, {"descr": "|O", "fortran_order": False, "shape": (1,)})
    members["mix.npy"] = member.getvalue() + pickle.dumps(_Bomb())
    with zipfile.ZipFile(folder / WEIGHTS, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    relist(folder, WEIGHTS)
    with pytest.raises(ArtifactError, match="只含数据"):
        load(folder)
    assert not _Bomb.touched


def test_arrays_of_another_shape_are_refused(folder: Path) -> None:
    with np.load(folder / WEIGHTS) as archive:
        arrays = {name: archive[name] for name in archive.files}
    arrays["mix"] = arrays["mix"][:-1]
    np.savez(folder / WEIGHTS, **arrays)
    relist(folder, WEIGHTS)
    with pytest.raises(ArtifactError, match="形状"):
        load(folder)


def test_promote_and_rollback(trained: Trained, tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    for name in ("one", "two"):
        write(trained, tmp_path / name, name)
    with pytest.raises(ArtifactError, match="promote"):
        registry.current()
    registry.promote("one")
    registry.promote("two")
    registry.promote("two")
    assert (registry.current(), registry.history()) == ("two", ["one"])
    assert registry.rollback() == registry.current() == "one"
    with pytest.raises(ArtifactError, match="没有可以退回"):
        registry.rollback()
    with pytest.raises(ArtifactError, match="现有版本：one、two"):
        registry.promote("three")
    with pytest.raises(ArtifactError, match="不是合法的版本名"):
        registry.promote("../one")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["CURRENT", "HISTORY", "one", "two"]
