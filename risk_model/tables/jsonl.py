"""One JSON object a line, read as a stream."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from risk_model.errors import InputError
from risk_model.tables.cells import to_text
from risk_model.tables.encodings import detect, label
from risk_model.tables.source import Reject, Row, fit

#: A letter is at most 2 MB; a line longer than this cannot be one.
_LONGEST_LINE: Final = 16 * 2**20


class JsonLines:
    """A .jsonl file. The header is the union of all keys in order of appearance; numbers keep the digits as written."""

    kind = "jsonl"

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._size = stream.seek(0, io.SEEK_END)
        self._encoding = detect(stream)
        self.notes = [] if self._encoding.startswith("utf-8") else [f"文字编码判断为{label(self._encoding)}"]
        keys: dict[str, None] = {}
        self._lines = 0
        for _, entry in self._entries():
            self._lines += 1
            if isinstance(entry, dict):
                keys.update(dict.fromkeys(entry))
        if not keys:
            raise InputError('没有一行是 JSON 对象：.jsonl 文件应当每行一条，形如 {"title": …, "body": …}')
        self.header = tuple(keys)

    def rows(self) -> Iterator[Row | Reject]:
        """Yield one row a line that is not blank, numbered by line."""
        for number, entry in self._entries():
            if not isinstance(entry, dict):
                yield Reject(number, entry)
                continue
            yield fit(number, [to_text(entry.get(key)) for key in self.header], len(self.header))

    def share(self) -> float | None:
        """Return the share of the bytes that have been read."""
        return self._stream.tell() / self._size if self._size else None

    def most_rows(self) -> int:
        """Return the number of lines that are not blank."""
        return self._lines

    def _entries(self) -> Iterator[tuple[int, dict[str, Any] | str]]:
        self._stream.seek(0)
        errors = "replace" if self._encoding == "utf-16" else "surrogateescape"
        text = io.TextIOWrapper(self._stream, encoding=self._encoding, errors=errors, newline="\n")
        number, inside = 0, False
        try:
            while line := text.readline(_LONGEST_LINE):
                number += not inside
                long = len(line) == _LONGEST_LINE
                if long and not inside:
                    yield number, f"这一行超过{_LONGEST_LINE // 2**20}百万字"
                elif line.strip() and not inside:
                    yield number, _parse(line)
                inside = long
        finally:
            text.detach()


def _parse(line: str) -> dict[str, Any] | str:
    """Return the object of a line, or why there is none."""
    try:
        entry = json.loads(line, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return "这一行不是完整的 JSON"
    return entry if isinstance(entry, dict) else "这一行是 JSON，但不是一个对象（{…}）"
