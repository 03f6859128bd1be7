"""Neutrality: counterfactual letters, every output, and the sentences that move a score most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from benchmarks.quality.letters import F32, Study, read_corpus
from benchmarks.quality.tables import Cell, Figure, Table
from risk_model.features import neutral_keys
from risk_model.model import RiskModel
from risk_model.schema import Petition
from risk_model.taxonomy import OUTPUTS, RISK_OUTPUT
from risk_model.training.judging import judge
from risk_model.training.measures import measures
from risk_model.training.neutrality import CRITICISM, PROSE, SENTENCES, judged_outputs, probe_movements

_RISK: Final = OUTPUTS.index(RISK_OUTPUT)


def neutrality(study: Study) -> list[Table]:
    """Return movement by kind of probe on real and on corpus letters, and the sentences that move most."""
    own = read_corpus()
    corpus_letters = own.take(np.arange(0, len(own), 24)).petitions
    sets = {"corpus": corpus_letters} | ({"dev": study.dev.petitions[::4]} if study.dev else {})
    rows: list[tuple[Cell, ...]] = []
    figures: dict[str, Figure] = {}
    sentences: list[Table] = []
    for where, letters in sets.items():
        moved = probe_movements(study.model, letters)
        rows += [(where, *cells) for cells in by_kind(moved)]
        every = np.concatenate([np.abs(m[:, :, judged_outputs(kind)]).ravel() for kind, m in moved.items()])
        rows.append((where, "all", float(every.mean()), float(every.max()), None, None, None))
        figures = {"neutrality.mean": (float(every.mean()), None), "neutrality.worst": (float(every.max()), None)}
        sentences = [worst(moved, where)]
    columns = (
        "letters",
        "what was said or swapped",
        "mean, all outputs",
        "worst",
        "worst output",
        "mean, risk",
        "worst, risk",
    )
    notes = (
        "Every sentence at the beginning and at the end of every fourth dev letter and every 24th of the corpus (the card: of all dev letters). Criticism may move the governance tags, so it is judged on the "
        "levels alone. `in_prose`: said in passing, in words that no list was made from.",
    )
    tables = [Table("neutrality", "Neutrality", columns, tuple(rows), notes, figures), *sentences]
    lists = word_lists(study)
    return [*tables, lists] if lists else tables


def by_kind(moved: Mapping[str, F32]) -> list[tuple[Cell, ...]]:
    """Return kind, mean and worst over outputs, the output that moved most, mean and worst of the risk."""
    rows: list[tuple[Cell, ...]] = []
    for kind, m in moved.items():
        outputs = judged_outputs(kind)
        size = np.abs(m[:, :, outputs])
        most = OUTPUTS[outputs[int(size.max(axis=(0, 1)).argmax())]]
        risk = np.abs(m[:, :, _RISK])
        rows.append((kind, float(size.mean()), float(size.max()), most, float(risk.mean()), float(risk.max())))
    return rows


def worst(moved: Mapping[str, F32], where: str, most: int = 12) -> Table:
    """Return the sentences whose saying moves any output most, with how they move the risk on average (signed)."""
    said = {**SENTENCES, "criticism": CRITICISM} | {f"{kind}_in_prose": some for kind, some in PROSE.items()}
    rows: list[tuple[Cell, ...]] = []
    for kind, m in moved.items():
        outputs = judged_outputs(kind)
        for i, change in enumerate(m):
            size = np.abs(change[:, outputs])
            name = f"{said[kind][i // 2]} ({('end', 'front')[i % 2]})" if kind in said else f"places swapped, {i + 1}"
            at = OUTPUTS[outputs[int(size.max(axis=0).argmax())]]
            rows.append((kind, name, float(size.max()), at, float(size.mean()), float(change[:, _RISK].mean())))
    rows.sort(key=lambda r: -float(r[2] or 0))
    columns = ("kind", "sentence", "worst", "output", "mean", "mean of risk, signed")
    return Table("neutrality-worst", f"The sentences that move most ({where} letters)", columns, tuple(rows[:most]))


def with_current_lists(model: RiskModel) -> RiskModel:
    """Return the same weights under the word lists of this checkout (a released model keeps those it was trained with)."""
    keys, roles = neutral_keys()
    parameters = replace(model.artifact.parameters, neutral_keys=keys, neutral_roles=roles)
    return RiskModel(replace(model.artifact, parameters=parameters))


def word_lists(study: Study) -> Table | None:
    """Compare the served model with the same weights under newer word lists; None where they are the same."""
    newer = with_current_lists(study.model)
    old, new = study.model.artifact.parameters, newer.artifact.parameters
    if np.array_equal(old.neutral_keys, new.neutral_keys) and np.array_equal(old.neutral_roles, new.neutral_roles):
        return None
    letters = study.held_out
    names = ("tags.macro_f1", "governance.ap", "risk.auc_ge2", "risk.ece_ge2", "subtags.micro_f1", "factors.micro_f1")
    columns = [measures(judge(m, letters.examples)) for m in (study.model, newer)]
    rows: list[tuple[Cell, ...]] = [(n, *(c[n] for c in columns)) for n in names]
    sample: Sequence[Petition] = letters.petitions[::8]
    for label, of in (("movement, mean of all outputs", np.mean), ("movement, worst", np.max)):
        cells: list[Cell] = []
        for m in (study.model, newer):
            moved = probe_movements(m, sample)
            cells.append(
                float(of(np.concatenate([np.abs(v[:, :, judged_outputs(k)]).ravel() for k, v in moved.items()])))
            )
        rows.append((label, *cells))
    notes = (
        "The newer lists take effect when a model is trained under them; here the old weights read with the new lists.",
    )
    return Table(
        "neutrality-lists",
        f"Newer word lists ({study.where})",
        ("measure", "as released", "newer lists"),
        tuple(rows),
        notes,
    )
