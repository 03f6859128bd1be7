"""The output folder of a week: written beside its place, checked off in a manifest, moved there whole, never overwritten."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from risk_model.errors import OutputError
from risk_model.tables import Reject, write_error

MANIFEST: Final = "manifest.json"
#: Raise it whenever a reader of the old layout would be misled.
FORMAT: Final = 1
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def refuse(folder: Path) -> None:
    """Refuse a folder that is there already. Raises `OutputError`."""
    if folder.exists():
        raise OutputError(f"{folder} 已经存在，扫描结果不覆盖：请换一个 --out，或先把旧结果移走")


def begin(final: Path) -> Path:
    """Return an empty folder beside the final one."""
    temporary = final.parent / f".{final.name}.tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        temporary.mkdir(parents=True)
    except OSError as error:
        raise write_error(temporary, error) from None
    return temporary


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table that Excel opens: marked UTF-8, and no cell that would run as a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    path.write_bytes(codecs.BOM_UTF8 + text.getvalue().encode())


def _plain(cell: object) -> object:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS):
        return f"'{cell}"
    return cell


def write_rejects(path: Path, rejects: Iterable[tuple[str, Reject]]) -> int:
    """Write the refused rows with their file, if there are any; returns how many."""
    rows = [(name, r.number, r.reason, "、".join(r.columns)) for name, r in rejects]
    if rows:
        write_csv(path, ("file", "row", "reason", "columns"), rows)
    return len(rows)


def finish(temporary: Path, final: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest with the sha256 of every file, bring all to disk, and move the folder to its place."""
    files = {}
    for path in sorted(p for p in temporary.rglob("*") if p.is_file()):
        content = path.read_bytes()
        name = path.relative_to(temporary).as_posix()
        files[name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    text = json.dumps({"format": FORMAT, **manifest, "files": files}, ensure_ascii=False, indent=2)
    (temporary / MANIFEST).write_text(text + "\n", encoding="utf-8")
    for path in temporary.rglob("*"):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
    refuse(final)
    try:
        temporary.rename(final)
    except OSError as error:
        raise write_error(final, error) from None
