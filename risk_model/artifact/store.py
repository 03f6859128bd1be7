"""Model folders: data only, every byte accounted for, nothing executed on loading.

A folder holds `manifest.json`, `weights.npz`, `vocabulary.tsv` and `MODEL_CARD.md`. The manifest lists the size and
SHA-256 of every other file; an unlisted file is refused like a changed one. Arrays are read with `allow_pickle=False`.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from risk_model.artifact.parameters import Parameters, Thresholds
from risk_model.encoder import Weights
from risk_model.errors import ArtifactError

#: 2: the encoder's window products are counted in steps (`encoder.steps`). Format 1 has no such array and is read in
#: single precision, as it was measured.
FORMAT: Final = 2
MANIFEST: Final = "manifest.json"
WEIGHTS: Final = "weights.npz"
#: Larger than any model this project makes; a bound keeps a forged manifest from filling memory.
MAX_BYTES: Final = 64 * 2**20

#: Large weights are kept in half precision: the error is far below the model's own, the file half the size.
_HALF: Final = {"term_weights", "encoder.words", "encoder.windows", "encoder.attend", "encoder.sum", "encoder.peak"}
#: These are read but once, to make tables of them, and stay as they are in the file.
_LARGE: Final = {"term_weights", "encoder.words"}
_ARRAYS: Final = (
    *(f.name for f in fields(Parameters) if f.name not in {"outputs", "encoder", "thresholds"}),
    *(f"encoder.{f.name}" for f in fields(Weights)),
)
#: Arrays that a file lacks if it is of the format before this one.
_SINCE: Final = {"encoder.steps": 2}


@dataclass(frozen=True, slots=True)
class Artifact:
    """A verified model: its folder, its manifest and its parameters."""

    folder: Path
    manifest: dict[str, Any]
    parameters: Parameters

    @property
    def version(self) -> str:
        """The version name, as in the manifest."""
        return str(self.manifest["version"])


def rounded(name: str, array: NDArray[Any]) -> NDArray[Any]:
    """Return the array as the file keeps it (half precision for the large ones)."""
    return array.astype(np.float16) if name in _HALF else array


def _arrays(parameters: Parameters) -> dict[str, NDArray[Any]]:
    out = {}
    for name in _ARRAYS:
        holder: Any = parameters.encoder if name.startswith("encoder.") else parameters
        out[name] = rounded(name, getattr(holder, name.removeprefix("encoder.")))
    return out


def pack(parameters: Parameters) -> bytes:
    """Return the bytes of `weights.npz`; the same parameters give the same bytes (fixed order and time stamps)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, array in _arrays(parameters).items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(
                zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), member.getvalue(), zipfile.ZIP_DEFLATED
            )
    return buffer.getvalue()


def save(folder: Path, parameters: Parameters, manifest: dict[str, Any], texts: dict[str, str]) -> None:
    """Write a model folder; `texts` are the files beside the weights (card, vocabulary). The manifest is written
    last.
    """
    folder.mkdir(parents=True)
    contents = {WEIGHTS: pack(parameters)} | {name: text.encode() for name, text in texts.items()}
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    manifest = {
        "format": FORMAT,
        **manifest,
        "outputs": list(parameters.outputs),
        "thresholds": asdict(parameters.thresholds),
        "files": {n: {"bytes": len(d), "sha256": hashlib.sha256(d).hexdigest()} for n, d in sorted(contents.items())},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read a manifest and check its format number."""
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ArtifactError(f"模型目录 {folder} 里没有 {MANIFEST}：请确认路径，或重新下载整个模型目录") from None
    except (ValueError, OSError) as error:
        raise ArtifactError(f"{path} 读不出来（{error}）：请重新下载整个模型目录") from None
    number = manifest.get("format") if isinstance(manifest, dict) else None
    if not isinstance(number, int):
        raise ArtifactError(f"{path} 不是模型清单（没有格式号）")
    if number > FORMAT:
        raise ArtifactError(f"模型格式号 {number} 比本程序支持的 {FORMAT} 新：请升级 petition-risk")
    return dict(manifest)


def _verified_files(folder: Path, manifest: dict[str, Any]) -> dict[str, bytes]:
    listed = manifest.get("files", {})
    if not isinstance(listed, dict) or WEIGHTS not in listed:
        raise ArtifactError(f"{folder / MANIFEST} 没有列出 {WEIGHTS}")
    present = {path.name for path in folder.iterdir()} - {MANIFEST}
    if extra := sorted(present - set(listed)):
        raise ArtifactError(f"模型目录 {folder} 里有清单之外的文件：{'、'.join(extra)}。请删除或重新下载")
    if missing := sorted(set(listed) - present):
        raise ArtifactError(f"模型目录 {folder} 缺少文件：{'、'.join(missing)}。请重新下载")
    if sum(int(entry["bytes"]) for entry in listed.values()) > MAX_BYTES:
        raise ArtifactError(f"模型目录 {folder} 超过 {MAX_BYTES // 2**20} MB，不是本程序的模型")
    contents = {}
    for name, entry in listed.items():
        path = folder / name
        if not path.is_file() or path.is_symlink():
            raise ArtifactError(f"{path} 不是普通文件")
        if path.stat().st_size != entry["bytes"]:
            raise ArtifactError(f"{path} 大小不对（应为 {entry['bytes']} 字节）：可能没有下载完整，请重新下载")
        contents[name] = path.read_bytes()
        if hashlib.sha256(contents[name]).hexdigest() != entry["sha256"]:
            raise ArtifactError(f"{path} 校验和不符：文件被改动或损坏，请重新下载")
    return contents


def load(folder: Path) -> Artifact:
    """Verify a model folder and read it.

    Raises `ArtifactError` with what is wrong and the way out.
    """
    manifest = read_manifest(folder)
    data = _verified_files(folder, manifest)[WEIGHTS]
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            expected = {name for name in _ARRAYS if _SINCE.get(name, 1) <= manifest["format"]}
            if set(archive.files) != expected:
                raise ArtifactError(f"{folder / WEIGHTS} 里的数组与格式 {manifest['format']} 不符")
            arrays = {name: archive[name] for name in _ARRAYS if name in expected}
    except (ValueError, zipfile.BadZipFile, EOFError) as error:
        raise ArtifactError(f"{folder / WEIGHTS} 不是只含数据的权重文件（{error}）") from None
    return Artifact(folder, manifest, _parameters(manifest, arrays, folder))


def _parameters(manifest: dict[str, Any], arrays: dict[str, NDArray[Any]], folder: Path) -> Parameters:
    arrays = {n: a.astype(np.float32) if n in _HALF - _LARGE else a for n, a in arrays.items()}
    encoder = Weights(
        **{name.removeprefix("encoder."): arrays.pop(name) for name in list(arrays) if name.startswith("encoder.")}
    )
    outputs = tuple(manifest["outputs"])
    parameters = Parameters(outputs=outputs, encoder=encoder, thresholds=Thresholds(**manifest["thresholds"]), **arrays)
    terms, k = len(parameters.term_keys), len(outputs)
    shapes = {
        "term_weights": (parameters.term_weights.shape, (terms, k)),
        "mix": (parameters.mix.shape, (2 * k, k)),
        "encoder.words": (encoder.words.shape[:1], (len(parameters.word_keys) + 2,)),
        "encoder.sum": (encoder.sum.shape[1:], (k,)),
    }
    if len(encoder.steps):
        shapes["encoder.steps"] = (encoder.steps.shape, encoder.shift.shape)
    for name, (found, expected) in shapes.items():
        if found != expected:
            raise ArtifactError(f"{folder / WEIGHTS} 的 {name} 形状是 {found}，应为 {expected}")
    return parameters
