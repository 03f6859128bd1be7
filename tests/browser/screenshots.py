"""`make screenshots`: pictures of every page for the staff manual, with the example letters and with an office that has reviewed."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from risk_model.artifact import Registry
from tests.browser.conftest import PASSWORD, SIZE, staff
from tests.browser.learned_office import models, seed
from tests.browser.scan_folder import write_weeks
from tests.chromium import launched
from tests.service.live import Live, live

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "docs" / "images"
LETTER = "开发商拖欠我们三百多名农民工工资半年，多次到劳动局反映无人处理，下周一大家准备一起去市政府。"
#: A taller picture is too small to read in a manual, and too large for a repository.
MOST_PIXELS = 1100
#: Picture: who sees it, and where it is.
PLACES = {
    "desk-inbox": ("wang", "/desk/inbox"),
    "desk-batches": ("wang", "/desk/batches"),
    "desk-weekly": ("wang", "/desk/weekly"),
    "desk-model": ("li", "/desk/model"),
    "desk-users": ("chen", "/desk/admin/users"),
    "desk-keys": ("chen", "/desk/admin/keys"),
    "desk-departments": ("chen", "/desk/admin/departments"),
    "desk-retention": ("chen", "/desk/admin/retention"),
    "desk-audit": ("sun", "/desk/admin/audit"),
    "desk-account": ("wang", "/desk/account"),
    "desk-login": (None, "/desk/login"),
    "desk-setup": (None, "/setup"),
}
#: The same of the learning loop.
LEARNED = {
    "desk-review-queue": ("wang", "/desk/learning/queue"),
    "desk-lot": ("wang", "/desk/learning/lots"),
    "desk-measured": ("chen", "/desk/learning/lots"),
    "desk-disputes": ("li", "/desk/learning/conflicts"),
    "desk-drift": ("li", "/desk/learning/drift"),
    "desk-versions": ("chen", "/desk/learning/versions"),
    "desk-version": ("chen", "/desk/learning/versions/2026.11.29"),
    "desk-shadow": ("li", "/desk/learning/shadow"),
}
_WHOLE = frozenset({"desk-model", "desk-weekly", "desk-measured", "desk-drift", "desk-versions", "desk-version"})


@contextmanager
def seat(browser: Browser, server: Live, name: str | None) -> Iterator[Page]:
    """Give a page of somebody who is logged in."""
    with browser.new_context(base_url=server.url, locale="zh-CN", viewport=SIZE) as context:
        context.set_default_timeout(120_000)
        context.add_init_script("localStorage.setItem('tour-seen', '1')")
        if name:
            context.request.post("/api/v1/session", data={"username": name, "password": PASSWORD})
        yield context.new_page()


def shoot(page: Page, name: str, whole: bool = False) -> None:
    """Take a picture once the page is at rest."""
    page.wait_for_load_state("networkidle")
    height = min(page.evaluate("document.documentElement.scrollHeight"), MOST_PIXELS) if whole else SIZE["height"]
    clip = {"x": 0, "y": 0, "width": SIZE["width"], "height": height}
    page.screenshot(path=TARGET / f"{name}.png", full_page=whole, clip=clip)
    sys.stdout.write(f"{name}\n")


def wait_for_matters(page: Page) -> None:
    """Wait until letters about one matter have found each other."""
    for _ in range(120):
        page.goto("/desk/inbox?band=high")
        if page.locator(".fold").count():
            return
        page.wait_for_timeout(1000)


def work(browser: Browser, server: Live) -> None:
    """Take the pictures that need something done first."""
    with seat(browser, server, "wang") as page:
        wait_for_matters(page)
        page.goto("/desk/inbox?q=信号灯")
        page.locator("#list a.title").first.click()
        shoot(page, "desk-case", whole=True)
        page.locator("[data-band-to=low]").click()
        page.locator("dialog [name=reason]").fill("已与来信人核实，交警大队承诺本周内修复")
        shoot(page, "desk-lower")
        page.get_by_role("button", name="报请批准").click()
        page.locator(".toasts p").wait_for()
        address = page.url
        page.goto("/desk/try")
        page.get_by_label("正文").fill(LETTER)
        page.get_by_role("button", name="研判").click()
        page.locator("#tried .band").wait_for()
        shoot(page, "desk-try")
        page.goto("/desk/batches")
        page.locator("input[type=file]").set_input_files(ROOT / "examples" / "office.xlsx")
        page.locator("#run").wait_for()
        shoot(page, "desk-batch-check")
        page.locator("#run").click()
        page.locator("#download").wait_for()
        page.locator(".chart .main-svg").first.wait_for()
        shoot(page, "desk-batch-result", whole=True)
    with seat(browser, server, "li") as page:
        page.goto(address)
        shoot(page, "desk-approve")


def places(browser: Browser, server: Live, of: Mapping[str, tuple[str | None, str]]) -> None:
    """Take the pictures of pages as they are found."""
    for name, (who, path) in of.items():
        with seat(browser, server, who) as page:
            page.goto(path)
            shoot(page, name, whole=name in _WHOLE)


def examples(browser: Browser, folder: Path) -> None:
    """Take the pictures of a desk of examples."""
    write_weeks(folder / "scans")
    with live(folder, example="true", scans=str(folder / "scans"), rate_limit="100000/minute") as server:
        staff(server)
        httpx.get(f"{server.url}/desk/login")
        work(browser, server)
        places(browser, server, PLACES)


def learned(browser: Browser, folder: Path) -> None:
    """Take the pictures of an office that has reviewed for some weeks."""
    registry = Registry(ROOT / "models")
    root = models(registry.root / registry.current(), folder / "models")
    with live(folder / "office", models=root, rate_limit="100000/minute") as server:
        staff(server)
        seed(server, PASSWORD)
        places(browser, server, LEARNED)
        with seat(browser, server, "zhao") as page:
            page.goto("/desk/learning/conflicts")
            page.locator("[data-rows] a.title").first.click()
            shoot(page, "desk-dispute", whole=True)
        with seat(browser, server, "li") as page:
            page.goto("/desk/learning/suspects")
            page.locator("#search").click()
            page.get_by_text("上次查找").wait_for()
            shoot(page, "desk-suspects")


def main() -> None:
    """Take all pictures."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = launched(playwright)
        for part in (examples, learned):
            place = Path(folder) / part.__name__
            place.mkdir()
            part(browser, place)
        browser.close()


if __name__ == "__main__":
    main()
