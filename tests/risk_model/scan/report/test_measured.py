"""The part on measured quality: in all three files where a service has it, in none where it has not."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from docx import Document

from risk_model.errors import InputError
from risk_model.feedback.measured import read, write
from risk_model.scan.report.conclusions import conclusions
from risk_model.scan.report.document import document
from risk_model.scan.report.page import page
from risk_model.scan.report.parts import parts
from risk_model.scan.report.workbook import write_workbook
from tests.risk_model.scan.report.sample import measured, sample

pytestmark = pytest.mark.filterwarnings("ignore:Sparkline Group extension")


def test_the_file_holds_what_was_measured(tmp_path: Path) -> None:
    path = tmp_path / "measured.json"
    write(path, measured())
    assert read(path) == measured()
    path.write_text('{"format": 2}', encoding="utf-8")
    with pytest.raises(InputError, match="抽样实测"):
        read(path)


def test_every_file_tells_it_with_intervals_and_names() -> None:
    findings = replace(sample(), measured=measured())
    html = page(findings)
    assert "抽样实测" in html
    assert "供暖12（0.4）" in html
    words = "\n".join(c.text for t in Document(io.BytesIO(document(findings))).tables for r in t.rows for c in r.cells)
    assert "估计偏低" in words
    assert "警戒" in words
    file = io.BytesIO()
    write_workbook(file, findings, [], [])
    sheet = openpyxl.load_workbook(file)["研判质量"]
    cells = [str(c.value) for row in sheet.iter_rows() for c in row if c.value is not None]
    assert "各周抽样（群体风险）" in " ".join(cells)
    assert "A2:E2" in {str(area) for area in sheet.merged_cells.ranges}, (
        "what is said above the tables is wider than they are"
    )
    assert any("看过38封" in c and "数字会偏好" in c for c in cells)
    said = next(c for c in conclusions(findings) if c.topic == "研判质量")
    assert "36件中" in said.says
    assert "28件（78%）" in said.says
    assert "用词" in said.says
    assert "重新训练" in said.do


def test_without_a_service_nothing_is_said_of_it() -> None:
    findings = sample()
    assert "抽样" not in page(findings)
    assert all(c.topic != "研判质量" for c in conclusions(findings))
    titles = [t.title for part in parts(findings) for t in part.tables]
    assert not {"抽样实测", "来信变化（漂移）"} & set(titles)
