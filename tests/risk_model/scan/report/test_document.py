"""The official document, opened again: page, type, page numbers, content."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from types import ModuleType

import docx
import pytest
from docx.document import Document
from docx.shared import Mm

from risk_model.scan.report.conclusions import conclusions
from risk_model.scan.report.document import MOST_ROWS, document, fitting, lines, numeral
from risk_model.taxonomy import DISCLAIMER

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
#: Order of the schema, which Word holds files to.
_PARAGRAPH = (
    "pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl", "autoSpaceDE", "autoSpaceDN", "snapToGrid", "spacing",
    "ind", "contextualSpacing", "jc", "outlineLvl", "rPr",
)  # fmt: skip
_RUN = ("rFonts", "b", "color", "spacing", "sz", "szCs", "lang")


@pytest.fixture(scope="module")
def path(folder: Path) -> Path:
    return folder / "信访风险周报_2019-W47.docx"


@pytest.fixture(scope="module")
def doc(path: Path) -> Document:
    return docx.Document(str(path))


def _paragraph(doc: Document, start: str):
    return next(p for p in doc.paragraphs if p.text.startswith(start))


def _font(paragraph) -> tuple[str, float]:
    run = paragraph.runs[0]
    return run._r.rPr.rFonts.get(f"{W}eastAsia"), run.font.size.pt


def test_the_page_is_that_of_the_standard(doc: Document) -> None:
    s = doc.sections[0]
    got = [
        round(x.mm) for x in (s.page_width, s.page_height, s.top_margin, s.bottom_margin, s.left_margin, s.right_margin)
    ]
    assert got == [210, 297, 37, 35, 28, 26]
    grid = s._sectPr.find(f"{W}docGrid")
    assert (grid.get(f"{W}type"), grid.get(f"{W}linePitch")) == ("lines", "579")


def test_type_and_lines_are_those_of_the_standard(doc: Document) -> None:
    assert _font(_paragraph(doc, "信访风险周报")) == ("方正小标宋简体", 22)
    assert _font(_paragraph(doc, "一、")) == ("黑体", 16)
    assert _font(_paragraph(doc, "（一）")) == ("楷体_GB2312", 16)
    body = _paragraph(doc, "截至2019年11月24日")
    assert _font(body) == ("仿宋_GB2312", 16)
    assert body.paragraph_format.line_spacing.pt == pytest.approx(28.95)
    assert body.paragraph_format.first_line_indent.pt == 32


def test_fonts_have_names_to_fall_back_on(path: Path) -> None:
    with zipfile.ZipFile(path) as z:
        table = z.read("word/fontTable.xml").decode()
    assert '<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋,FangSong_GB2312,FangSong' in table
    assert '<w:font w:name="方正小标宋简体"><w:altName' in table


def test_page_numbers_stand_outside_between_dashes(doc: Document) -> None:
    section = doc.sections[0]
    assert doc.settings.odd_and_even_pages_header_footer
    odd, even = section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]
    assert (odd.alignment, even.alignment) == (
        docx.enum.text.WD_ALIGN_PARAGRAPH.RIGHT,
        docx.enum.text.WD_ALIGN_PARAGRAPH.LEFT,
    )
    for foot in (odd, even):
        assert foot.text.startswith("— ")
        assert foot.text.endswith(" —")
        assert "PAGE" in foot._p.xml
        assert foot.runs[0].font.size.pt == 14
    assert section.header.paragraphs[0].text == section.even_page_header.paragraphs[0].text == DISCLAIMER


def test_properties_stand_in_the_order_of_the_schema(doc: Document) -> None:
    for element, order in ((f"{W}pPr", _PARAGRAPH), (f"{W}rPr", _RUN)):
        for found in doc.element.body.iter(element):
            names = [child.tag.removeprefix(W) for child in found]
            assert [n for n in names if n not in order] == []
            assert names == sorted(names, key=order.index)


def test_conclusions_fill_one_page_and_the_parts_begin_on_the_next(doc: Document, week: ModuleType) -> None:
    texts = [p.text for p in doc.paragraphs]
    assert texts[1] == "2019年第47周（2019年11月18日至11月24日）"
    first = texts.index("一、上周名单与结果")
    assert texts[first - 2 : first] == ["云岭县信访局（示例）", "2019年11月24日"]
    assert doc.paragraphs[first].paragraph_format.page_break_before
    assert "5．期限。已逾期17件，最久的超期41天；7日内到期22件。请先办结逾期件，再逐件落实到期件。" in texts
    assert texts[first - 3] == "6．其他。高风险来信27件，接访建议5项，登记不符4件，小微纠纷6件，见后文。"
    every = conclusions(week.sample())
    assert sum(map(lines, fitting(every, 17))) <= 17
    assert fitting(every, 99) == every


def test_tables_hold_the_findings_and_repeat_their_heads(doc: Document) -> None:
    rising = next(t for t in doc.tables if t.cell(0, 1).text == "事项" and "理由" in [c.text for c in t.rows[0].cells])
    assert rising.cell(1, 1).text == "青禾花园二期延期交房两年，开发商停工失联，业主请求政府牵头复工"
    late = next(t for t in doc.tables if "距到期天数" in [c.text for c in t.rows[0].cells])
    assert len(late.rows) == MOST_ROWS + 1
    assert _paragraph(doc, "以上为前15行，共17行")
    for table in doc.tables:
        assert table.rows[0]._tr.trPr.find(f"{W}tblHeader") is not None
        assert sum(c.width for c in table.columns) == pytest.approx(Mm(156), rel=0.01)


def test_an_empty_week_is_a_short_document(week: ModuleType) -> None:
    doc = docx.Document(io.BytesIO(document(week.empty())))
    texts = [p.text for p in doc.paragraphs]
    assert "1．来信总量。本周没有来信进入统计。请核对本周的表是否漏导、日期列是否正确。" in texts
    assert "信访局" in texts


def test_ordinals() -> None:
    assert [numeral(n) for n in (0, 9, 10)] == ["一", "十", "十一"]
