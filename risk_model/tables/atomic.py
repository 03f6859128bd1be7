"""Files appear whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

from risk_model.errors import OutputError

_REASONS: Final = {
    errno.ENOSPC: "磁盘空间不足：请清理磁盘，或换一个位置",
    errno.EDQUOT: "磁盘配额已用完：请清理文件，或换一个位置",
    errno.EFBIG: "文件超过系统允许的大小：请换一个位置，或拆成几个文件",
    errno.EACCES: "没有写入权限，或文件正被 Excel 打开：请关闭文件，或换一个位置",
    errno.EPERM: "没有写入权限，或文件正被 Excel 打开：请关闭文件，或换一个位置",
    errno.EROFS: "磁盘是只读的：请换一个位置",
    errno.ENOENT: "文件夹不存在：请先建好文件夹",
    errno.ENAMETOOLONG: "文件名太长：请换一个短一些的名字",
}


def write_error(path: Path, error: OSError) -> OutputError:
    """Return the error to show for a failed write, with the way out."""
    return OutputError(f"写不了 {path}：{_REASONS.get(error.errno or 0, error.strerror or '写入失败')}")


@contextmanager
def atomic(path: Path) -> Iterator[IO[bytes]]:
    """Write a file beside its place and move it there only when all is written and on disk.

    Whatever goes wrong, the old file (or none) is still there and nothing half-written stays. Raises `OutputError`.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}-", suffix=".tmp")
    except OSError as error:
        raise write_error(path, error) from None
    temporary, file = Path(name), os.fdopen(handle, "w+b")
    try:
        yield file
        file.flush()
        os.fsync(file.fileno())
        file.close()
        temporary.chmod(_mode(path))
        temporary.replace(path)
    except OSError as error:
        raise write_error(path, error) from None
    finally:
        with suppress(OSError):  # closing flushes what is left, which fails again on a full disk
            file.close()
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _mode(path: Path) -> int:
    """Return the permissions the file would have had, had it been written directly."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a power cut; systems that cannot open a folder need no such thing."""
    flags: Any = getattr(os, "O_DIRECTORY", None)
    if flags is not None:
        handle = os.open(folder, flags)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
