"""`petition-risk scan`: the week's report from the office's tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from risk_model.cli.options import ModelOption

if TYPE_CHECKING:
    from risk_model.scan import Result


def scan(
    *,
    inputs: Annotated[
        list[Path],
        typer.Argument(
            metavar="INPUT…", help="Tables (.csv, .tsv, .xlsx, .xls, .parquet, .jsonl), or folders of them."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder that gets one folder a week, such as 2019-W47.")],
    week: Annotated[str | None, typer.Option(help="The ISO week to report on, such as 2019-W47.")] = None,
    replay: Annotated[
        str | None,
        typer.Option(metavar="FROM:TO", help="Go through a whole history week by week: 2019-W05:2019-W52."),
    ] = None,
    history: Annotated[
        Path | None,
        typer.Option(help="Folder that keeps matters and lists from week to week; without it each scan starts anew."),
    ] = None,
    office: Annotated[str, typer.Option(help="Name of the office, for the reports.")] = "",
    engine: Annotated[
        Literal["local", "dask"], typer.Option(help="local: processes of this machine; dask: a cluster.")
    ] = "local",
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Address of the Dask scheduler: tcp://host:8786 or tls://…")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes of the local engine.")] = 1,
    columns: Annotated[
        list[str] | None,
        typer.Option(metavar="ROLE=NAME,…", help="Say which column is what, where names are unusual."),
    ] = None,
    accept_drift: Annotated[
        bool, typer.Option("--accept-drift", help="Go on though the data gate failed; page one will say so.")
    ] = False,
    reports: Annotated[
        bool, typer.Option("--reports/--no-reports", help="Write html, xlsx and docx (of a replay: for the last week).")
    ] = True,
    evidence: Annotated[int, typer.Option(min=0, help="Words of evidence for each letter of the high band.")] = 5,
    model: ModelOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")] = False,
) -> None:
    """Scan a book of petitions: which matters are rising, which are overdue, what last week's forecast came to.

    \b
    Examples:
      petition-risk scan letters.xlsx --week 2019-W47 --history history --out weekly
      petition-risk scan exports/ --week 2019-W47 --history history --out weekly --workers 4
      petition-risk scan book.parquet --replay 2019-W05:2019-W52 --out replay
      petition-risk scan book.csv --week 2019-W47 --out weekly --engine dask --scheduler tcp://10.0.0.5:8786

    Every letter of INPUT is scored; the report is about one week. Give the whole book or the newest letters only: letters
    that --history knows keep their matter. Parts of the report that a table has no columns for are left out and named.

    OUT/2019-W47 appears whole or not at all and is never overwritten. A scan that was interrupted goes on where it stopped
    when the same command is given again. A data gate stops it where the table is not what the model can judge.

    Exit codes: 0 done, 2 bad input, 3 output cannot be written, 4 model or history damaged, 5 data gate failed, 6 engine
    failed, 1 interrupted.
    """
    if (week is None) == (replay is None):
        raise typer.BadParameter("give either --week or --replay")
    if scheduler and engine != "dask":
        raise typer.BadParameter("--scheduler goes with --engine dask")
    if engine == "dask" and not scheduler:
        raise typer.BadParameter("--engine dask needs --scheduler tcp://host:8786")
    from risk_model.cli.progress import scan_progress
    from risk_model.scan import Job, give_back_freed
    from risk_model.scan import replay as replay_weeks
    from risk_model.scan import run as run_week
    from risk_model.tables import parse_mapping

    mapping = {role: name for part in columns or () for role, name in parse_mapping(part).items()}
    give_back_freed()
    job = Job(
        inputs=tuple(inputs), out=out, history=history, office=office, model=model, engine=engine, workers=workers,
        scheduler=scheduler, mapping=mapping, evidence=evidence, accept_drift=accept_drift, reports=reports,
    )  # fmt: skip
    with scan_progress(quiet=quiet) as on_progress:
        if week is not None:
            result = run_week(job, week, on_progress)
        else:
            first, _, last = str(replay).partition(":")
            result = replay_weeks(job, first, last, on_progress)
    if not quiet:
        _say(result)


def _say(result: Result) -> None:
    from risk_model.taxonomy import DISCLAIMER

    typer.echo(
        f"读入{result.rows}行 = 已研判{result.scored}行 + 退回{result.rejected}行（模型 {result.model_version}）",
        err=True,
    )
    for note in result.notes:
        typer.echo(f"注意：{note}", err=True)
    if not result.gate_passed:
        typer.echo("注意：数据检查未通过，按要求继续；报告首页已注明", err=True)
    if len(result.folders) > 1:
        typer.echo(f"结果：{result.folders[0]} 至 {result.folders[-1].name}，共{len(result.folders)}周", err=True)
    else:
        typer.echo(f"结果：{result.folders[0]}", err=True)
    typer.echo(DISCLAIMER, err=True)
