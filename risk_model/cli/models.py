"""`petition-risk model`: which models there are, which one is served, whether they are whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from risk_model.artifact import Registry

app = typer.Typer(no_args_is_help=True, help="List, inspect, verify and switch model versions.")

Version = Annotated[str, typer.Argument(metavar="VERSION", help="A version as shown by `model list`.")]
VersionOrPath = Annotated[
    str | None,
    typer.Argument(metavar="VERSION|PATH", help="A version or a model folder; default: the served version."),
]


def _registry() -> Registry:
    from risk_model.artifact import default_registry

    return default_registry()


def _folder(name: str | None) -> Path:
    if name and Path(name).is_dir():
        return Path(name)
    registry = _registry()
    return registry.path(name or registry.current())


@app.command("list")
def list_versions() -> None:
    """List the versions; * marks the one that is served."""
    registry = _registry()
    served = registry.current()
    for version in registry.versions():
        typer.echo(f"{'*' if version == served else ' '} {version}")


@app.command()
def show(
    name: VersionOrPath = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the manifest as it is.")] = False,
) -> None:
    """Show what a model was trained on, its thresholds, measures and files."""
    from risk_model.artifact import read_manifest

    manifest = read_manifest(_folder(name))
    if as_json:
        typer.echo(json.dumps(manifest, ensure_ascii=False, indent=2))
        return
    for key, value in manifest.items():
        for line in _lines(key, value):
            typer.echo(line)


def _lines(key: str, value: Any, depth: int = 0) -> list[str]:
    """Lay a manifest out as indented lines."""
    indent = "  " * depth
    if isinstance(value, dict):
        return [f"{indent}{key}:", *(line for k, v in value.items() for line in _lines(k, v, depth + 1))]
    if isinstance(value, list):
        return [f"{indent}{key}: {', '.join(map(str, value))}"]
    return [f"{indent}{key}: {value}"]


@app.command()
def verify(
    name: VersionOrPath = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Also train it again from its manifest and compare, byte for byte.")
    ] = False,
    data: Annotated[
        list[Path] | None,
        typer.Option("--data", "-d", help="A file it was trained on, found by its digest; repeatable.", exists=True),
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", help="Processes; the result does not depend on it.")] = -1,
) -> None:
    """Check every file of a model against the sizes and SHA-256 digests of its manifest.

    With --rebuild, prove where it came from: what was trained on the corpus alone needs nothing else, other models the
    files that their manifest lists. Takes as long as training did; exit code 4 if the result is another model.
    """
    from risk_model.artifact import load

    artifact = load(_folder(name))
    typer.echo(f"{artifact.version} 完好：{len(artifact.manifest['files'])}个文件的大小和校验和都与清单一致")
    if not rebuild:
        return
    from risk_model.guard.rebuild import rebuild as train_again

    found = train_again(artifact, data or (), lambda text: typer.echo(text, err=True), jobs)
    for library, (before, now) in found.other_libraries.items():
        typer.echo(f"{library} 当时是 {before}，现在是 {now}")
    if found.same_bytes:
        typer.echo("重建结果与原模型逐字节相同")
    else:
        typer.echo(f"重建结果与原模型不是逐字节相同，概率最大相差 {found.largest:.4f}")
    if not found.proven:
        raise typer.Exit(4)


@app.command()
def compare(
    version: Version,
    test: Annotated[
        list[Path] | None,
        typer.Option("--test", "-t", help="Labelled CSV that neither model learnt from; repeatable.", exists=True),
    ] = None,
    feedback: Annotated[
        list[Path] | None,
        typer.Option(
            "--feedback", "-f", help="Decisions of the staff; its locked fifth is compared on; repeatable.", exists=True
        ),
    ] = None,
    resamples: Annotated[int, typer.Option(help="Bootstrap resamples for the intervals; 0 for none.", min=0)] = 200,
) -> None:
    """Compare a version with the served one: quality on letters held back, neutrality, speed; kept for `model promote`.

    petition-risk model compare 2026.12.1 -t held_out.csv -f decisions.jsonl
    """
    import datetime as dt

    from risk_model import guard
    from risk_model.model import load
    from risk_model.training.examples import labelled_file, reviewed_file

    registry = _registry()
    sets = {path.name: labelled_file(path) for path in test or ()}
    sets |= {path.name: reviewed_file(path).locked for path in feedback or ()}
    candidate, served = load(registry.path(version)), load(registry.path(registry.current()))
    found = guard.compare(
        candidate, served, sets, dt.datetime.now(dt.UTC), resamples, say=lambda text: typer.echo(text, err=True)
    )
    guard.keep(registry, found)
    for f in found.figures:
        low_high = "" if f.low is None else f"  [{f.low:+.4f}, {f.high:+.4f}]"
        mark = "  变差" if f.worse else ""
        typer.echo(
            f"{f.where:24} {f.name:30} {f.candidate:.4f} {f.served:.4f}  {f.candidate - f.served:+.4f}{low_high}{mark}"
        )
    said = f"{len(found.worse)}项指标变差，启用须写明理由" if found.worse else "没有指标变差"
    typer.echo(f"{version} 对 {found.served}：{said}")


@app.command()
def promote(
    version: Version,
    reason: Annotated[
        str, typer.Option(help="Why; needed where a guarded figure is worse or nothing was compared.")
    ] = "",
) -> None:
    """Serve a version from now on, after verifying it and what `model compare` found; running services follow at once."""
    import datetime as dt

    from risk_model import guard

    done = guard.promote(_registry(), version, reason, "machine:cli", dt.datetime.now(dt.UTC))
    typer.echo(f"现在使用的版本：{done.after}")


@app.command()
def rollback(reason: Annotated[str, typer.Option(help="Why, for the journal.")] = "") -> None:
    """Serve the version that was served before the present one."""
    import datetime as dt

    from risk_model import guard

    done = guard.rollback(_registry(), reason, "machine:cli", dt.datetime.now(dt.UTC))
    typer.echo(f"已退回版本：{done.after}")


@app.command()
def journal() -> None:
    """List every turn of the switch: when, from which version to which, by whom, why, what was worse."""
    from risk_model import guard

    for p in guard.journal(_registry()):
        worse = f"  变差：{'、'.join(p.worse)}" if p.worse else ""
        typer.echo(f"{p.at}  {p.action:8}  {p.before or '-'} → {p.after}  {p.by}  {p.reason}{worse}")
