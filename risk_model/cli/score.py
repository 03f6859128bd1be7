"""`petition-risk score`: a file of petitions, or one text."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from risk_model.cli.options import ModelOption, load_model

if TYPE_CHECKING:
    from risk_model.scoring import Job


def score(
    *,
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="INPUT",
            help="A .csv, .tsv, .xlsx, .xls, .parquet or .jsonl file, or - for standard input (csv or jsonl).",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A new .csv, .xlsx, .parquet or .jsonl file.")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ROLE=NAME,…",
            help="Say which column is what, where names are unusual: title=…,body=…,id=…,received=…,area=…",
        ),
    ] = None,
    rejected: Annotated[
        Path | None, typer.Option(help="Where rows that cannot be scored go; default: OUTPUT.rejected.csv.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", "-f", help="Overwrite OUTPUT.")] = False,
    text: Annotated[str | None, typer.Option(help="Score this text instead of a file and explain the result.")] = None,
    title: Annotated[str, typer.Option(help="The title that goes with --text.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="With --text: print JSON.")] = False,
    evidence: Annotated[int, typer.Option(min=0, help="Words of evidence a letter; 0 is fastest.")] = 5,
    workers: Annotated[
        int,
        typer.Option(
            "--workers", "-w", min=1, max=64, help="Processes that share the work; worth it from some 20,000 rows."
        ),
    ] = 1,
    model: ModelOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")] = False,
) -> None:
    """Score petitions: append probabilities, tags, risk band, review reasons and evidence to every row.

    \b
    Examples:
      petition-risk score letters.xlsx -o scored.xlsx
      petition-risk score export.csv -o scored.csv --columns title=事由,body=诉求
      petition-risk score export.csv -o scored.parquet --evidence 0
      cat letters.jsonl | petition-risk score - -o scored.jsonl
      petition-risk score --text "小区停水五天，三百多户没水用"

    Encoding (UTF-8, UTF-16, GB18030), delimiter, header row and columns are found by themselves. Columns about persons
    (name, phone, ID card, address) are dropped. Rows that cannot be scored go to OUTPUT.rejected.csv with their row
    number: rows in = scored + rejected.

    An .xlsx output has Chinese headers and holds constant texts only, so nothing in it can run as a formula. A .csv
    output keeps the original cells byte for byte, also those that begin with = + - or @: ask for .xlsx where letters come
    from strangers, and where ids are long numbers, which Excel shortens when it opens a .csv.

    Exit codes: 2 bad input, 3 output cannot be written, 4 model damaged or missing.
    """
    if text is not None:
        if source is not None or output is not None:
            raise typer.BadParameter("--text takes no INPUT and no --output")
        _score_text(text, title, evidence, model, as_json)
        return
    if source is None:
        raise typer.BadParameter("give INPUT or --text")
    if output is None:
        raise typer.BadParameter("give --output")
    if as_json:
        raise typer.BadParameter("--json goes with --text; for a file use -o OUTPUT.jsonl")
    from risk_model.scoring import Job
    from risk_model.tables import parse_mapping

    mapping = {role: name for part in columns or () for role, name in parse_mapping(part).items()}
    _score_file(Job(source, output, rejected, mapping, evidence, force, workers), model, quiet=quiet)


def _score_text(text: str, title: str, evidence: int, model: str | None, as_json: bool) -> None:
    from risk_model.errors import InputError
    from risk_model.schema import Petition

    if not (text.strip() or title.strip()):
        raise InputError("文字是空的：--text 后面请写信件内容")
    # An explanation without its words would be none, so one word is the least.
    assessment = load_model(model).score([Petition(body=text, title=title)], evidence if as_json else max(1, evidence))[
        0
    ]
    if as_json:
        typer.echo(json.dumps(assessment.to_dict(), ensure_ascii=False, indent=2))
        return
    from risk_model.cli.explanation import explanation

    for line in explanation(assessment):
        typer.echo(line)


def _score_file(job: Job, model: str | None, *, quiet: bool) -> None:
    from risk_model.cli.progress import progress
    from risk_model.cli.summary import summary
    from risk_model.scoring import score_file

    with progress(quiet=quiet) as on_progress:
        report = score_file(job, partial(load_model, model), on_progress)
    if not quiet:
        for line in summary(report, job):
            typer.echo(line, err=True)
