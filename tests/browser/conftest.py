"""Debian's Chromium on a live desk: a server on a loopback address, example letters, one account a role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.scan_folder import write_weeks
from tests.service.live import Live, live

PASSWORD = "correct horse battery"
#: Account: roles. Two approvers, because nobody approves their own review.
PEOPLE = {"wang": "triager", "li": "approver", "zhao": "approver", "sun": "auditor", "qian": "viewer"}
ADMIN = "chen"
# A busy machine draws slowly; nothing here measures time.
expect.set_options(timeout=60_000)
SIZE = {"width": 1366, "height": 768}


@dataclass
class Office:
    """The desk of an office with people in it."""

    server: Live

    @property
    def url(self) -> str:
        return self.server.url

    def petitions(self, **query: object) -> list[dict[str, Any]]:
        """Return petitions as a program sees them."""
        with httpx.Client(base_url=self.url, timeout=60) as client:
            answer = client.post("/api/v1/session", json={"username": "wang", "password": PASSWORD})
            assert answer.status_code == 201, answer.text
            return list(client.get("/api/v1/petitions", params=query).json()["petitions"])


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A live server with example letters; the administrator comes from the one-time link."""
    folder = tmp_path_factory.mktemp("desk")
    write_weeks(folder / "scans")
    with live(folder, example="true", scans=folder / "scans", scan_day="off", rate_limit="100000/minute") as server:
        staff(server)
        yield Office(server)


def staff(server: Live) -> None:
    """Make the accounts."""
    with httpx.Client(base_url=server.url, timeout=60) as admin:
        first = {"username": ADMIN, "password": PASSWORD, "token": server.setup_token}
        made = admin.post("/api/v1/setup", json=first)
        assert made.status_code == 201, made.text
        for name, role in PEOPLE.items():
            body = {"username": name, "password": PASSWORD, "roles": [role]}
            added = admin.post("/api/v1/users", json=body, headers={"X-CSRF-Token": made.json()["csrf"]})
            assert added.status_code == 201, added.text


@dataclass
class Seat:
    """Somebody at the desk: a page, and everything the browser complained about or asked of another host."""

    page: Page
    context: BrowserContext
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        self.page.goto(path)
        return self.page


Sit = Callable[..., Seat]


@pytest.fixture
def sit(browser: Browser, office: Office) -> Iterator[Sit]:
    """Sit down at the desk as somebody (None: not logged in); every seat must stay free of complaints."""
    seats: list[Seat] = []

    def down(name: str | None, tour: bool = False, **options: Any) -> Seat:
        context = browser.new_context(base_url=office.url, locale="zh-CN", viewport=SIZE, **options)
        context.set_default_timeout(60_000)
        if not tour:
            context.add_init_script("localStorage.setItem('tour-seen', '1')")
        if name:
            body = {"username": name, "password": PASSWORD}
            assert context.request.post("/api/v1/session", data=body).status == 201
        seat = Seat(context.new_page(), context)
        watch(seat, office.url)
        seats.append(seat)
        return seat

    yield down
    for seat in seats:
        seat.context.close()
    assert [s.strangers for s in seats if s.strangers] == []
    assert [s.complaints for s in seats if s.complaints] == []


def watch(seat: Seat, home: str) -> None:
    """Note errors of scripts and of the console, and requests that leave the host."""

    def console(message: Any) -> None:
        # A refusal that the page is there to show is also written to the console, by the browser itself.
        refused = "Failed to load resource" in message.text and any(f"status of {n} " in message.text for n in REFUSALS)
        if message.type in ("error", "warning") and not refused:
            seat.complaints.append(message.text)

    seat.context.on(
        "request", lambda r: None if r.url.startswith((home, "data:", "blob:")) else seat.strangers.append(r.url)
    )
    seat.context.on("weberror", lambda e: seat.complaints.append(str(e.error)))
    seat.context.on("console", console)


REFUSALS = (401, 403, 404, 409, 422)


@pytest.fixture
def examples() -> Path:
    return Path(__file__).parents[2] / "examples"
