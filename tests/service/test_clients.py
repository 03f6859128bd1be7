"""The clients in `examples/clients` run as they stand, against a live server that wants a key."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.service.live import Live, live

CLIENTS = Path(__file__).parents[2] / "examples" / "clients"
Office = tuple[Live, str]


@pytest.fixture(scope="module")
def office(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A server and a key for it."""
    with live(tmp_path_factory.mktemp("office") / "a", models=models) as server, httpx.Client(timeout=60) as admin:
        boss = {"username": "boss", "password": "a long password", "token": server.setup_token}
        begun = admin.post(f"{server.url}/api/v1/setup", json=boss).json()
        made = admin.post(
            f"{server.url}/api/v1/keys",
            json={"name": "oa", "scopes": ["score", "petitions:write"]},
            headers={"X-CSRF-Token": begun["csrf"]},
        )
        assert made.status_code == 201, made.text
        yield server, made.json()["secret"]


def run(office: Office, *command: str, key: str | None = None) -> subprocess.CompletedProcess[str]:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    server, secret = office
    environment = os.environ | {"PETITION_RISK_URL": server.url, "PETITION_RISK_KEY": key or secret}
    return subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", timeout=120, check=False)


def test_curl(office: Office) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    done = run(office, "sh", str(CLIENTS / "score.sh"))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["results"][0]["id"] == "2026-000123"


def test_python_registers_once(office: Office) -> None:
    first, again = (run(office, sys.executable, str(CLIENTS / "register.py")) for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert len(first.stdout.splitlines()) == 2
    assert again.stdout == first.stdout


def test_fetch(office: Office) -> None:
    done = run(office, "node", str(CLIENTS / "score.mjs"))
    assert done.returncode == 0, done.stderr
    good, bad = done.stdout.splitlines()
    assert good.startswith("a ")
    assert bad == "b 不能为空"


@pytest.mark.parametrize(("program", "name"), [(sys.executable, "register.py"), ("node", "score.mjs")])
def test_a_refusal_is_told_in_words(office: Office, program: str, name: str) -> None:
    done = run(office, program, str(CLIENTS / name), key="prk_wrong")
    assert done.returncode == 1
    assert "密钥无效" in done.stderr
