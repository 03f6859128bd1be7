"""Labelled letters: the built-in corpus and files in the format of the annotation guide."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from risk_model.errors import LabelError
from risk_model.feedback import Conflict, is_locked, read, settle
from risk_model.taxonomy import FACTOR_NAMES, LEVELS, OUTPUTS, SUBTAG_NAMES, TAG_NAMES, TAG_OF
from risk_model.training.duplicates import copy_groups

F32 = NDArray[np.float32]

#: Sub-tags that joined the guide after the public messages were labelled: in a labelled file they are unknown, not
#: absent.
LATER_SUBTAGS: Final = ("family_neighbor_dispute",)

#: The escalation of a letter whose level nobody gave.
UNKNOWN: Final = -1
#: How a reviewed letter of the weekly lot is marked: only these stand for all letters of an office.
LOT: Final = "feedback:sample"

#: Words between two commas of a text that was cut into words.
_CLAUSE: Final = 9

_COLUMN: Final = {name: k for k, name in enumerate(OUTPUTS)}


@dataclass(frozen=True, slots=True)
class Examples:
    """Letters with labels: texts (title, line end, body), targets (n, K) in {0, 1, nan}, escalation 0…3 or UNKNOWN, where
    each is from.
    """

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    targets: F32
    escalation: NDArray[np.int64]
    batches: tuple[str, ...]
    synthetic: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: NDArray[np.int64]) -> Examples:
        """Return the letters of `rows`."""

        def pick(values: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(values[i] for i in rows)

        return Examples(
            pick(self.ids),
            pick(self.texts),
            self.targets[rows],
            self.escalation[rows],
            pick(self.batches),
            self.synthetic[rows],
        )

    @staticmethod
    def concatenate(parts: Sequence[Examples]) -> Examples:
        """Return all letters of `parts` in order."""
        return Examples(
            tuple(i for p in parts for i in p.ids),
            tuple(t for p in parts for t in p.texts),
            np.concatenate([p.targets for p in parts]),
            np.concatenate([p.escalation for p in parts]),
            tuple(b for p in parts for b in p.batches),
            np.concatenate([p.synthetic for p in parts]),
        )


def targets_of(record: dict[str, Any], unknown: Sequence[str] = ()) -> tuple[F32, int]:
    """Return the target row and the escalation level of one labelled record; checks it against the guide.

    Raises `LabelError` naming the field, the value and what is allowed.
    """
    row = np.zeros(len(OUTPUTS), np.float32)
    for name in TAG_NAMES:
        value = str(record[name]).strip()
        if value not in {"0", "1"}:
            raise LabelError(f"{name} is {value!r}, expected 0 or 1")
        row[_COLUMN[name]] = int(value)
    for field, allowed in (("subtags", SUBTAG_NAMES), ("factors", FACTOR_NAMES)):
        for name in _names(record[field]):
            if name not in allowed:
                raise LabelError(f"{field} has {name!r}, expected some of: {', '.join(allowed)}")
            if field == "subtags" and not row[_COLUMN[TAG_OF[name]]]:
                raise LabelError(f"sub-tag {name} without its tag {TAG_OF[name]}")
            row[_COLUMN[name]] = 1
    value = str(record["escalation"]).strip()
    if value not in {"0", "1", "2", "3"}:
        raise LabelError(f"escalation is {value!r}, expected 0, 1, 2 or 3")
    level = int(value)
    for step, name in enumerate(LEVELS, 1):
        row[_COLUMN[name]] = level >= step
    for name in unknown:
        row[_COLUMN[name]] = np.nan
    return row, level


def _names(value: Any) -> list[str]:
    return [part for part in value.split(";") if part] if isinstance(value, str) else list(value)


def corpus() -> Examples:
    """Return the built-in synthetic corpus (`risk_model/data/corpus.jsonl`)."""
    text = (files("risk_model.data") / "corpus.jsonl").read_text(encoding="utf-8")
    records = [json.loads(line) for line in text.splitlines()]
    return _examples(((r["id"], r, r["batch"]) for r in records), synthetic=True, unknown=())


def corrections() -> dict[str, dict[str, Any]]:
    """Return corrected labels of public messages by message id (`risk_model/data/label_corrections.jsonl`, no text).

    Labels that a blind second reading and a model that had not seen the letter both contradicted (`docs/model.md`).
    """
    text = (files("risk_model.data") / "label_corrections.jsonl").read_text(encoding="utf-8")
    return {record.pop("id"): record for record in map(json.loads, text.splitlines())}


def labelled_file(path: Path, corrected: Mapping[str, dict[str, Any]] = MappingProxyType({})) -> Examples:
    """Read a labelled CSV: id, title, body, land_acquisition, livelihood, governance, subtags, factors, escalation.

    `corrected` replaces labels by id. A file that uses a later sub-tag is taken to know it; otherwise that label is
    unknown there. Errors name file and line.
    """
    records = list(csv.DictReader(io.StringIO(_text(path))))
    needed = {"id", "title", "body", *TAG_NAMES, "subtags", "factors", "escalation"}
    if not records or not needed <= set(records[0]):
        missing = "、".join(sorted(needed - set(records[0]))) if records else "内容"
        raise LabelError(f"{path} 不是标注文件，缺少：{missing}")
    known = {name for record in records for name in _names(record["subtags"])}
    unknown = [name for name in LATER_SUBTAGS if name not in known]
    rows = ((r["id"], r | corrected.get(r["id"], {}), path.stem) for r in records)
    try:
        return _examples(rows, synthetic=False, unknown=unknown)
    except LabelError as error:
        raise LabelError(f"{path}：{error}") from None


def readings() -> dict[str, dict[str, str]]:
    """Return labels of public messages that came without any, by message id (`risk_model/data/readings.csv`, no text).

    One reading each under the annotation guide, by language models (`docs/model.md`); copies of labelled messages are left
    out.
    """
    text = (files("risk_model.data") / "readings.csv").read_text(encoding="utf-8")
    return {record["id"]: record for record in csv.DictReader(io.StringIO(text))}


def letters_read(path: Path, labels: Mapping[str, dict[str, str]]) -> Examples:
    """Return the letters of a file without labels that have some in `labels`: they teach, but judge and calibrate nothing.

    A text that was cut into words, and has lost its marks, gets a comma every few words: the encoder reads clauses.
    """
    rows = ((r["id"], {**_told(r), **labels[r["id"]]}, path.stem) for r in _records(path) if r.get("id") in labels)
    return _examples(rows, synthetic=False, unknown=())


def _told(record: dict[str, str]) -> dict[str, str]:
    if "text" not in record:
        return record
    words = record["text"].split()
    clauses = ("".join(words[k : k + _CLAUSE]) for k in range(0, len(words), _CLAUSE))
    return {"title": "", "body": "，".join(clauses)}


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a file of decisions comes to: letters to learn from, letters locked for judging, and what is in dispute."""

    lessons: Examples
    locked: Examples
    conflicts: tuple[Conflict, ...]


def reviewed_file(path: Path) -> Reviewed:
    """Read decisions of the office's staff (`petition-risk feedback export`); raises `LabelError`."""
    settled, conflicts = settle(read(path))
    targets = np.full((len(settled), len(OUTPUTS)), np.nan, np.float32)
    for row, letter in zip(targets, settled, strict=True):
        for name, value in letter.values.items():
            row[_COLUMN[name]] = value
    every = Examples(
        tuple(x.letter for x in settled),
        tuple(f"{x.title}\n{x.body}" for x in settled),
        targets,
        np.array([UNKNOWN if x.level is None else x.level for x in settled], np.int64),
        tuple(f"feedback:{x.source}" for x in settled),
        np.zeros(len(settled), bool),
    )
    locked = np.array([is_locked(x.letter) for x in settled], bool)
    groups = copy_groups(every.texts)
    # A copy of a locked letter would teach what the locked one asks.
    told = np.isin(groups, groups[locked])
    lessons, kept = every.take(np.flatnonzero(~told)), every.take(np.flatnonzero(locked))
    return Reviewed(lessons, kept, tuple(conflicts))


def unlabelled_file(path: Path) -> list[str]:
    """Read letters without labels from a CSV with title and body, or one column named text."""
    return [r["text"] if "text" in r else f"{r['title']}\n{r['body']}" for r in _records(path)]


def _records(path: Path) -> list[dict[str, str]]:
    """Return the rows of a file without labels; only those of the words cut apart have a `text`."""
    records = csv.DictReader(io.StringIO(_text(path)))
    names = set(records.fieldnames or ())
    if {"title", "body"} <= names:
        return [{name: value for name, value in record.items() if name != "text"} for record in records]
    if "text" in names:
        return list(records)
    raise LabelError(f"{path} 没有 title、body 或 text 列，现有：{'、'.join(records.fieldnames or ())}")


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _text(path: Path) -> str:
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")


def _examples(rows: Iterable[tuple[str, dict[str, Any], str]], *, synthetic: bool, unknown: Sequence[str]) -> Examples:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    ids, texts, targets, levels, batches = [], [], [], [], []
    for number, (key, record, batch) in enumerate(rows, 1):
        try:
            row, level = targets_of(record, unknown)
        except LabelError as error:
            raise LabelError(f"第 {number} 条（编号 {key}）：{error}") from None
        ids.append(str(key))
        texts.append(f"{record['title'] or ''}\n{record['body'] or ''}")
        targets.append(row)
        levels.append(level)
        batches.append(batch)
    return Examples(
        tuple(ids), tuple(texts), np.array(targets), np.array(levels), tuple(batches), np.full(len(ids), synthetic)
    )
