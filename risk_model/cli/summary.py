"""What a clerk reads after a file has been scored."""

from __future__ import annotations

from collections.abc import Iterator

from risk_model.scoring import Job, Report
from risk_model.taxonomy import BANDS, DISCLAIMER


def summary(report: Report, job: Job) -> Iterator[str]:
    """Yield the lines of the summary; they name columns and counts, never a word of a letter."""
    yield f"读入{report.rows}行 = 已研判{report.scored}行 + 退回{report.rejected}行（模型 {report.model_version}）"
    yield "风险档：" + "，".join(f"{label}{report.bands[band]}件" for band, label in BANDS.items())
    yield f"须先人工看的{report.review}件"
    yield from (f"注意：{note}" for note in report.notes)
    yield f"结果：{job.output}"
    if report.rejected:
        yield f"退回清单（行号和原因）：{job.rejected_path}"
    yield DISCLAIMER
