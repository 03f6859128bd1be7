"""The learning loop at the desk: the queue by keyboard, a lot read, a dispute settled, a model trained, promoted, taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from pypdfium2 import PdfDocument

from risk_model.taxonomy import DISCLAIMER
from tests.browser.conftest import PASSWORD, Office, Sit, staff
from tests.browser.learned_office import models, seed, week_name
from tests.browser.test_work import say_why
from tests.service.live import live


@pytest.fixture(scope="module")
def office(small_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office that has reviewed for some weeks, with three models."""
    folder = tmp_path_factory.mktemp("learned")
    root = models(small_model, folder / "models")
    with live(folder / "office", models=root, rate_limit="100000/minute") as server:
        staff(server)
        seed(server, PASSWORD)
        yield Office(server)


PAGES = [
    ("wang", "/desk/learning/queue"),
    ("wang", "/desk/learning/lots"),
    ("chen", "/desk/learning/lots?output=livelihood"),
    ("li", "/desk/learning/conflicts"),
    ("zhao", "dispute"),
    ("li", "/desk/learning/suspects"),
    ("chen", "/desk/learning/drift"),
    ("chen", "/desk/learning/versions"),
    ("chen", "/desk/learning/versions/2026.11.29"),
    ("li", "/desk/learning/shadow"),
]


def first(page: Page) -> None:
    page.locator("[data-rows] a.title").first.click()


@pytest.mark.parametrize(("who", "path"), PAGES)
def test_a_page(sit: Sit, who: str, path: str) -> None:
    page = sit(who).page
    if path == "dispute":
        page.goto("/desk/learning/conflicts")
        first(page)
    else:
        page.goto(path)
    page.wait_for_load_state("networkidle")
    assert DISCLAIMER in page.inner_text("body")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    for chart in page.locator("[data-figure]").all():
        expect(chart.locator(".main-svg").first).to_be_visible()
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")] == []
    paper = PdfDocument(page.pdf(format="A4"))
    assert DISCLAIMER in paper[0].get_textpage().get_text_range().replace("\r\n", "")


def test_the_queue_is_worked_off_by_keyboard(sit: Sit) -> None:
    page = sit("wang").page
    page.goto("/desk/learning/queue")
    titles = page.locator("[data-rows] a.title").all_inner_texts()
    expect(page.locator("[data-rows] tbody tr").first).to_contain_text("拿不准")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/desk/petitions/"))
    expect(page.locator(".notice", has_text="建议复核这一封")).to_be_visible()
    assert page.locator(".rail .t").all_inner_texts() == titles
    page.keyboard.press("e")
    say_why(page, "看过原信", "确认")
    expect(page.locator(".toasts")).to_contain_text("已确认")
    expect(page.locator(".rail a[aria-current]")).to_contain_text("已研判")
    page.keyboard.press("j")
    expect(page.locator(".rail a[aria-current] .t")).to_have_text(titles[1])
    page.keyboard.press("k")
    expect(page.locator(".rail a[aria-current] .t")).to_have_text(titles[0])
    page.get_by_role("link", name="← 返回复核建议").click()
    expect(page.locator("[data-rows] a.title").first).to_have_text(titles[1])


def test_the_lot_counts_what_was_read(sit: Sit) -> None:
    page = sit("wang").page
    page.goto("/desk/learning/lots")
    unread = page.locator(".tile", has_text="还没有看").locator("b")
    before = int(unread.inner_text())
    assert before > 0
    page.locator("[data-rows] tr", has_text="未看").first.locator("a.title").click()
    expect(page.locator(".rail header")).to_contain_text("返回")
    page.locator("#confirm").click()
    say_why(page, "看过原信", "确认")
    expect(page.locator(".toasts")).to_contain_text("已确认")
    page.locator(".rail header a").click()
    expect(unread).to_have_text(str(before - 1))
    row = page.locator("section", has_text="近13周").locator("tr", has_text="民生保障").first
    expect(row).to_contain_text("%")
    page.get_by_label("判断").select_option("livelihood")
    expect(page.locator("#by-week .chart .gtitle").first).to_contain_text("民生保障")
    # A week without a lot can be drawn here.
    page.goto(f"/desk/learning/lots?week={week_name(5)}")
    page.locator("#draw").click()
    expect(page.locator("[data-rows] tbody tr")).to_have_count(30)


def test_an_admin_sees_figures_and_no_letter(sit: Sit) -> None:
    page = sit("chen").page
    page.goto("/desk/learning/lots")
    expect(page.locator("section", has_text="近13周")).to_be_visible()
    expect(page.locator("[data-rows]")).to_have_count(0)
    assert page.goto("/desk/learning/shadow").status == 403  # type: ignore[union-attr]


def test_a_dispute_is_settled_by_a_third(sit: Sit) -> None:
    party, page = sit("li").page, sit("zhao").page
    party.goto("/desk/learning/conflicts")
    many = party.locator("[data-rows] tbody tr").count()
    first(party)
    expect(party.locator("#settle")).to_contain_text("您看过这封信")
    expect(party.locator("#settle button")).to_have_count(0)
    page.goto("/desk/learning/conflicts")
    expect(page.locator("section", has_text="kappa").locator("tr", has_text="民生保障")).to_contain_text("至")
    first(page)
    expect(page.get_by_text("复核人1").first).to_be_visible()
    assert "wang" not in page.inner_text("main")
    # All as the first reader said, but for the level.
    for row in page.locator("#settle tbody tr").all():
        said = row.locator("td").nth(1).inner_text()
        radio = (
            row.get_by_label("3 重大群体诉求")
            if row.get_by_label("3 重大群体诉求").count()
            else row.get_by_label(said, exact=True)
        )
        radio.check()
    page.locator("#settle [name=reason]").fill("两人会商一致")
    page.get_by_role("button", name="裁定").click()
    expect(page.locator(".toasts")).to_contain_text("已裁定")
    expect(page.locator("[data-rows] tbody tr")).to_have_count(many - 1)


def test_a_training_is_watched_and_stopped(sit: Sit) -> None:
    page = sit("chen").page
    page.goto("/desk/learning/versions")
    page.get_by_label("新版本名").fill("2026.11.24")
    page.locator("#train input").fill("small")
    page.get_by_role("button", name="开始训练").click()
    expect(page.locator("#train .problem")).to_contain_text("已经有版本")
    page.locator("#train input").fill("2026.12.1")
    page.get_by_role("button", name="开始训练").click()
    expect(page.locator(".stages [aria-current]")).to_contain_text("训练")
    page.locator("#stop-training").click()
    page.get_by_role("button", name="停止", exact=True).click()
    expect(page.locator("#training")).to_contain_text("上次训练 2026.12.1：已停止")


def test_promotion_needs_a_reason_where_something_is_worse_and_can_be_taken_back(sit: Sit) -> None:
    page = sit("chen").page
    page.goto("/desk/learning/versions")
    row = page.locator("tr", has_text="2026.11.29")
    expect(row).to_contain_text("项变差")
    row.get_by_role("link", name="比较、启用").click()
    expect(page.locator("tr.worse").first).to_contain_text("变差")
    expect(page.locator(".figures").first).to_contain_text("至")
    page.locator("#promote button").click()
    assert page.evaluate("document.activeElement.name") == "reason", "the browser points at the reason that is missing"
    page.locator("#promote [name=reason]").fill("治理类由专班人工判定")
    page.locator("#promote button").click()
    page.get_by_role("button", name="启用", exact=True).click()
    expect(page.locator("h2", has_text="正在使用")).to_contain_text("2026.11.29")
    expect(page.locator(".history li").first).to_contain_text("治理类由专班人工判定")
    expect(page.locator(".foot")).to_contain_text("模型 2026.11.29")
    page.locator("#rollback").click()
    say_why(page, "误判增多", "退回")
    expect(page.locator("h2", has_text="正在使用")).to_contain_text("small")
    expect(page.locator(".history li").first).to_contain_text("误判增多")
    page.locator("#stop-shadow").click()
    page.get_by_role("button", name="停止", exact=True).click()
    expect(page.locator("main")).to_contain_text("已结束")
    page.locator("[data-shadow='2026.11.30']").click()
    page.get_by_role("button", name="开始", exact=True).click()
    expect(page.locator("main")).to_contain_text("2026.11.30：")


def test_the_shadow_lists_matters_and_drift_names_words(sit: Sit) -> None:
    page = sit("zhao").page
    page.goto("/desk/learning/shadow")
    expect(page.locator("main")).to_contain_text("一起评了")
    page.goto("/desk/learning/drift")
    words = page.locator("tr", has_text="用词")
    expect(words).to_contain_text("高铁")
    expect(words).to_contain_text("12")
    expect(words.locator(".at-notice, .at-alarm")).to_be_visible()


def test_a_search_for_slips_is_begun_and_stopped(sit: Sit) -> None:
    page = sit("li").page
    page.goto("/desk/learning/suspects")
    page.locator("#search").click()
    expect(page.locator("#stop-search")).to_be_visible()
    page.locator("#stop-search").click()
    expect(page.locator("#search")).to_be_visible()
