"""Serve `benchmarks.service.app` as `petition-risk serve` would: python -m benchmarks.service.serve PORT WORKERS."""

from __future__ import annotations

import sys

import uvicorn

from service import warm


def main() -> None:
    """Serve until told to stop."""
    port, workers = map(int, sys.argv[1:])
    if workers > 1:
        warm.fork_workers()
    uvicorn.run(
        "benchmarks.service.app:make_app", factory=True, port=port, workers=workers, access_log=False, log_level="error"
    )


if __name__ == "__main__":
    main()
