"""批量研判: a table of letters between the upload and the download; every text in it is masked before it is kept.

A batch is a folder of the data directory: the masked table, what became of it, and the result. It is its uploader's alone
and is deleted after some days.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
import shutil
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from risk_model.errors import InputError, OutputError
from risk_model.schema import Assessment, Petition
from risk_model.tables import Intake, Letter, Reject, Row, Source, atomic, open_table, open_writer, values
from risk_model.tables.columns import Layout, find_columns
from risk_model.taxonomy import BANDS
from risk_model.text import prepare_many
from service.scoring import Scoring
from service.store.errors import Clash, Missing, Refused

_ID: Final = re.compile("[0-9a-f]{32}")
#: Result and masked table are deleted after this time; who needs them longer has downloaded them.
KEEP: Final = dt.timedelta(7)
#: A run that has not said anything for this long has died with its process.
_SILENT: Final = 180.0
#: Rows looked at and masked at a time.
_CHUNK: Final = 256
#: Rows shown before the run, and letters shown after it.
PREVIEW: Final = 6
_TOP: Final = 12
#: Rows refused that are listed by number.
SHOWN: Final = 200
_EVIDENCE: Final = 5
_TABLE, _STATUS, _RESULT = "table.jsonl", "status.json", "result.xlsx"


@dataclass(slots=True)
class Status:
    """How far a batch is; `columns` are the roles chosen for the run."""

    id: str
    name: str
    actor: str
    made: str
    rows: int
    header: list[str]
    dropped: list[str]
    state: str = "new"
    done: int = 0
    said: float = 0.0
    columns: dict[str, str] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)
    problem: str = ""

    @property
    def interrupted(self) -> bool:
        """Tell whether the run has died."""
        return self.state == "running" and time.time() - self.said > _SILENT


class Kept:
    """The masked table of a batch as a source: rows keep the numbers they bore in the file."""

    kind = "xlsx"

    def __init__(self, path: Path, header: list[str]) -> None:
        self.path = path
        self.header = tuple(header)
        self.notes: list[str] = []

    def rows(self) -> Iterator[Row | Reject]:
        """Yield the rows in order."""
        with self.path.open(encoding="utf-8") as lines:
            for line in lines:
                number, content = json.loads(line)
                yield Reject(number, content) if isinstance(content, str) else Row(number, tuple(content))

    def share(self) -> float | None:
        """Return nothing: rows are counted instead."""
        return None

    def most_rows(self) -> int:
        """Return how many rows there are at most."""
        return self.path.stat().st_size


class Batches:
    """The batches of a data directory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, path: Path, name: str, actor: str, now: dt.datetime) -> Status:
        """Read and mask an uploaded table; raises `InputError` for what is none."""
        self._sweep(now)
        public_id = uuid.uuid4().hex
        place = self.folder / public_id
        with open_table(path) as source:
            layout = find_columns(source.header, {}, _sample(source))
            place.mkdir(parents=True, mode=0o700)
            try:
                rows = _mask(source, layout, place / _TABLE)
            except BaseException:
                shutil.rmtree(place)
                raise
            header = [name or f"第{i + 1}列" for i, name in enumerate(source.header) if i in layout.kept]
            status = Status(public_id, name, actor, now.isoformat(), rows, header, list(layout.names(layout.dropped)))
        self.save(status)
        return status

    def find(self, public_id: str, actor: str) -> Status:
        """Return somebody's own batch."""
        path = self.folder / public_id / _STATUS
        if not _ID.fullmatch(public_id) or not path.is_file():
            raise Missing("没有这次批量研判，或者已过期删除")
        status = Status(**json.loads(path.read_text(encoding="utf-8")))
        if status.actor != actor:
            raise Missing("没有这次批量研判，或者已过期删除")
        return status

    def of(self, actor: str) -> list[Status]:
        """Return somebody's batches, newest first."""
        found = [Status(**json.loads(p.read_text(encoding="utf-8"))) for p in self.folder.glob(f"*/{_STATUS}")]
        return sorted((s for s in found if s.actor == actor), key=lambda s: s.made, reverse=True)

    def save(self, status: Status) -> None:
        """Write down how far a batch is."""
        with atomic(self.folder / status.id / _STATUS) as file:
            file.write(json.dumps(asdict(status), ensure_ascii=False).encode())

    def delete(self, status: Status) -> None:
        """Delete a batch and all that is kept of it."""
        shutil.rmtree(self.folder / status.id)

    def source(self, status: Status) -> Source:
        """Return the masked table."""
        return Kept(self.folder / status.id / _TABLE, status.header)

    def result(self, status: Status) -> Path:
        """Return the result of a batch that is done."""
        path = self.folder / status.id / _RESULT
        if status.state != "done" or not path.is_file():
            raise Clash("还没有研判完")
        return path

    def run(self, status: Status, scoring: Scoring, today: dt.date) -> None:
        """Score the table and write the result; the state says how far it is."""
        try:
            intake = Intake(self.source(status), status.columns, today, guess=False)
            with open_writer(self.folder / status.id / _RESULT, intake.header) as writer:
                summary = Summary()
                for letters in _letters(intake, summary):
                    assessments = scoring.assess([letter.petition for letter in letters], _EVIDENCE)
                    writer.write((x.cells, values(a)) for x, a in zip(letters, assessments, strict=True))
                    summary.add(letters, assessments)
                    status.done, status.said = summary.rows, time.time()
                    self.save(status)
        except (InputError, OutputError, OSError) as error:
            status.state = "failed"
            # A system's message may name a path; ours is for the clerk.
            status.problem = str(error) if isinstance(error, InputError) else "写不了结果：请管理员查看磁盘空间"
            self.save(status)
            return
        status.state, status.done, status.summary = "done", summary.rows, summary.plain(intake.notes)
        self.save(status)

    def _sweep(self, now: dt.datetime) -> None:
        for path in self.folder.glob(f"*/{_STATUS}"):
            with contextlib.suppress(OSError):
                if now.timestamp() - path.stat().st_mtime > KEEP.total_seconds():
                    shutil.rmtree(path.parent)


def _sample(source: Source) -> list[tuple[str, ...]]:
    out = []
    for row in source.rows():
        if isinstance(row, Row):
            out.append(row.cells)
        if len(out) == 1000:
            break
    return out


def _mask(source: Source, layout: Layout, path: Path) -> int:
    """Write the kept columns with every text masked; numbers and dates of a matter stay as they are."""
    plain = {layout.roles[r] for r in ("id", "received") if r in layout.roles}
    count = 0
    with path.open("w", encoding="utf-8") as out:
        chunk: list[Row] = []

        def flush() -> None:
            texts = [row.cells[i] for row in chunk for i in layout.kept if i not in plain]
            masked = iter(prepare_many(texts))
            for row in chunk:
                cells = [row.cells[i] if i in plain else next(masked) for i in layout.kept]
                out.write(json.dumps([row.number, cells], ensure_ascii=False) + "\n")
            chunk.clear()

        for row in source.rows():
            count += 1
            if isinstance(row, Reject):
                flush()
                out.write(json.dumps([row.number, row.reason], ensure_ascii=False) + "\n")
                continue
            chunk.append(row)
            if len(chunk) == _CHUNK:
                flush()
        flush()
    return count


def _letters(intake: Intake, summary: Summary) -> Iterator[list[Letter]]:
    chunk: list[Letter] = []
    for item in intake:
        summary.rows += 1
        if isinstance(item, Reject):
            summary.reject(item)
            continue
        chunk.append(item)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


class Summary:
    """What the result page shows: counts, the letters of highest risk, and the rows left out."""

    def __init__(self) -> None:
        self.rows = self.scored = self.look = 0
        self.bands: Counter[str] = Counter()
        self.tags: Counter[str] = Counter()
        self.subtags: Counter[str] = Counter()
        self.factors: Counter[str] = Counter()
        self.areas: Counter[str] = Counter()
        self.weeks: dict[str, Counter[str]] = {}
        self.risks = [0] * 20
        self.top: list[tuple[float, dict[str, Any]]] = []
        self.rejects: list[tuple[int, str]] = []
        self.rejected = 0

    def reject(self, item: Reject) -> None:
        """Count a row that was left out."""
        self.rejected += 1
        if len(self.rejects) < SHOWN:
            self.rejects.append((item.number, item.reason))

    def add(self, letters: list[Letter], assessments: list[Assessment]) -> None:
        """Count letters."""
        for letter, a in zip(letters, assessments, strict=True):
            self.scored += 1
            self.look += bool(a.review)
            self.bands[a.risk_band] += 1
            self.tags.update(a.tags)
            self.subtags.update(a.subtags)
            self.factors.update(a.factors)
            self.risks[min(19, int(a.mass_incident_risk * 20))] += 1
            if letter.petition.area:
                self.areas[letter.petition.area] += 1
            if day := letter.petition.received:
                year, week, _ = day.isocalendar()
                self.weeks.setdefault(f"{year}-W{week:02}", Counter())[a.risk_band] += 1
            self.top.append((a.mass_incident_risk, _line(letter, a)))
        self.top = sorted(self.top, key=lambda pair: -pair[0])[:_TOP]

    def plain(self, notes: list[str]) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "rows": self.rows,
            "scored": self.scored,
            "rejected": self.rejected,
            "rejects": self.rejects,
            "look": self.look,
            "bands": {b: self.bands[b] for b in BANDS},
            "tags": dict(self.tags),
            "subtags": dict(self.subtags.most_common(12)),
            "factors": dict(self.factors),
            "areas": dict(self.areas.most_common(12)),
            "weeks": {week: dict(self.weeks[week]) for week in sorted(self.weeks)[-26:]},
            "risks": self.risks,
            "top": [line for _, line in self.top],
            "notes": notes,
        }


def _line(letter: Letter, a: Assessment) -> dict[str, Any]:
    p = letter.petition
    return {
        "row": letter.number,
        "title": p.title or p.body[:28],
        "area": p.area,
        "risk": a.mass_incident_risk,
        "band": a.risk_band,
        "subtags": list(a.subtags or a.tags),
        "factors": list(a.factors),
        "departments": list(a.due.departments[:2]),
    }


@dataclass(frozen=True, slots=True)
class Check:
    """What a run would do: the columns in their roles, the first rows, and the rows that would be left out."""

    roles: dict[str, str]
    rows: list[Letter]
    letters: int
    rejects: list[tuple[int, str]]
    rejected: int
    notes: list[str]
    problem: str = ""


def check(source: Source, columns: Mapping[str, str], today: dt.date, *, guess: bool) -> Check:
    """Read the whole table as a run would, without scoring anything; with `guess` columns are found by their names."""
    try:
        layout = find_columns(source.header, columns, guess=guess)
        intake = Intake(source, columns, today, guess=guess)
    except InputError:
        return Check({}, [], 0, [], 0, [], "没有认出标题列或正文列：请在下面指定哪一列是正文")
    roles = {role: source.header[i] for role, i in layout.roles.items()}
    rows: list[Letter] = []
    rejects: list[tuple[int, str]] = []
    letters = rejected = 0
    for item in intake:
        if isinstance(item, Reject):
            rejected += 1
            if len(rejects) < SHOWN:
                rejects.append((item.number, item.reason))
        else:
            letters += 1
            if len(rows) < PREVIEW:
                rows.append(item)
    return Check(roles, rows, letters, rejects, rejected, intake.notes)


def chosen(status: Status, columns: Mapping[str, str]) -> dict[str, str]:
    """Return the columns somebody chose, refusing what the table does not have."""
    wanted = {role: name for role, name in columns.items() if name}
    if any(name not in status.header for name in wanted.values()):
        raise Refused("所选的列不在表里")
    if len(set(wanted.values())) < len(wanted):
        raise Refused("同一列不能用作两种内容")
    if not {"title", "body"} & set(wanted):
        raise Refused("至少要指定标题列或正文列")
    return wanted


def letters_of(source: Source, columns: Mapping[str, str], today: dt.date) -> Iterator[tuple[int, Petition]]:
    """Yield the letters of a table with the numbers of their rows."""
    for item in Intake(source, columns, today, guess=False):
        if isinstance(item, Letter):
            yield item.number, item.petition
