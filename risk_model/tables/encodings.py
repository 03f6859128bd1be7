"""Which encoding a text file has, decided by strict decoding before any guessing."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO, Final

from risk_model.errors import InputError

#: Longest piece decoded at once; a text file has lines, and a piece this long is still cheap.
_PIECE: Final = 16 * 2**20
#: Enough for statistics where strict decoding has not settled the matter.
_SAMPLE: Final = 256 * 2**10
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LABELS: Final = {
    "utf-8-sig": "UTF-8（带 BOM）",
    "utf-16": "UTF-16",
    "utf-8": "UTF-8",
    "gb18030": "GB18030（即 GBK/GB2312）",
}
#: What the tie-break may answer: encodings of Chinese text that a file without a mark can be in.
_TIE_BREAK: Final = frozenset({"utf_8", "gb18030", "gbk", "gb2312", "big5", "big5hkscs"})


def label(encoding: str) -> str:
    """Return how an encoding is named to a clerk."""
    return _LABELS.get(encoding, encoding)


def detect(stream: BinaryIO) -> str:
    """Return the encoding of a seekable text file: a mark at its start, else UTF-8, else GB18030, else the likeliest.

    A file may hold some broken lines: the encoding that decodes most of the lines wins, and the broken ones are for
    the reader to reject. Raises `InputError` for what is no text at all. Leaves the stream at its start.
    """
    stream.seek(0)
    head = stream.read(_SAMPLE)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            stream.seek(0)
            return encoding
    if b"\0" in head:
        raise InputError("文件不是文字表格（含二进制内容）：请用 Excel 打开后另存为 .xlsx 或 CSV UTF-8")
    try:
        return _by_lines(stream, head)
    finally:
        stream.seek(0)


def _by_lines(stream: BinaryIO, head: bytes) -> str:
    lines, broken = _count_broken(stream, "utf-8")
    if not broken:
        return "utf-8"
    good = lines - broken
    gb_broken = _count_broken(stream, "gb18030")[1]
    # Chinese text in GB18030 is next to never valid UTF-8, while UTF-8 often passes for GB18030 (浣犲ソ for 你好).
    if good > broken:
        return "utf-8"
    if not gb_broken and not good:
        return "gb18030"
    from charset_normalizer import from_bytes

    best = from_bytes(head, cp_isolation=sorted(_TIE_BREAK)).best()
    if best is not None and best.encoding in _TIE_BREAK:
        return "gb18030" if best.encoding.startswith("gb") else best.encoding.replace("utf_8", "utf-8")
    if 2 * gb_broken <= lines:
        return "gb18030"
    raise InputError("看不出文件的文字编码：请用 Excel 打开后另存为 .xlsx 或 CSV UTF-8（逗号分隔）")


def _count_broken(stream: BinaryIO, encoding: str) -> tuple[int, int]:
    """Return how many lines are more than ASCII, and how many of them cannot be decoded."""
    lines = broken = 0
    for line in _lines(stream):
        if not line.isascii():
            lines += 1
            try:
                line.decode(encoding)
            except UnicodeDecodeError:
                broken += 1
    return lines, broken


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    stream.seek(0)
    return iter(lambda: stream.readline(_PIECE), b"")
