"""Training data, splits, cuts and measures."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk_model.errors import LabelError, OutputError
from risk_model.taxonomy import FACTOR_NAMES, OUTPUTS, SUBTAG_NAMES, TAG_NAMES
from risk_model.thresholds import decide
from risk_model.training.cuts import choose, expected_cut, recall_cut
from risk_model.training.duplicates import copy_groups
from risk_model.training.examples import (
    corpus,
    corrections,
    labelled_file,
    letters_read,
    readings,
    targets_of,
    unlabelled_file,
)
from risk_model.training.measures import Judged, calibration_error, intervals, measures
from risk_model.training.run import Plan, Trained, split_groups, train, write

RECORD = {
    "id": "x",
    "title": "",
    "body": "老城改造，补偿没谈拢",
    "land_acquisition": "1",
    "livelihood": "0",
    "governance": "0",
    "subtags": "demolition_resettlement",
    "factors": "",
    "escalation": "2",
}


def write_csv(path: Path, records: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as f:
        out = csv.DictWriter(f, list(records[0]))
        out.writeheader()
        out.writerows(records)
    return path


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"governance": "2"}, "governance is '2', expected 0 or 1"),
        ({"subtags": "demolition"}, "subtags has 'demolition'"),
        ({"subtags": "wages_labor"}, "wages_labor without its tag livelihood"),
        ({"factors": "angry"}, "factors has 'angry'"),
        ({"escalation": "4"}, "escalation is '4'"),
    ],
)
def test_labels_that_break_the_guide_are_refused_with_their_place(
    tmp_path: Path, change: dict[str, str], message: str
) -> None:
    path = write_csv(tmp_path / "labels.csv", [RECORD, RECORD | change])
    with pytest.raises(LabelError, match="第 2 条") as caught:
        labelled_file(path)
    assert message in str(caught.value)


def test_a_file_without_labels_says_what_is_missing(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "plain.csv", [{"id": "1", "title": "t", "body": "b"}])
    with pytest.raises(LabelError, match="缺少：escalation、factors"):
        labelled_file(path)


def test_labels_become_targets(tmp_path: Path) -> None:
    row, level = targets_of(RECORD)
    assert level == 2
    assert {n for n, v in zip(OUTPUTS, row, strict=True) if v} == {
        "land_acquisition",
        "demolition_resettlement",
        "level_1",
        "level_2",
    }
    # Older files do not know the newest sub-tag: unknown, not absent.
    examples = labelled_file(write_csv(tmp_path / "labels.csv", [RECORD]))
    assert np.isnan(examples.targets[0, OUTPUTS.index("family_neighbor_dispute")])
    newer = RECORD | {"livelihood": "1", "subtags": "family_neighbor_dispute"}
    examples = labelled_file(write_csv(tmp_path / "newer.csv", [RECORD, newer]))
    assert examples.targets[:, OUTPUTS.index("family_neighbor_dispute")].tolist() == [0, 1]


def test_unlabelled_files(tmp_path: Path) -> None:
    assert unlabelled_file(write_csv(tmp_path / "a.csv", [{"title": "标题", "body": "正文"}])) == ["标题\n正文"]
    assert unlabelled_file(write_csv(tmp_path / "b.csv", [{"text": "已 分词"}])) == ["已 分词"]
    with pytest.raises(LabelError, match="现有：column"):
        unlabelled_file(write_csv(tmp_path / "c.csv", [{"column": "1"}]))


def test_letters_read_for_the_project_get_its_labels_and_cut_words_become_clauses(tmp_path: Path) -> None:
    label = {k: v for k, v in RECORD.items() if k not in {"id", "title", "body"}}
    labels = dict.fromkeys(("p1", "t1"), label)
    letters = write_csv(tmp_path / "a.csv", [{"id": k, "title": "标题", "body": "正文"} for k in ("p0", "p1")])
    known = letters_read(letters, labels)
    assert (known.ids, known.texts, known.escalation.tolist()) == (("p1",), ("标题\n正文",), [2])
    cut = write_csv(tmp_path / "b.csv", [{"id": "t1", "text": " ".join("一二三四五六七八九十")}])
    assert letters_read(cut, labels).texts == ("\n一二三四五六七八九，十",)
    # Without them, the letter teaches nothing but words.
    nobody = write_csv(tmp_path / "c.csv", [{"text": "没有 编号"}])
    assert len(letters_read(nobody, labels)) == 0


def test_readings_hold_labels_by_the_guide_and_no_text() -> None:
    allowed = {"id", *TAG_NAMES, "subtags", "factors", "escalation"}
    read = readings()
    assert len(read) > 7_000
    for record in read.values():
        assert set(record) == allowed
        targets_of(record)


def test_copies_share_a_group_and_others_do_not() -> None:
    letter = "锦绣里小区自交房以来电梯频繁停运，物业收了钱不办事，业主多次投诉到街道没有结果。"
    texts = [
        letter,
        "转发：" + letter + "请重视",
        "村里修路占了我家三分地，至今没有说法，望查。",
        letter.replace("，", ","),
    ]
    groups = copy_groups(texts)
    assert groups[0] == groups[1] == groups[3] != groups[2]


@given(st.lists(st.text("征地补偿拆迁户", max_size=30), min_size=1, max_size=12), st.randoms())
def test_grouping_does_not_depend_on_order(texts: list[str], random) -> None:
    order = list(range(len(texts)))
    random.shuffle(order)
    first, second = copy_groups(texts), copy_groups([texts[i] for i in order])
    same = {(i, j) for i in range(len(texts)) for j in range(len(texts)) if first[i] == first[j]}
    assert same == {
        (order[i], order[j]) for i in range(len(texts)) for j in range(len(texts)) if second[i] == second[j]
    }


def test_author_batches_of_the_corpus_are_never_split() -> None:
    examples = corpus()
    groups = split_groups(examples)
    for batch in set(examples.batches):
        rows = [i for i, b in enumerate(examples.batches) if b == batch]
        assert len(set(groups[rows])) == 1


@given(st.lists(st.floats(0, 1, width=32), min_size=1, max_size=12))
def test_the_cut_is_the_best_one_rounded_down(values: list[float]) -> None:
    probability = np.array(values, np.float32)

    def expected(cut: np.float32) -> float:
        said = probability >= cut
        return float(2 * probability[said].sum() / max(1e-9, said.sum() + probability.sum()))

    cut = expected_cut(probability)
    best = max(map(expected, probability))
    chosen = [float(p) for p in probability if expected(p) >= best - 1e-5]
    assert cut == 0.01 or any(0 <= p - cut + 1e-5 < 0.01 + 2e-5 for p in chosen)


def test_cuts_of_sharp_and_of_rare_labels() -> None:
    assert (
        np.array([0.606, 0.607], np.float32) >= np.float32(expected_cut(np.array([0.606, 0.607], np.float32)))
    ).all()
    assert expected_cut(np.array([0.997, 0.001], np.float32)) == 0.99
    assert expected_cut(np.full(1000, 0.004, np.float32)) == 0.01
    assert expected_cut(np.zeros(0, np.float32)) == 0.5


def test_a_label_that_nobody_gave_gets_a_cut(trained: Trained) -> None:
    examples, held_out = trained.examples, trained.classifier.out_of_fold_
    targets = examples.targets.copy()
    targets[:, [OUTPUTS.index(name) for name in FACTOR_NAMES]] = np.nan
    assert choose(targets, held_out, examples.escalation).decisions[FACTOR_NAMES[0]] == 0.5


def test_a_calibrated_model_is_cut_at_half_of_its_best_f1() -> None:
    rng = np.random.default_rng(0)
    probability = rng.beta(0.3, 1.5, 20_000).astype(np.float32)
    truth = rng.random(20_000) < probability
    cut = expected_cut(probability)
    said = probability >= cut
    assert cut == pytest.approx((truth & said).sum() / (truth.sum() + said.sum()), abs=0.02)


@given(st.lists(st.floats(0, 1, width=32), min_size=1, max_size=60), st.floats(0.05, 1))
def test_recall_cut_keeps_its_promise(values: list[float], recall: float) -> None:
    probability = np.array(values, np.float32)
    truth = np.ones(len(values), bool)
    assert (probability >= recall_cut(truth, probability, recall)).mean() >= recall - 1e-9


def test_cuts_and_decisions(trained: Trained) -> None:
    examples, held_out = trained.examples, trained.classifier.out_of_fold_
    cuts = choose(examples.targets, held_out, examples.escalation)
    assert set(cuts.decisions) == {*TAG_NAMES, *SUBTAG_NAMES, *FACTOR_NAMES}
    assert 0 < cuts.medium <= cuts.high < 1
    said = decide(held_out, cuts)
    livelihood = OUTPUTS.index("livelihood")
    assert not said[~said[:, livelihood], OUTPUTS.index("education")].any()


def test_calibration_error_by_hand() -> None:
    truth = np.array([0, 0, 1, 1])
    assert calibration_error(truth, np.array([0.0, 0.0, 1.0, 1.0]), bins=2) == 0
    assert calibration_error(truth, np.array([0.1, 0.3, 0.6, 0.8]), bins=2) == pytest.approx(0.25)


def test_measures_of_a_perfect_and_a_blind_model(trained: Trained) -> None:
    examples = trained.examples
    y = np.nan_to_num(examples.targets)
    perfect = measures(Judged(y, y, y == 1, examples.escalation))
    assert perfect["tags.macro_f1"] == perfect["risk.auc_ge2"] == perfect["subtags.micro_f1"] == 1
    assert perfect["risk.ece_ge2"] == pytest.approx(0, abs=1e-6)
    flat = np.full_like(y, 0.3)
    blind = measures(Judged(y, flat, flat > 0.5, examples.escalation))
    assert blind["risk.auc_ge2"] == pytest.approx(0.5)
    assert blind["tags.macro_f1"] == 0


def test_intervals_hold_the_value_and_narrow_with_size(trained: Trained) -> None:
    examples, held_out = trained.examples, trained.classifier.out_of_fold_
    judged = Judged(
        np.nan_to_num(examples.targets), held_out, decide(held_out, trained.parameters.thresholds), examples.escalation
    )
    few = judged.take(np.arange(100))
    wide, narrow = intervals(few, 40), intervals(judged, 40)
    name = "risk.auc_ge2"
    assert narrow[name][0] < measures(judged)[name] < narrow[name][1]
    assert narrow[name][1] - narrow[name][0] < wide[name][1] - wide[name][0]


def test_the_card_says_what_it_is_and_is_not_for(trained: Trained, tmp_path: Path) -> None:
    write(trained, tmp_path / "m", "m", ["## Extra\n"])
    card = (tmp_path / "m" / "MODEL_CARD.md").read_text(encoding="utf-8")
    for phrase in (
        "辅助研判，不作为处理依据",
        "must not be used for",
        "never moves a statutory date",
        "## Extra",
        "corpus.jsonl",
    ):
        assert phrase in card
    with pytest.raises(OutputError, match="已经存在"):
        write(trained, tmp_path / "m", "m")


def test_training_needs_data() -> None:
    with pytest.raises(LabelError, match="没有训练数据"):
        train(Plan(use_corpus=False))


def test_too_few_letters_are_refused(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "few.csv", [RECORD | {"id": str(i)} for i in range(20)])
    with pytest.raises(LabelError, match="至少需要"):
        train(Plan(labelled=(path,), use_corpus=False))


def test_corrections_replace_labels_by_id_and_hold_no_text(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "labels.csv", [RECORD, RECORD | {"id": "y"}])
    examples = labelled_file(path, {"y": {"escalation": 0, "subtags": []}})
    assert examples.escalation.tolist() == [2, 0]
    assert examples.targets[1, OUTPUTS.index("demolition_resettlement")] == 0
    allowed = {*TAG_NAMES, "subtags", "factors", "escalation"}
    for record in corrections().values():
        assert set(record) == allowed
        targets_of(record)
