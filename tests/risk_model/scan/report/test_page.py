"""report.html: what a reader finds in it, and what a browser must not find."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import pytest

from risk_model.scan.report.page import page
from risk_model.scan.report.svg import steps
from risk_model.taxonomy import DISCLAIMER

#: Elements without an end tag.
_VOID = {"meta", "link", "br", "img", "hr", "input"}


class Reader(HTMLParser):
    """Collects headings, cells and attributes, and checks that tags close."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open:
            self.texts.append((self.open[-1], data.strip()))

    def of(self, tag: str) -> list[str]:
        return [text for at, text in self.texts if at == tag]


@pytest.fixture(scope="module")
def html(folder: Path) -> str:
    return (folder / "report.html").read_text(encoding="utf-8")


def test_the_parts_stand_in_reading_order(html: str) -> None:
    assert Reader(html).of("h2") == [
        "本周结论", "上周名单与结果", "上升事项", "逾期与临期", "高风险来信", "接访下访建议", "登记类别与内容不符", "网格小微纠纷",
        "数量与办理", "分类统计", "数据质量与变化",
    ]  # fmt: skip


def test_cells_hold_the_findings(html: str) -> None:
    cells = Reader(html).of("td")
    for expected in (
        "宏远制衣厂拖欠一百二十名工人四个月工资",
        "XF20191118000000",
        "+24（+8%）",
        "又有来信",
        "交房、复工、维权群",
        "11820/12240",
    ):
        assert expected in cells


def test_nothing_is_fetched_or_run(html: str) -> None:
    seen = Reader(html).seen
    assert not [tag for tag, _ in seen if tag in {"script", "iframe", "object", "embed", "form", "img"}]
    links = [value for _, attributes in seen for name, value in attributes.items() if name in {"href", "src", "action"}]
    assert all((link or "").startswith(("#", "data:,")) for link in links)
    assert not re.search(r"url\(|@import|\bon\w+=", html)
    assert "default-src 'none'" in html


def test_it_is_small_and_says_what_it_is_for(html: str) -> None:
    assert len(html.encode()) < 200_000
    assert html.count(DISCLAIMER) >= 3


def test_every_chart_has_words_and_every_table_heads(html: str) -> None:
    reader = Reader(html)
    charts = [attributes for tag, attributes in reader.seen if tag == "svg"]
    assert len(charts) > 10
    assert all(a["role"] == "img" and len(a["aria-label"] or "") > 6 for a in charts)
    heads = [attributes for tag, attributes in reader.seen if tag == "th"]
    assert all(a["scope"] == "col" for a in heads)
    links = {a["href"] for tag, a in reader.seen if tag == "a"}
    ids = {f"#{a['id']}" for _, a in reader.seen if a.get("id")}
    assert links <= ids


def test_places_and_offices_bear_intervals_and_no_rank(html: str) -> None:
    for dimension in ("区域", "承办部门"):
        table = html.split(f"<caption>{dimension}")[1].split("</section>", maxsplit=1)[0]
        assert 'class="interval"' in table.split("</table>")[0]
        assert "不是排名" in table.split("</table>")[1][:400]


def test_a_failed_gate_is_on_the_first_page(html: str, week: ModuleType) -> None:
    first = html.split("</section>", maxsplit=1)[0]
    assert "数据检查未通过：用词与前8周" in first
    assert 'class="warn"' not in page(week.empty()).split("</section>")[0]


def test_missing_parts_are_left_out_and_said(week: ModuleType) -> None:
    text = page(week.empty(missing=("收到日期", "办理状态")))
    assert "上周名单与结果" not in Reader(text).of("h2")
    assert "来表没有这些列，相应部分未出：收到日期、办理状态" in text
    assert "无法计算期限" in text


def test_markup_in_a_title_is_text(week: ModuleType) -> None:
    import dataclasses

    findings = week.sample()
    evil = '<script>alert(1)</script>"onload="x'
    rising = tuple(dataclasses.replace(x, title=evil, area=evil) for x in findings.rising)
    high = tuple(dataclasses.replace(x, title=evil * 9) for x in findings.high)
    reader = Reader(page(dataclasses.replace(findings, rising=rising, high=high, office=evil)))
    assert not [tag for tag, _ in reader.seen if tag == "script"]
    assert not [a for _, a in reader.seen if "onload" in a]


@pytest.mark.parametrize("most", [0, 1, 4, 5, 6, 37, 50, 51, 999, 123_456])
def test_axes_are_short_and_reach_the_top(most: int) -> None:
    ticks = steps(most)
    assert ticks[0] == 0
    assert ticks[-1] >= max(most, 1)
    assert 2 <= len(ticks) <= 7
