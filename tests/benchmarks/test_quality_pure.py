"""The study's own arithmetic, on data small enough to check by hand."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from benchmarks.quality import control, deletion, distort, outcomes, resample, robustness
from benchmarks.quality.plot import reliability_svg
from benchmarks.quality.reliability import curve
from benchmarks.quality.tables import Table, restored, write
from benchmarks.quality.targets import TARGETS, against_targets
from benchmarks.quality.yardstick import crossed, own_terms, svm
from risk_model.schema import Contribution, Petition

RNG = np.random.default_rng(7)


def test_a_table_survives_being_written_and_parts_run_later_join_it(tmp_path: Path) -> None:
    first = Table("a", "A", ("x", "y"), (("one", 0.25), ("none", None)), ("note",), {"f": (0.5, (0.4, 0.6))})
    write([first], tmp_path)
    write([Table("b", "B", ("x",), (("two",),))], tmp_path)
    kept = [restored(t) for t in json.loads((tmp_path / "study.json").read_text(encoding="utf-8"))]
    assert kept[0] == first
    page = (tmp_path / "study.md").read_text(encoding="utf-8")
    assert "| one | 0.250 |" in page
    assert "| none | – |" in page
    assert "## B" in page


def test_kappa_is_that_of_scikit_learn() -> None:
    a, b = RNG.random(200) < 0.3, RNG.random(200) < 0.4
    assert resample.kappa(a, b) == pytest.approx(cohen_kappa_score(a, b))


def test_an_interval_holds_the_value_and_narrows_with_letters() -> None:
    def width(n: int) -> float:
        values = RNG.random(n)
        low, high = resample.interval(lambda r: float(values[r].mean()), n)
        assert low < values.mean() < high
        return high - low

    assert width(2000) < width(50)


def test_top_recall_counts_the_highest_scores_only() -> None:
    truth = np.array([1, 0, 0, 0, 1, 0, 0, 0, 0, 0], bool)
    score = np.linspace(1, 0, 10)
    assert resample.top_recall(truth, score, 0.2) == 0.5


def test_targets_tell_met_missed_and_unmeasured() -> None:
    name, target, _ = TARGETS[0]
    told = against_targets([Table("t", "T", (), (), (), {name: (target - 0.01, (target - 0.05, target + 0.05))})])
    verdicts = {row[0]: row[4] for row in told.rows}
    assert verdicts[name] == "missed, inside the interval"
    assert verdicts["neutrality.worst"] == "not measured"


def test_a_guaranteed_cut_keeps_its_recall_on_new_letters() -> None:
    def draw(n: int) -> tuple[np.ndarray, np.ndarray]:
        truth = RNG.random(n) < 0.2
        return truth, np.clip(RNG.normal(0.3 + 0.4 * truth, 0.15), 0, 1)

    kept = 0
    for _ in range(20):
        truth, score = draw(1500)
        cut = control.guaranteed_cut(truth, score)
        assert cut is not None
        fresh, said = draw(5000)
        kept += bool((said[fresh] >= cut).mean() >= control.RECALL)
    # 90 % of 20 is 18; chance allows a few fewer.
    assert kept >= 15


def test_no_cut_is_promised_on_a_handful_of_letters() -> None:
    truth = np.arange(60) < control.least_positives() - 1
    assert control.guaranteed_cut(truth, truth.astype(float)) is None
    assert control.guaranteed_cut(np.zeros(60, bool), np.zeros(60)) is None


def test_coverage_keeps_the_surest() -> None:
    truth, said = np.array([1, 0, 1, 0], bool), np.array([1, 1, 1, 0], bool)
    kept, decided = control.coverage(truth, said, np.array([3.0, 0.1, 2.0, 1.0]), 0.75)
    assert (kept == decided).all()


def test_reliability_of_true_probabilities_lies_on_the_diagonal() -> None:
    said = RNG.random(6000).astype(np.float32)
    line = curve("level_2", "random", RNG.random(6000) < said, said)
    assert np.abs(np.subtract(line.said, line.true)).max() < 0.08
    image = reliability_svg([line, curve("governance", "rich & rare", said > 0.5, said)])
    assert ElementTree.fromstring(image).tag.endswith("svg")
    assert len(image) < 300_000


def test_distortions_change_what_they_say_and_nothing_else() -> None:
    letter = Petition(title="关于小区停水的问题", body="小区已经停水3天了，物业没有人来处理，请尽快解决！" * 12)
    changed = {name: distort.distorted(letter, change, 5) for name, change in distort.DISTORTIONS.items()}
    again = {name: distort.distorted(letter, change, 5) for name, change in distort.DISTORTIONS.items()}
    assert changed == again
    assert all(p.body != letter.body for p in changed.values())
    assert len(changed["first 200 characters"].body) == 200
    assert not set("，。！") & set(changed["no punctuation"].body + changed["taken down from speech"].body)
    assert "物業" in changed["traditional characters"].body
    typed = changed["typos in 3 % of characters"].body
    assert 0.9 * len(letter.body) < len(typed) <= len(letter.body)
    assert "三天" in changed["taken down from speech"].body


def test_scopes_see_title_and_body_apart() -> None:
    seen = outcomes.scopes((Petition(title="某小区停水", body="村里修路"), Petition(title="", body="")))
    names = list(outcomes.SCOPES)
    k = len(names)
    assert seen[0, names.index("compound")] == 1
    assert seen[0, k + names.index("village")] > 0
    assert not seen[1].any()


def test_cross_scoring_finds_nothing_where_nothing_is() -> None:
    truth = np.arange(300) % 3 == 0
    score = outcomes.cross_scored(RNG.normal(size=(300, 8)), truth, repeats=3)
    assert abs(resample.auc(truth, score) - 0.5) < 0.12
    assert [q.sum() for q in outcomes.quarters(score)] == [75] * 4


def test_words_are_taken_out_of_their_own_field() -> None:
    letter = Petition(title="停水停水", body="停水三天")
    words = [Contribution("停水", "title", 2, 4, 1.0), Contribution("三", "body", 2, 3, 0.5)]
    assert deletion.without(letter, words) == Petition(title="停水", body="停水天")
    assert deletion.area(np.full((1, len(deletion.STEPS) + 1), 0.7))[0] == pytest.approx(1)


def test_a_fold_is_judged_by_what_learnt_from_the_others() -> None:
    folds, seen = np.array([0, 1, 0, 1]), []

    def margins(train: np.ndarray, test: np.ndarray) -> np.ndarray:
        seen.append((set(train.tolist()), set(test.tolist())))
        return np.eye(2)[test % 2]

    said = crossed(margins, np.array([0, 1, 0, 1]), folds, 2)
    assert seen == [({1, 3}, {0, 2}), ({0, 2}, {1, 3})]
    assert said.argmax(axis=1).tolist() == [0, 1, 0, 1]


def test_our_terms_tell_two_topics_apart() -> None:
    texts = [f"公交车{i}路晚点" for i in range(6)] + [f"医院{i}号窗口不开药" for i in range(6)]
    truth = np.repeat([0, 1, 2], [6, 5, 1])
    values = own_terms(texts, least=2)
    assert np.allclose(values.multiply(values).sum(axis=1), 1, atol=1e-5)
    said = svm(values, truth)(np.arange(12), np.arange(12))
    assert (said.argmax(axis=1)[:6] == 0).all()


def test_letters_of_the_other_kind_are_not_taught() -> None:
    from benchmarks.quality.letters import Letters, OutOfFold, read_corpus

    own = read_corpus().take(np.arange(40))
    days = np.datetime64("2019-01-01") + np.arange(40)
    strata = np.where(np.arange(40) < 30, "rand", "e2")
    groups = np.concatenate([np.arange(39), [0]])  # the last letter is a copy of the first
    k = own.examples.targets.shape[1]
    some = OutOfFold(Letters(own.examples, strata, days), np.zeros((40, 2 * k)), np.zeros((40, k)), groups)
    for name, test, train in robustness.shifts(some):
        assert not set(groups[test]) & set(groups[train])
        if "earlier" in name:
            assert days[train].max() < days[test].min()
