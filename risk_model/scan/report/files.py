"""The three report files of a week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from risk_model.scan.findings import Findings
from risk_model.scan.report.words import cleaned
from risk_model.tables import atomic


def report_names(week: str) -> tuple[str, str, str]:
    """Return the names of the files.

    >>> report_names("2019-W47")
    ('report.html', '信访风险周报_2019-W47.xlsx', '信访风险周报_2019-W47.docx')
    """
    return "report.html", f"信访风险周报_{week}.xlsx", f"信访风险周报_{week}.docx"


def write_reports(
    findings: Findings,
    letters: Iterable[Mapping[str, object]],
    matters: Iterable[Mapping[str, object]],
    folder: Path,
) -> tuple[Path, ...]:
    """Write the page, the workbook and the document into `folder`, and return their paths.

    `letters` are this week's scored rows and `matters` the rows of matters.parquet; both are read once, row by row. The same input
    gives the same bytes. Raises `OutputError` where a file cannot be written.
    """
    from risk_model.scan.report.document import document
    from risk_model.scan.report.page import page
    from risk_model.scan.report.workbook import write_workbook

    told = cleaned(findings)
    html, xlsx, docx = (folder / name for name in report_names(told.week))
    with atomic(html) as file:
        file.write(page(told).encode())
    with atomic(xlsx) as file:
        write_workbook(file, told, letters, matters)
    with atomic(docx) as file:
        file.write(document(told))
    return html, xlsx, docx
