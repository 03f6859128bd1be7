"""Looks into an Office file before it is opened: locked, of another kind, or blown up to exhaust memory."""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import BinaryIO, Final

from risk_model.errors import InputError

OLE2: Final = bytes.fromhex("d0cf11e0a1b11ae1")
ZIP: Final = b"PK\x03\x04"
#: Uncompressed; a workbook of a million letters stays below.
MOST_BYTES: Final = 2**30
#: The reader lays a sheet out as a full rectangle, so one stray cell in the far corner would take half a terabyte.
MOST_CELLS: Final = 64 * 2**20

#: A locked workbook is an OLE2 file with this stream; names in it are UTF-16.
_LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
_CELL: Final = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_CHUNK: Final = 2**20
_LONGEST_REFERENCE: Final = 16

LOCKED: Final = "工作簿有密码，请先去掉密码：用 Excel 打开，文件 → 信息 → 保护工作簿 → 用密码进行加密，清空后保存"
DAMAGED: Final = "Excel 文件已损坏或不完整：请用 Excel 打开后另存为新的 .xlsx，再试一次"


def check_ole2(stream: BinaryIO) -> None:
    """Refuse an OLE2 file that is a locked .xlsx."""
    stream.seek(0)
    previous = b""
    while chunk := stream.read(_CHUNK):
        if _LOCKED in previous + chunk:
            raise InputError(LOCKED)
        previous = chunk[-len(_LOCKED) :]
    stream.seek(0)


def check_zip(stream: BinaryIO) -> None:
    """Refuse a zip file that is no .xlsx, is damaged, or grows beyond `MOST_BYTES` or `MOST_CELLS`.

    Sizes stated in the zip directory are not believed: every part is decompressed once and counted.
    """
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as package:
            parts = package.infolist()
            if "xl/workbook.xml" not in {part.filename for part in parts}:
                raise InputError("文件是压缩包，但不是 .xlsx 工作簿：请解压，或用 Excel 另存为 .xlsx")
            total = 0
            for part in parts:
                if part.flag_bits & 1:
                    raise InputError(LOCKED)
                total = _count(package, part, total)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, zlib.error):
        raise InputError(DAMAGED) from None
    finally:
        stream.seek(0)


def _count(package: zipfile.ZipFile, part: zipfile.ZipInfo, total: int) -> int:
    """Return `total` plus the real size of a part, and check how far its cells reach."""
    if total + part.file_size > MOST_BYTES:
        raise InputError(_too_large())
    part.file_size = MOST_BYTES
    sheet = part.filename.startswith("xl/worksheets/")
    columns: set[bytes] = set()
    last_row, rest = 0, b""
    with package.open(part) as content:
        while chunk := content.read(_CHUNK):
            total += len(chunk)
            if total > MOST_BYTES:
                raise InputError(_too_large())
            if sheet:
                found = _CELL.findall(rest + chunk)
                columns.update(letters for letters, _ in found)
                last_row = max(last_row, max((int(row) for _, row in found), default=0))
                rest = chunk[-_LONGEST_REFERENCE:]
    if last_row * max(map(_column, columns), default=0) > MOST_CELLS:
        raise InputError("工作表太空旷：很远的角落里有零星内容。请删除数据区以外的行和列，或另存为 CSV UTF-8")
    return total


def _column(letters: bytes) -> int:
    """Return the number of a column, A = 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _too_large() -> str:
    return f"工作簿解压后超过{MOST_BYTES // 2**30} GB，可能是恶意文件：请拆成几个文件，或另存为 CSV UTF-8"
