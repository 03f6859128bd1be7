"""模型版本: what is served, training a candidate, both side by side, the switch and its journal, the shadow."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi import Path as PathParameter
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from risk_model import guard
from risk_model.artifact import Registry, read_manifest
from risk_model.errors import ArtifactError
from risk_model.feedback import LOCKED_SHARE
from risk_model.taxonomy import TAGS, label
from service.desk.pages import Desk, PageGuard
from service.errors import ApiError
from service.learning import candidates, shadow
from service.learning.decisions import reviewed
from service.security.permissions import Permission
from service.served import Served
from service.store import learning_jobs as jobs
from service.store.errors import Missing
from service.store.learning_tables import LearningJobRow, ShadowRow

router = APIRouter(include_in_schema=False)
Reader = Annotated[Desk, Depends(PageGuard(Permission.MODEL_READ))]
Approver = Annotated[Desk, Depends(PageGuard(Permission.REVIEWS_APPROVE))]
Name = Annotated[str, PathParameter(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]

#: Matters listed of a shadow's differences: the rest is smaller.
_MOST: Final = 100
STAGES: Final = {"export": "导出复核记录", "train": "训练", "keep": "存放", "compare": "与现用模型比较"}
STATES: Final = {
    "waiting": "等待开始", "running": "正在训练", "done": "已完成", "failed": "没有成功", "cancelled": "已停止",
}  # fmt: skip
_FIGURES: Final = {
    "tags.macro_f1": "三个标签，平均F1",
    **{f"{t.name}.f1": f"{t.label}，F1" for t in TAGS},
    "subtags.micro_f1": "具体类别，F1",
    "factors.micro_f1": "风险因素，F1",
    "risk.auc_ge2": "群体风险，排序正确率",
    "risk.brier_ge2": "群体风险，概率的平方误差",
    "risk.ece_ge2": "群体风险，概率误差",
    "risk.recall_level3_top_fifth": "最严重的来信落在前五分之一的比例",
    "letters_per_second": "每秒研判来信（现用为1）",
}
_PROBES: Final = {
    "ethnicity": "民族", "religion": "宗教", "sex": "性别", "age": "年龄", "origin": "籍贯", "lawful_step": "依法反映的途径",
    "name": "姓名", "occupation": "职业", "tone": "语气", "criticism": "批评官员", "place": "地名",
}  # fmt: skip
_SETS: Final = {"neutrality": "换个人来写，分数变多少（越小越好）", "speed": "速度"}


@dataclass(frozen=True, slots=True)
class Line:
    """A guarded figure in words: both models, their difference with its interval, and the verdict."""

    name: str
    served: str
    candidate: str
    difference: str
    interval: str
    verdict: str
    is_lower_better: bool


@dataclass(frozen=True, slots=True)
class Version:
    """A version as the list shows it."""

    name: str
    letters: str
    is_served: bool
    verdict: str
    worse: int
    is_compared: bool


@router.get("/desk/learning/versions")
def overview(desk: Reader) -> HTMLResponse:
    """Show the versions, the training, the shadow and the journal."""
    core, served = desk.core, _served(desk)
    registry, current = served.registry, served.registry.current()
    with core.store.reading() as session:
        job = jobs.newest(session, candidates.KIND)
        letters, locked = reviewed(session)
        shadow_row = shadow.latest(session)
        read = _read(session, shadow_row) if shadow_row else None
    journal = list(reversed(guard.journal(registry)))
    versions = [_version(registry, name, current) for name in sorted(registry.versions(), reverse=True)]
    return desk.page(
        "versions.html",
        "versions",
        current=current,
        pinned=served.pinned,
        journal=journal,
        since=next((p for p in journal if p.after == current), None),
        before=registry.history()[-1] if registry.history() else "",
        versions=sorted(versions, key=lambda v: not v.is_served),
        job=job,
        training=_training(job) if job else None,
        states=STATES,
        suggestion=_suggestion(core.today(), registry),
        letters=letters,
        locked=locked,
        locked_share=LOCKED_SHARE,
        has_data=core.settings.training_data is not None,
        has_locked_set=core.settings.locked_set is not None,
        shadow=shadow_row,
        shadow_runs=shadow_row is not None and shadow_row.ends > core.now(),
        read=read,
        told=told,
    )


@router.get("/desk/learning/versions/{version}")
def compared(version: Name, desk: Reader) -> HTMLResponse:
    """Show a version beside the one in use: every guarded figure, and which are worse."""
    served = _served(desk)
    registry, current = served.registry, served.registry.current()
    if version not in registry.versions():
        raise Missing(f"没有版本 {version}")
    found = guard.comparison_of(registry, version, current)
    return desk.page(
        "version.html",
        "versions",
        version=version,
        current=current,
        pinned=served.pinned,
        made=_letters(registry, version),
        found=found,
        sets=_sets(found) if found else [],
        worse=[told(f"{f.where}:{f.name}") for f in found.worse] if found else [],
        shortest=guard.SHORTEST_REASON,
    )


@router.get("/desk/learning/shadow")
def differences(desk: Approver) -> HTMLResponse:
    """Show where the newest shadow and the model in use differ, by matter, largest difference first."""
    core = desk.core
    shadow.read_along(core.store, _served(desk).registry)
    with core.store.reading() as session:
        row = shadow.latest(session)
        letters, found = shadow.compared(session, row) if row else (0, [])
        shown = found[:_MOST]
        titles = shadow.titles(session, [d.letter for d in shown])
    return desk.page(
        "shadow.html",
        "shadow",
        row=row,
        runs=row is not None and row.ends > core.now(),
        letters=letters,
        total=len(found),
        moved=guard.moved(found),
        lines=[(d, titles[d.letter], _changed(d)) for d in shown],
    )


def _changed(d: guard.Difference) -> list[str]:
    more = [f"+{label(n)}" for n in sorted(d.candidate.labels - d.served.labels)]
    return more + [f"−{label(n)}" for n in sorted(d.served.labels - d.candidate.labels)]


def _served(desk: Desk) -> Served:
    if desk.core.served is None:
        raise ApiError(503, "模型还没有载入", headers={"Retry-After": "5"})
    return desk.core.served


def _read(session: Session, row: ShadowRow) -> tuple[int, dict[str, int]]:
    letters, found = shadow.compared(session, row)
    return letters, guard.moved(found)


def _training(job: LearningJobRow) -> list[tuple[str, str]]:
    """Return the stages of a training, each `done`, `now` or `later`."""
    names = list(STAGES)
    at = names.index(job.stage) if job.stage in names else -1
    is_over = job.state == "done"
    return [
        (text, "done" if is_over or k < at else "now" if k == at else "later") for k, text in enumerate(STAGES.values())
    ]


def _suggestion(today: dt.date, registry: Registry) -> str:
    """Return a name for the next version: the day, numbered where it is taken.

    >>> _suggestion(dt.date(2026, 12, 1), Registry(Path("nowhere")))
    '2026.12.1'
    """
    day = f"{today.year}.{today.month}.{today.day}"
    taken = set(registry.versions())
    return next(name for name in (day, *(f"{day}.{k}" for k in range(2, len(taken) + 3))) if name not in taken)


def _version(registry: Registry, name: str, current: str) -> Version:
    found = None if name == current else guard.comparison_of(registry, name, current)
    worse = len(found.worse) if found else 0
    is_compared = found is not None and found.judged
    verdict = "正在使用" if name == current else "还没有比较过"
    if is_compared:
        verdict = f"{worse}项变差" if worse else "没有变差的"
    return Version(name, _letters(registry, name), name == current, verdict, worse, is_compared)


def _letters(registry: Registry, name: str) -> str:
    """Return what a version was trained on."""
    try:
        manifest: dict[str, Any] = read_manifest(registry.path(name))
    except ArtifactError as error:
        return str(error)
    letters, lessons = manifest.get("letters", {}), manifest.get("feedback", {}).get("lessons", 0)
    own = f"（其中本单位复核的{lessons}封）" if lessons else ""
    made = [f"真实来信{letters['real']}封{own}"] if letters.get("real") else []
    made += [f"编写的来信{letters['synthetic']}封"] if letters.get("synthetic") else []
    return "，".join(made) or "—"


def _sets(found: guard.Comparison) -> list[tuple[str, int | None, list[Line]]]:
    """Return the figures by the set of letters they were measured on."""
    out = []
    for where, figures in groupby(found.figures, key=lambda f: f.where):
        title = _SETS.get(where) or (
            "本单位复核、留出不训练的来信" if where == "decisions.jsonl" else f"留出的来信 {where}"
        )
        out.append((title, found.letters.get(where), [_line(f) for f in figures]))
    return out


def _line(f: guard.Figure) -> Line:
    verdict = "worse" if f.worse else "better" if f.gain > f.tolerance else "same"
    interval = "" if f.low is None or f.high is None else f"{_signed(f.low)} 至 {_signed(f.high)}"
    return Line(
        _named(f.name), f"{f.served:.3f}", f"{f.candidate:.3f}", _signed(f.candidate - f.served), interval, verdict,
        not f.higher_is_better,
    )  # fmt: skip


def _named(name: str) -> str:
    base = name.removesuffix("_in_prose")
    if base in _PROBES:
        return _PROBES[base] + ("（顺带提到）" if base != name else "")
    return _FIGURES.get(name, name)


def told(worse: str) -> str:
    """Return a worse figure, kept as `set:figure`, in words.

    >>> told("locked.csv:risk.ece_ge2"), told("neutrality:age")
    ('群体风险，概率误差', '中立性：年龄')
    """
    where, _, name = worse.partition(":")
    return f"中立性：{_named(name)}" if where == "neutrality" else _named(name)


def _signed(value: float) -> str:
    """Return a difference with its sign; none where nothing is left of it after rounding.

    >>> _signed(0.0142), _signed(-0.0142), _signed(-0.0001)
    ('+0.014', '-0.014', '0.000')
    """
    return "0.000" if abs(value) < 0.0005 else f"{value:+.3f}"
