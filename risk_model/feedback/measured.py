"""What a service measured of its model on letters drawn by lot, and what drifted: a plain file that a scan is given.

A scan of tables alone has no reviews and leaves this part out. The file holds counts and names of labels, words and
channels; nothing of a letter.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from risk_model.errors import InputError

FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Hit:
    """How good an output was: letters said and true, hits among both, letters foretold (with the bounds of chance), found."""

    name: str
    letters: int
    hits: int
    said: int
    true: int
    foretold: float
    low: float
    high: float
    happened: int

    @property
    def calibrated(self) -> bool:
        """Whether what happened is within what the probabilities let expect."""
        return self.low <= self.happened <= self.high


@dataclass(frozen=True, slots=True)
class Lot:
    """The lot of a week: letters drawn and read, and the risk on it (None: nobody has said how far a matter would go)."""

    week: str
    drawn: int
    read: int
    risk: Hit | None


@dataclass(frozen=True, slots=True)
class Cause:
    """What moved: letters with it in the week, and how many the weeks before let expect."""

    name: str
    count: int
    expected: float


@dataclass(frozen=True, slots=True)
class Moved:
    """A control chart: its name, level and values, and its causes with letters found and expected."""

    name: str
    level: str
    value: float | None
    before: float | None
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """All of it, as of a day; `drift_week` is empty where nothing can be said of drift yet."""

    as_of: dt.date
    outputs: tuple[Hit, ...]
    lots: tuple[Lot, ...]
    drift_week: str
    drift: tuple[Moved, ...]


def write(path: Path, measured: Measured) -> None:
    """Write the file."""
    record = {"format": FORMAT, **asdict(measured), "as_of": measured.as_of.isoformat()}
    path.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")


def read(path: Path) -> Measured:
    """Read the file; raises `InputError` for what is none."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if record["format"] != FORMAT:
            raise ValueError(f"format is not {FORMAT}")
        return Measured(
            as_of=dt.date.fromisoformat(record["as_of"]),
            outputs=tuple(Hit(**x) for x in record["outputs"]),
            lots=tuple(
                Lot(x["week"], x["drawn"], x["read"], Hit(**x["risk"]) if x["risk"] else None) for x in record["lots"]
            ),
            drift_week=record["drift_week"],
            drift=tuple(
                Moved(x["name"], x["level"], x["value"], x["before"], tuple(Cause(**c) for c in x["causes"]))
                for x in record["drift"]
            ),
        )
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(f"{path} 不是抽样实测的数据文件（{error}）") from None
