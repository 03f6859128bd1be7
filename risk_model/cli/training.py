"""`petition-risk train` and `petition-risk evaluate`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Final

import typer

from risk_model.errors import OutputError

#: Settings of `train --quick`; the guard compares what comes of it with the served model as it does any candidate.
QUICK: Final = {"folds": 3, "epochs": 6}


def train(
    name: Annotated[str, typer.Argument(help="Version name of the new model, such as 2026.12.1.")],
    labelled: Annotated[
        list[Path] | None,
        typer.Option(
            "--labelled",
            "-l",
            help="CSV with id,title,body,<tags>,subtags,factors,escalation; repeatable.",
            exists=True,
        ),
    ] = None,
    unlabelled: Annotated[
        list[Path] | None,
        typer.Option(
            "--unlabelled",
            "-u",
            help="CSV or CSV.gz with title,body or text; feeds words only; repeatable.",
            exists=True,
        ),
    ] = None,
    feedback: Annotated[
        list[Path] | None,
        typer.Option(
            "--feedback",
            "-f",
            help="Decisions of the office's staff, from `feedback export`; every fifth letter is kept for judging; repeatable.",
            exists=True,
        ),
    ] = None,
    corpus: Annotated[bool, typer.Option(help="Use the built-in synthetic corpus.")] = True,
    test: Annotated[
        list[Path] | None,
        typer.Option(
            "--test", "-t", help="Labelled CSV the card reports on; never trained on; repeatable.", exists=True
        ),
    ] = None,
    compare: Annotated[
        list[Path] | None,
        typer.Option("--compare", help="Model folder whose measures stand beside; repeatable.", exists=True),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder of model versions (default: the one in use).")
    ] = None,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick", help="A quarter of the work: three folds and six epochs, for monthly retraining in an office."
        ),
    ] = False,
    epochs: Annotated[int | None, typer.Option(help="Encoder epochs (default 20).", min=1)] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of everything random.")] = None,
    keep_pipeline: Annotated[
        bool,
        typer.Option("--keep-pipeline", help="Also dump the scikit-learn estimator with joblib, for notebooks only."),
    ] = False,
    jobs: Annotated[int, typer.Option("--jobs", "-j", help="Processes; the result does not depend on it.")] = -1,
) -> None:
    """Train a model folder. The same inputs give the same weights, byte for byte, on one machine.

    The corpus alone takes about a minute:  petition-risk train my-model

    With the office's own labels:  petition-risk train 2026.12.1 -l reviewed.csv -t held_out.csv

    With what the staff decided:  petition-risk feedback export decisions.jsonl, then  petition-risk train 2026.12.1 -f decisions.jsonl

    The new model is not served until `petition-risk model promote NAME`.
    """
    from risk_model.artifact import Artifact, default_registry
    from risk_model.model import RiskModel, load
    from risk_model.training.report import card_notes
    from risk_model.training.run import Plan, write
    from risk_model.training.run import train as fit

    def say(text: str) -> None:
        typer.echo(text, err=True)

    settings = (
        {"n_jobs": jobs}
        | (QUICK if quick else {})
        | ({"epochs": epochs} if epochs else {})
        | ({"seed": seed} if seed is not None else {})
    )
    root = out or default_registry().root
    folder = root / name
    if folder.exists():
        raise OutputError(f"{folder} 已经存在：模型目录从不覆盖，请换一个版本名")
    plan = Plan(tuple(labelled or ()), tuple(unlabelled or ()), corpus, tuple(settings.items()), tuple(feedback or ()))
    trained = fit(plan, say)
    model = RiskModel(Artifact(folder, {"version": name, **trained.manifest}, trained.parameters))
    others = {other.name: load(other) for other in compare or ()}
    say("measuring for the card")
    write(trained, folder, name, card_notes(model, test or (), others))
    if keep_pipeline:
        import joblib

        joblib.dump(trained.classifier, root / f"{name}.pipeline.joblib", compress=3)
    for key, value in trained.metrics.items():
        if key.count(".") == 1:
            typer.echo(f"{key:32} {value:.4f}")
    say(f"wrote {folder}")


def evaluate(
    labels: Annotated[Path, typer.Argument(help="Labelled CSV (see train).", exists=True, dir_okay=False)],
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="Version or model folder (default: the served one).")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Also write the measures as JSON.")] = None,
    resamples: Annotated[
        int, typer.Option(help="Bootstrap resamples for the 95 % intervals; 0 for none.", min=0)
    ] = 1000,
) -> None:
    """Measure a model on labelled letters: F1, ranking, calibration, with bootstrap intervals.

    petition-risk evaluate held_out.csv -o metrics.json
    """
    from risk_model.model import load
    from risk_model.training.examples import labelled_file
    from risk_model.training.judging import judge
    from risk_model.training.measures import intervals, measures

    judged = judge(load(model), labelled_file(labels))
    values = measures(judged)
    bounds = intervals(judged, resamples) if resamples else {}
    for name, value in values.items():
        low_high = f"  [{bounds[name][0]:.4f}, {bounds[name][1]:.4f}]" if name in bounds else ""
        typer.echo(f"{name:40} {value:.4f}{low_high}")
    if output:
        report = {"rows": len(judged.levels), "measures": values, "intervals_95": bounds}
        output.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
