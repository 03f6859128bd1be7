"""The service as a program of its own, on a port of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

#: A start takes a few seconds; a busy machine may need many more.
PATIENCE = 240


@dataclass
class Live:
    """A running server."""

    url: str
    process: subprocess.Popen[str]
    log: Path

    def stop(self) -> bool:
        """Ask it to stop and tell whether it did so in order."""
        self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def ended(self) -> bool:
        """Wait for the end; one server ends by the signal it was sent, the parent of several by itself."""
        code = self.process.wait(PATIENCE)
        return code in (0, -signal.SIGTERM) and '"stopped"' in self.log.read_text()

    def first_lines(self) -> str:
        return self.log.with_suffix(".out").read_text(encoding="utf-8")

    @property
    def setup_token(self) -> str:
        found = re.search(r"/setup#(\S+)", self.first_lines())
        assert found
        return found[1]


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def live(folder: Path, **settings: object) -> Iterator[Live]:
    """Run `petition-risk serve` until the block ends."""
    folder.mkdir(exist_ok=True)
    port = free_port()
    own = {f"PETITION_RISK_{name.upper()}": str(value) for name, value in settings.items()}
    environment = (
        os.environ
        | {
            "PETITION_RISK_PORT": str(port),
            "PETITION_RISK_DATA_DIR": str(folder / "data"),
            "PETITION_RISK_MIN_FREE_MB": "0",
            "PETITION_RISK_SCAN_DAY": "off",
            "PETITION_RISK_LOT_DAY": "off",
            "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
            "PYTHONUTF8": "1",
            "OMP_NUM_THREADS": "1",
        }
        | own
    )
    code = "import typer; from service.cli import register; a = typer.Typer(); register(a); a()"
    log = folder / f"server-{port}.log"
    with log.open("w") as err, log.with_suffix(".out").open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", code, "serve"], env=environment, stdout=out, stderr=err, text=True
        )
        server = Live(f"http://127.0.0.1:{port}", process, log)
        try:
            wait_until_ready(server)
            yield server
        finally:
            if process.poll() is None:
                process.kill()
                process.wait(PATIENCE)


def wait_until_ready(server: Live) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert server.process.poll() is None, server.log.read_text()
        try:
            if httpx.get(f"{server.url}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(server.log.read_text())
