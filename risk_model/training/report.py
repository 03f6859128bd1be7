"""What a card says beyond training: measures on letters that were held back, calibration, neutrality, other models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from risk_model.model import RiskModel
from risk_model.taxonomy import OUTPUTS, RISK_OUTPUT, TAG_NAMES
from risk_model.training.card import calibration_section, comparison_section, measured_section, neutrality_section
from risk_model.training.examples import corpus, labelled_file
from risk_model.training.judging import judge, petitions_of
from risk_model.training.measures import intervals, measures
from risk_model.training.neutrality import movements


def card_notes(model: RiskModel, tests: Sequence[Path], others: Mapping[str, RiskModel]) -> list[str]:
    """Return the sections for each labelled test file, with the measures of `others` beside; neutrality on the first
    file, or on every tenth letter of the corpus where there is none.
    """
    notes = []
    held_back = [(path.name, labelled_file(path)) for path in tests]
    for name, examples in held_back:
        judged = judge(model, examples)
        values = measures(judged)
        title = f"Measures on {name} ({len(examples)} letters, never trained on)"
        notes.append(measured_section(title, values, intervals(judged)))
        for output in (RISK_OUTPUT, *TAG_NAMES):
            k = OUTPUTS.index(output)
            truth = judged.targets[:, k] == 1
            notes.append(calibration_section(f"Calibration of {output} on {name}", truth, judged.probabilities[:, k]))
        if others:
            columns = {model.version: values} | {n: measures(judge(m, examples)) for n, m in others.items()}
            notes.append(comparison_section(f"Side by side on {name}", columns))
    where, letters = held_back[0] if held_back else ("the corpus", corpus())
    sample = petitions_of(letters)[:: 1 if held_back else 10]
    notes.append(neutrality_section(f"Neutrality: movement of the risk on {where}", movements(model, sample)))
    return notes
