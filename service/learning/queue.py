"""What to review next, beside the inbox: letters the model would learn most from, that nobody has reviewed."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from risk_model.artifact import Thresholds
from risk_model.feedback import Grounds, Priority, grounds, priorities
from risk_model.taxonomy import OUTPUTS
from service.store.learning_tables import ShadowRow, ShadowScoreRow
from service.store.tables import AssessmentRow, LabelRow, PetitionRow, ReviewRow

#: The newest letters are looked through: older ones teach what the model has met before.
LOOKED_AT: Final = 2_000
_NUMBERS: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Asked:
    """A letter worth reviewing and why."""

    petition: PetitionRow
    priority: Priority
    grounds: Grounds


def queue(session: Session, thresholds: Thresholds, limit: int) -> list[Asked]:
    """Return the letters most worth reviewing, best first, no two of one copied text.

    Where a shadow has read a letter, its disagreement with the served model counts, too.
    """
    reviewed = select(ReviewRow.petition_id).where(ReviewRow.status.not_in(("rejected", "undone")))
    newest = (
        select(PetitionRow, func.max(AssessmentRow.id))
        .join(AssessmentRow, AssessmentRow.petition_id == PetitionRow.id)
        .where(PetitionRow.id.not_in(reviewed))
        .group_by(PetitionRow.id)
        .order_by(PetitionRow.id.desc())
        .limit(LOOKED_AT)
    )
    rows = {assessment: petition for petition, assessment in session.execute(newest)}
    if not rows:
        return []
    said = select(AssessmentRow.id, AssessmentRow.result).where(AssessmentRow.id.in_(list(rows)))
    results: dict[int, dict[str, Any]] = dict(session.execute(said).all())
    keys = list(rows)
    p = np.array([[results[k]["probabilities"][name] for name in OUTPUTS] for k in keys], np.float32)
    counts = label_counts(session)
    found = priorities(p, thresholds, counts, _shadow(session, p, [rows[k].id for k in keys]))
    order = sorted(range(len(keys)), key=lambda i: -found[i].score)
    out: list[Asked] = []
    texts: set[str] = set()
    for i in order:
        petition = rows[keys[i]]
        # Letters from one sheet differ in a house number or a sum, and teach the same.
        text = _NUMBERS.sub("", petition.body)
        if text not in texts:
            texts.add(text)
            out.append(Asked(petition, found[i], grounds(p[i], thresholds, counts)))
        if len(out) == limit:
            break
    return out


def why(session: Session, petition: PetitionRow, result: dict[str, Any], thresholds: Thresholds) -> Asked:
    """Return why one letter is worth reviewing, given what the model said of it."""
    p = np.array([[result["probabilities"][name] for name in OUTPUTS]], np.float32)
    counts = label_counts(session)
    (found,) = priorities(p, thresholds, counts, _shadow(session, p, [petition.id]))
    return Asked(petition, found, grounds(p[0], thresholds, counts))


def label_counts(session: Session) -> Counter[str]:
    """Return how many reviewed letters have each label."""
    reviewed = select(ReviewRow.petition_id).where(ReviewRow.status.in_(("counted", "approved")))
    query = select(LabelRow.name, func.count()).where(LabelRow.petition_id.in_(reviewed)).group_by(LabelRow.name)
    return Counter(dict(session.execute(query).all()))


def _shadow(session: Session, p: Any, petition_ids: list[int]) -> Any:
    """Return the probabilities with the shadow's risk in place of the served model's, None without a shadow."""
    last = session.scalar(select(ShadowRow.id).order_by(ShadowRow.id.desc()).limit(1))
    if last is None:
        return None
    query = select(ShadowScoreRow.petition_id, ShadowScoreRow.risk).where(
        ShadowScoreRow.shadow_id == last, ShadowScoreRow.petition_id.in_(petition_ids)
    )
    said = dict(session.execute(query).all())
    other, column = p.copy(), OUTPUTS.index("level_2")
    for i, key in enumerate(petition_ids):
        other[i, column] = said.get(key, other[i, column])
    return other
