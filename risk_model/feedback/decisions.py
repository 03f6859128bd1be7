"""One reader's decision about one letter, and the file that carries many of them from the desk to the training.

The file is JSON lines, one decision a line, each with the format number. Texts in it were masked before they were
stored; names of staff and of petitioners are not in it, and a field that the format does not know is refused, so that
none can be slipped in.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

from risk_model.errors import LabelError
from risk_model.tables.atomic import atomic
from risk_model.taxonomy import FACTOR_NAMES, LEVELS, OUTPUTS, SUBTAG_NAMES, TAG_NAMES, TAG_OF

FORMAT: Final = 1
#: In what capacity a decision was made. `system` is another program of the office.
ROLES: Final = ("triager", "approver", "system")
#: `confirm`: as the model said; `correct`: otherwise; `settle`: the last word where readers differed.
KINDS: Final = ("confirm", "correct", "settle")
#: Why the letter was read: it came up in the inbox, the queue asked for it, or the weekly random sample drew it.
SOURCES: Final = ("inbox", "queue", "sample")
_VOCABULARY: Final = {"tags": TAG_NAMES, "subtags": SUBTAG_NAMES, "factors": FACTOR_NAMES}


@dataclass(frozen=True, slots=True)
class Labels:
    """What a reader said; None: nothing was said of it, which is not the same as nothing found."""

    tags: tuple[str, ...] | None = None
    subtags: tuple[str, ...] | None = None
    factors: tuple[str, ...] | None = None
    level: int | None = None

    def values(self) -> dict[str, int]:
        """Return 0 or 1 for every output that was spoken of.

        >>> Labels(tags=("livelihood",), level=1).values()["land_requisition"]
        0
        """
        out: dict[str, int] = {}
        for names, said in ((TAG_NAMES, self.tags), (FACTOR_NAMES, self.factors)):
            out |= {} if said is None else {name: int(name in said) for name in names}
        if self.tags is not None:
            # Without its tag a sub-tag is absent, whether or not sub-tags were spoken of.
            known = (
                SUBTAG_NAMES if self.subtags is not None else [n for n in SUBTAG_NAMES if TAG_OF[n] not in self.tags]
            )
            out |= {name: int(name in (self.subtags or ())) for name in known}
        if self.level is not None:
            out |= {name: int(self.level >= step) for step, name in enumerate(LEVELS, 1)}
        return {name: out[name] for name in OUTPUTS if name in out}


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision: `reader` is 1, 2 … within the letter, in order of first reading; `model_version` is what was shown."""

    letter: str
    title: str
    body: str
    reader: int
    role: str
    at: dt.datetime
    kind: str
    source: str
    model_version: str
    labels: Labels

    def to_dict(self) -> dict[str, Any]:
        """Return plain types, as the file keeps them."""
        return {"format": FORMAT, **asdict(self), "at": self.at.isoformat()}


def write(path: Path, decisions: Iterable[Decision]) -> int:
    """Write decisions to a file, whole or not at all; returns how many."""
    count = 0
    with atomic(path) as file:
        for decision in decisions:
            file.write((json.dumps(decision.to_dict(), ensure_ascii=False) + "\n").encode())
            count += 1
    return count


def read(path: Path) -> list[Decision]:
    """Read a file of decisions; raises `LabelError` naming the line and what is wrong there."""
    out = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            out.append(_decision(json.loads(line)))
        except (ValueError, TypeError, KeyError) as error:
            raise LabelError(
                f"{path} 第 {number} 行不是复核记录（{error}）：请用 petition-risk feedback export 重新导出"
            ) from None
    if not out:
        raise LabelError(f"{path} 里没有复核记录：请先在研判工作台复核信件，再导出")
    return out


def _decision(record: dict[str, Any]) -> Decision:
    if record.pop("format") != FORMAT:
        raise ValueError(f"format is not {FORMAT}")
    if strays := sorted(set(record) - {f.name for f in fields(Decision)}):
        raise ValueError(f"unknown field {strays[0]}")
    for field, allowed in (("role", ROLES), ("kind", KINDS), ("source", SOURCES)):
        if record[field] not in allowed:
            raise ValueError(f"{field} is {record[field]!r}, expected {', '.join(allowed)}")
    labels = _labels(record.pop("labels"))
    return Decision(**{**record, "at": dt.datetime.fromisoformat(record["at"]), "labels": labels})


def _labels(said: dict[str, Any]) -> Labels:
    named: dict[str, tuple[str, ...] | None] = {}
    for field, allowed in _VOCABULARY.items():
        names = said.pop(field)
        named[field] = None if names is None else tuple(names)
        if strays := [n for n in named[field] or () if n not in allowed]:
            raise ValueError(f"{field} has {strays[0]!r}")
    level = said.pop("level")
    if said or level not in (None, 0, 1, 2, 3):
        raise ValueError("level is not 0, 1, 2 or 3")
    if strays := [n for n in named["subtags"] or () if TAG_OF[n] not in (named["tags"] or ())]:
        raise ValueError(f"sub-tag {strays[0]} without its tag")
    return Labels(**named, level=level)
