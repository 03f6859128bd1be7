"""Train a model folder from the corpus and any number of labelled and unlabelled files."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from risk_model.artifact import Parameters, save
from risk_model.errors import LabelError, OutputError
from risk_model.estimator import PetitionRiskClassifier
from risk_model.taxonomy import OUTPUTS
from risk_model.text import rules
from risk_model.thresholds import decide
from risk_model.training.augment import indifferent
from risk_model.training.card import model_card
from risk_model.training.curves import risk_curve
from risk_model.training.cuts import choose
from risk_model.training.duplicates import copy_groups
from risk_model.training.examples import (
    LOT,
    Examples,
    Reviewed,
    corpus,
    corrections,
    digest,
    labelled_file,
    letters_read,
    readings,
    reviewed_file,
    unlabelled_file,
)
from risk_model.training.measures import Judged, measures

F32 = NDArray[np.float32]

#: Below this many letters cross-validation has too little to learn calibration from.
FEWEST: Final = 300

#: With fewer letters than this a probability cannot be calibrated to within a few hundredths.
ENOUGH: Final = 100

#: Measures that need no cut, so that parts compare fairly.
_RANKING: Final = frozenset({"ap", "auc", "auc_ge2", "ap_ge2", "auc_ge3", "recall_level3_top_fifth"})

_LIBRARIES: Final = ("numpy", "scipy", "scikit-learn", "rjieba", "jieba", "opencc")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to train on and how; `feedback` are files of staff decisions. `settings` are parameters of
    `PetitionRiskClassifier`.
    """

    labelled: tuple[Path, ...] = ()
    unlabelled: tuple[Path, ...] = ()
    use_corpus: bool = True
    settings: tuple[tuple[str, Any], ...] = ()
    feedback: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Trained:
    """A fitted model before it is written."""

    parameters: Parameters
    classifier: PetitionRiskClassifier
    manifest: dict[str, Any]
    metrics: dict[str, float]
    examples: Examples


def train(plan: Plan, say: Callable[[str], None] = lambda _: None) -> Trained:
    """Fit everything; the same inputs, settings and library versions give the same result.

    Frequencies are calibrated to the labelled files where there are any: the corpus is balanced by design, letters in
    an office are not.
    """
    parts = [corpus()] if plan.use_corpus else []
    parts += [labelled_file(path) for path in plan.labelled]
    reviewed = [reviewed_file(path) for path in plan.feedback]
    parts += [part.lessons for part in reviewed]
    if not parts:
        raise LabelError("没有训练数据：不要去掉内置语料，或者用 --labelled 给出标注文件，用 --feedback 给出复核记录")
    examples = Examples.concatenate(parts)
    if len(examples) < FEWEST:
        raise LabelError(f"只有 {len(examples)} 封标注信件，至少需要 {FEWEST} 封")
    unlabelled = [text for path in plan.unlabelled for text in unlabelled_file(path)]
    say(f"{len(examples)} labelled letters, {len(unlabelled)} without labels")
    groups = split_groups(examples)
    calibrate = representative(examples)
    classifier = PetitionRiskClassifier(**dict(plan.settings))
    say("fitting both parts, out of fold and on everything")
    # Corrected labels teach, the labels as first given judge and calibrate: the corrections took a model's word into
    # account, and judging a model by them would flatter it.
    lessons = [*parts[: int(plan.use_corpus)], *(labelled_file(path, corrections()) for path in plan.labelled)]
    lessons += [part.lessons for part in reviewed]
    taught = lessons_of(examples, np.concatenate([part.targets for part in lessons]), plan.unlabelled, classifier.seed)
    classifier.fit(examples.texts, examples.targets, groups, unlabelled, calibrate, taught)
    rows = np.flatnonzero(calibrate)
    held_out = classifier.out_of_fold_
    thresholds = choose(examples.targets[rows], held_out[rows], examples.escalation[rows])
    parameters = replace(classifier.parameters_, thresholds=thresholds)
    judged = Judged(examples.targets, held_out, decide(held_out, thresholds), examples.escalation)
    metrics = measures(judged.take(rows))
    counts = {"read": len(taught[0]) - len(examples), "unlabelled": len(unlabelled)}
    manifest = _manifest(plan, examples, counts, metrics, classifier)
    manifest["parts"] = part_measures(classifier, judged, rows)
    if reviewed:
        manifest["feedback"] = _feedback(reviewed)
    manifest["risk_curve"] = risk_curve(judged.take(rows), "out of fold")
    return Trained(parameters, classifier, manifest, metrics, examples)


def lessons_of(examples: Examples, targets: F32, unlabelled: Sequence[Path], seed: int) -> tuple[list[str], F32]:
    """Return what the parts are fitted on: the letters of `examples` with other labels, then those that only teach.

    The latter are letters of the `unlabelled` files that have labels in `risk_model/data/readings.csv`.
    """
    labels = readings()
    others = [letters_read(path, labels) for path in unlabelled]
    texts = [*examples.texts, *(text for part in others for text in part.texts)]
    return indifferent(texts, seed), np.concatenate([targets, *(part.targets for part in others if len(part))])


def representative(examples: Examples) -> NDArray[np.bool_]:
    """Return which letters show how frequent labels are where the model will serve.

    Not the corpus, which is balanced by design, and of reviewed letters only those drawn by lot: others were read because
    they looked grave or doubtful. With fewer than ENOUGH of such letters, all real ones have to do; without any, all.
    """
    chosen = np.array([batch.startswith("feedback:") and batch != LOT for batch in examples.batches], bool)
    for rows in (~examples.synthetic & ~chosen, ~examples.synthetic):
        if rows.sum() >= ENOUGH:
            return rows
    return np.ones(len(examples), bool)


def part_measures(
    classifier: PetitionRiskClassifier, judged: Judged, rows: NDArray[np.int64]
) -> dict[str, dict[str, float]]:
    """Return the ranking measures of the linear part, the encoder and both joined, out of fold on `rows`."""
    linear, encoder = np.split(expit(classifier.part_logits_), 2, axis=1)
    out = {}
    for name, probabilities in (("linear", linear), ("encoder", encoder), ("joined", judged.probabilities)):
        values = measures(replace(judged, probabilities=probabilities).take(rows))
        out[name] = {k: round(v, 4) for k, v in values.items() if k.split(".")[1] in _RANKING}
    return out


def split_groups(examples: Examples) -> NDArray[np.int64]:
    """Return split groups: copies stay together, and so do the corpus letters of one author batch."""
    groups = copy_groups(examples.texts)
    _, batch = np.unique(examples.batches, return_inverse=True)
    return np.where(examples.synthetic, groups.max() + 1 + batch, groups).astype(np.int64)


def _manifest(
    plan: Plan,
    examples: Examples,
    counts: dict[str, int],
    metrics: dict[str, float],
    classifier: PetitionRiskClassifier,
) -> dict[str, Any]:
    given = (("labelled", plan.labelled), ("feedback", plan.feedback), ("unlabelled", plan.unlabelled))
    data = [{"name": path.name, "sha256": digest(path), "use": use} for use, paths in given for path in paths]
    if plan.use_corpus:
        data.insert(0, _own("corpus.jsonl"))
    if plan.labelled:
        data.insert(0, _own("label_corrections.jsonl"))
    if counts["read"]:
        data.insert(0, _own("readings.csv"))
    return {
        "segmentation": rules(),
        "settings": {k: v for k, v in classifier.get_params().items() if k != "n_jobs"},
        "libraries": {name: version(name) for name in _LIBRARIES} | {"python": platform.python_version()},
        "data": data,
        "letters": {
            "synthetic": int(examples.synthetic.sum()),
            "real": int((~examples.synthetic).sum()),
            **counts,
        },
        "label_counts": {n: int(np.nansum(examples.targets[:, k])) for k, n in enumerate(OUTPUTS)},
        "cross_validated": {name: round(value, 4) for name, value in metrics.items() if not np.isnan(value)},
    }


def _own(name: str) -> dict[str, str]:
    return {"name": name, "sha256": digest(Path(str(files("risk_model.data") / name))), "use": "built-in"}


def _feedback(reviewed: Sequence[Reviewed]) -> dict[str, int]:
    return {
        "lessons": sum(len(part.lessons) for part in reviewed),
        "locked": sum(len(part.locked) for part in reviewed),
        "conflicts": sum(len(part.conflicts) for part in reviewed),
    }


def write(trained: Trained, folder: Path, name: str, notes: Sequence[str] = ()) -> None:
    """Write a model folder (see `risk_model.artifact`); refuses to overwrite one."""
    if folder.exists():
        raise OutputError(f"{folder} 已经存在：模型目录从不覆盖，请换一个版本名")
    manifest = {"version": name, **trained.manifest}
    terms, words = trained.classifier.terms_, trained.classifier.words_
    lines = ["kind\ttext"]
    lines += [f"term\t{_plain(text)}" for text in terms.texts] + [f"word\t{_plain(text)}" for text in words.texts]
    card = model_card(name, trained.parameters, manifest, notes)
    save(folder, trained.parameters, manifest, {"vocabulary.tsv": "\n".join(lines) + "\n", "MODEL_CARD.md": card})


def _plain(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
