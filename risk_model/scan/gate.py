"""The data gate: is this table what the model can judge? Every check has a limit, a measured value and a sentence."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from risk_model.errors import GateError
from risk_model.model import RiskModel
from risk_model.scan.findings import Check, Gate
from risk_model.scan.profile import learnt_shares, pooled, stability, word_drift
from risk_model.tables import Letter, Reject
from risk_model.taxonomy import LABELS, TAG_NAMES
from risk_model.text import mojibake_share

#: Limits, with room above what a year of public letters shows week by week (docs/scan.md).
EMPTY, DOUBLE, UNDATED_SHARE, SHORT, FOREIGN, GARBLED, COPIED = 0.2, 0.05, 0.2, 0.3, 0.2, 0.05, 0.5
SCORES, FAMILIES = 0.25, 0.35
#: Distance of word use from which letters are another kind of text. Weeks of public letters are at 0.15 + 1 / sqrt(letters), a corpus of
#: another county's letters below 0.36 + 0.7 / sqrt(letters), technical prose at 0.65.
WORDS, WORDS_CHANCE = 0.42, 1.2
#: Fewer letters than this say nothing about drift.
LEAST: Final = 50
#: Weeks that a week is compared with.
BEFORE: Final = 8
#: Below this many characters a letter says too little to be judged by its words.
_SHORT: Final = 10
#: Below this share of Chinese characters a text is in another language, or no text.
_HAN_SHARE: Final = 0.5
_MOJIBAKE: Final = 0.02
_HAN: Final = re.compile("[\u3400-\u9fff]")
_SIGN: Final = re.compile(r"[^\W\d_]")


def share_check(name: str, part: int, whole: int, limit: float, what: str) -> Check:
    """Return a check of a share that must not exceed its limit."""
    value = part / whole if whole else 0.0
    return Check(name, round(value, 4), limit, value <= limit, f"{what}{part}行，占{value:.1%}（限{limit:.0%}）")


def table_checks(rows: int, rejects: Iterable[Reject], undated: int | None) -> tuple[Check, ...]:
    """Check what could be read of the rows of a table; `undated` is None where the table has no dates at all."""
    reasons = [reject.reason for reject in rejects]
    empty = sum("空的" in r for r in reasons)
    double = sum(r.startswith("编号重复") for r in reasons)
    checks = [
        share_check("空白来信", empty, rows, EMPTY, "标题和正文都空的"),
        share_check("编号重复", double, rows, DOUBLE, "编号与前面相同的"),
        share_check("其他读不了的行", len(reasons) - empty - double, rows, DOUBLE, "编码、引号或列数不对的"),
    ]
    if undated is not None:
        checks.append(share_check("日期缺失", undated, rows, UNDATED_SHARE, "没有日期或日期不可能的"))
    return tuple(checks)


def text_checks(texts: Sequence[str]) -> tuple[Check, ...]:
    """Check length, language and repetition of letters."""
    whole = len(texts)
    short = sum(len(t.strip()) < _SHORT for t in texts)
    foreign = sum(is_foreign(t) for t in texts)
    garbled = sum(mojibake_share(t) > _MOJIBAKE for t in texts)
    return (
        share_check("文字太短", short, whole, SHORT, f"不足{_SHORT}个字的"),
        share_check("不是中文", foreign, whole, FOREIGN, f"汉字不到{_HAN_SHARE:.0%}的"),
        share_check("疑似乱码", garbled, whole, GARBLED, "有乱码的"),
        share_check("全文重复", whole - len(set(texts)), whole, COPIED, "与另一封全文相同的"),
    )


def is_foreign(text: str) -> bool:
    """Tell whether most letters of a text are not Chinese characters.

    >>> is_foreign("The road is broken"), is_foreign("路坏了 No.7")
    (True, False)
    """
    han = len(_HAN.findall(text))
    return han < _HAN_SHARE * max(1, len(_SIGN.findall(text)))


def schema_check(frame: pd.DataFrame) -> Check:
    """Check the scored letters against a pandera schema: ids, weeks, probabilities and bands."""
    import pandera.pandas as pa

    probability = pa.Column(float, pa.Check.in_range(0, 1))
    wanted = pa.DataFrameSchema(
        {
            "id": pa.Column(None, pa.Check.str_length(min_value=1), unique=True),
            "week": pa.Column(None, pa.Check.ge(0)),
            "body": pa.Column(None, nullable=False),
            "risk_band": pa.Column(None, pa.Check.isin(["high", "medium", "low"])),
            "mass_incident_risk": probability,
            **{f"p_{tag}": probability for tag in TAG_NAMES},
        }
    )
    try:
        wanted.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        found = error.failure_cases
        columns = tuple(sorted({str(c) for c in found["column"].dropna()}))
        return Check(
            "表结构", float(len(found)), 0.0, False, f"{len(found)}处不合表结构：{'、'.join(columns)}", columns
        )
    return Check("表结构", 0.0, 0.0, True, "各列类型和取值都合要求")


def drift_checks(now: dict[str, Any], before: list[dict[str, Any]], model: RiskModel) -> tuple[Check, ...]:
    """Check words and scores of a week against the letters the model learnt from and against the weeks before."""
    if now["letters"] < LEAST:
        return ()
    words = list(now["words"])
    distance, named = word_drift(now, learnt_shares(model, words), words)
    limit = round(WORDS + WORDS_CHANCE / math.sqrt(now["looked"]), 4)
    checks = [_words("用词与训练数据", distance, limit, named)]
    letters = sum(model.manifest["letters"][k] for k in ("synthetic", "real") if k in model.manifest["letters"])
    counts = model.manifest["label_counts"]
    moved = {t: now["tags"][t] / now["letters"] - counts[t] / letters for t in TAG_NAMES}
    most = max(moved, key=lambda t: abs(moved[t]))
    said = f"与训练数据相比，变化最大的是{LABELS[most]}：{moved[most]:+.0%}（限±{FAMILIES:.0%}）"
    value = round(abs(moved[most]), 4)
    checks.append(Check("各类占比与训练数据", value, FAMILIES, value <= FAMILIES, said))
    past = pooled(before[-BEFORE:]) if before else None
    if past and past["letters"] >= LEAST:
        then = np.array([past["words"].get(w, 0) for w in words]) / past["looked"]
        distance, named = word_drift(now, then, words)
        checks.append(_words(f"用词与前{BEFORE}周", distance, limit, named))
        value = stability(now["risk"], past["risk"])
        # Small weeks differ by chance: the index of two equal sources is about (steps - 1) (1 / n + 1 / m).
        chance = (len(now["risk"]) - 1) * (1 / now["letters"] + 1 / past["letters"])
        limit = round(SCORES + 2 * chance, 4)
        said = f"风险分布的稳定性指数{value:.2f}（限{limit:.2f}）"
        checks.append(Check(f"分值与前{BEFORE}周", value, limit, value <= limit, said))
    return tuple(checks)


def _words(name: str, distance: float, limit: float, named: tuple[str, ...]) -> Check:
    more = f"；明显增多的词：{'、'.join(named)}" if named else ""
    return Check(
        name, round(distance, 4), limit, distance <= limit, f"距离{distance:.2f}（限{limit:.2f}）{more}", named
    )


def probe(letters: Sequence[Letter], rejects: Sequence[Reject]) -> tuple[Check, ...]:
    """Check the first rows of an input, before any work is spent on the rest."""
    rows = len(letters) + len(rejects)
    texts = [f"{x.petition.title}\n{x.petition.body}" for x in letters]
    return (*table_checks(rows, rejects, None), *text_checks(texts))


def require(checks: Iterable[Check], *, accept: bool, where: str) -> Gate:
    """Return the gate; raise `GateError` with every reason where a check failed and that is not accepted."""
    every = tuple(checks)
    failed = [check for check in every if not check.passed]
    if failed and not accept:
        reasons = "；".join(f"{check.name}——{check.says}" for check in failed)
        raise GateError(
            f"{where}没有通过数据检查，未出结果：{reasons}。请先核对导出的表；确认无误时加 --accept-drift 继续，报告首页会注明"
        )
    return Gate(every, accepted=bool(failed))
