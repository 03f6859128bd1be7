"""Every page: accessible, quiet, offline, within the screen, readable on paper, and bearing its disclaimer."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from pypdfium2 import PdfDocument

from risk_model.taxonomy import DISCLAIMER
from tests.browser.conftest import Office, Sit

#: Who sees the page, and where it is; {id} stands for the first petition.
PAGES = [
    ("wang", "/desk/inbox"),
    ("li", "/desk/petitions/{id}"),
    ("wang", "/desk/try"),
    ("wang", "/desk/batches"),
    ("wang", "/desk/weekly"),
    ("li", "/desk/model"),
    ("wang", "/desk/account"),
    ("chen", "/desk/admin/users"),
    ("chen", "/desk/admin/keys"),
    ("chen", "/desk/admin/departments"),
    ("chen", "/desk/admin/retention"),
    ("sun", "/desk/admin/audit"),
    (None, "/desk/login"),
    (None, "/setup"),
    ("wang", "/desk/nowhere"),
]


@pytest.fixture
def first(office: Office) -> str:
    return str(office.petitions(limit=1, sort="risk")[0]["id"])


@pytest.mark.parametrize(("who", "path"), PAGES)
def test_a_page(sit: Sit, first: str, who: str | None, path: str) -> None:
    page = sit(who).go(path.format(id=first))
    page.wait_for_load_state("networkidle")
    assert DISCLAIMER in page.inner_text("body")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    found = Axe().run(page).response["violations"]
    serious = [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")]
    assert serious == []
    paper = PdfDocument(page.pdf(format="A4"))
    assert DISCLAIMER in paper[0].get_textpage().get_text_range().replace("\r\n", "")


def test_paper_shows_the_letter_and_no_buttons(sit: Sit, first: str, tmp_path: Path) -> None:
    page = sit("wang").go(f"/desk/petitions/{first}")
    page.emulate_media(media="print")
    assert page.locator("article.letter").is_visible()
    assert page.locator("#confirm").is_hidden()
    assert page.locator(".rail").is_hidden()
