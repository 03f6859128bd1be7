"""The way back from a rewritten text to what was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk_model.text.mapping import Edit, MappedText, substitute


@st.composite
def texts_and_edits(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    text = draw(st.text("甲乙丙丁ab", max_size=30))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8, unique=True)))
    spans = zip(cuts[::2], cuts[1::2], strict=False)
    return text, [(start, end, draw(st.sampled_from(["", "x", "长串"]))) for start, end in spans]


def test_untouched_text_maps_to_itself() -> None:
    assert MappedText.of("信访").origin(1, 2) == (1, 2)


def test_replacement_gives_the_whole_stretch() -> None:
    mapped = MappedText.of("找李局长").changed([(1, 2, "〔姓名〕")])
    assert mapped.text == "找〔姓名〕局长"
    assert mapped.origin(2, 4) == (1, 2)
    assert mapped.origin(5, 7) == (2, 4)


def test_dropped_stretch_belongs_to_neither_neighbour() -> None:
    mapped = MappedText.of("甲--乙").changed([(1, 3, "")])
    assert mapped.origin(0, 1) == (0, 1)
    assert mapped.origin(1, 2) == (3, 4)
    assert mapped.origin(0, 2) == (0, 4)


def test_stages_compose() -> None:
    mapped = MappedText.of("一&nbsp;二三四").changed([(1, 7, " ")]).changed([(0, 3, "A"), (4, 5, "BB")])
    assert mapped.text == "A三BB"
    assert mapped.origin(0, 1) == (0, 8)
    assert mapped.origin(1, 2) == (8, 9)
    assert mapped.origin(3, 4) == (9, 10)


def test_a_later_edit_may_not_cut_an_earlier_replacement() -> None:
    mapped = MappedText.of("李某").changed([(0, 2, "〔姓名〕")])
    with pytest.raises(ValueError, match="cuts through"):
        mapped.changed([(1, 2, "")])


def test_a_one_to_one_rewriting_keeps_its_length() -> None:
    assert MappedText.of("ａｂ").changed("ab").origin(1, 2) == (1, 2)
    with pytest.raises(ValueError, match="cannot be replaced"):
        MappedText.of("ａｂ").changed("abc")


@pytest.mark.parametrize("span", [(-1, 1), (0, 3), (2, 1)])
def test_spans_outside_the_text_are_refused(span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="is not inside"):
        MappedText.of("ab").origin(*span)


@given(texts_and_edits(), st.data())
def test_spans_map_inside_the_source_and_in_order(case: tuple[str, list[Edit]], data: st.DataObject) -> None:
    text, edits = case
    mapped = MappedText.of(text).changed(edits)
    assert mapped.text == substitute(text, edits)
    seams = [k for k, c in enumerate(mapped.text) if c in "x长串"]
    later = (
        [
            (k, k + 1, "y")
            for k in data.draw(st.lists(st.sampled_from(range(len(mapped.text))), unique=True))
            if k not in seams
        ]
        if mapped.text
        else []
    )
    mapped = mapped.changed(sorted(later))
    spans = [mapped.origin(k, k + 1) for k in range(len(mapped.text))]
    assert all(0 <= start <= end <= len(text) for start, end in spans)
    assert spans == sorted(spans)
    assert all(text[start:end] == c for (start, end), c in zip(spans, mapped.text, strict=True) if c in "甲乙丙丁ab")
    assert mapped.text == "" or mapped.origin(0, len(mapped.text)) == (spans[0][0], spans[-1][1])
