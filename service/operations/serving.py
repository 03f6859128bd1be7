"""Starting the server: migrate, print the one-time link if nobody has an account, serve until told to stop."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

import uvicorn

from service import logs, warm
from service.core import utc_now
from service.security import staff
from service.settings import Settings
from service.store import Store, migrate

#: An idle connection is dropped after this many seconds, so that many of them cannot hold a worker.
_KEEP_ALIVE: Final = 10
#: Longest request line plus headers.
_MOST_HEADER_BYTES: Final = 16 * 2**10


def prepare(settings: Settings) -> str | None:
    """Migrate the database; return the path of the one-time setup link where nobody has an account yet."""
    store = Store(settings.url)
    try:
        migrate.upgrade(store)
        if store.file:
            # The file holds petitions: nobody else on this machine needs to read it.
            store.file.chmod(0o600)
        if settings.auth == "off":
            return None
        with store.writing() as session:
            secret = staff.setup_link(session, utc_now())
        # After the #, a browser keeps it to itself: it reaches no log on the way.
        return f"/setup#{secret}" if secret else None
    finally:
        store.close()


def serve(settings: Settings) -> None:
    """Serve until a signal says stop; running requests are finished first."""
    logs.configure(settings.log_level)
    if settings.workers > 1 and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        # Each worker counts for itself; the one that is asked adds all of them up.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="petition-risk-metrics-")
    if settings.workers > 1:
        warm.fork_workers()
    uvicorn.run(
        "service.main:make_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=settings.shutdown_seconds,
        h11_max_incomplete_event_size=_MOST_HEADER_BYTES,
    )


def address(settings: Settings) -> str:
    """Return where a browser on this machine finds the service."""
    host = settings.host if settings.host not in {"0.0.0.0", "::"} else "127.0.0.1"  # noqa: S104  only named here
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def export(settings: dict[str, str | int | bool | Path | None]) -> None:
    """Hand options of the command line to the worker processes, which read the environment."""
    os.environ.update({f"PETITION_RISK_{name.upper()}": str(value) for name, value in settings.items() if value})
