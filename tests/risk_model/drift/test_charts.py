"""Control charts: silent where nothing moved, and naming the cause where something did."""

from __future__ import annotations

import numpy as np
import pytest

from risk_model.drift import CHARTS, Chart, Observed, Week, charts, observe
from risk_model.drift.charts import FEWEST_LETTERS
from risk_model.taxonomy import LEVELS, OUTPUTS, TAG_NAMES
from risk_model.training.examples import Examples, corpus

LETTERS = 90


@pytest.fixture(scope="module")
def pool() -> list[Observed]:
    """The letters of the corpus, as a model with some skill would score them."""
    examples: Examples = corpus()
    rng = np.random.default_rng(5)
    risk = np.where(
        examples.targets[:, OUTPUTS.index(LEVELS[1])] == 1, rng.beta(5, 3, len(examples)), rng.beta(2, 8, len(examples))
    )
    out = []
    for i, text in enumerate(examples.texts):
        families = frozenset(n for n in TAG_NAMES if examples.targets[i, OUTPUTS.index(n)] == 1)
        channel = ("网上", "来信", "热线")[int(rng.choice(3, p=[0.5, 0.3, 0.2]))]
        out.append(
            Observed(text, channel, families, float(risk[i]), bool(rng.random() < risk[i]) if i % 3 == 0 else None)
        )
    return out


def week(pool: list[Observed], seed: int, size: int = LETTERS) -> list[Observed]:
    rng = np.random.default_rng(seed)
    return [pool[int(i)] for i in rng.choice(len(pool), size, replace=False)]


@pytest.fixture(scope="module")
def before(pool: list[Observed]) -> list[Week]:
    return [observe(week(pool, seed)) for seed in range(8)]


def levels(found: list[Chart]) -> dict[str, str]:
    assert [c.name for c in found] == list(CHARTS)
    return {c.name: c.level for c in found}


def changed(letter: Observed, **fields: object) -> Observed:
    kept = {n: getattr(letter, n) for n in ("text", "channel", "families", "risk", "happened")}
    return Observed(**{**kept, **fields})


def test_a_usual_week_is_silent(pool: list[Observed], before: list[Week]) -> None:
    assert set(levels(charts(before, observe(week(pool, 100)))).values()) == {"ok"}


def test_a_new_topic_is_named_by_its_words(pool: list[Observed], before: list[Week]) -> None:
    new = Observed("\n新修的高铁震动大，沿线住户墙体开裂，声屏障没有装", "网上", frozenset({"livelihood"}), 0.4)
    found = {c.name: c for c in charts(before, observe([*week(pool, 101), *[new] * 12]))}
    assert found["words"].level == "alarm"
    named = {c.name: c for c in found["words"].causes}
    assert {"高铁", "沿线"} & set(named)
    assert all(c.count >= 12 and c.expected < 3 for c in list(named.values())[:3])


def test_a_changed_channel_is_named(pool: list[Observed], before: list[Week]) -> None:
    moved = [changed(x, channel="小程序") if i % 3 == 0 else x for i, x in enumerate(week(pool, 102))]
    found = {c.name: c for c in charts(before, observe(moved))}
    assert found["channel"].level == "alarm"
    assert found["channel"].causes[0].name == "小程序"
    assert (found["channel"].causes[0].count, found["channel"].causes[0].expected) == (30, 0)
    assert found["family"].level == found["length"].level == "ok"


def test_a_broken_encoding_is_an_alarm(pool: list[Observed], before: list[Week]) -> None:
    def broken(text: str) -> str:
        return text.encode("gb18030").decode("utf-8", errors="replace")

    moved = [changed(x, text=broken(x.text)) if i % 5 == 0 else x for i, x in enumerate(week(pool, 103))]
    found = {c.name: c for c in charts(before, observe(moved))}
    assert found["garbled"].level == "alarm"
    assert found["garbled"].causes[0].count == 18


def test_another_mix_of_matters_longer_letters_and_wrong_probabilities(
    pool: list[Observed], before: list[Week]
) -> None:
    usual = week(pool, 104)
    land = [x for x in pool if "land_acquisition" in x.families][:60]
    assert levels(charts(before, observe([*land, *usual[:30]])))["family"] == "alarm"
    longer = [changed(x, text=x.text * 3) for x in usual]
    assert levels(charts(before, observe(longer)))["length"] == "alarm"
    graver = [changed(x, risk=min(1.0, x.risk + 0.25)) for x in usual]
    assert levels(charts(before, observe(graver)))["score"] == "alarm"
    wrong = [changed(x, happened=None if x.happened is None else True) for x in usual]
    assert levels(charts(before, observe(wrong)))["calibration"] == "alarm"


def test_weeks_that_always_differ_widen_their_chart(pool: list[Observed]) -> None:
    def busy(seed: int, share: float) -> Week:
        return observe(
            [changed(x, channel="热线" if i < share * LETTERS else "网上") for i, x in enumerate(week(pool, seed))]
        )

    swing = [busy(s, share) for s, share in enumerate((0.1, 0.5, 0.2, 0.6, 0.15, 0.55, 0.3, 0.4))]
    calm = [busy(s, 0.3) for s in range(8)]
    now = busy(200, 0.55)
    assert levels(charts(swing, now))["channel"] == "ok"
    assert levels(charts(calm, now))["channel"] == "alarm"


def test_too_little_says_nothing(pool: list[Observed], before: list[Week]) -> None:
    assert charts(before[:3], observe(week(pool, 105))) == []
    assert charts(before, observe(week(pool, 106, FEWEST_LETTERS - 1))) == []


def test_false_alarms_over_a_simulated_year(pool: list[Observed]) -> None:
    # Sampling from one pool: nothing moves, by construction. Alarms promised: 0.005 a week, notices 0.05.
    year = [observe(week(pool, 1000 + n)) for n in range(60)]
    found = [{c.level for c in charts(year[n : n + 8], year[n + 8])} for n in range(52)]
    assert sum("alarm" in x for x in found) <= 1
    assert sum(bool(x & {"alarm", "notice"}) for x in found) <= 6
