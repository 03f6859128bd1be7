"""The three files together: same bytes, any text, any gap."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import time
import typing
from pathlib import Path
from types import ModuleType

import docx
import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from risk_model.errors import OutputError
from risk_model.scan import findings as contract
from risk_model.scan.report import report_names, write_reports
from risk_model.scan.report.document import document
from risk_model.scan.report.page import page
from risk_model.scan.report.words import clean, cleaned
from risk_model.scan.report.workbook import write_workbook

#: openpyxl does not know the small charts of a row.
pytestmark = pytest.mark.filterwarnings("ignore:Sparkline Group extension")

_TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["=1+1", "\x00\x01坏字符\x0b", "👨‍👩‍👧‍👦" * 30, "长" * 3000, "\ud800半个字", "<b>&amp;", "\u202e倒\ufffe序", "_x0041_", "\r\n\t", "{{ 7 * 7 }}"]
    ),
)  # fmt: skip
#: Fields whose text is one of a few names.
_FIXED: dict[str, st.SearchStrategy[typing.Any]] = {
    "outcome": st.sampled_from(["further", "answered", "quiet"]),
    "step": st.sampled_from(["受理", "办结"]),
    "band": st.sampled_from(["high", "medium", "low"]),
    "week": st.just("2019-W47"),
    "monday": st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)),
    "sunday": st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)),
    "trend": st.lists(st.tuples(st.just("2019-W47"), st.integers(0, 10**6), st.integers(0, 10**6)), max_size=3).map(
        tuple
    ),
    "ages": st.lists(st.tuples(_TEXTS, st.integers(0, 10**6)), max_size=3).map(tuple),
}
_DATES = st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31))


def _of(kind: typing.Any) -> st.SearchStrategy[typing.Any]:
    """Return a strategy for the type of a field."""
    args = typing.get_args(kind)
    if kind is contract.Share:
        counts = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)).map(sorted)
        return st.builds(lambda label, n, day: contract.Share(label, n[0], n[1], day), _TEXTS, counts, _DATES)
    if dataclasses.is_dataclass(kind):
        return _one(kind)
    if args and type(None) in args:
        return st.one_of(st.none(), *(_of(a) for a in args if a is not type(None)))
    if typing.get_origin(kind) is tuple:
        return st.lists(_of(args[0]), max_size=2).map(tuple)
    return {
        str: _TEXTS, int: st.integers(0, 10**6), float: st.floats(allow_infinity=False), bool: st.booleans(), dt.date: _DATES,
    }[kind]  # fmt: skip


def _one(kind: typing.Any) -> st.SearchStrategy[typing.Any]:
    hints = typing.get_type_hints(kind)
    return st.builds(
        kind, **{f.name: _FIXED[f.name] if f.name in _FIXED else _of(hints[f.name]) for f in dataclasses.fields(kind)}
    )


def _write(findings: contract.Findings, rows: list[dict[str, object]]) -> bytes:
    file = io.BytesIO()
    write_workbook(file, findings, rows, rows)
    return file.getvalue()


# Without shrinking: an example takes a second, and any of them shows the field that failed.
@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    _one(contract.Findings), st.dictionaries(st.sampled_from(["id", "title", "area", "received", "evidence"]), _TEXTS)
)
def test_any_findings_make_files_that_open(findings: contract.Findings, row: dict[str, object]) -> None:
    told = cleaned(findings)
    page(told).encode()
    openpyxl.load_workbook(io.BytesIO(_write(told, [row])))
    docx.Document(io.BytesIO(document(told)))


@given(_TEXTS)
def test_clean_text_is_one_line_that_xml_holds(text: str) -> None:
    import lxml.etree

    element = lxml.etree.Element("a")
    element.text = clean(text)
    assert lxml.etree.fromstring(lxml.etree.tostring(element)).text in (clean(text), None)
    assert "\n" not in clean(text)
    assert clean(clean(text)) == clean(text)


def test_the_same_findings_make_the_same_bytes(
    folder: Path, week: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        paths = write_reports(week.sample(), iter(week.letters()), iter(week.matters()), tmp_path)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert tuple(path.name for path in paths) == report_names("2019-W47")
    for path in paths:
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name


def test_a_folder_that_is_not_there_is_named_with_the_way_out(week: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="文件夹不存在"):
        write_reports(week.empty(), [], [], tmp_path / "none")
    assert list(tmp_path.iterdir()) == []


def test_nothing_in_the_files_is_about_a_writer(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "信访风险周报_2019-W47.xlsx")
    heads = {str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.font.bold}
    assert not [h for h in heads if h in {"姓名", "信访人", "来信人", "电话", "身份证号", "住址"}]
