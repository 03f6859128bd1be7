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
def verify(name: VersionOrPath = None) -> None:
    """Check every file of a model against the sizes and SHA-256 digests of its manifest."""
    from risk_model.artifact import load

    artifact = load(_folder(name))
    typer.echo(f"{artifact.version} 完好：{len(artifact.manifest['files'])}个文件的大小和校验和都与清单一致")


@app.command()
def promote(version: Version) -> None:
    """Serve a version from now on, after verifying it."""
    from risk_model.artifact import load

    registry = _registry()
    load(registry.path(version))
    registry.promote(version)
    typer.echo(f"现在使用的版本：{version}")


@app.command()
def rollback() -> None:
    """Serve the version that was served before the present one."""
    typer.echo(f"已退回版本：{_registry().rollback()}")
