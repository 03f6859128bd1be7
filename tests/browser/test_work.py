"""A day at the desk, clicked through by a browser."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, Office, Sit


def open_first(page: Page, query: str = "") -> str:
    """Open the first petition of a selection and return its address."""
    page.goto(f"/desk/inbox?{query}")
    page.locator("#list a.title").first.click()
    page.wait_for_url(re.compile("/desk/petitions/"))
    return page.url


def say_why(page: Page, reason: str, button: str) -> None:
    """Fill in the reason a dialog asks for and go on."""
    dialog = page.locator("dialog")
    dialog.locator("[name=reason]").fill(reason)
    dialog.get_by_role("button", name=button, exact=True).click()


def test_logging_in_and_out(sit: Sit) -> None:
    page = sit(None).go("/desk/inbox?band=high")
    expect(page).to_have_url(re.compile("/desk/login"))
    page.get_by_label("账号").fill("wang")
    page.get_by_label("密码").fill("wrong password")
    page.get_by_role("button", name="登录").click()
    expect(page.locator(".problem")).to_have_text("账号或密码不对")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(re.compile(r"/desk/inbox\?band=high"))
    page.get_by_role("link", name="wang").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page).to_have_url(re.compile("/desk/login"))
    page.goto("/desk/inbox")
    expect(page).to_have_url(re.compile("/desk/login"))


def test_a_letter_is_tried_and_not_kept(sit: Sit, office: Office) -> None:
    page = sit("wang").go("/desk/try")
    page.get_by_label("正文").fill(
        "开发商拖欠三百多名农民工工资半年，多次到劳动局反映无人处理，下周一大家要一起去市政府。"
    )
    page.get_by_role("button", name="研判").click()
    expect(page.locator("#tried .band")).to_contain_text("高")
    mark = page.locator("#tried mark").first
    assert re.fullmatch(r"(抬高|压低) [+-]\d+\.\d\d", mark.get_attribute("title") or "")
    page.locator("#lens").select_option("wages_labor")
    expect(page.locator(".legend")).to_contain_text("工资、劳动关系")
    assert office.petitions(q="拖欠三百多名农民工") == []


def test_correcting_and_undoing(sit: Sit) -> None:
    page = sit("wang").page
    open_first(page, "sort=newest")
    factor = page.locator("[data-factor=hardship]")
    before = factor.get_attribute("aria-label")
    factor.click()
    say_why(page, "电话核实过", "更正")
    expect(page.locator(".toasts")).to_contain_text("已更正")
    assert page.locator("[data-factor=hardship]").get_attribute("aria-label") != before
    expect(page.locator(".history li").first).to_contain_text("电话核实过")
    page.get_by_role("button", name="撤销").click()
    expect(page.locator(".toasts")).to_contain_text("已撤销")
    assert page.locator("[data-factor=hardship]").get_attribute("aria-label") == before


def test_saying_how_far_it_would_go(sit: Sit) -> None:
    page = sit("wang").page
    open_first(page, "sort=newest")
    band = page.locator(".facts .band").first.inner_text()
    page.locator("[data-level='3']").click()
    say_why(page, "全村两百多户，已断水", "更正")
    expect(page.locator(".history li").first).to_contain_text("升级程度判为“3 重大群体诉求”")
    assert page.locator(".facts .band").first.inner_text() == band
    page.get_by_role("button", name="撤销").click()
    expect(page.locator(".toasts")).to_contain_text("已撤销")


def test_a_lower_band_needs_a_second_person(sit: Sit) -> None:
    first = sit("li").page
    address = open_first(first, "band=high")
    first.locator("[data-band-to=low]").click()
    expect(first.locator("dialog")).to_contain_text("须由另一位审批人员批准")
    say_why(first, "已与来信人核实，问题已解决", "报请批准")
    expect(first.locator(".facts .band").first).to_contain_text("高")
    expect(first.locator("main")).to_contain_text("不能批准自己的意见")
    expect(first.locator("[data-decide]")).to_have_count(0)
    second = sit("zhao").page
    second.goto("/desk/inbox?view=approval")
    second.locator("#list a.title").first.click()
    assert second.url.split("?")[0] == address.split("?")[0]
    second.locator("[data-decide=yes]").click()
    say_why(second, "情况属实，同意", "批准")
    expect(second.locator(".toasts")).to_contain_text("已批准")
    expect(second.locator(".facts .band").first).to_contain_text("低")


def test_two_people_on_one_matter(sit: Sit) -> None:
    one, two = sit("wang").page, sit("li").page
    address = open_first(one, "band=medium")
    two.goto(address)
    two.locator("#confirm").click()
    say_why(two, "看过原信", "确认")
    expect(two.locator(".toasts")).to_contain_text("已确认")
    one.locator("[data-band-to=high]").click()
    say_why(one, "涉及两百多户", "更正")
    expect(one.locator("dialog")).to_contain_text("有人先改了")
    one.get_by_role("button", name="看最新情况").click()
    expect(one.locator(".history li").first).to_contain_text("看过原信")
    expect(one.locator("#unsent")).to_contain_text("涉及两百多户")
    one.get_by_role("button", name="按现在的情况提交").click()
    expect(one.locator(".facts .band").first).to_contain_text("高")
    expect(one.locator(".history")).to_contain_text("涉及两百多户")


def test_an_expired_session_leads_back_and_keeps_what_was_typed(sit: Sit) -> None:
    seat = sit("wang")
    page = seat.go("/desk/try")
    page.get_by_label("正文").fill("小区电梯停运三个月了，没人管。")
    seat.context.clear_cookies()
    page.get_by_role("button", name="研判").click()
    expect(page.locator("dialog")).to_contain_text("登录已失效")
    page.get_by_role("button", name="去登录").click()
    expect(page.locator(".notice")).to_contain_text("登录后会回到刚才的页面")
    page.get_by_label("账号").fill("wang")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(re.compile("/desk/try"))
    expect(page.get_by_label("正文")).to_have_value("小区电梯停运三个月了，没人管。")


def test_a_table_from_upload_to_download(sit: Sit, examples: Path, tmp_path: Path) -> None:
    page = sit("wang").go("/desk/batches")
    page.locator("input[type=file]").set_input_files(examples / "office.xlsx")
    expect(page.locator("h1")).to_contain_text("office.xlsx")
    expect(page.locator(".good")).to_contain_text("姓名、联系电话")
    assert page.locator("select[name=body]").input_value() == "诉求内容"
    page.get_by_role("button", name="开始研判40封").click()
    expect(page.locator("h1")).to_contain_text("研判结果", timeout=120_000)
    expect(page.locator(".tile").first).to_contain_text("40")
    expect(page.locator(".chart .main-svg").first).to_be_visible()
    with page.expect_download() as download:
        page.locator("#download").click()
    download.value.save_as(tmp_path / "result.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "result.xlsx")["研判结果"]
    header = [cell.value for cell in sheet[1]]
    assert sheet.max_row == 41
    assert "风险档" in header
    assert "姓名" not in header


def test_a_broken_table_lists_its_rows_before_anything_runs(sit: Sit, examples: Path) -> None:
    page = sit("wang").go("/desk/batches")
    page.locator("input[type=file]").set_input_files(examples / "broken.csv")
    expect(page.locator("h2", has_text="有问题的行")).to_be_visible()
    assert page.locator("main").get_by_text("编号重复").count() >= 1
    page.locator("select[name=body]").select_option("")
    page.wait_for_load_state()
    page.locator("select[name=title]").select_option("")
    expect(page.locator("#run")).to_be_disabled()


def test_a_wrong_file_is_explained(sit: Sit, tmp_path: Path) -> None:
    wrong = tmp_path / "scan.xlsx"
    wrong.write_bytes(b"%PDF-1.7 not a table")
    page = sit("wang").go("/desk/batches")
    page.locator("input[type=file]").set_input_files(wrong)
    expect(page.locator(".problem")).to_contain_text("这是 PDF 文件")


def test_the_inbox_by_keyboard(sit: Sit) -> None:
    page = sit("wang").go("/desk/inbox?sort=newest")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("#list tbody tr").first).to_have_class(re.compile("at"))
    page.keyboard.press("x")
    expect(page.locator("#bulk-confirm")).to_contain_text("1")
    title = page.locator("#list a.title").first.inner_text()
    page.keyboard.press("e")
    say_why(page, "已看原信，研判结果一致", "确认")
    expect(page.locator(".toasts")).to_contain_text("1件已确认")
    expect(page.locator("#list tbody tr").first).to_have_class(re.compile("at"))  # the place is kept
    page.keyboard.press("Enter")
    expect(page.locator(".rail a[aria-current]")).to_contain_text(title[:8])


def test_after_several_decisions_the_next_unread_letter_comes(sit: Sit) -> None:
    page = sit("wang").go("/desk/inbox?view=new&sort=newest")
    ids = [line.get_attribute("data-id") for line in page.locator("#list tbody tr").all()]
    for _ in range(3):
        page.keyboard.press("j")
        page.keyboard.press("x")
    page.locator("#bulk-confirm").click()
    say_why(page, "已看原信，研判结果一致", "确认")
    expect(page.locator(".toasts")).to_contain_text("3件已确认")
    expect(page.locator("#list tbody tr.at")).to_have_attribute("data-id", ids[3] or "")


def test_filters_live_in_the_address_and_are_kept(sit: Sit) -> None:
    page = sit("wang").go("/desk/inbox")
    page.locator("select[name=band]").select_option("high")
    expect(page).to_have_url(re.compile("band=high"))
    assert {t.strip() for t in page.locator("#list .band").all_inner_texts()} == {"▲ 高"}
    page.get_by_role("button", name="保存为我的视图").click()
    page.locator("dialog [name=name]").fill("高档件")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("link", name="高档件")).to_be_visible()
    page.get_by_role("button", name="删除视图“高档件”").click()
    expect(page.get_by_role("link", name="高档件")).to_have_count(0)


def test_looking_for_a_person_is_refused(sit: Sit) -> None:
    page = sit("wang").go("/desk/inbox?q=13800001234")
    expect(page.locator("h1")).to_contain_text("只看事，不看人")


def test_an_approver_changes_the_cut_and_others_cannot(sit: Sit) -> None:
    page = sit("wang").go("/desk/model")
    expect(page.locator("#change")).to_have_count(0)
    page = sit("li").go("/desk/model")
    page.locator("#high").fill("0.8")
    assert page.locator("#high-value").inner_text() == "0.80"
    page.locator("#change").click()
    say_why(page, "人手不足，先看最急的", "改分档线")
    expect(page.locator("main")).to_contain_text("人手不足，先看最急的")
    log = sit("sun").go("/desk/admin/audit?action=model.cut")
    expect(log.locator("tbody tr").first).to_contain_text("人手不足")


def test_the_weekly_report(sit: Sit) -> None:
    page = sit("wang").go("/desk/weekly")
    expect(page.locator("h1")).to_contain_text("2026年第21周")
    expect(page.locator("main")).to_contain_text("3件，其中1件本周又有来信")
    expect(page.locator("main")).to_contain_text("27天")
    page.locator("#week").select_option("2026-W20")
    expect(page.locator("h1")).to_contain_text("2026年第20周")
    with page.expect_download() as download:
        page.get_by_role("link", name="上升事项（CSV）").click()
    assert "锦绣家园" in download.value.path().read_text(encoding="utf-8-sig")


def test_an_administrator_adds_somebody_and_reads_no_petition(sit: Sit) -> None:
    page = sit("chen").go("/desk")
    expect(page).to_have_url(re.compile("/desk/model"))
    page.goto("/desk/admin/users")
    page.get_by_label("账号（字母").fill("zhou")
    page.get_by_label("初始密码").fill("another long password")
    page.get_by_role("button", name="添加").click()
    expect(page.locator("tr[data-user=zhou]")).to_contain_text("研判")
    page.goto("/desk/inbox")
    expect(page.locator("h1")).to_contain_text("没有这项操作的权限")


def test_the_tour_comes_once(sit: Sit) -> None:
    page = sit("qian", tour=True).go("/desk/inbox")
    for _ in range(2):
        page.get_by_role("button", name="下一步").click()
    expect(page.locator("dialog.tour")).to_contain_text("不作为处理依据")
    page.get_by_role("button", name="开始使用").click()
    page.reload()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("dialog.tour")).to_have_count(0)
