"""The first start: a link that works once makes the administrator and leads to the desk."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.conftest import PASSWORD
from tests.service.live import live


def test_the_first_start(browser: Browser, tmp_path: Path) -> None:
    with live(tmp_path, scan_day="off") as server, browser.new_context(base_url=server.url, locale="zh-CN") as context:
        page = context.new_page()
        page.goto(f"/setup#{server.setup_token}")
        page.get_by_label("账号").fill("boss")
        page.get_by_label("密码（至少").fill(PASSWORD)
        page.get_by_label("再输入一次").fill(PASSWORD)
        page.get_by_role("button", name="建立并登录").click()
        expect(page).to_have_url(re.compile("/desk/model"))
        page.goto(f"/setup#{server.setup_token}")
        page.get_by_label("账号").fill("another")
        page.get_by_label("密码（至少").fill(PASSWORD)
        page.get_by_label("再输入一次").fill(PASSWORD)
        page.get_by_role("button", name="建立并登录").click()
        expect(page.locator(".problem")).to_contain_text("链接无效")
