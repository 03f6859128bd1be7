"""The weekly report as a page, a workbook and an official document, all written from the findings and from nothing else."""

from risk_model.scan.report.files import report_names, write_reports

__all__ = ["report_names", "write_reports"]
