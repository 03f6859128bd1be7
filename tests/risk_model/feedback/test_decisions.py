"""Decisions, the file they travel in, and what comes of them as labels."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from risk_model.errors import LabelError
from risk_model.feedback import Labels, is_locked, read, settle, write
from risk_model.taxonomy import OUTPUTS
from risk_model.training.examples import LOT, UNKNOWN, Examples, reviewed_file
from risk_model.training.run import representative
from tests.risk_model.feedback.conftest import decided, decision


def test_a_file_gives_back_what_was_written(tmp_path: Path) -> None:
    made = [decision(), decision(reader=2, minutes=5, kind="confirm", role="approver", source="sample")]
    assert write(tmp_path / "d.jsonl", made) == 2
    assert read(tmp_path / "d.jsonl") == made


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": 2}, "format is not 1"),
        ({"reviewer_name": "王"}, "unknown field reviewer_name"),
        ({"role": "mayor"}, "role is 'mayor'"),
        ({"labels": {"tags": ["anger"], "subtags": None, "factors": None, "level": None}}, "tags has 'anger'"),
        ({"labels": {"tags": [], "subtags": ["education"], "factors": None, "level": None}}, "education without"),
        ({"labels": {"tags": None, "subtags": None, "factors": None, "level": 7}}, "level is not"),
    ],
)
def test_a_record_that_is_not_ours_is_refused_with_its_line(
    tmp_path: Path, change: dict[str, object], said: str
) -> None:
    lines = [json.dumps(d.to_dict(), ensure_ascii=False) for d in (decision(), decision("b"))]
    lines[1] = json.dumps(json.loads(lines[1]) | change, ensure_ascii=False)
    path = tmp_path / "d.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(LabelError, match="第 2 行") as caught:
        read(path)
    assert said in str(caught.value)


def test_not_speaking_of_a_label_is_not_denying_it() -> None:
    values = Labels(tags=("livelihood",)).values()
    assert values["land_acquisition"] == 0
    assert values["demolition_resettlement"] == 0  # cannot be, without its tag
    assert not {"education", "hardship", "level_2"} & set(values)
    assert Labels(level=2).values() == {"level_1": 1, "level_2": 1, "level_3": 0}


def test_readers_who_differ_leave_a_label_open_until_somebody_settles_it() -> None:
    blames = Labels(tags=("livelihood", "governance"), subtags=("property_management",), factors=(), level=2)
    (letter,), conflicts = settle([decision(), decision(reader=2, minutes=1, labels=blames, role="approver")])
    assert {c.output for c in conflicts} == {"governance", "level_2"}
    assert next(c for c in conflicts if c.output == "governance").said == (("triager", 0), ("approver", 1))
    assert "governance" not in letter.values
    assert letter.values["property_management"] == 1
    assert letter.level is None
    last = decision(reader=3, minutes=2, kind="settle", labels=Labels(tags=("livelihood", "governance"), level=2))
    (letter,), conflicts = settle([decision(), decision(reader=2, minutes=1, labels=blames), last])
    assert conflicts == []
    assert letter.values["governance"] == 1
    assert letter.level == 2


def test_the_later_word_of_one_reader_counts_and_is_no_conflict() -> None:
    later = decision(minutes=9, labels=Labels(tags=(), subtags=(), factors=(), level=0), model_version="2")
    (letter,), conflicts = settle([later, decision()])
    assert (letter.values["livelihood"], letter.level, conflicts) == (0, 0, [])
    assert letter.model_versions == ("1", "2")


def test_locked_letters_and_their_copies_never_teach(tmp_path: Path, letters: Examples) -> None:
    made = decided(letters, range(60))
    locked = next(d for d in made if is_locked(d.letter))
    free = next(str(i) for i in range(100) if not is_locked(str(i)))
    write(tmp_path / "d.jsonl", [*made, decision(free, title=locked.title, body=locked.body + "谢谢")])
    reviewed = reviewed_file(tmp_path / "d.jsonl")
    assert set(reviewed.locked.ids) == {d.letter for d in made if is_locked(d.letter)}
    assert free not in reviewed.lessons.ids
    assert len(reviewed.lessons) + len(reviewed.locked) == 60
    row = reviewed.lessons.ids.index(reviewed.lessons.ids[0])
    original = letters.ids.index(reviewed.lessons.ids[0])
    np.testing.assert_array_equal(reviewed.lessons.targets[row], letters.targets[original])
    assert reviewed.lessons.escalation[row] == letters.escalation[original]


def test_a_level_nobody_gave_is_unknown(tmp_path: Path) -> None:
    free = next(str(i) for i in range(100) if not is_locked(str(i)))
    write(tmp_path / "d.jsonl", [decision(free, labels=Labels(tags=("livelihood",)))])
    lessons = reviewed_file(tmp_path / "d.jsonl").lessons
    assert lessons.escalation[0] == UNKNOWN
    assert np.isnan(lessons.targets[0, OUTPUTS.index("level_2")])


def test_only_letters_drawn_by_lot_show_how_frequent_labels_are(tmp_path: Path, letters: Examples) -> None:
    picked, drawn = decided(letters, range(300), source="queue"), decided(letters, range(300, 600), source="sample")
    write(tmp_path / "both.jsonl", picked + drawn)
    both = reviewed_file(tmp_path / "both.jsonl").lessons
    assert {b for b, yes in zip(both.batches, representative(both), strict=True) if yes} == {LOT}
    write(tmp_path / "picked.jsonl", picked)
    assert representative(reviewed_file(tmp_path / "picked.jsonl").lessons).all()
