"""The estimator: scikit-learn manners, determinism, unknown labels, and agreement with the run time."""

from __future__ import annotations

import json
from importlib.resources import files

import numpy as np
import pytest
from scipy.special import expit
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from risk_model import Petition
from risk_model.errors import LabelError
from risk_model.estimator import PetitionRiskClassifier
from risk_model.model import RiskModel, load
from risk_model.runtime import Scorer
from risk_model.taxonomy import OUTPUTS
from risk_model.text import prepare_many
from risk_model.training.run import Trained

TINY = {"most_terms": 2_000, "dimensions": 8, "filters": 6, "epochs": 1, "folds": 2}

ODD = [
    "",
    "\n",
    "啊",
    "。。。！！！",
    "hello world",
    "村民" * 3_000,
    "〔姓名〕",
    "\ud800锟斤拷",
    "title only\n",
    "🙂🙂\n🙂",
]


def test_clones_and_sets_parameters() -> None:
    model = PetitionRiskClassifier(penalty=3.0)
    assert clone(model).get_params() == model.get_params()
    assert model.set_params(epochs=7).epochs == 7


def test_refuses_to_predict_unfitted_and_labels_of_another_width() -> None:
    with pytest.raises(NotFittedError):
        PetitionRiskClassifier().predict_proba(["征地"])
    with pytest.raises(LabelError, match=rf"expected \(2, {len(OUTPUTS)}\)"):
        PetitionRiskClassifier().fit(["征地", "拆迁"], np.zeros((2, 3), np.float32))


def test_same_input_same_model_whatever_the_processes(trained: Trained) -> None:
    texts, y = trained.examples.texts[:400], trained.examples.targets[:400]
    one = PetitionRiskClassifier(**TINY, n_jobs=1).fit(texts, y)
    two = PetitionRiskClassifier(**TINY, n_jobs=2).fit(texts, y)
    np.testing.assert_array_equal(one.predict_proba(texts[:50]), two.predict_proba(texts[:50]))
    np.testing.assert_array_equal(one.parameters_.encoder.words, two.parameters_.encoder.words)


def test_unknown_labels_do_not_count(trained: Trained) -> None:
    # A label known only where it is absent must not be learnt as present, nor the other way round.
    texts, y = trained.examples.texts[:400], trained.examples.targets[:400].copy()
    column = OUTPUTS.index("family_neighbor_dispute")
    y[200:, column] = np.nan
    model = PetitionRiskClassifier(**TINY, n_jobs=1).fit(texts, y)
    probability = model.predict_proba(texts)
    assert np.isfinite(probability).all()
    share = np.nanmean(y[:, column])
    assert abs(probability[:, column].mean() - share) < 0.1


def test_letters_that_only_teach_are_in_every_split_and_in_no_judgement(trained: Trained) -> None:
    texts, y = list(trained.examples.texts), trained.examples.targets
    given, column = y[:300].copy(), OUTPUTS.index("wages_labor")
    few = PetitionRiskClassifier(**TINY, n_jobs=1).fit(texts[:300], given)
    more = PetitionRiskClassifier(**TINY, n_jobs=1).fit(texts[:300], given, taught=(texts[:900], y[:900]))
    assert more.out_of_fold_.shape == few.out_of_fold_.shape

    def told_apart(model: PetitionRiskClassifier) -> float:
        logits = model.part_logits_[:, column]
        return float(np.mean(logits[given[:, column] == 1]) - np.mean(logits[given[:, column] == 0]))

    assert told_apart(more) > told_apart(few), "what more letters taught shows in letters held out"


def test_run_time_equals_the_training_pipeline(trained: Trained, small_model) -> None:
    texts = [*trained.examples.texts[:300], *ODD]
    reference = trained.classifier.predict_proba(texts)
    scorer = Scorer(load(small_model).artifact.parameters)
    np.testing.assert_allclose(expit(scorer.logits(prepare_many(texts))), reference, atol=1e-6)


def test_a_letter_scores_alike_alone_and_in_company(trained: Trained, small_model) -> None:
    model: RiskModel = load(small_model)
    petitions = [Petition(body=text) for text in [*trained.examples.texts[:40], *ODD]]
    together = model.probabilities(petitions)
    alone = np.vstack([model.probabilities([petition]) for petition in petitions])
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_feature_names_are_terms_of_the_letters(trained: Trained) -> None:
    names = trained.classifier.get_feature_names_out()
    everything = "".join(prepare_many(trained.examples.texts))
    assert len(names) == len(trained.parameters.term_keys)
    assert all(name in everything for name in names[:: max(1, len(names) // 500)])


def test_out_of_fold_probabilities_tell_the_classes_apart(trained: Trained) -> None:
    y = trained.examples.targets
    for name in ("land_acquisition", "level_2", "wages_labor"):
        k = OUTPUTS.index(name)
        known = y[:, k]
        assert (
            trained.classifier.out_of_fold_[known == 1, k].mean()
            > 2 * trained.classifier.out_of_fold_[known == 0, k].mean()
        )


def test_no_word_of_a_masked_kind_is_learnt(trained: Trained) -> None:
    letters = (files("risk_model.data") / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    assert any("0000" in json.loads(line)["body"] for line in letters)
    learnt = [*trained.classifier.terms_.texts, *trained.classifier.words_.texts]
    assert not [text for text in learnt if sum(c.isdigit() for c in text) >= 7]
