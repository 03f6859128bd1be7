"""Keep a history between runs: one compressed file of arrays, nothing in it is executed on reading."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import scipy.sparse as sp

from risk_model.errors import ArtifactError
from risk_model.matters.history import History, Merge, Override
from risk_model.matters.sketch import Sketches

#: Raise it whenever a file of the old layout would be read wrongly.
FORMAT: Final = 1
_ARRAYS: Final = ("weeks", "prints", "copies", "matter", "strand", "founders", "turns", "runs", "live", "df")
_SPARSE: Final = ("names", "words", "title", "places")


def save_history(history: History, path: Path) -> None:
    """Write `history` to `path` (.npz). The file holds masked titles, hashes and numbers, no text of letters."""
    parts: dict[str, Any] = {name: getattr(history, name) for name in _ARRAYS}
    for name in _SPARSE:
        rows = getattr(history.sketches, name)
        parts |= {f"{name}.data": rows.data, f"{name}.indices": rows.indices, f"{name}.indptr": rows.indptr}
        parts[f"{name}.shape"] = np.array(rows.shape)
    parts |= {"topics": history.sketches.topics, "days": history.sketches.days}
    rest = {
        "format": FORMAT,
        "ids": history.ids,
        "titles": history.titles,
        "seen": history.seen,
        "barred": sorted(history.barred),
        "applied": sorted((o.action, o.letters) for o in history.applied),
        "merges": [(m.week, m.kept, m.gone, m.reason) for m in history.merges],
    }
    parts["rest"] = np.frombuffer(json.dumps(rest, ensure_ascii=False).encode(), np.uint8)
    with path.open("wb") as f:
        np.savez_compressed(f, **parts)


def load_history(path: Path) -> History:
    """Return the history that `save_history` wrote.

    Raises `ArtifactError` where the file is no history or has another format.
    """
    try:
        with np.load(path, allow_pickle=False) as f:
            parts = {name: f[name] for name in f.files}
        rest = json.loads(parts["rest"].tobytes())
    except (OSError, ValueError, KeyError) as error:
        raise ArtifactError(f"事项索引 {path.name} 无法读取。请删除后用 --replay 重建。") from error
    if rest["format"] != FORMAT:
        raise ArtifactError(f"事项索引 {path.name} 的格式是 {rest['format']}，本版本读 {FORMAT}。请用 --replay 重建。")
    sparse = {
        name: sp.csr_array(
            (parts[f"{name}.data"], parts[f"{name}.indices"], parts[f"{name}.indptr"]),
            shape=tuple(parts[f"{name}.shape"].tolist()),
        )
        for name in _SPARSE
    }
    return History(
        ids=tuple(rest["ids"]),
        titles=tuple(rest["titles"]),
        sketches=Sketches(**sparse, topics=parts["topics"], days=parts["days"]),
        seen=rest["seen"],
        barred=frozenset((a, b) for a, b in rest["barred"]),
        applied=frozenset(Override(action, tuple(letters)) for action, letters in rest["applied"]),
        merges=tuple(Merge(*m) for m in rest["merges"]),
        **{name: parts[name] for name in _ARRAYS},
    )
