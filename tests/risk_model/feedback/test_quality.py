"""Agreement, the weekly lot, and the queue."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from risk_model.artifact import Thresholds
from risk_model.feedback import Labels, Proportion, agreement, draw, priorities, quality
from risk_model.taxonomy import FACTOR_NAMES, OUTPUTS, RISK_OUTPUT, SUBTAG_NAMES, TAG_NAMES
from tests.risk_model.feedback.conftest import decision


def said(yes: bool) -> Labels:
    return Labels(tags=("governance",) if yes else ())


def test_kappa_is_that_of_the_textbook_and_its_interval_holds_it() -> None:
    rng = np.random.default_rng(3)
    one = rng.random(200) < 0.4
    two = np.where(rng.random(200) < 0.85, one, ~one)
    made = [decision(str(i), labels=said(bool(a))) for i, a in enumerate(one)]
    made += [decision(str(i), reader=2, minutes=1, labels=said(bool(b))) for i, b in enumerate(two)]
    # A third reading and the settling of a dispute are no second reading.
    made += [decision("0", reader=3, minutes=2, labels=said(True), kind="settle")]
    found = agreement(made)
    governance = found["governance"]
    assert governance.kappa == pytest.approx(cohen_kappa_score(one, two))
    assert governance.low is not None and governance.high is not None
    assert governance.low < cohen_kappa_score(one, two) < governance.high
    assert (governance.letters, governance.same) == (200, int((one == two).sum()))
    assert found["livelihood"].kappa is None  # nobody ever said it
    assert "level_2" not in found


def test_one_reading_is_no_agreement() -> None:
    assert agreement([decision(), decision(minutes=3)]) == {}


def test_the_lot_is_fair_and_repeats() -> None:
    letters = [str(i) for i in range(200)]
    assert draw(letters, "2026-W23", 20) == draw(letters[::-1], "2026-W23", 20)
    counts = dict.fromkeys(letters, 0)
    for week in range(500):
        for letter in draw(letters, str(week), 20):
            counts[letter] += 1
    # 500 draws of 20 in 200: 50 each; the sum of squares follows chi-squared with 199 degrees, times 0.9.
    assert sum((n - 50) ** 2 / 50 for n in counts.values()) < 270
    assert draw(letters, "2026-W23", 20, secret="a") != draw(letters, "2026-W23", 20, secret="b")
    assert len(draw(letters, "2026-W23", 500)) == 200


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    inside = sum(
        p.low <= 0.8 <= p.high for n in range(400) if (p := Proportion.of_counts(int(rng.binomial(40, 0.8)), 40))
    )
    assert 0.92 <= inside / 400 <= 0.98


def test_quality_on_the_lot_by_hand() -> None:
    found = quality([1, 1, 0, 0], [True, False, True, False], [0.9, 0.4, 0.6, 0.1])
    assert (found.precision.hits, found.precision.of, found.recall.value) == (1, 2, 0.5)
    assert (found.happened, found.foretold) == (2, pytest.approx(2.0))
    assert found.calibrated
    assert not quality([1] * 40, [True] * 40, [0.5] * 40).calibrated
    assert quality([0], [False], [0.1]).recall.value is None


def test_the_queue_asks_what_is_doubtful_disputed_or_rare() -> None:
    cuts = Thresholds(dict.fromkeys((*TAG_NAMES, *SUBTAG_NAMES, *FACTOR_NAMES), 0.5), high=0.8, medium=0.4)
    base = np.full(len(OUTPUTS), 0.01, np.float32)
    p = np.stack([base] * 4)
    p[1, OUTPUTS.index("governance")] = 0.49
    p[2, OUTPUTS.index(RISK_OUTPUT)] = 0.41
    p[3, OUTPUTS.index("corruption")] = 0.9
    other = p.copy()
    other[0, OUTPUTS.index("livelihood")] = 0.95
    sure, tag, band, kind = priorities(p, cuts, {})
    assert sure.score < min(tag.score, band.score, kind.score)
    assert (tag.reasons, band.reasons, kind.reasons) == (("uncertain",), ("uncertain",), ("rare",))
    assert priorities(p, cuts, {}, other)[0].reasons == ("disagreeing",)
    # Once many of a kind have been read, it is asked for less.
    assert priorities(p, cuts, {"corruption": 90})[3].grounds["rare"] == pytest.approx(0.9 * 10**-0.5, abs=1e-6)
