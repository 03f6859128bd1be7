from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk_model.schema import Assessment, Contribution
from risk_model.tables import COLUMNS, RESULT_NAMES, result_columns, values
from risk_model.tables.results import evidence_text, output_header, to_chinese, to_plain, unique_header
from risk_model.taxonomy import FACTOR_NAMES, REVIEW_REASONS, SUBTAG_NAMES

MakeAssessment = Callable[..., Assessment]


def test_the_columns_stand_in_the_order_of_the_contract(assessment: MakeAssessment) -> None:
    assert ",".join(RESULT_NAMES) == (
        "p_land_acquisition,p_livelihood,p_governance,land_acquisition,livelihood,governance,subtags,factors,"
        "mass_incident_risk,risk_band,review,evidence,model_version"
    )
    assert values(assessment()) == (
        0.25, 0.9375, 0.25, False, True, False, "wages_labor", "group_affected;unresolved", 0.8125, "high", "too_short",
        "欠薪+0.50;已结清-0.25", "fake-1",
    )  # fmt: skip
    assert result_columns([assessment(), assessment(tags=())])["livelihood"] == [True, False]


def test_every_name_there_is_has_a_chinese_word() -> None:
    for names in (SUBTAG_NAMES, FACTOR_NAMES, tuple(REVIEW_REASONS)):
        said = to_chinese("names", ";".join(names))
        assert said.count(";") == len(names) - 1
        assert said.isascii() is False
        assert not any(name in said for name in names)
    assert to_chinese("names", "") == ""
    assert [to_chinese("band", band) for band in ("high", "medium", "low")] == ["高", "中", "低"]


@given(st.lists(st.tuples(st.text(max_size=12), st.floats(-9, 9)), max_size=6))
def test_evidence_never_looks_like_a_formula_and_splits_at_semicolons(items: list[tuple[str, float]]) -> None:
    text = evidence_text([Contribution(word, "body", 0, 1, weight) for word, weight in items])
    assert not text.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert all(part[-5] in "+-" and not math.isnan(float(part[-5:])) for part in text.split(";") if part)


@given(st.floats(0, 1))
def test_probabilities_are_written_plainly_and_come_back(p: float) -> None:
    text = to_plain(round(p, 6))
    assert "e" not in text
    assert float(text) == round(p, 6)


def test_input_columns_make_room_and_a_note_says_so() -> None:
    names, notes = output_header(["id", "livelihood", "livelihood_input", "evidence"])
    assert names == ("id", "livelihood_input1", "livelihood_input", "evidence_input")
    assert len(notes) == 2
    assert not set(names) & set(RESULT_NAMES)


@given(st.lists(st.sampled_from(["", "备注", "备注_2", "column_1", "id", *RESULT_NAMES[:3]]), max_size=9))
def test_headers_of_named_formats_never_collide(header: list[str]) -> None:
    moved, _ = output_header(header)
    names = unique_header(moved)
    assert len({*names, *RESULT_NAMES}) == len(header) + len(COLUMNS)
    assert len(names) == len(header)


@pytest.mark.parametrize("name", ["编号", "内容"])
def test_ordinary_names_stay(name: str) -> None:
    assert output_header([name]) == ((name,), [])
