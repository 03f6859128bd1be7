"""`petition-risk demo`: a look at the whole thing in one command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from risk_model.cli.options import ModelOption, load_model

if TYPE_CHECKING:
    from risk_model.scoring import Report

_FILE: Final = "office.xlsx"
#: Characters of a title that fit a line of the table.
_TITLE: Final = 24


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the result.")] = Path("out"),
    model: ModelOption = None,
) -> None:
    """Score the invented letters of examples/office.xlsx into a folder and show the matters that cannot wait."""
    from risk_model.cli.summary import summary
    from risk_model.scoring import Job, score_file

    source = examples() / _FILE
    out.mkdir(parents=True, exist_ok=True)
    job = Job(source, out / "office.scored.xlsx", force=True)
    report = score_file(job, lambda: load_model(model))
    _table(report)
    for line in summary(report, job):
        typer.echo(line)


def examples() -> Path:
    """Return the folder of examples: the repository's, or the one inside the wheel."""
    from risk_model.errors import InputError

    package = Path(__file__).resolve().parents[1]
    for folder in (package.parent / "examples", package / "examples"):
        if (folder / _FILE).is_file():
            return folder
    raise InputError(f"找不到示例文件 {_FILE}：请重新安装 petition-risk")


def _table(report: Report) -> None:
    from rich.console import Console
    from rich.table import Table

    from risk_model.taxonomy import BANDS, label

    table = Table(title="最急需答复的事项")
    for name in ("行", "标题", "群体风险", "档", "具体类别", "风险因素"):
        table.add_column(name, overflow="fold")
    for letter, assessment in report.top:
        title = letter.petition.title
        table.add_row(
            str(letter.number),
            title if len(title) <= _TITLE else title[:_TITLE] + "…",
            f"{assessment.mass_incident_risk:.2f}",
            BANDS[assessment.risk_band],
            "\n".join(map(label, assessment.subtags)),
            " ".join(map(label, assessment.factors)),
        )
    Console().print(table)
