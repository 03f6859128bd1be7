"""The layout of an official document by GB/T 9704-2012: page, type, lines, page numbers, tables.

[1] GB/T 9704-2012 党政机关公文格式: A4 with margins 37, 35, 28 and 26 mm; 22 lines of 28 characters; title in 小标宋 size 2, text in
仿宋 size 3, headings in 黑体 and 楷体; page numbers in size 4 between dashes, odd pages right, even pages left.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

TITLE_FONT, BODY_FONT, HEAD_FONT, SUBHEAD_FONT = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
_LATIN: Final = "Times New Roman"
#: 225 mm of text in 22 lines, in points. 156 mm hold 27.6 characters of 16 points: a quarter point less between them makes it 28. It is
#: set on the text, not as a grid of characters, which LibreOffice and older WPS give two cells to a character that is a little too wide.
LINE: Final = 28.95
LINES, CHARACTERS = 22, 28
_TIGHTER: Final = {"body": "-5"}
#: Widths in millimetres.
_PAGE, _TEXT = (210, 297), 156
#: Half a character of table type, in millimetres, and the most of them that a column of short texts takes.
_UNIT, _WIDEST = 2.2, 12
#: Chinese type sizes in points: 2号, 3号, 4号, 小4号, 5号.
_SIZES: Final = {"title": 22.0, "body": 16.0, "number": 14.0, "small": 12.0, "table": 10.5}
#: The order in which Word wants the properties of a paragraph, those that are set here.
_ORDER: Final = ("autoSpaceDE", "autoSpaceDN", "snapToGrid", "spacing", "ind", "jc", "outlineLvl", "rPr")
#: Points between the lines of a table.
_TABLE_LINE: Final = 15.0
#: What a font is called on other systems, for programs that do not have it: Word and WPS read w:altName.
_OTHER_NAMES: Final = {
    TITLE_FONT: ("小标宋体,FZXiaoBiaoSong-B05S,华文中宋,宋体", "roman"),
    BODY_FONT: ("仿宋,FangSong_GB2312,FangSong,华文仿宋", "modern"),
    SUBHEAD_FONT: ("楷体,KaiTi_GB2312,KaiTi,华文楷体", "modern"),
    HEAD_FONT: ("SimHei,微软雅黑", "modern"),
    "宋体": ("SimSun", "auto"),
    _LATIN: ("", "roman"),
}
_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _font(name: str, others: str, family: str) -> str:
    other = f'<w:altName w:val="{others}"/>' if others else ""
    charset = "00" if name == _LATIN else "86"
    return (
        f'<w:font w:name="{name}">{other}<w:charset w:val="{charset}"/><w:family w:val="{family}"/>'
        f'<w:pitch w:val="{"variable" if name == _LATIN else "default"}"/></w:font>'
    )


FONT_TABLE: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    f'<w:fonts xmlns:w="{_W}">{"".join(_font(n, *o) for n, o in _OTHER_NAMES.items())}</w:fonts>'
).encode()


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a table: its head; whether it is as wide as its cells need, or shares what is left by `weight`; how it is set."""

    head: str
    fixed: bool
    weight: int
    centred: bool = False


def units(text: str) -> int:
    """Return the width of a text in half characters.

    >>> units("7日内")
    5
    """
    return sum(2 if ord(c) > 0x2E7F or c in "“”‘’…—·" else 1 for c in text)


def _need(width: int) -> float:
    return width if width <= _WIDEST else min(width / 2 + 1, _WIDEST)


def widths(columns: Sequence[TableColumn], rows: Sequence[Sequence[str]]) -> list[float]:
    """Return the widths of the columns in millimetres, as wide together as the text.

    >>> [round(w) for w in widths([TableColumn("序号", True, 0), TableColumn("事项", False, 1)], [["1", "停水"]])]
    [12, 144]
    """
    made = []
    for k, column in enumerate(columns):
        # A head may take two lines; a long id takes two of equal length.
        need = max([units(column.head) / 2, 4, *(_need(units(row[k])) for row in rows)])
        made.append(_UNIT * need + 3 if column.fixed else 0.0)
    left = max(_TEXT - sum(made), _TEXT / 3)
    weight = sum(column.weight for column in columns if not column.fixed)
    made = [w or left * c.weight / weight for w, c in zip(made, columns, strict=True)]
    return [_TEXT * w / sum(made) for w in made]


@dataclass(frozen=True, slots=True)
class _Look:
    font: str
    size: str
    align: str = "both"
    indent: bool = False
    right: float = 0.0
    keep: bool = False
    level: int = 0
    before: float = 0.0


_LOOKS: Final = {
    "title": _Look(TITLE_FONT, "title", "center"),
    "subtitle": _Look(SUBHEAD_FONT, "body", "center"),
    "heading": _Look(HEAD_FONT, "body", "left", indent=True, keep=True, level=1),
    "subheading": _Look(SUBHEAD_FONT, "body", "left", indent=True, keep=True, level=2),
    "body": _Look(BODY_FONT, "body", indent=True),
    "small": _Look(BODY_FONT, "small", "left"),
    "signature": _Look(BODY_FONT, "body", "right", right=32.0),
}


def blank(title: str, author: str, moment: dt.datetime) -> Document:
    """Return an empty document with the page, the grid and fixed properties."""
    import docx
    from docx.shared import Mm, Pt

    doc = docx.Document()
    properties = doc.core_properties
    properties.title, properties.author, properties.last_modified_by = title[:200], author[:200], author[:200]
    properties.comments = properties.keywords = properties.subject = ""
    properties.created = properties.modified = properties.last_printed = moment
    properties.language, properties.revision = "zh-CN", 1
    section = doc.sections[0]
    section.page_width, section.page_height = Mm(_PAGE[0]), Mm(_PAGE[1])
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = (
        Mm(37),
        Mm(35),
        Mm(28),
        Mm(26),
    )
    # The dash of the page number lies 7 mm below the text; the line itself is about 5 mm high.
    section.footer_distance, section.header_distance = Mm(23), Mm(20)
    grid = {"type": "lines", "linePitch": str(round(LINE * 20))}
    old = section._sectPr.find(f"{{{_W}}}docGrid")
    if old is not None:
        section._sectPr.remove(old)
    section._sectPr.append(_element("docGrid", grid))
    normal: Any = doc.styles["Normal"]
    normal.font.name, normal.font.size = _LATIN, Pt(_SIZES["body"])
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(f"{{{_W}}}eastAsia", BODY_FONT)
    # Without it programs take the marks of punctuation from a Taiwanese or Japanese font.
    normal.element.get_or_add_rPr().append(_element("lang", {"val": "en-US", "eastAsia": "zh-CN"}))
    normal.paragraph_format.space_after = normal.paragraph_format.space_before = Pt(0)
    return doc


def furnish(doc: Document, header: str) -> None:
    """Put the header on every page and the page number on the outer side."""
    doc.settings.odd_and_even_pages_header_footer = True
    section = doc.sections[0]
    for head in (section.header, section.even_page_header):
        _write(head.paragraphs[0], header, _Look(SUBHEAD_FONT, "table", "right"))
    for foot, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        paragraph = foot.paragraphs[0]
        _shape(paragraph, _Look("宋体", "number", side))
        gap = paragraph.paragraph_format
        from docx.shared import Pt

        if side == "right":
            gap.right_indent = Pt(_SIZES["number"])
        else:
            gap.left_indent = Pt(_SIZES["number"])
        _run(paragraph, "— ", "宋体", "number")
        _page_field(paragraph)
        _run(paragraph, " —", "宋体", "number")


def line(doc: Document, text: str, look: str, *, fresh_page: bool = False) -> None:
    """Add a paragraph of one look; `fresh_page` begins a new page with it."""
    paragraph = doc.add_paragraph()
    _write(paragraph, text, _LOOKS[look])
    paragraph.paragraph_format.page_break_before = True if fresh_page else None


def point(doc: Document, topic: str, says: str, do: str) -> None:
    """Add a conclusion: its topic in 黑体, what is found, what to do in 楷体."""
    paragraph = doc.add_paragraph()
    _shape(paragraph, _LOOKS["body"])
    _run(paragraph, topic, HEAD_FONT, "body")
    _run(paragraph, says, BODY_FONT, "body")
    if do:
        _run(paragraph, do, SUBHEAD_FONT, "body")


def table(doc: Document, columns: Sequence[TableColumn], rows: Sequence[Sequence[str]]) -> None:
    """Add a table as wide as the text, with its head repeated on every page and no row torn apart."""
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.shared import Mm

    made = doc.add_table(rows=0, cols=len(columns), style="Table Grid")
    made.alignment, made.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    made._tbl.tblPr.insert_element_before(_margins(), "w:tblLook")
    wide = [Mm(width) for width in widths(columns, rows)]
    for grid, width in zip(made.columns, wide, strict=True):
        grid.width = width
    for number, texts in enumerate([[column.head for column in columns], *rows]):
        row = made.add_row()
        properties = row._tr.get_or_add_trPr()
        properties.append(_element("cantSplit", {}))
        if number == 0:
            properties.append(_element("tblHeader", {}))
        for cell, text, column, width in zip(row.cells, texts, columns, wide, strict=True):
            cell.width = width
            centred = column.centred or number == 0
            look = _Look(HEAD_FONT if number == 0 else BODY_FONT, "table", "center" if centred else "left")
            _write(cell.paragraphs[0], text, look, pitch=_TABLE_LINE)


def _margins() -> Any:
    margins = _element("tblCellMar", {})
    for side in ("left", "right"):
        margins.append(_element(side, {"w": "60", "type": "dxa"}))
    return margins


def _write(paragraph: Paragraph, text: str, look: _Look, pitch: float = LINE) -> None:
    _shape(paragraph, look, pitch)
    _run(paragraph, text, look.font, look.size)


def _shape(paragraph: Paragraph, look: _Look, pitch: float = LINE) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
    from docx.shared import Pt

    shape = paragraph.paragraph_format
    shape.alignment = {
        "center": WD_ALIGN_PARAGRAPH.CENTER, "right": WD_ALIGN_PARAGRAPH.RIGHT, "left": WD_ALIGN_PARAGRAPH.LEFT,
    }.get(look.align, WD_ALIGN_PARAGRAPH.JUSTIFY)  # fmt: skip
    small = look.size in {"small", "table"} and pitch == LINE
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(18 if small else pitch)
    shape.space_before = shape.space_after = Pt(0)
    if look.indent:
        shape.first_line_indent = Pt(2 * _SIZES["body"])
    if look.right:
        shape.right_indent = Pt(look.right)
    if look.keep:
        shape.keep_with_next = True
    for between in ("autoSpaceDE", "autoSpaceDN"):
        # Twenty-eight characters a line: no extra room between figures and characters.
        _put(paragraph, between, "0")
    if small or pitch != LINE:
        _put(paragraph, "snapToGrid", "0")
    if look.level:
        # Readers of the screen find headings by their level; the look stays that of the standard.
        _put(paragraph, "outlineLvl", str(look.level - 1))


def _put(paragraph: Paragraph, name: str, value: str) -> None:
    after = [f"w:{other}" for other in _ORDER[_ORDER.index(name) + 1 :]]
    properties: Any = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(_element(name, {"val": value}), *after)


def _run(paragraph: Paragraph, text: str, font: str, size: str) -> None:
    from docx.shared import Pt

    run: Any = paragraph.add_run(text)
    run.font.size = Pt(_SIZES[size])
    if size in _TIGHTER:
        run._r.get_or_add_rPr().insert_element_before(_element("spacing", {"val": _TIGHTER[size]}), "w:sz", "w:szCs")
    names = run._r.get_or_add_rPr().get_or_add_rFonts()
    for script, name in (("ascii", _LATIN), ("hAnsi", _LATIN), ("eastAsia", font), ("cs", _LATIN)):
        names.set(f"{{{_W}}}{script}", name)
    # Quotation marks and dashes belong to both scripts: here they are Chinese.
    names.set(f"{{{_W}}}hint", "eastAsia")


def _page_field(paragraph: Paragraph) -> None:
    from docx.shared import Pt

    for kind, text in (("begin", ""), ("", "PAGE"), ("separate", ""), ("text", "1"), ("end", "")):
        run: Any = paragraph.add_run()
        run.font.size = Pt(_SIZES["number"])
        run._r.get_or_add_rPr().get_or_add_rFonts().set(f"{{{_W}}}eastAsia", "宋体")
        if kind == "text":
            run.text = text
        elif kind:
            run._r.append(_element("fldChar", {"fldCharType": kind}))
        else:
            instruction = _element("instrText", {})
            instruction.text = text
            run._r.append(instruction)


def _element(name: str, attributes: dict[str, str]) -> Any:
    from docx.oxml import OxmlElement

    made: Any = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(f"{{{_W}}}{key}", value)
    return made
