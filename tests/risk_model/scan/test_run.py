from __future__ import annotations

import csv
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from risk_model.errors import GateError, InputError, OutputError, ScanCancelled
from risk_model.matters import load_history
from risk_model.scan import Job, Step, replay, run
from risk_model.scan.book import follow
from risk_model.tables import RESULT_NAMES
from risk_model.taxonomy import DISCLAIMER

from .book_of_letters import HEADER, WEEK, rows, write
from .conftest import Scanned


def contents(folder: Path) -> dict[str, str]:
    """Digest of every file but the manifest, which alone holds times."""
    return {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.iterdir())
        if p.name != "manifest.json"
    }


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_folder_holds_what_the_contract_says(scanned: Scanned) -> None:
    names = {p.name for p in scanned.folder.iterdir()}
    assert names == {
        "scores.parquet", "matters.parquet", "rising.csv", "overdue.csv", "report.html",
        f"信访风险周报_{WEEK}.xlsx", f"信访风险周报_{WEEK}.docx", "manifest.json",
    }  # fmt: skip
    scores = pd.read_parquet(scanned.folder / "scores.parquet")
    assert list(scores.columns[:3]) == ["id", "matter_id", "week"]
    assert list(scores.columns[3 : 3 + len(RESULT_NAMES)]) == list(RESULT_NAMES)
    assert len(scores) == 156 and scores["id"].is_unique
    assert not [p.name for p in scanned.folder.parent.iterdir() if p.name != WEEK]


def test_the_manifest_accounts_for_rows_and_files(scanned: Scanned) -> None:
    said = json.loads((scanned.folder / "manifest.json").read_text(encoding="utf-8"))
    assert said["rows"]["in"] == said["rows"]["scored"] + said["rows"]["rejected"] == 156
    assert {n: f["sha256"] for n, f in said["files"].items()} == contents(scanned.folder)
    assert said["inputs"][0]["sha256"] == hashlib.sha256(scanned.source.read_bytes()).hexdigest()


def test_the_growing_matter_is_listed_as_one(scanned: Scanned) -> None:
    first = table(scanned.folder / "rising.csv")[0]
    assert "青禾苑" in first["title"]
    assert (first["letters_this_week"], first["letters_before"]) == ("3", "3")
    scores = pd.read_parquet(scanned.folder / "scores.parquet")
    assert set(scores.loc[scores["id"].str.startswith("QH"), "matter_id"]) == {first["matter_id"]}


def test_overdue_letters_are_counted_alike_everywhere(scanned: Scanned) -> None:
    late = table(scanned.folder / "overdue.csv")
    expected = 0
    for row in rows():
        cell = dict(zip(HEADER, row, strict=True))
        if cell["答复日期"]:
            continue
        start, days = (cell["受理日期"], 60) if cell["受理日期"] else (cell["来信日期"], 15)
        expected += pd.Timestamp(start) + pd.Timedelta(days=days) < pd.Timestamp("2019-11-24")
    assert len(late) == expected > 0
    assert all(int(row["days_left"]) < 0 for row in late)


def test_no_petitioner_in_any_output(scanned: Scanned) -> None:
    for path in scanned.folder.parent.rglob("*"):
        if path.is_file():
            assert "张三丰".encode() not in path.read_bytes()
    kept = pd.read_parquet(next(scanned.history.rglob("letters.parquet")))
    assert "张三丰" not in kept.to_csv()
    assert not {"body", "title"} & set(kept.columns)
    assert DISCLAIMER in (scanned.folder / "report.html").read_text(encoding="utf-8")


def test_the_same_scan_gives_the_same_bytes_and_never_overwrites(scanned: Scanned, tmp_path: Path) -> None:
    job = Job((scanned.source,), tmp_path / "out", office="青川县信访局", rows=40)
    again = run(job, WEEK).folders[0]
    assert contents(again) == contents(scanned.folder)
    with pytest.raises(OutputError, match="已经存在"):
        run(job, WEEK)


def test_several_processes_give_the_same_bytes(scanned: Scanned, tmp_path: Path) -> None:
    job = Job((scanned.source,), tmp_path / "out", office="青川县信访局", rows=40, workers=2)
    assert contents(run(job, WEEK).folders[0]) == contents(scanned.folder)


def test_the_order_of_rows_does_not_matter(scanned: Scanned, tmp_path: Path) -> None:
    lines = rows()
    random.Random(5).shuffle(lines)
    source = write(tmp_path / "book.csv", lines)
    folder = run(Job((source,), tmp_path / "out", reports=False, rows=40), WEEK).folders[0]
    columns = ["id", "matter_id", "week", "risk_band", "subtags", "linked_to", "link_words"]
    mine, theirs = (pd.read_parquet(f / "scores.parquet") for f in (folder, scanned.folder))
    pd.testing.assert_frame_equal(mine[columns], theirs[columns])
    assert (mine["mass_incident_risk"] - theirs["mass_incident_risk"]).abs().max() <= 2e-6
    keys = ("rank", "matter_id", "letters_this_week", "letters_before")
    assert [[r[k] for k in keys] for r in table(folder / "rising.csv")] == [
        [r[k] for k in keys] for r in table(scanned.folder / "rising.csv")
    ]


@pytest.mark.parametrize("cut", ["2019-11-11", "2019-11-18"])
def test_a_further_week_never_silently_renames_a_matter(scanned: Scanned, tmp_path: Path, cut: str) -> None:
    early = write(tmp_path / "early.csv", [row for row in rows() if row[3] < cut])
    late = write(tmp_path / "late.csv", [row for row in rows() if row[3] >= cut])
    history = tmp_path / "history"
    weeks = {"2019-11-11": "2019-W45", "2019-11-18": "2019-W46"}
    before = run(Job((early,), tmp_path / "out", history, reports=False), weeks[cut]).folders[0]
    after = run(Job((late,), tmp_path / "out", history, reports=False), WEEK).folders[0]
    index = load_history(history / WEEK / "index.npz")
    then = pd.read_parquet(before / "scores.parquet").set_index("id")["matter_id"]
    now, recorded = index.matter_ids(), follow(index.merges)
    assert all(now[i] == recorded.get(m, m) for i, m in then.items())
    # Week by week comes to what the whole book comes to.
    whole = pd.read_parquet(scanned.folder / "scores.parquet").set_index("id")["matter_id"]
    new = pd.read_parquet(after / "scores.parquet").set_index("id")["matter_id"]
    assert new.to_dict() == {i: whole[i] for i in new.index}
    lists = [[(r["rank"], r["matter_id"]) for r in table(f / "rising.csv")] for f in (after, scanned.folder)]
    assert lists[0] == lists[1]


def test_replay_lists_what_the_weekly_scans_list(scanned: Scanned, tmp_path: Path) -> None:
    job = Job((scanned.source,), tmp_path / "out", tmp_path / "history", reports=False)
    result = replay(job, "2019-W45", WEEK)
    assert [f.name for f in result.folders] == ["2019-W45", "2019-W46", WEEK]
    assert table(result.folders[-1] / "rising.csv") == table(scanned.folder / "rising.csv")
    weeks = pd.concat([pd.read_parquet(f / "scores.parquet") for f in result.folders])
    assert weeks["id"].is_unique
    assert set(pd.read_parquet(result.folders[0] / "scores.parquet")["week"]) == {"2019-W45"}
    with pytest.raises(InputError, match="已有内容"):
        replay(replace(job, out=tmp_path / "other"), "2019-W45", WEEK)


def test_staff_splits_and_merges_win(scanned: Scanned, tmp_path: Path) -> None:
    history = tmp_path / "history"
    history.mkdir()
    write(history / "overrides.csv", [("split", "QH5"), ("merge", "QH0;XF00000")], ("action", "letters"))
    folder = run(Job((scanned.source,), tmp_path / "out", history, reports=False), WEEK).folders[0]
    of = pd.read_parquet(folder / "scores.parquet").set_index("id")["matter_id"]
    assert of["QH5"] != of["QH4"]
    assert of["XF00000"] == of["QH0"] == of["QH4"]


def test_an_earlier_week_is_scanned_again_without_changing_history(scanned: Scanned, tmp_path: Path) -> None:
    history = tmp_path / "history"
    job = Job((scanned.source,), tmp_path / "out", history, reports=False)
    run(job, WEEK)
    before = (history / WEEK / "week.json").read_bytes()
    said = json.loads((run(job, "2019-W46").folders[0] / "manifest.json").read_text(encoding="utf-8"))
    assert any("没有改动历史" in note for note in said["notes"])
    assert (history / WEEK / "week.json").read_bytes() == before
    assert not (history / "2019-W46").exists()


def test_another_kind_of_text_is_stopped_by_the_gate_unless_accepted(tmp_path: Path) -> None:
    lines = [(str(k), "Order", f"Please send {k} boxes of screws to the warehouse", "2019-11-20") for k in range(60)]
    source = write(tmp_path / "orders.csv", lines, ("编号", "标题", "内容", "来信日期"))
    job = Job((source,), tmp_path / "out", reports=False)
    with pytest.raises(GateError, match=r"不是中文.*--accept-drift"):
        run(job, WEEK)
    assert not (tmp_path / "out" / WEEK).exists()
    result = run(replace(job, accept_drift=True), WEEK)
    said = json.loads((result.folders[0] / "manifest.json").read_text(encoding="utf-8"))
    assert not result.gate_passed and said["gate"]["accepted"]


def test_files_rejects_and_missing_dates_are_accounted_for(tmp_path: Path) -> None:
    lines = [row[:4] for row in rows(30)]
    folder = tmp_path / "exports"
    folder.mkdir()
    head = HEADER[:4]
    write(folder / "a.csv", [*lines[:20], ("E1", "", "", "2019-11-20")], head)
    again = (lines[3][0], "又一封", "编号与前一个文件里的相同，应当退回", "2019-11-20")
    write(folder / "b.csv", [*lines[20:], again, ("N1", "没有日期", "这一封信没有写日期，请按本周计", "")], head)
    result = run(Job((folder,), tmp_path / "out", reports=False), WEEK)
    out = result.folders[0]
    assert (result.rows, result.scored, result.rejected) == (len(lines) + 3, len(lines) + 1, 2)
    refused = {(r["file"], r["row"]): r["reason"] for r in table(out / "rejected.csv")}
    assert "空的" in refused["a.csv", "22"]
    assert "编号重复" in refused["b.csv", str(len(lines) - 20 + 2)]
    scores = pd.read_parquet(out / "scores.parquet").set_index("id")
    assert scores.loc["N1", "week"] == WEEK
    # Without columns of handling there is no clock, and no empty list that would read as "nothing overdue".
    assert not (out / "overdue.csv").exists()


def test_a_cancelled_scan_keeps_its_parts_and_goes_on(scanned: Scanned, tmp_path: Path) -> None:
    job = Job((scanned.source,), tmp_path / "out", office="青川县信访局", rows=40)
    seen: list[Step] = []
    with pytest.raises(ScanCancelled):
        run(job, WEEK, seen.append, lambda: len(seen) > 1)
    kept = list((tmp_path / "out" / f".work-{WEEK}").glob("part-*"))
    assert 0 < len(kept) < 4
    assert contents(run(job, WEEK).folders[0]) == contents(scanned.folder)


CHILD = """
import sys
from pathlib import Path
from risk_model.scan import Job, run
run(Job((Path(sys.argv[1]),), Path(sys.argv[2]), office="青川县信访局", rows=40), sys.argv[3])
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_after_kill_9_the_scan_goes_on_and_does_not_redo_finished_parts(scanned: Scanned, tmp_path: Path) -> None:
    out = tmp_path / "out"
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(scanned.source), str(out), WEEK], env=os.environ | {"PYTHONUTF8": "1"}
    )
    work = out / f".work-{WEEK}"
    while not list(work.glob("part-*")) and child.poll() is None:
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    before = {p.name: p.stat().st_mtime_ns for p in work.glob("part-*")}
    assert before and not (out / WEEK).exists()
    after: dict[str, int] = {}

    def look(step: Step) -> None:
        if step.stage == "group" and not after:
            after.update({p.name: p.stat().st_mtime_ns for p in work.glob("part-*")})

    folder = run(Job((scanned.source,), out, office="青川县信访局", rows=40), WEEK, look).folders[0]
    assert before.items() <= after.items()
    assert contents(folder) == contents(scanned.folder)


def test_changed_rows_are_scored_again(scanned: Scanned, tmp_path: Path) -> None:
    source = write(tmp_path / "book.csv", rows())
    job = Job((source,), tmp_path / "out", reports=False, rows=40)
    seen: list[Step] = []
    with pytest.raises(ScanCancelled):
        run(job, WEEK, seen.append, lambda: len(seen) > 1)
    lines = rows()
    lines[0] = (*lines[0][:2], "改过的内容：村口的路灯坏了两盏，请修一修", *lines[0][3:])
    write(source, lines)
    folder = run(job, WEEK).folders[0]
    fresh = run(replace(job, out=tmp_path / "fresh"), WEEK).folders[0]
    assert contents(folder) == contents(fresh)
