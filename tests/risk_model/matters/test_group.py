"""Grouping: what belongs together, stable ids, and decisions of staff."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risk_model.errors import InputError
from risk_model.matters import Letters, Override, group, make_letters, name_matter
from risk_model.matters import week as week_module


def sets(matters: dict[str, str]) -> set[frozenset[str]]:
    by = defaultdict(set)
    for letter, matter in matters.items():
        by[matter].add(letter)
    return {frozenset(v) for v in by.values()}


def shuffled(letters: Letters, order: list[int]) -> Letters:
    return make_letters(
        [letters.ids[k] for k in order],
        [letters.titles[k] for k in order],
        [letters.bodies[k] for k in order],
        letters.days[order],
        [letters.areas[k] for k in order],
    )


def test_letters_about_one_place_and_problem_are_one_matter(county: Letters) -> None:
    found = {tuple(sorted({i.split("-")[0] for i in s})) for s in sets(group(county).matters)}
    assert found == {("kiln",), ("wage",), ("lift",), ("lone",)}
    by = group(county).matters
    for kind in ("kiln", "wage", "lift"):
        assert len({m for i, m in by.items() if i.startswith(kind)}) == 1
    assert len({m for i, m in by.items() if i.startswith("lone")}) == sum(i.startswith("lone") for i in by)


def test_every_letter_that_joined_says_why(county: Letters) -> None:
    result = group(county)
    founders = {m: i for i, m in reversed(result.matters.items())}
    linked = {link.letter: link for link in result.links}
    assert set(linked) == set(result.matters) - set(founders.values())
    for letter, link in linked.items():
        assert result.matters[letter] == result.matters[link.nearest]
        assert 0.5 < link.probability <= 1
        assert link.words
    assert any("青柳湾" in w for i, link in linked.items() if i.startswith("kiln") for w in link.words)


def test_a_matter_is_named_by_its_earliest_letter(county: Letters) -> None:
    for s in sets(group(county).matters):
        first = min(s, key=county.ids.index)
        assert group(county).matters[first] == name_matter(first)


@settings(max_examples=10, deadline=None)
@given(st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(county: Letters, random: object) -> None:
    order = list(range(len(county)))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert group(shuffled(county, order)).matters == group(county).matters


def test_week_by_week_is_the_same_as_all_at_once(county: Letters) -> None:
    history, matters = None, {}
    for _, part in county.by_week():
        step = group(part, history)
        history = step.history
        matters |= step.matters
    assert history is not None
    assert history.matter_ids() == group(county).matters


def test_adding_a_week_never_silently_renames(county: Letters) -> None:
    history = None
    before: dict[str, str] = {}
    for _, part in county.by_week():
        step = group(part, history)
        history = step.history
        into = {m.gone: m.kept for m in step.merges}
        now = history.matter_ids()
        for letter, matter in before.items():
            while matter in into:
                matter = into[matter]
            assert now[letter] == matter
        before = now


def test_a_full_index_forgets_the_matters_that_are_silent_longest(
    county: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(week_module, "ROOM", 8)
    short = group(county)
    assert len(short.history.live) == 8
    assert len(short.history.ids) == len(county)
    spoke: dict[int, int] = {}
    for matter, when in zip(short.history.matter.tolist(), short.history.weeks.tolist(), strict=True):
        spoke[matter] = max(when, spoke.get(matter, when))
    kept = set(short.history.live.tolist())
    gone = [spoke[m] for k, m in enumerate(short.history.matter.tolist()) if k not in kept]
    assert max(gone) <= min(spoke[int(short.history.matter[k])] for k in kept)


def test_a_history_is_never_changed(county: Letters) -> None:
    (_, one), (_, two), *_ = county.by_week()
    first = group(one).history
    ids, df = first.ids, first.df.copy()
    group(two, first)
    assert first.ids == ids
    assert np.array_equal(first.df, df)


def test_copies_are_grouped_and_counted(county: Letters) -> None:
    text = county.bodies[0]
    again = make_letters(
        ["z1", "z2", "z3"],
        [county.titles[0], county.titles[0], "转：" + county.titles[0]],
        [text, text + "！！", text.replace("请环保部门", "恳请环保部门")],
        ["2019-05-06"] * 3,
    )
    first = group(county)
    second = group(again, first.history)
    assert set(second.matters.values()) == {first.matters[county.ids[0]]}
    assert all(link.copy for link in second.links)
    assert len(second.links) == 3
    assert int(second.history.copies.sum()) == 3


def test_short_texts_are_no_copies() -> None:
    letters = make_letters(["a", "b"], ["", ""], ["请尽快处理", "请尽快处理"], ["2019-05-06", "2019-05-07"])
    assert not group(letters).history.copies.any()


def test_a_chain_does_not_run_together() -> None:
    """Each letter shares half with the next; first and last share nothing."""
    words = [
        "柏岭村鱼塘被填平", "青石桥栏杆断裂多处", "粮站旧仓库漏雨严重", "桃源路路灯整夜不亮", "老电影院外墙掉砖",
        "西渡口渡船超载行驶", "卫生院药房缺少胰岛素", "林场防火道长满杂草", "文化站琴房长期锁门", "屠宰场污水流进水沟",
        "驾校考场排队拥挤", "敬老院食堂伙食太差",
    ]  # fmt: skip
    links = len(words) - 1
    letters = make_letters(
        [f"c{k:02d}" for k in range(links)],
        [words[k] for k in range(links)],
        [f"{words[k]}，{words[k + 1]}。" for k in range(links)],
        [f"2019-05-{k + 1:02d}" for k in range(links)],
    )
    assert max(map(len, sets(group(letters).matters))) <= 3


def test_staff_merge_wins_and_is_recorded(county: Letters) -> None:
    merge = Override("merge", ("kiln-00", "wage-02"))
    result = group(county, overrides=[merge])
    assert len({result.matters[i] for i in result.matters if i[:4] in ("kiln", "wage")}) == 1
    assert [m.reason for m in result.merges if m.kept == name_matter("kiln-00")] == ["人工合并"]


def test_staff_split_wins_and_lasts(county: Letters) -> None:
    split = Override("split", ("kiln-05", "kiln-10"))
    result = group(county, overrides=[split])
    assert result.matters["kiln-05"] == result.matters["kiln-10"] != result.matters["kiln-00"]
    more = make_letters(
        [f"kiln-9{k}" for k in range(3)],
        ["青柳湾砖窑黑烟"] * 3,
        [f"青柳湾旁边砖窑又冒黑烟，第{n}回反映，青柳湾住户等着答复。" for n in "四五六"],
        ["2019-05-06", "2019-05-13", "2019-05-20"],
    )
    later = group(more, result.history, [split])
    now = later.history.matter_ids()
    assert now["kiln-05"] == result.matters["kiln-05"]
    assert now["kiln-00"] == result.matters["kiln-00"]
    assert not later.merges


def test_a_split_founder_gets_a_new_name_and_the_rest_keep_theirs(county: Letters) -> None:
    result = group(county, overrides=[Override("split", ("kiln-00",))])
    assert result.matters["kiln-05"] == name_matter("kiln-00")
    assert result.matters["kiln-00"] == name_matter("kiln-00", 1)


def test_a_later_decision_wins(county: Letters) -> None:
    decisions = [Override("split", ("kiln-10",)), Override("merge", ("kiln-10", "kiln-00"))]
    result = group(county, overrides=decisions)
    assert result.matters["kiln-10"] == result.matters["kiln-00"] == name_matter("kiln-00")


def test_a_decision_waits_for_its_letters(county: Letters) -> None:
    (_, one), *rest = county.by_week()
    merge = [Override("merge", ("kiln-00", "lone-11"))]
    step = group(one, overrides=merge)
    for _, part in rest:
        step = group(part, step.history, merge)
    now = step.history.matter_ids()
    assert now["kiln-00"] == now["lone-11"]


def test_topics_may_be_given_and_must_stay_the_same(county: Letters) -> None:
    topics = np.full((len(county), 3), 0.2)
    letters = make_letters(county.ids, county.titles, county.bodies, county.days, county.areas, topics)
    result = group(letters)
    assert set(result.matters) == set(county.ids)
    other = make_letters(["x"], ["路灯坏了"], ["路灯坏了三天没人修"], ["2019-06-03"])
    with pytest.raises(InputError, match="主题"):
        group(other, result.history)


def test_a_letter_cannot_come_twice(county: Letters) -> None:
    with pytest.raises(InputError, match="已经在索引中"):
        group(county, group(county).history)


def test_masked_data_and_odd_letters_are_read() -> None:
    letters = make_letters(
        ["a", "b", "c", "d"],
        ["", "〔姓名〕的来信", "。", "路灯"],
        ["", "〔姓名〕〔手机〕〔身份证〕", "！？", "𠮷野路灯坏了\n请修"],
        ["2019-05-06"] * 4,
    )
    result = group(letters)
    assert len(set(result.matters.values())) == 4
    assert group(make_letters([], [], [], []), result.history).matters == {}


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=8))
def test_any_text_is_grouped(texts: list[str]) -> None:
    clean = [t.encode("utf-8", "ignore").decode() for t in texts]
    ids = [f"{k}" for k in range(len(clean))]
    result = group(make_letters(ids, [""] * len(ids), clean, ["2019-05-06"] * len(ids)))
    assert set(result.matters) == set(ids)


def test_letters_check_their_columns() -> None:
    with pytest.raises(InputError, match="行数"):
        make_letters(["a"], [], ["x"], ["2019-05-06"])
    with pytest.raises(InputError, match="重复"):
        make_letters(["a", "a"], ["", ""], ["x", "y"], ["2019-05-06"] * 2)
    with pytest.raises(InputError, match="日期"):
        make_letters(["a"], [""], ["x"], ["NaT"])


def test_no_field_for_who_wrote() -> None:
    assert set(Letters.__dataclass_fields__) == {"ids", "titles", "bodies", "days", "areas", "topics"}
