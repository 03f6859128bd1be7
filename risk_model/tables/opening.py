"""Opens whatever the clerk hands over: the content, not the file name, decides what it is."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from risk_model.errors import InputError
from risk_model.tables.delimited import Delimited
from risk_model.tables.jsonl import JsonLines
from risk_model.tables.names import TEXT_NAMES
from risk_model.tables.package import OLE2, ZIP
from risk_model.tables.parquet import Parquet
from risk_model.tables.source import Source
from risk_model.tables.workbook import Workbook

#: The name that stands for the standard input.
STDIN: Final = "-"
SUFFIXES: Final = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".parquet", ".jsonl")
#: Standard input beyond this goes to an unnamed temporary file, which no other program can open.
_IN_MEMORY: Final = 64 * 2**20
_HEAD: Final = 4096

_FOREIGN: Final = {
    b"%PDF": "这是 PDF 文件：请从原系统导出 Excel 或 CSV",
    b"\x1f\x8b": "这是 gzip 压缩文件：请先解压",
    b"Rar!": "这是 rar 压缩文件：请先解压",
    b"7z\xbc\xaf": "这是 7z 压缩文件：请先解压",
    b"\x89PNG": "这是图片：请从原系统导出 Excel 或 CSV",
    b"\xff\xd8\xff": "这是图片：请从原系统导出 Excel 或 CSV",
    b"{\\rtf": "这是 RTF 文档：请把表格另存为 .xlsx 或 CSV",
}


@contextmanager
def open_table(path: str | Path, wanted: frozenset[str] = TEXT_NAMES) -> Iterator[Source]:
    """Open a table for reading; `-` is the standard input (csv or jsonl).

    `wanted` are the folded column names by which the header row is known. Raises `InputError` with what to do.
    """
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(_stdin() if str(path) == STDIN else _file(Path(path)))
        except OSError as error:
            raise InputError(f"读不了 {path}：{error.strerror}") from None
        yield _source(stream, wanted)


def _source(stream: BinaryIO, wanted: frozenset[str]) -> Source:
    head = stream.read(_HEAD)
    stream.seek(0)
    if not head.strip():
        raise InputError("文件是空的：请确认导出成功")
    for magic, advice in _FOREIGN.items():
        if head.startswith(magic):
            raise InputError(advice)
    if head.startswith((ZIP, OLE2)):
        return Workbook(stream, wanted)
    if head.startswith(b"PAR1"):
        return Parquet(stream)
    text = head.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\xff\xfe \t\r\n")
    if text.startswith(b"<"):
        raise InputError("文件其实是网页或 XML（不少系统导出的 .xls 如此）：请用 Excel 打开后另存为 .xlsx")
    if text.startswith(b"["):
        raise InputError('文件是 JSON 数组：请改成每行一个对象的 .jsonl，形如 {"title": …, "body": …}')
    return JsonLines(stream) if text.startswith(b"{") else Delimited(stream, wanted)


def _file(path: Path) -> BinaryIO:
    if path.is_dir():
        raise InputError(f"{path} 是文件夹：请给出其中的一个文件（{'、'.join(SUFFIXES)}）")
    if not path.exists():
        raise InputError(f"找不到文件 {path}：请检查路径和文件名")
    return path.open("rb")


@contextmanager
def _stdin() -> Iterator[BinaryIO]:
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as copy:
        shutil.copyfileobj(sys.stdin.buffer, copy)
        copy.seek(0)
        yield copy  # type: ignore[misc]
