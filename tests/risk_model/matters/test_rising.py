"""Rising matters: small-count statistics, order, reasons, replay."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nbinom

from risk_model.matters import (
    COLUMNS,
    Facts,
    Letters,
    group,
    make_letters,
    name_matter,
    replay,
    rising,
    week_name,
    week_of_name,
)
from risk_model.matters.counts import discoveries, fit_prior, tail

NUMERALS = "一二三四五六七八九十"


@pytest.fixture(scope="module")
def surge(county: Letters) -> Letters:
    """The county, then in one week six more letters about the kiln and one about the lift."""
    body = "青柳湾小区旁边的砖窑第{n}天冒黑烟，{n}号楼住户咳嗽，黑烟呛人，请环保部门到青柳湾看看砖窑。"
    kiln = [body.format(n=n) for n in NUMERALS[:6]]
    lift = "梧影花园电梯第六次停在半空，物业公司还是不修，梧影花园三栋的老人不敢下楼。"
    return make_letters(
        [*county.ids, *(f"kiln-9{k}" for k in range(6)), "lift-90"],
        [*county.titles, *["青柳湾砖窑黑烟"] * 6, "梧影花园电梯还没修"],
        [*county.bodies, *kiln, lift],
        [*county.days, *[np.datetime64("2019-04-15")] * 7],
    )


WEEK = week_of_name("2019-W16")


def test_the_surge_comes_first_with_plain_reasons(surge: Letters) -> None:
    ids = surge.ids
    facts = Facts(
        {i: 0.9 if i.startswith("kiln") else 0.2 for i in ids},
        {i: ("group_affected", "unresolved") for i in ids if i.startswith("kiln")},
    )
    first, *others = rising(WEEK, group(surge).history, facts)
    assert first.matter_id == name_matter("kiln-00")
    assert (first.week, first.rank, first.letters_this_week, first.letters_before) == ("2019-W16", 1, 6, 3)
    assert first.reasons.startswith("本周6件，前8周共3件；")
    assert "涉及多户" in first.reasons
    assert "多次反映未果" in first.reasons
    assert first.expected < 1
    assert first.risk == 0.9
    assert [e.matter_id for e in others] == [name_matter("lift-03")]
    assert others[0].chance < first.chance
    assert first.sure
    assert [("苗头" in e.reasons) for e in others] == [not e.sure for e in others]
    assert tuple(first.to_dict()) == COLUMNS


def test_a_quiet_week_has_a_short_list(county: Letters) -> None:
    history = group(county).history
    for week, part in county.by_week():
        entries = rising(week, history)
        assert {e.matter_id for e in entries} <= {history.matter_ids()[i] for i in part.ids}
        assert all(e.letters_this_week + e.letters_before >= 2 for e in entries)
    assert rising(WEEK + 30, history) == []


def test_risk_and_collective_action_raise_the_forecast_and_unknown_risk_does_not_fail(surge: Letters) -> None:
    history = group(surge).history
    lift = [i for i in surge.ids if i.startswith("lift")]
    low = Facts(dict.fromkeys(surge.ids, 0.1))
    high = Facts(dict.fromkeys(surge.ids, 0.1) | dict.fromkeys(lift, 0.95), dict.fromkeys(lift, ("collective_action",)))
    chance = [{e.matter_id: e.chance for e in rising(WEEK, history, f)}[name_matter("lift-03")] for f in (low, high)]
    assert chance[0] < chance[1]
    assert all(np.isnan(e.risk) for e in rising(WEEK, history))


def test_later_letters_are_not_seen(surge: Letters) -> None:
    """The list of a week is the same whether or not the history already holds later weeks."""
    before, history = [], None
    for week, part in surge.by_week():
        history = group(part, history).history
        before.append([e.to_dict() | {"risk": 0} for e in rising(week, history)])
    assert history is not None
    assert not group(surge).merges
    after = [[e.to_dict() | {"risk": 0} for e in rising(w, history)] for w, _ in surge.by_week()]
    assert before == after


def test_replay_gives_every_week_and_keeps_the_first_listing(surge: Letters) -> None:
    weeks = list(replay(surge))
    assert [w.week for w in weeks] == [week_name(w) for w, _ in surge.by_week()]
    assert set().union(*(w.grouping.matters for w in weeks)) == set(surge.ids)
    first: dict[str, str] = {}
    for week in weeks:
        for e in week.rising:
            assert e.first_listed == first.setdefault(e.matter_id, week.week)
    assert first


def test_the_list_is_never_longer_than_asked(surge: Letters) -> None:
    assert len(rising(WEEK, group(surge).history, length=1)) == 1


def test_the_tail_is_the_negative_binomial_one() -> None:
    shape, inverse, weeks = 0.7, 3.0, 4.0
    for n in range(6):
        expected = nbinom.sf(n - 1, shape, inverse / (inverse + weeks))
        found = tail(np.array([shape]), np.array([inverse]), weeks, np.array([float(n)]))
        assert found[0] == pytest.approx(expected)


def test_false_alarms_stay_at_the_stated_rate() -> None:
    """Many books in which nothing rises: with no true rise, a false discovery rate is the chance of any discovery."""
    rng = np.random.default_rng(0)
    alarms = 0
    for _ in range(200):
        rate = rng.gamma(0.5, 0.02 / 0.5, 500)
        before, now = rng.poisson(rate * 40.0), rng.poisson(rate * 4.0)
        weeks = np.full(500, 40.0)
        prior = fit_prior(before.astype(float), weeks, np.zeros(500, np.int64))
        p = tail(prior.shape + before, prior.shape / prior.rate + weeks, 4.0, now.astype(float))
        alarms += bool(discoveries(p, 0.1).any())
    assert alarms / 200 <= 0.12


def test_areas_lean_on_the_book() -> None:
    further = np.array([0.0] * 50 + [3.0] * 50)
    weeks = np.full(100, 20.0)
    prior = fit_prior(further, weeks, np.repeat([0, 1], 50))
    assert 0 < prior.rate[0] < prior.rate[99] < 0.15


def test_discoveries_of_nothing() -> None:
    assert discoveries(np.zeros(0), 0.1).tolist() == []
    assert not discoveries(np.array([0.5, 0.9]), 0.1).any()


def test_a_week_name_must_be_one() -> None:
    with pytest.raises(Exception, match="2019-W47"):
        week_of_name("2019-47")
