"""The columns that scoring appends, in their fixed order, as values and in a clerk's words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from risk_model.schema import Assessment, Contribution
from risk_model.taxonomy import BANDS, FACTOR_NAMES, LABELS, REVIEW_REASONS, SUBTAG_NAMES, TAGS

Value = float | bool | str
Kind = Literal["probability", "flag", "names", "band", "text"]

#: Decimals kept of a probability; finer than any calibration can tell, coarse enough to read.
_DECIMALS: Final = 6
#: A cell of ours never begins like a formula, and its parts are split at semicolons.
_FORMULA_STARTS: Final = "=+-@ \t"
_WORDS: Final = {name: LABELS[name] for name in (*SUBTAG_NAMES, *FACTOR_NAMES)} | REVIEW_REASONS


@dataclass(frozen=True, slots=True)
class Column:
    """One appended column: its name, its Chinese header, what kind of value it holds and where that comes from."""

    name: str
    header: str
    kind: Kind
    value: Callable[[Assessment], Value]


def _probability(tag: str) -> Callable[[Assessment], Value]:
    return lambda a: round(float(a.probabilities[tag]), _DECIMALS)


def _flag(tag: str) -> Callable[[Assessment], Value]:
    return lambda a: tag in a.tags


COLUMNS: Final = (
    *(Column(f"p_{tag.name}", f"{tag.label}（概率）", "probability", _probability(tag.name)) for tag in TAGS),
    *(Column(tag.name, tag.label, "flag", _flag(tag.name)) for tag in TAGS),
    Column("subtags", "具体类别", "names", lambda a: ";".join(a.subtags)),
    Column("factors", "风险因素", "names", lambda a: ";".join(a.factors)),
    Column(
        "mass_incident_risk", "群体风险（概率）", "probability", lambda a: round(float(a.mass_incident_risk), _DECIMALS)
    ),
    Column("risk_band", "风险档", "band", lambda a: a.risk_band),
    Column("review", "须先人工看的原因", "names", lambda a: ";".join(a.review)),
    Column("evidence", "判断依据（词语与贡献）", "text", lambda a: evidence_text(a.evidence)),
    Column("model_version", "模型版本", "text", lambda a: a.model_version),
)
RESULT_NAMES: Final = tuple(column.name for column in COLUMNS)
RESULT_HEADERS: Final = tuple(column.header for column in COLUMNS)


def evidence_text(evidence: Sequence[Contribution]) -> str:
    """Return the words that carry a judgement with their signed contributions, in the order given.

    >>> evidence_text([Contribution("拖欠工资", "body", 0, 4, 0.82), Contribution("已解决", "body", 9, 12, -0.3)])
    '拖欠工资+0.82;已解决-0.30'
    """
    words = ((" ".join(item.text.replace(";", " ").split()).lstrip(_FORMULA_STARTS), item.weight) for item in evidence)
    return ";".join(f"{word}{weight:+.2f}" for word, weight in words if word)


def values(assessment: Assessment) -> tuple[Value, ...]:
    """Return the appended values of one letter, one per column of `COLUMNS`."""
    return tuple(column.value(assessment) for column in COLUMNS)


def result_columns(assessments: Sequence[Assessment]) -> dict[str, list[Value]]:
    """Return the appended columns of several letters by name, in their fixed order."""
    return {column.name: [column.value(a) for a in assessments] for column in COLUMNS}


def to_plain(value: Value) -> str:
    """Write a value for a text file: true/false, probabilities with a point.

    >>> to_plain(True), to_plain(0.25), to_plain("high")
    ('true', '0.25', 'high')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    # A tiny probability must not become 1e-06, which Excel and people read wrongly.
    return value if isinstance(value, str) else f"{value:.{_DECIMALS}f}".rstrip("0").removesuffix(".")


def to_chinese(kind: Kind, value: Value) -> str:
    """Write a name, a flag or a band in Chinese.

    >>> to_chinese("names", "wages_labor;pension_social_security"), to_chinese("flag", True), to_chinese("band", "high")
    ('工资、劳动关系;养老、社保、低保、优抚、改制遗留', '是', '高')
    """
    if kind == "flag":
        return "是" if value else "否"
    text = str(value)
    if kind == "band":
        return BANDS.get(text, text)
    return ";".join(_WORDS.get(name, name) for name in text.split(";")) if kind == "names" else text


def output_header(header: Sequence[str], appended: Sequence[str] = RESULT_NAMES) -> tuple[tuple[str, ...], list[str]]:
    """Return the original names with those that ours need moved out of the way, and notes about it.

    >>> output_header(["id", "livelihood"])
    (('id', 'livelihood_input'), ['原表的“livelihood”列与结果列同名，已改名为“livelihood_input”'])
    """
    reserved, names, notes = {*RESULT_NAMES, *appended}, [], []
    taken = set(header) | reserved
    for name in header:
        new = name
        if name in reserved:
            new = next(n for n in (f"{name}_input{i or ''}" for i in range(len(taken) + 1)) if n not in taken)
            taken.add(new)
            notes.append(f"原表的“{name}”列与结果列同名，已改名为“{new}”")
        names.append(new)
    return tuple(names), notes


def unique_header(header: Sequence[str]) -> tuple[str, ...]:
    """Return names that all differ, as formats with named fields need: nameless columns get a number, doubles a suffix.

    >>> unique_header(["备注", "", "备注"])
    ('备注', 'column_2', '备注_2')
    """
    taken: set[str] = set(header)
    used: set[str] = set()
    names = []
    for position, name in enumerate(header, 1):
        new = name
        if not name or name in used:
            stem = name or "column"
            new = next(
                n
                for n in (f"{stem}_{i}" for i in range(2 if name else position, len(header) + 3 + position))
                if n not in taken
            )
            taken.add(new)
        used.add(new)
        names.append(new)
    return tuple(names)
