"""Tables in and out: what offices hand over, read as petitions, and results they can open.

Reading streams where the format allows, keeps the row numbers of the file, treats every cell as text, and drops
personal data at the door. Writing is atomic. Nothing here knows a model.
"""

from __future__ import annotations

from risk_model.tables.atomic import atomic, write_error
from risk_model.tables.columns import Layout, find_columns, parse_mapping, wanted_names
from risk_model.tables.dates import parse_date
from risk_model.tables.intake import Intake, Letter
from risk_model.tables.names import ROLES
from risk_model.tables.opening import STDIN, SUFFIXES, open_table
from risk_model.tables.personal import is_personal_name
from risk_model.tables.rejects import RejectFile, open_rejects
from risk_model.tables.results import COLUMNS, RESULT_NAMES, result_columns, values
from risk_model.tables.source import Reject, Row, Source
from risk_model.tables.workbook_out import MOST_ROWS
from risk_model.tables.writing import WRITERS, Writer, check_suffix, open_writer

__all__ = [
    "COLUMNS",
    "MOST_ROWS",
    "RESULT_NAMES",
    "ROLES",
    "STDIN",
    "SUFFIXES",
    "WRITERS",
    "Intake",
    "Layout",
    "Letter",
    "Reject",
    "RejectFile",
    "Row",
    "Source",
    "Writer",
    "atomic",
    "check_suffix",
    "find_columns",
    "is_personal_name",
    "open_rejects",
    "open_table",
    "open_writer",
    "parse_date",
    "parse_mapping",
    "result_columns",
    "values",
    "wanted_names",
    "write_error",
]
