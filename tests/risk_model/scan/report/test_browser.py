"""The page in a real browser: nothing is fetched, it reads without sight, it fits a narrow screen and prints with page one alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    yield page
    page.close()


def test_it_opens_alone_and_reads_without_sight(page: Page, folder: Path, tmp_path: Path) -> None:
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto((folder / "report.html").as_uri())
    assert [url for url in asked if not url.endswith("/report.html")] == []
    assert said == []
    assert [v["id"] for v in Axe().run(page).response["violations"]] == []
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    with pypdfium2.PdfDocument(tmp_path / "report.pdf") as pdf:
        texts = [p.get_textpage().get_text_range() for p in pdf]
    assert "小微纠纷" in texts[0]
    assert "上周名单与结果" not in texts[0]
    assert "上周名单与结果" in texts[1]
