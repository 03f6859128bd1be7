"""Backups: one file for either database, consistent while the service runs, checked before it is believed.

A ZIP archive with one `<table>.jsonl` a table and `manifest.json` (format, schema revision, rows and SHA-256 of each
file). It can be restored into the other kind of database, too. Logins are left out: everybody logs in again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Date, DateTime, MetaData, Table, func, insert, select, text

from risk_model.errors import InputError, OutputError
from service.store import Store, migrate

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
#: Of no use on another day.
_LEFT_OUT: Final = frozenset({"login_session", "login_failure", "setup_link", "alembic_version"})
#: Tables that have a row from the start, or as soon as the service has run.
_SEEDED: Final = frozenset({"audit_head", "matter_state"})
#: Rows in memory at a time.
_CHUNK: Final = 500


def backup(store: Store, target: Path, now: dt.datetime) -> dict[str, int]:
    """Write a backup to `target`, which must not exist; returns the rows of each table."""
    if target.exists():
        raise OutputError(f"{target} 已经存在：备份不会覆盖任何文件，请换一个文件名")
    revision = migrate.current(store)
    if revision is None:
        raise InputError("数据库是空的，没有可以备份的内容")
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".backup-")
    try:
        # mkstemp makes it readable for its owner only: it holds hashes of passwords.
        with os.fdopen(handle, "wb") as file:
            rows = _write(store, file, revision, now)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink()
        raise
    return rows


def restore(store: Store, source: Path) -> dict[str, int]:
    """Fill an empty database from a backup and bring it to this program's schema; returns the rows of each table."""
    with _open(source) as archive:
        manifest = _checked(archive, source)
        before = migrate.current(store)
        if before is not None and _has_rows(store):
            raise OutputError("目标数据库不是空的：恢复只写入空数据库，请换一个 PETITION_RISK_DATABASE_URL 或数据目录")
        if before is not None:
            migrate.downgrade(store, "base")
        migrate.upgrade(store, manifest["revision"])
        with store.ddl() as connection:
            for table in _tables(connection):
                if table.name in _SEEDED:
                    connection.execute(table.delete())
                _load(connection, table, archive)
    migrate.upgrade(store)
    return {name: entry["rows"] for name, entry in manifest["tables"].items()}


def _write(store: Store, file: Any, revision: str, now: dt.datetime) -> dict[str, int]:
    entries: dict[str, dict[str, Any]] = {}
    with store.reading() as session, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        connection = session.connection()
        for table in _tables(connection):
            digest, rows = hashlib.sha256(), 0
            with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as out:
                for row in _rows(connection, table):
                    line = (json.dumps(row, ensure_ascii=False) + "\n").encode()
                    digest.update(line)
                    out.write(line)
                    rows += 1
            entries[table.name] = {"rows": rows, "sha256": digest.hexdigest()}
        manifest = {"format": FORMAT, "revision": revision, "made": now.isoformat(), "tables": entries}
        archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=2))
    return {name: entry["rows"] for name, entry in entries.items()}


def _tables(connection: Connection) -> list[Table]:
    # As the database has them, which may be an older schema than this program's.
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name not in _LEFT_OUT]


def _rows(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    with connection.execution_options(yield_per=_CHUNK).execute(
        select(table).order_by(*table.primary_key.columns)
    ) as result:
        for row in result.mappings():
            yield {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=dt.UTC)
        return aware.astimezone(dt.UTC).isoformat()
    return value.isoformat() if isinstance(value, dt.date) else value


def _load(connection: Connection, table: Table, archive: zipfile.ZipFile) -> None:
    aware = connection.dialect.name != "sqlite"
    chunk: list[dict[str, Any]] = []
    with archive.open(f"{table.name}.jsonl") as lines:
        for line in lines:
            chunk.append(_typed(json.loads(line), table, aware))
            if len(chunk) == _CHUNK:
                connection.execute(insert(table), chunk)
                chunk = []
    if chunk:
        connection.execute(insert(table), chunk)
    if connection.dialect.name == "postgresql" and table.autoincrement_column is not None:
        # Rows came with their ids; the next new one must not take one of them.
        column = table.autoincrement_column
        last = connection.scalar(select(func.max(column)))
        sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
        if last is not None and sequence is not None:
            connection.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})


def _typed(row: Mapping[str, Any], table: Table, aware: bool) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, value in row.items():
        kind = table.columns[name].type
        if value is not None and isinstance(kind, DateTime):
            instant = dt.datetime.fromisoformat(value)
            out[name] = instant if aware else instant.replace(tzinfo=None)
        elif value is not None and isinstance(kind, Date):
            out[name] = dt.date.fromisoformat(value)
        else:
            out[name] = value
    return out


def _open(source: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(source)
    except (zipfile.BadZipFile, OSError) as error:
        raise InputError(f"{source} 不是备份文件，或者已损坏（{type(error).__name__}）") from None


def _checked(archive: zipfile.ZipFile, source: Path) -> dict[str, Any]:
    """Return the manifest of an archive after checking every file against it."""
    damaged = InputError(f"{source} 不完整或被改动过：校验和与清单不一致，不能用来恢复")
    try:
        manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
        for name, entry in manifest["tables"].items():
            digest = hashlib.sha256()
            with archive.open(f"{name}.jsonl") as file:
                while block := file.read(2**20):
                    digest.update(block)
            if digest.hexdigest() != entry["sha256"]:
                raise damaged
    except (KeyError, ValueError, zipfile.BadZipFile, EOFError):
        raise damaged from None
    if manifest["format"] != FORMAT or manifest["revision"] not in migrate.revisions():
        raise InputError(f"{source} 由更新版本的程序制作：请先升级 petition-risk")
    return manifest


def _has_rows(store: Store) -> bool:
    with store.reading() as session:
        connection = session.connection()
        tables = [t for t in _tables(connection) if t.name not in _SEEDED]
        return any(connection.execute(select(t).limit(1)).first() for t in tables)
