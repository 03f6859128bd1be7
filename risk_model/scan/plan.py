"""From inputs to partitions: runs of rows that are scored, checked off and, where need be, redone as one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from risk_model.errors import InputError
from risk_model.tables import SUFFIXES, Intake, Letter, Reject, open_table, wanted_names

#: Characters of a partition: one of very long letters is cut short, so that memory stays bounded.
_CHARACTERS: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class Partition:
    """Consecutive rows of one file: its running number, where it comes from, its letters and what was refused."""

    number: int
    source: int
    name: str
    letters: tuple[Letter, ...]
    rejects: tuple[Reject, ...]

    def where(self) -> str:
        """Return the file and rows in a clerk's words."""
        rows = [x.number for x in self.letters] + [x.number for x in self.rejects]
        return f"{self.name} 第{min(rows)}至{max(rows)}行"

    def digest(self) -> str:
        """Return a fingerprint of all that is scored: a finished partition is reused only for the very same rows."""
        out = hashlib.sha256()
        for letter in self.letters:
            p = letter.petition
            row = [letter.number, p.id, p.title, p.body, str(p.received or ""), p.area, sorted(letter.handling.items())]
            out.update(json.dumps(row, ensure_ascii=True).encode())
        return out.hexdigest()


def list_files(inputs: Sequence[Path]) -> tuple[Path, ...]:
    """Return the files of a scan: those named, and of a folder all tables in order of name.

    Raises `InputError` where something is missing, named twice or no table.
    """
    files: list[Path] = []
    for path in inputs:
        if not path.exists():
            raise InputError(f"找不到 {path}：请检查路径和文件名")
        if path.is_dir():
            found = sorted(
                p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in SUFFIXES and p.name[0] not in "._"
            )
            if not found:
                raise InputError(f"文件夹 {path} 里没有表格（{'、'.join(SUFFIXES)}）")
            files += found
        else:
            files.append(path)
    twice = sorted({str(p) for p in files if files.count(p) > 1})
    if twice:
        raise InputError(f"同一个文件给了两次：{'、'.join(twice)}")
    return tuple(files)


@dataclass
class Reading:
    """Reads the files of a scan once, partition by partition; the rest is complete when all has been read."""

    files: tuple[Path, ...]
    mapping: Mapping[str, str]
    size: int
    roles: set[str] = field(default_factory=set)
    dropped: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    rows: int = 0
    share: float = 0.0

    def __iter__(self) -> Iterator[Partition]:
        whole = sum(p.stat().st_size for p in self.files) or 1
        before, number = 0, 0
        for source, path in enumerate(self.files):
            for letters, rejects, share in self._pieces(path):
                part = Partition(number, source, path.name, tuple(letters), tuple(rejects))
                number += 1
                self.rows += len(letters) + len(rejects)
                self.share = (before + share * path.stat().st_size) / whole
                yield part
            before += path.stat().st_size

    def _pieces(self, path: Path) -> Iterator[tuple[list[Letter], list[Reject], float]]:
        last = 0
        try:
            with open_table(path, wanted_names(self.mapping)) as source:
                intake = Intake(source, self.mapping)
                self.roles |= intake.roles
                letters: list[Letter] = []
                rejects: list[Reject] = []
                characters = 0
                for item in intake:
                    last = item.number
                    if isinstance(item, Letter):
                        # The cells of the table are not needed again and would double what travels to the workers.
                        letters.append(replace(item, cells=()))
                        characters += len(item.petition.body)
                    else:
                        rejects.append(item)
                    if len(letters) + len(rejects) >= self.size or characters >= _CHARACTERS:
                        yield letters, rejects, source.share() or 0.0
                        letters, rejects, characters = [], [], 0
                if letters or rejects:
                    yield letters, rejects, 1.0
                self.dropped.update(intake.dropped)
                self.notes += [f"{path.name}：{note}" for note in intake.notes]
        except InputError as error:
            after = f"（读到第{last}行之后）" if last else ""
            raise InputError(f"{path.name}{after}：{error}") from None


def digest_file(path: Path) -> str:
    """Return the sha256 of a file, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
