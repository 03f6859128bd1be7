"""The work folder of a scan: finished parts are kept until the scan is published, so that it can go on after a crash."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from risk_model.errors import OutputError
from risk_model.scan.plan import Partition
from risk_model.scan.scoring import KEY
from risk_model.tables import atomic, write_error


@dataclass(frozen=True, slots=True)
class Parts:
    """Finished parts in `folder`; `stamp` says which model and settings they belong to."""

    folder: Path
    stamp: str

    def path(self, number: int) -> Path:
        """Return the file of a part."""
        return self.folder / f"part-{number:06d}.parquet"

    def key(self, part: Partition) -> bytes:
        """Return what the file of a part must bear to stand for it: same rows, same model, same settings."""
        return hashlib.sha256(f"{self.stamp}\x1f{part.number}\x1f{part.digest()}".encode()).hexdigest().encode()

    def done(self, part: Partition) -> bool:
        """Tell whether this very part is finished."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self.path(part.number)
        if not path.exists():
            return False
        try:
            metadata = pq.read_schema(path).metadata or {}
        except (pa.ArrowException, OSError):
            return False
        return metadata.get(KEY) == self.key(part)

    def keep(self, number: int, content: bytes) -> None:
        """Keep a finished part; it appears whole or not at all."""
        with atomic(self.path(number)) as file:
            file.write(content)

    @property
    def moving(self) -> bool:
        """Tell whether this scan was interrupted while finished folders were being moved to their places."""
        return self._mark.exists()

    def start_moving(self) -> None:
        """Note that from now on finished folders are moved to their places."""
        self._mark.touch()

    @property
    def _mark(self) -> Path:
        return self.folder / f"moving-{self.stamp}"

    def drop_from(self, count: int) -> None:
        """Delete parts beyond the last one of this scan, left by an earlier one with more rows."""
        for path in self.folder.glob("part-*.parquet"):
            if int(path.stem.split("-")[1]) >= count:
                path.unlink()


def stamp(**settings: object) -> str:
    """Return a fingerprint of settings."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode()).hexdigest()


@contextmanager
def open_parts(folder: Path, stamped: str) -> Iterator[Parts]:
    """Open the parts of a work folder, which is made where there is none; one scan at a time holds it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise write_error(folder, error) from None
    with lock:
        if not _held(lock):
            raise OutputError(f"另一个扫描正在写 {folder.parent}：请等它结束，或换一个 --out")
        yield Parts(folder, stamped)


def _held(lock: IO[str]) -> bool:
    """Take a lock that the system lets go when the process ends, however it ends."""
    try:
        import fcntl
    except ImportError:  # Windows: an office PC runs one scan at a time
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def close_parts(folder: Path) -> None:
    """Delete a work folder."""
    shutil.rmtree(folder, ignore_errors=True)
