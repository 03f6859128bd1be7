"""The parts of a scan by themselves."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk_model.errors import InputError
from risk_model.matters import week_of_name
from risk_model.scan import attention, clock, gate, numbers
from risk_model.scan.book import Shelf
from risk_model.scan.handling import read_handling
from risk_model.scan.plan import Reading, list_files
from risk_model.scan.profile import stability, word_drift
from risk_model.scan.publish import write_csv

AS_OF = dt.date(2019, 11, 24)


@pytest.mark.parametrize(
    ("status", "closed"),
    [
        ("已办结", True),
        ("未办结", False),
        ("办理中", False),
        ("待答复", False),
        ("已答复", True),
        ("不予受理", True),
        ("", None),
    ],
)
def test_the_words_of_a_status(status: str, closed: bool | None) -> None:
    assert read_handling({"status": status}).closed is closed


def test_a_date_of_answer_closes_whatever_the_status_says() -> None:
    said = read_handling({"status": "办理中", "answered_at": "2019-11-01"})
    assert said.closed and said.answered == dt.date(2019, 11, 1)


@pytest.mark.parametrize(("cell", "value"), [("基本满意", True), ("不满意", False), ("未评价", None), ("", None)])
def test_the_words_of_satisfaction(cell: str, value: bool | None) -> None:
    assert read_handling({"satisfaction": cell}).satisfied is value


def test_a_remark_is_no_name_and_numbers_in_a_name_are_masked() -> None:
    said = read_handling({"department": "住建局 13800138000", "kind": "这" * 40})
    assert "13800138000" not in said.department and said.kind == ""


def letters(*rows: dict[str, Any]) -> pd.DataFrame:
    base: dict[str, Any] = {
        "id": "", "head": "停水", "matter_id": "M-1", "received": None, "accepted": None, "answered": None, "due": None,
        "closed": None, "satisfied": None, "first": None, "area": "东镇", "department": "", "channel": "", "kind": "",
        "subtags": "", "factors": "", "mass_incident_risk": 0.5, "risk_band": "medium", "land_acquisition": False,
        "livelihood": True, "governance": False, "evidence": "",
    }  # fmt: skip
    frame = pd.DataFrame([base | {"id": str(k)} | row for k, row in enumerate(rows)])
    for name in ("received", "accepted", "answered", "due"):
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[ms]")
    return frame


def test_the_clock_counts_from_acceptance_where_it_is_known() -> None:
    frame = letters(
        {"received": "2019-09-24"},  # 61 days
        {"received": "2019-09-20", "accepted": "2019-09-30"},  # due 2019-11-29
        {"received": "2019-09-01", "answered": "2019-11-24"},
        {"received": "2019-09-01", "closed": True},
        {"received": "2019-09-01", "answered": "2019-11-30"},  # answered after the day of the report
        {"received": "2019-11-20", "due": "2019-11-22"},
        {},
    )
    rows = clock.running(frame, AS_OF, {"answered_at"})
    assert dict(zip(rows["id"], rows["days_left"], strict=True)) == {"4": -24, "5": -2, "0": -1, "1": 5}
    found = clock.clock(rows, AS_OF)
    assert (found.overdue_count, found.due_soon_count) == (3, 1)


def test_acceptance_is_due_only_where_the_table_has_its_date() -> None:
    frame = letters({"received": "2019-11-01"})
    assert clock.running(frame, AS_OF, {"status"})["step"].tolist() == ["办结"]
    rows = clock.running(frame, AS_OF, {"status", "accepted_at"})
    assert (rows["step"].tolist(), rows["days_left"].tolist()) == (["受理"], [-8])


def test_rates_count_only_letters_whose_date_has_come() -> None:
    frame = letters(
        {"received": "2019-08-01", "answered": "2019-09-01", "first": True, "satisfied": True},
        {"received": "2019-08-01", "answered": "2019-11-01", "first": True, "satisfied": False},
        {"received": "2019-08-01", "first": True},
        {"received": "2019-11-01", "first": True},
    )
    found = {
        s.label.partition("（")[0]: (s.part, s.whole)
        for s in clock.rates(frame, AS_OF, {"answered_at", "first", "satisfaction"})
    }
    assert found == {"按期办结率": (1, 3), "初信初访办结率": (2, 3), "群众满意率": (1, 2)}


def test_backlog_ages_are_whole() -> None:
    frame = letters(*({"received": day} for day in ("2019-11-24", "2019-11-09", "2019-11-08", "2018-01-01")))
    found = clock.backlog(clock.running(frame, AS_OF, {"status"}), AS_OF)
    assert [n for _, n in found.ages] == [2, 1, 0, 0, 1]


def test_hearings_weigh_risk_by_delay() -> None:
    frame = letters(
        {"received": "2019-11-01", "mass_incident_risk": 0.9, "matter_id": "M-new"},
        {"received": "2019-06-01", "mass_incident_risk": 0.6, "matter_id": "M-old", "factors": "unresolved"},
        {"received": "2019-01-01", "mass_incident_risk": 0.1, "matter_id": "M-low"},
    )
    found = attention.hearings(clock.running(frame, AS_OF, {"status"}), AS_OF, medium=0.33)
    assert [h.matter_id for h in found] == ["M-old", "M-new"]
    assert "最早的已等176天" in found[0].why and "超过60日" in found[0].why


def test_lists_for_attention_take_what_their_names_say() -> None:
    frame = letters(
        {"kind": "咨询", "risk_band": "high", "mass_incident_risk": 0.9},
        {"kind": "信访", "risk_band": "high", "mass_incident_risk": 0.9},
        {"kind": "咨询"},
        {"channel": "网格上报", "subtags": "family_neighbor_dispute"},
        {"channel": "来信", "subtags": "family_neighbor_dispute"},
    )
    assert [m.letter_id for m in attention.mismatches(frame)] == ["0"]
    assert [d.letter_id for d in attention.disputes(frame, week_of_name("2019-W47"))] == ["3"]


def test_weeks_beside_are_none_where_the_book_does_not_reach() -> None:
    week = week_of_name("2019-W47")
    frame = letters({}, {}, {}).assign(week=[week, week, week - 1])
    told = numbers.count("来信总数", frame, week, week - 1)
    assert (told.now, told.last_week, told.last_year) == (2, 1, None)
    assert numbers.count("来信总数", frame, week, week).last_week is None


@given(st.lists(st.integers(0, 500), min_size=10, max_size=10))
def test_stability_is_zero_for_the_same_and_never_negative(counts: list[int]) -> None:
    assert stability(counts, counts) == 0
    assert stability(counts, counts[::-1]) >= 0


def test_word_drift_names_the_words() -> None:
    now = {"looked": 100, "words": {"停水": 90, "小区": 50}}
    distance, named = word_drift(now, np.array([0.01, 0.5]), ["停水", "小区"])
    assert named == ("停水",) and 0 < distance < 1


def test_a_table_with_many_blank_or_doubled_rows_does_not_pass() -> None:
    from risk_model.tables import Reject

    checks = gate.table_checks(10, [Reject(1, "标题和正文都是空的")] * 3 + [Reject(4, "编号重复：与第2行相同")], 0)
    assert [c.name for c in checks if not c.passed] == ["空白来信", "编号重复"]


def test_inputs_are_files_and_folders_and_never_twice(tmp_path: Path) -> None:
    one = tmp_path / "a.csv"
    one.write_text("内容\n停水\n", encoding="utf-8")
    (tmp_path / ".hidden.csv").write_text("x", encoding="utf-8")
    assert list_files([tmp_path]) == (one,)
    for wrong in ([one, one], [tmp_path / "none.csv"], [tmp_path / "none"]):
        with pytest.raises(InputError):
            list_files(wrong)


def test_partitions_hold_every_row_once_and_tell_where_they_are_from(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": [str(k) for k in range(25)], "body": ["停水"] * 24 + [""]})
    frame[:15].to_parquet(tmp_path / "a.parquet")
    frame[15:].to_parquet(tmp_path / "b.parquet")
    reading = Reading(list_files([tmp_path]), {}, 10)
    parts = list(reading)
    assert [len(p.letters) + len(p.rejects) for p in parts] == [10, 5, 10]
    assert reading.rows == 25 and reading.share == 1
    assert parts[1].where() == "a.parquet 第11至15行"
    assert len({p.digest() for p in parts}) == 3


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "b.parquet"
    path.write_bytes(b"PAR1" + b"\0" * 50)
    with pytest.raises(InputError, match=r"b\.parquet：parquet 文件已损坏"):
        list(Reading((path,), {}, 10))


def test_a_wrong_decision_of_staff_is_named_by_its_row(tmp_path: Path) -> None:
    (tmp_path / "overrides.csv").write_text("action,letters\njoin,1;2\n", encoding="utf-8")
    with pytest.raises(InputError, match="第2行"):
        Shelf(tmp_path).overrides()


def test_csv_cells_never_run(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", ("title",), [("=1+1",), ("停水",)])
    assert (tmp_path / "a.csv").read_text(encoding="utf-8-sig").split() == ["title", "'=1+1", "停水"]
