"""The command `petition-risk`: one module a group of commands, nothing heavy imported before a command runs."""

from __future__ import annotations

import sys

import typer

from risk_model.cli import demo, models, scan, score, training
from risk_model.cli.group import Group

app = typer.Typer(
    name="petition-risk",
    cls=Group,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Reads the Chinese text of petitions: what each is about, how urgently it needs an answer, and why.",
)
app.command()(score.score)
app.command()(scan.scan)
app.command()(demo.demo)
app.add_typer(models.app, name="model")
app.command()(training.train)
app.command()(training.evaluate)


def main() -> None:
    """Entry point of the console script."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A Chinese Windows console is GBK: a character it lacks must not end the run.
            stream.reconfigure(errors="replace")
    app()
