"""One assessment on one screen, for the person at the desk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import typer

from risk_model.schema import Assessment, Due
from risk_model.signals import describe
from risk_model.tables.results import evidence_text
from risk_model.taxonomy import BANDS, REVIEW_REASONS, TAG_NAMES, label

_COLOURS: Final = {"high": "red", "medium": "yellow", "low": "green"}
#: Facts shown; a long letter states more than fits a screen.
_MOST_FACTS: Final = 6


def explanation(assessment: Assessment) -> Iterator[str]:
    """Yield the lines: tags, risk, facts, what is due, evidence, what to check first; empty lines are left out."""
    for name, text in _fields(assessment):
        if text:
            yield f"{name}　{text}"
    yield assessment.disclaimer


def _fields(a: Assessment) -> Iterator[tuple[str, str]]:
    tags = (f"{label(t)} {a.probabilities[t]:.2f}" for t in TAG_NAMES if t in a.tags)
    yield "事项标签", " · ".join(tags) or "无"
    yield "具体类别", " · ".join(map(label, a.subtags))
    band = typer.style(f"{a.mass_incident_risk:.2f} {BANDS[a.risk_band]}", fg=_COLOURS[a.risk_band], bold=True)
    yield "群体风险", band
    yield "风险因素", " · ".join(map(label, a.factors))
    yield "信中事实", "；".join(dict.fromkeys(describe(fact) for fact in a.facts[:_MOST_FACTS]))
    yield "判断依据", evidence_text(a.evidence).replace(";", "　")
    yield "通常承办", "、".join(a.due.departments)
    yield "办理建议", "；".join(_advice(a.due))
    yield "办理期限", "，".join(_dates(a.due))
    yield "期限依据", " ".join(a.due.basis)
    yield "须先人工看", "；".join(REVIEW_REASONS[reason] for reason in a.review)


def _advice(due: Due) -> Iterator[str]:
    if due.mediation:
        yield "可先行人民调解"
    if due.joint_meeting:
        yield "涉及多个部门，建议会商"


def _dates(due: Due) -> Iterator[str]:
    days = {"受理": due.accept_by, "办结": due.finish_by, "经批准最迟延至": due.extended_to}
    return (f"{name} {day.isoformat()}{'前' if name != '经批准最迟延至' else ''}" for name, day in days.items() if day)
