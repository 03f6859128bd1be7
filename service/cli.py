"""Commands for IT staff, added to `petition-risk` where the extra `service` is installed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from risk_model.cli.group import Group
from service import feedback_cli

if TYPE_CHECKING:
    from service.settings import Settings
    from service.store import Store

user = typer.Typer(no_args_is_help=True, cls=Group, help="Add and change accounts of staff.")
key = typer.Typer(no_args_is_help=True, cls=Group, help="Create and revoke keys of other systems.")
audit = typer.Typer(no_args_is_help=True, cls=Group, help="Check the audit log.")

#: Who does what is done here, in the audit log: whoever has this machine's command line.
_ACTOR: Final = "machine:cli"

#: Where the example desk keeps its invented letters, away from any real book.
_EXAMPLE: Final = Path("out/desk")

Role = Annotated[
    list[str], typer.Option("--role", help="viewer, triager, approver, admin or auditor; may be repeated.")
]
UserName = Annotated[str, typer.Argument(metavar="NAME", help="Account name.")]


def register(app: typer.Typer) -> None:
    """Add the commands of the service to the program."""
    app.command()(serve)
    app.command()(backup)
    app.command()(restore)
    app.command()(purge)
    app.add_typer(user, name="user")
    app.add_typer(key, name="key")
    app.add_typer(audit, name="audit")
    app.add_typer(feedback_cli.app, name="feedback")


def _settings() -> Settings:
    from pydantic import ValidationError

    from risk_model.errors import InputError
    from service.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise InputError(f"设置有误：{'.'.join(map(str, first['loc']))} {first['msg']}") from None


@contextmanager
def _store() -> Iterator[Store]:
    """Give the migrated store of the settings."""
    from service.store import Store, migrate

    store = Store(_settings().url)
    try:
        migrate.upgrade(store)
        yield store
    finally:
        store.close()


def _now() -> dt.datetime:
    from service.core import utc_now

    return utc_now()


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes.")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Folder of the embedded database.")] = None,
    example: Annotated[
        bool, typer.Option("--example", help="Show the desk with invented letters, in a folder of its own.")
    ] = False,
) -> None:
    """Start the HTTP service and the desk; without configuration on an embedded database, for this machine only."""
    from service.operations import serving

    if example:
        data_dir = data_dir or _EXAMPLE
    serving.export({"host": host, "port": port, "workers": workers, "data_dir": data_dir, "example": example})
    settings = _settings()
    link = serving.prepare(settings)
    where = serving.address(settings)
    if settings.example:
        _load_example(settings)
    typer.echo(f"petition-risk 工作台：{where}　接口文档：{where}/docs")
    if link:
        typer.echo(f"还没有账号。请在24小时内打开这个一次性链接，建立管理员：{where}{link}")
    serving.serve(settings)


def _load_example(settings: Settings) -> None:
    from service.operations import example
    from service.served import served_model
    from service.store import Store

    store = Store(settings.url)
    try:
        loaded = example.load(store, served_model(settings), settings.today(_now()), _now())
    finally:
        store.close()
    if loaded:
        typer.echo(f"已放入{loaded}封示例来信（虚构）")


def backup(target: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; must not exist.")]) -> None:
    """Back the database up into one checksummed file; the service may go on running."""
    from service.operations.backup import backup as run

    with _store() as store:
        rows = run(store, target, _now())
    typer.echo(f"已备份到 {target}：{rows.get('petition', 0)}件信访事项，{rows.get('audit', 0)}条审计记录")


def restore(source: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")]) -> None:
    """Fill an empty database from a backup, after checking it."""
    from service.operations.backup import restore as run
    from service.store import Store

    store = Store(_settings().url)
    try:
        if store.file:
            store.file.parent.mkdir(parents=True, exist_ok=True)
        rows = run(store, source)
    finally:
        store.close()
    typer.echo(f"已恢复：{rows.get('petition', 0)}件信访事项，{rows.get('audit', 0)}条审计记录")


def purge(
    older_than: Annotated[int, typer.Option(min=1, metavar="DAYS", help="Received more than this many days ago.")],
    confirm: Annotated[bool, typer.Option("--confirm", help="Delete; without it only count.")] = False,
    reason: Annotated[str, typer.Option(help="Why, for the audit log.")] = "",
) -> None:
    """Delete closed and declined petitions that are old, for good. Open ones are never deleted."""
    from service.operations import purge as purging

    before = _settings().today(_now()) - dt.timedelta(older_than)
    with _store() as store:
        if not confirm:
            count = purging.candidates(store, before)
            typer.echo(f"将删除{before}以前收到、已办结或不予受理的{count}件；确认删除请加 --confirm")
            return
        count = purging.purge(store, before, _now(), _ACTOR, reason)
    typer.echo(f"已删除{count}件，空间已擦除")


@user.command("add")
def user_add(
    name: UserName,
    role: Role,
    password: Annotated[str, typer.Option(prompt=True, confirmation_prompt=True, hide_input=True)] = "",
) -> None:
    """Add an account; the password is asked for."""
    from service.security import staff
    from service.store import audit as log

    with _store() as store, store.writing() as session:
        row = staff.create(session, name, password, role, _now())
        log.record(session, _now(), _ACTOR, "user.add", name, details={"roles": row.roles})
    typer.echo(f"已添加账号 {name}（{'、'.join(sorted(set(role)))}）")


@user.command("passwd")
def user_passwd(
    name: UserName, password: Annotated[str, typer.Option(prompt=True, confirmation_prompt=True, hide_input=True)] = ""
) -> None:
    """Set a new password; the account's sessions end."""
    from service.security import staff
    from service.store import audit as log

    with _store() as store, store.writing() as session:
        staff.change(session, staff.find(session, name), password=password)
        log.record(session, _now(), _ACTOR, "user.password", name)
    typer.echo(f"已更改 {name} 的密码")


@user.command("disable")
def user_disable(name: UserName) -> None:
    """Let an account log in no more; its sessions end."""
    from service.security import staff
    from service.store import audit as log

    with _store() as store, store.writing() as session:
        staff.change(session, staff.find(session, name), active=False)
        log.record(session, _now(), _ACTOR, "user.change", name, details={"active": False})
    typer.echo(f"已停用账号 {name}")


@key.command("create")
def key_create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Which system the key is for.")],
    scope: Annotated[list[str], typer.Option("--scope", help="What it may do, e.g. score; may be repeated.")],
    days: Annotated[int, typer.Option(help="Days until it expires.")] = 365,
) -> None:
    """Create a key; it is shown this once."""
    from service.security import keys
    from service.store import audit as log

    with _store() as store, store.writing() as session:
        row, secret = keys.create(session, name, scope, days, _now(), _ACTOR)
        log.record(session, _now(), _ACTOR, "key.add", row.public_id, details={"scopes": row.scopes})
    typer.echo(secret)


@key.command("revoke")
def key_revoke(
    public_id: Annotated[str, typer.Argument(metavar="ID", help="The part between prk_ and the next _.")],
) -> None:
    """End a key at once."""
    from service.security import keys
    from service.store import audit as log

    with _store() as store, store.writing() as session:
        keys.revoke(session, public_id, _now())
        log.record(session, _now(), _ACTOR, "key.revoke", public_id)
    typer.echo(f"已撤销密钥 {public_id}")


@audit.command("verify")
def audit_verify() -> None:
    """Walk the whole audit log; exit code 5 if a row was changed, removed or added."""
    from service.store import audit as log

    with _store() as store, store.reading() as session:
        verdict = log.verify(session)
    if verdict.broken_at is not None:
        typer.echo(f"审计记录从第{verdict.broken_at}条起被改动过", err=True)
        raise typer.Exit(5)
    typer.echo(f"审计记录完好：共{verdict.rows}条，末条校验值 {verdict.head}")
