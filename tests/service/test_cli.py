"""The commands for IT staff."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from risk_model.cli.group import Group
from service import cli
from service.security import passwords, staff
from service.store import Store

app = typer.Typer(cls=Group)
cli.register(app)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PETITION_RISK_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


def run(*arguments: str | Path, typed: str = "") -> Result:
    result = CliRunner().invoke(app, [str(a) for a in arguments], input=typed)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_accounts(folder: Path) -> None:
    assert run("user", "add", "wang", "--role", "admin", typed="a long password\na long password\n").exit_code == 0
    assert run("user", "add", "wang", "--role", "admin", typed="a long password\na long password\n").exit_code == 1
    assert "至少10个字符" in run("user", "add", "li", "--role", "viewer", typed="short\nshort\n").stderr
    assert run("user", "passwd", "wang", typed="another password\nanother password\n").exit_code == 0
    store = Store(f"sqlite:///{folder / 'data' / 'petition-risk.sqlite3'}")
    with store.reading() as session:
        assert passwords.verify("another password", staff.find(session, "wang").password_hash)
    store.close()
    assert "至少要留一个有效的管理员" in run("user", "disable", "wang").stderr
    assert "没有这个账号" in run("user", "disable", "nobody").stderr


def test_keys(folder: Path) -> None:
    secret = run("key", "create", "oa", "--scope", "score").stdout.strip()
    assert secret.startswith("prk_")
    assert run("key", "revoke", secret.split("_")[1]).exit_code == 0
    assert run("key", "create", "oa", "--scope", "users").exit_code == 1, "no system manages accounts"


def test_the_audit_log_is_checked(folder: Path) -> None:
    run("key", "create", "oa", "--scope", "score")
    assert "完好：共1条" in run("audit", "verify").stdout
    store = Store(f"sqlite:///{folder / 'data' / 'petition-risk.sqlite3'}")
    with store.writing() as session:
        from sqlalchemy import text

        session.execute(text("DROP TRIGGER audit_no_update"))
        session.execute(text("UPDATE audit SET actor = 'nobody'"))
    store.close()
    assert run("audit", "verify").exit_code == 5


def test_backup_and_restore(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("key", "create", "oa", "--scope", "score")
    assert "1条审计记录" in run("backup", folder / "b.zip").stdout
    assert run("backup", folder / "b.zip").exit_code == 3, "nothing is overwritten"
    assert run("restore", folder / "b.zip").exit_code == 3, "not into a database in use"
    monkeypatch.setenv("PETITION_RISK_DATA_DIR", str(folder / "other"))
    assert "1条审计记录" in run("restore", folder / "b.zip").stdout
    assert "完好：共1条" in run("audit", "verify").stdout


def test_purge_counts_first(folder: Path) -> None:
    assert "将删除" in run("purge", "--older-than", "730").stdout
    assert "已删除0件" in run("purge", "--older-than", "730", "--confirm").stdout


def test_settings_are_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PETITION_RISK_AUTH", "off")
    monkeypatch.setenv("PETITION_RISK_HOST", "0.0.0.0")
    result = run("audit", "verify")
    assert result.exit_code == 2
    assert "this machine only" in result.stderr
