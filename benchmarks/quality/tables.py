"""What a part of the study returns: a small table that prints, and is written as JSON and Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Cell = str | int | float | None
#: Value and 95 % interval (None where it was not estimated).
Figure = tuple[float, tuple[float, float] | None]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a title. `figures` are the measures that the study's targets are compared with, by name."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    figures: Mapping[str, Figure] = field(default_factory=dict)

    def markdown(self) -> str:
        """Return a section in Markdown.

        >>> print(Table("t", "Title", ("a", "b"), (("x", 0.51239),)).markdown())
        ## Title
        <BLANKLINE>
        | a | b |
        |---|---|
        | x | 0.512 |
        <BLANKLINE>
        """
        lines = [f"## {self.title}", "", _row(self.columns), "|---" * len(self.columns) + "|"]
        lines += [_row(map(shown, row)) for row in self.rows]
        lines += [f"\n{note}" for note in self.notes]
        return "\n".join(lines) + "\n"

    def to_dict(self) -> dict[str, object]:
        """Return plain types only."""
        return {
            "name": self.name,
            "title": self.title,
            "columns": list(self.columns),
            "rows": [list(row) for row in self.rows],
            "notes": list(self.notes),
            "figures": {k: {"value": v, "interval": b} for k, (v, b) in self.figures.items()},
        }


def shown(cell: Cell) -> str:
    """Return a cell as text: three decimals, a dash for what is unknown."""
    if cell is None or (isinstance(cell, float) and cell != cell):
        return "–"
    return f"{cell:.3f}" if isinstance(cell, float) else str(cell)


def span(bounds: tuple[float, float] | None) -> str:
    """Return an interval as text."""
    return "–" if bounds is None else f"{bounds[0]:.3f} – {bounds[1]:.3f}"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def write(tables: Sequence[Table], folder: Path) -> None:
    """Write study.json and study.md into `folder`; tables of parts not run this time stay as they were."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "study.json"
    old = {t["name"]: t for t in json.loads(path.read_text(encoding="utf-8"))} if path.exists() else {}
    every = old | {t.name: t.to_dict() for t in tables}
    path.write_text(json.dumps(list(every.values()), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (folder / "study.md").write_text("\n".join(restored(t).markdown() for t in every.values()), encoding="utf-8")


def restored(plain: Mapping[str, object]) -> Table:
    """Return the table that `to_dict` made plain."""
    figures = {k: (v["value"], tuple(v["interval"]) if v["interval"] else None) for k, v in plain["figures"].items()}  # type: ignore[attr-defined]
    rows = tuple(map(tuple, plain["rows"]))  # type: ignore[call-overload]
    return Table(plain["name"], plain["title"], tuple(plain["columns"]), rows, tuple(plain["notes"]), figures)  # type: ignore[arg-type]
