"""The model card, written from the manifest so that every figure in it was printed by a command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk_model.artifact import Parameters
from risk_model.taxonomy import DISCLAIMER, FACTORS, SUBTAGS, TAGS, label
from risk_model.training.cuts import HIGH_RECALL, MEDIUM_RECALL

Interval = tuple[float, float]

_USE = f"""## What it is for

It reads the Chinese text of one petition and estimates what the matter is about (three families, sub-tags, factors) and
the *mass-incident risk*: the probability that the matter, left unanswered, grows into a group matter (escalation level
2 or 3 of the annotation guide). It helps an office answer sooner. {DISCLAIMER}.

## What it must not be used for

- To judge, rank, list, watch or follow **people**. It scores matters; nothing in it is keyed by a petitioner.
- To refuse, delay or close a petition. A low score never moves a statutory date.
- To hold lawful steps (lawsuit, reconsideration, lawyer, media, hotline, higher authority) or criticism against a
letter.
- On text other than petitions in Chinese, or as evidence in any procedure.
"""

_LIMITS = """## What it cannot tell

- Labels are readings by language models under a written guide, not outcomes: agreement shows consistency, not truth.
- The real messages are from one province's web board around 2010 to 2020; other channels, regions and years will
differ.
- A letter says only what its writer knew. A short letter about a grave matter scores low.
- Names of estates, firms and villages that jieba's dictionary lacks are not all recognised as names and may carry small
weights.
"""


def model_card(name: str, parameters: Parameters, manifest: Mapping[str, Any], notes: Sequence[str]) -> str:
    """Return the card as Markdown; `notes` are further sections, each a finished piece of Markdown."""
    letters = manifest["letters"]
    cuts = parameters.thresholds
    files = "".join(f"- `{d['name']}` sha256 `{d['sha256']}`\n" for d in manifest["data"])
    data = (
        f"## Data\n\n- {letters['real']} real public messages with labels, {letters['synthetic']} synthetic letters of the "
        f"built-in corpus,\n  {letters['unlabelled']} letters that came without labels (vocabulary and word vectors); of these "
        f"{letters.get('read', 0)} were read for\n  this project by language models under the annotation guide, once each: "
        f"they teach, but judge and calibrate nothing.\n{files}"
    )
    how = (
        f"## How\n\nSegmentation `{manifest['segmentation']}`. A logistic regression on {len(parameters.term_keys):,} words, "
        f"word pairs and\ncharacter n-grams, and a clause encoder over {len(parameters.word_keys):,} words, joined and "
        f"calibrated out of fold by\none logistic regression for each output. Settings: `{manifest['settings']}`.\n"
    )
    bands = (
        f"## Decisions\n\nRisk band high from {cuts.high:.3f}, medium from {cuts.medium:.3f}: {HIGH_RECALL:.0%} of level-3 "
        f"letters are in the high band and\n{MEDIUM_RECALL:.0%} of level 2 and above in high or medium, out of fold.\n"
    )
    crossed = (
        "## Cross-validated measures\n\nOut of fold on the training letters (real ones where there are any), copies never on "
        "both sides. Cuts of labels come from the\nprobabilities alone; those of the bands were read off the labels of these letters.\n\n"
    )
    parts = [
        f"# Model card: petition-risk {name}\n",
        _USE,
        data,
        how,
        bands,
        _labels(manifest, cuts.decisions),
        crossed + _table(manifest["cross_validated"], {}),
        comparison_section("What each part gives", manifest["parts"]),
        *notes,
        _LIMITS,
    ]
    return "\n".join(parts)


def _labels(manifest: Mapping[str, Any], cuts: Mapping[str, float]) -> str:
    rows = ["| label | 中文 | letters | cut | F1 (out of fold) |", "|---|---|---|---|---|"]
    scores = manifest["cross_validated"]
    for kind, items in (("", TAGS), ("subtags.", SUBTAGS), ("factors.", FACTORS)):
        for item in items:
            f1 = scores.get(f"{kind}{item.name}.f1")
            shown = "–" if f1 is None else f"{f1:.3f}"
            count = manifest["label_counts"][item.name]
            rows.append(f"| {item.name} | {label(item.name)} | {count} | {cuts[item.name]:.2f} | {shown} |")
    return "\n".join(rows) + "\n"


def _table(values: Mapping[str, float], bounds: Mapping[str, Interval]) -> str:
    rows = ["| measure | value | 95 % interval |", "|---|---|---|"]
    for name, value in values.items():
        if name.count(".") > 1:
            continue
        low_high = f"{bounds[name][0]:.3f} – {bounds[name][1]:.3f}" if name in bounds else ""
        rows.append(f"| {name} | {value:.4f} | {low_high} |")
    return "\n".join(rows) + "\n"


def measured_section(title: str, values: Mapping[str, float], bounds: Mapping[str, Interval]) -> str:
    """Return a section with measures on a further labelled file."""
    per_label = [n for n in values if n.count(".") > 1]
    rows = ["| label | F1 | 95 % interval |", "|---|---|---|"]
    for name in per_label:
        low, high = bounds.get(name, (float("nan"), float("nan")))
        rows.append(f"| {name.split('.')[1]} | {values[name]:.3f} | {low:.2f} – {high:.2f} |")
    return f"## {title}\n\n{_table(values, bounds)}\n" + "\n".join(rows) + "\n"


def comparison_section(title: str, columns: Mapping[str, Mapping[str, float]]) -> str:
    """Return a section with several models' measures side by side."""
    names = [n for n in next(iter(columns.values())) if n.count(".") == 1]
    rows = [f"| measure | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    rows += [f"| {n} | " + " | ".join(f"{c.get(n, float('nan')):.4f}" for c in columns.values()) + " |" for n in names]
    return f"## {title}\n\n" + "\n".join(rows) + "\n"


def calibration_section(title: str, truth: NDArray[np.bool_], probability: NDArray[np.float32], bins: int = 10) -> str:
    """Return a reliability table over bins of equal mass."""
    order = np.argsort(probability, kind="stable")
    rows = ["| letters | mean probability | share that came true |", "|---|---|---|"]
    rows += [
        f"| {len(part)} | {probability[part].mean():.3f} | {truth[part].mean():.3f} |"
        for part in np.array_split(order, bins)
        if len(part)
    ]
    return f"## {title}\n\n" + "\n".join(rows) + "\n"


def neutrality_section(title: str, moved: Mapping[str, tuple[float, float]]) -> str:
    """Return how far the risk moves under counterfactual letters (see `risk_model.training.neutrality`)."""
    rows = ["| what was added or swapped | mean movement | largest |", "|---|---|---|"]
    rows += [f"| {kind} | {mean:.4f} | {largest:.3f} |" for kind, (mean, largest) in moved.items()]
    return f"## {title}\n\n" + "\n".join(rows) + "\n"
