"""A table that is scanned by itself: read at the door, kept masked until its scan has ended, never part of the book."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from risk_model.tables import Intake, Letter, Reject, open_table
from risk_model.text import prepare_many
from service.core import Core
from service.uploads import problem_of

#: What a column is called in the kept table, by the role that it was found in.
_DAYS: Final = {"received": "来信日期", "accepted_at": "受理日期", "answered_at": "答复日期", "due_at": "办结期限"}
_WORDS: Final = {
    "area": "区域", "channel": "信访渠道", "kind": "登记类型", "department": "承办单位", "status": "办理状态",
    "satisfaction": "满意度", "first": "初信初访",
}  # fmt: skip
#: Rows masked and written at a time.
_CHUNK: Final = 1_000
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Taken:
    """What was read of a table: its rows, those refused, its personal columns, the newest day of receipt."""

    rows: int
    rejects: tuple[Reject, ...]
    dropped: tuple[str, ...]
    newest: dt.date | None


def place(core: Core, public_id: str) -> Path:
    """Return the folder that a scan's table waits in."""
    return core.settings.data_dir / "scan-input" / public_id


def results(core: Core, public_id: str) -> Path:
    """Return the folder that a table's scan publishes its week into."""
    return core.settings.data_dir / "file-scans" / public_id


def forget(core: Core, public_id: str) -> None:
    """Delete a table that is no longer needed."""
    shutil.rmtree(place(core, public_id), ignore_errors=True)


def old(core: Core) -> list[str]:
    """Return the ids under which tables have been waiting for more than a day."""
    folder = core.settings.data_dir / "scan-input"
    if not folder.is_dir():
        return []
    return [p.name for p in folder.iterdir() if time.time() - p.stat().st_mtime > _DAY]


def take(core: Core, path: Path, public_id: str) -> Taken:
    """Read a table, mask every letter and keep it for the scan.

    Raises `InputError` for what is no table of petitions; nothing is kept then.
    """
    folder = place(core, public_id)
    kept = False
    try:
        with open_table(path) as source:
            intake = Intake(source, today=core.today())
            folder.mkdir(parents=True)
            taken = _write(core, intake, folder / "letters.parquet")
        refused = [(r.number, r.reason) for r in taken.rejects]
        (folder / "refused.json").write_text(json.dumps(refused, ensure_ascii=False), encoding="utf-8")
        kept = True
        return taken
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


def refused(folder: Path) -> list[tuple[int, str]]:
    """Return number and reason of the rows that were refused at the door."""
    return [(int(n), str(why)) for n, why in json.loads((folder / "refused.json").read_text(encoding="utf-8"))]


def _write(core: Core, intake: Intake, path: Path) -> Taken:
    # Loaded where it is needed: workers that never scan save its memory.
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = {"id": "编号", "title": "标题", "body": "内容"}
    names |= {role: name for role, name in (_DAYS | _WORDS).items() if role in intake.roles}
    schema = pa.schema([(name, pa.date32() if role in _DAYS else pa.string()) for role, name in names.items()])
    rejects: list[Reject] = []
    waiting: list[Letter] = []
    rows, newest = 0, None
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:

        def flush() -> None:
            cells = [{names[r]: cell for r, cell in row.items() if r in names} for row in _masked(waiting)]
            writer.write_table(pa.Table.from_pylist(cells, schema))
            waiting.clear()

        for item in intake:
            rows += 1
            wrong = problem_of(core, item) if isinstance(item, Letter) else item.reason
            if not isinstance(item, Letter) or wrong:
                rejects.append(Reject(item.number, wrong))
                continue
            day = item.petition.received
            newest = day if newest is None or (day and day > newest) else newest
            waiting.append(item)
            if len(waiting) >= _CHUNK:
                flush()
        flush()
    return Taken(rows, tuple(rejects), tuple(intake.dropped), newest)


def _masked(letters: Iterable[Letter]) -> list[Mapping[str, Any]]:
    """Return the cells that are kept of letters, by role: masked text, and of handling only what a scan reads from it."""
    # Brings pandas with it: workers that never scan save its memory.
    from risk_model.scan.handling import read_handling

    some = list(letters)
    petitions = [x.petition for x in some]
    titles, bodies, areas = (prepare_many([getattr(p, name) for p in petitions]) for name in ("title", "body", "area"))
    out: list[Mapping[str, Any]] = []
    for letter, title, body, area in zip(some, titles, bodies, areas, strict=True):
        done = read_handling(letter.handling)
        said = {
            "id": letter.petition.id, "title": title, "body": body, "area": area, "received": letter.petition.received,
            "channel": done.channel, "kind": done.kind, "department": done.department, "accepted_at": done.accepted,
            "answered_at": done.answered, "due_at": done.due, "status": _word(done.closed, "已办结", "未办结"),
            "satisfaction": _word(done.satisfied, "满意", "不满意"), "first": _word(done.first, "初信", "重信"),
        }  # fmt: skip
        out.append(said)
    return out


def _word(flag: bool | None, yes: str, no: str) -> str:
    return "" if flag is None else yes if flag else no
