"""`petition-risk feedback`: what the staff decided, out of the store, for training and for looking at."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from risk_model.cli.group import Group

app = typer.Typer(no_args_is_help=True, cls=Group, help="Export what the staff decided; find disputes and slips in it.")

Decisions = Annotated[Path, typer.Argument(metavar="FILE", help="From `feedback export`.", exists=True, dir_okay=False)]


@app.command("export")
def export(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="Where to: JSON lines; must not exist.")],
    outcomes: Annotated[
        Path | None, typer.Option(help="Also write what became of each letter, to a file of its own.")
    ] = None,
    reason: Annotated[str, typer.Option(help="What for, for the audit log.")] = "",
) -> None:
    """Write masked texts, labels, capacity of the reader and model version of every counted review.

    No name of a reviewer or petitioner is in it. What becomes of a letter is no label: it goes to another file.

    petition-risk feedback export decisions.jsonl, then  petition-risk train 2026.12.1 -f decisions.jsonl
    """
    from risk_model.errors import OutputError
    from risk_model.feedback import write
    from service import cli
    from service.learning import outcomes as results
    from service.learning.decisions import decisions
    from service.store import audit

    for path in (target, outcomes):
        if path and path.exists():
            raise OutputError(f"{path} 已经存在：导出不会覆盖任何文件，请换一个文件名")
    now = cli._now()
    with cli._store() as store:
        # The export is on record before it exists: a file that nobody knows of would be worse than a record too many.
        with store.writing() as session:
            audit.record(session, now, cli._ACTOR, "feedback.export", reason=reason)
        with store.reading() as session:
            count = write(target, decisions(session))
            ended = results.write(outcomes, results.outcomes(session, cli._settings().today(now))) if outcomes else 0
    for path in (target, outcomes):
        if path:
            path.chmod(0o600)
    typer.echo(f"已导出{count}条复核意见到 {target}" + (f"，{ended}件事项的办理结果到 {outcomes}" if outcomes else ""))


@app.command("conflicts")
def conflicts(source: Decisions) -> None:
    """List labels on which readers of the same letter differ; they teach nothing until an approver settles them."""
    from risk_model.feedback import read, settle
    from risk_model.taxonomy import label

    settled, found = settle(read(source))
    for conflict in found:
        said = "，".join(f"{role} {'是' if value else '否'}" for role, value in conflict.said)
        typer.echo(f"{conflict.letter}  {label(conflict.output)}：{said}")
    typer.echo(f"{len(settled)}件已复核，{len({c.letter for c in found})}件有分歧，共{len(found)}处")


@app.command("agreement")
def agreement(source: Decisions) -> None:
    """Print Cohen's kappa of two readers of the same letter, by label, with 95 % intervals."""
    from risk_model.feedback import agreement as agreed
    from risk_model.feedback import read
    from risk_model.taxonomy import label

    found = agreed(read(source))
    if not found:
        typer.echo("还没有两个人都复核过的信件")
    for name, a in found.items():
        kappa = "无法计算" if a.kappa is None else f"{a.kappa:.2f}  [{a.low:.2f}, {a.high:.2f}]"
        typer.echo(f"{label(name)}\t{a.letters}封，一致{a.same}封\tkappa {kappa}")


@app.command("suspects")
def suspects(
    source: Decisions,
    target: Annotated[Path | None, typer.Option("--output", "-o", help="Also write the list as CSV.")] = None,
    most: Annotated[int, typer.Option(help="Lines to print.", min=1)] = 20,
) -> None:
    """List labels that a model which has not seen the letter strongly doubts, for a second look; changes nothing.

    Needs the extra `quality`.
    """
    import csv

    from risk_model.taxonomy import label
    from risk_model.training.suspects import doubtful

    found = doubtful(source)
    for s in found[:most]:
        typer.echo(f"{s.letter}  {label(s.output)}：复核为{'是' if s.said else '否'}，模型估计 {s.probability:.2f}")
    typer.echo(f"共{len(found)}处值得再看一眼")
    if target:
        with target.open("w", encoding="utf-8-sig", newline="") as file:
            out = csv.writer(file)
            out.writerow(["事项编号", "标签", "复核意见", "模型估计"])
            out.writerows([s.letter, label(s.output), "是" if s.said else "否", f"{s.probability:.3f}"] for s in found)
