"""A small invented office's book: letters of the built-in corpus over six weeks, with what was done about them."""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
from importlib.resources import files
from pathlib import Path

WEEK = "2019-W47"
SUNDAY = dt.date(2019, 11, 24)
FIRST = dt.date(2019, 10, 14)
HEADER = (
    "编号", "标题", "内容", "来信日期", "乡镇", "渠道", "登记类型", "承办单位", "办理状态", "受理日期", "答复日期", "满意度",
    "初信初访", "信访人姓名",
)  # fmt: skip
#: A matter that grows: one letter in each of three weeks, then three in the reported one, in words of their own.
GROWING = (
    (
        "2019-10-30",
        "青禾苑小区二次供水泵房坏了没人管",
        "青禾苑小区二次供水泵房坏了一个星期，我们三号楼六层以上天天没水，物业说等厂家。",
    ),
    (
        "2019-11-06",
        "青禾苑高层停水",
        "青禾苑小区高层又停水了，二次供水泵房一直没修好，一百多户没法做饭，找物业和住建局都没有结果。",
    ),
    ("2019-11-13", "青禾苑小区供水泵房", "再次反映青禾苑小区二次供水泵房的事，停水第三周了，老人提水上楼摔了。"),
    ("2019-11-18", "青禾苑停水三周无人解决", "青禾苑小区一百六十多户因二次供水泵房损坏停水三周，准备一起去县里。"),
    (
        "2019-11-20",
        "青禾苑二次供水",
        "青禾苑小区二次供水泵房坏了至今没有修，物业和供水公司互相推，业主群里都在约着去县政府。",
    ),
    ("2019-11-22", "青禾苑小区停水", "我是青禾苑小区业主，二次供水泵房不修，全小区高层停水，请马上解决。"),
)


def rows(count: int = 150, seed: int = 3) -> list[tuple[str, ...]]:
    """Return invented rows, in order of day."""
    rng = random.Random(seed)
    with (files("risk_model.data") / "corpus.jsonl").open(encoding="utf-8") as file:
        texts = [json.loads(line) for line in file][:count]
    out = []
    days = [FIRST + dt.timedelta(days=rng.randrange((SUNDAY - FIRST).days + 1)) for _ in texts]
    for k, (text, day) in enumerate(sorted(zip(texts, days, strict=True), key=lambda pair: (pair[1], pair[0]["id"]))):
        out.append(_row(f"XF{k:05d}", text["title"], text["body"], day, rng))
    out += [
        _row(f"QH{k}", title, body, dt.date.fromisoformat(day), rng) for k, (day, title, body) in enumerate(GROWING)
    ]
    return sorted(out, key=lambda row: (row[3], row[0]))


def _row(key: str, title: str, body: str, day: dt.date, rng: random.Random) -> tuple[str, ...]:
    accepted = day + dt.timedelta(days=rng.randrange(1, 20))
    answered = accepted + dt.timedelta(days=rng.randrange(5, 70))
    told = [accepted if accepted <= SUNDAY else None, answered if answered <= SUNDAY else None]
    return (
        key, title, body, day.isoformat(), rng.choice(["东镇", "西乡", "城关街道"]), rng.choice(["来信", "网上信访", "网格"]),
        rng.choice(["信访", "咨询", "普通"]), rng.choice(["住建局", "人社局", ""]), "已办结" if told[1] else "办理中",
        *(x.isoformat() if x else "" for x in told), rng.choice(["满意", "不满意", "未评价"]) if told[1] else "",
        rng.choice(["初", "重"]), "张三丰",
    )  # fmt: skip


def write(path: Path, lines: list[tuple[str, ...]], header: tuple[str, ...] = HEADER) -> Path:
    """Write rows to a csv file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(header)
        out.writerows(lines)
    return path
