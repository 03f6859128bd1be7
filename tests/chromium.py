"""The one browser of a test run: Playwright's own loop can be opened only once in a process."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright


def chromium() -> str:
    """Return the browser's path; what is missing is said plainly."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.fail(
            "no chromium: install it with `apt-get install chromium fonts-noto-cjk` (root: `make browser`), "
            "or set CHROMIUM to its path",
            pytrace=False,
        )
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield launched(playwright)


def launched(playwright: Playwright) -> Browser:
    # Root, as in a container, has no sandbox.
    return playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
