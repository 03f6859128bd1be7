"""A synthetic week with every part filled: invented matters, places and numbers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from risk_model.feedback.measured import Cause, Hit, Lot, Measured, Moved
from risk_model.scan.findings import (
    Backlog,
    Breakdown,
    Check,
    Clock,
    ClockLine,
    Count,
    Findings,
    Forecast,
    ForecastLine,
    Gate,
    Hearing,
    HighLetter,
    Mismatch,
    Missed,
    Rising,
    Share,
    SmallDispute,
)  # fmt: skip

SUNDAY = dt.date(2019, 11, 24)


def measured() -> Measured:
    """What a service measured: the risk is said too low, and a word is new."""
    risk = Hit("level_2", 68, 28, 40, 36, 26.7, 18.2, 35.2, 36)
    tag = Hit("livelihood", 70, 52, 54, 52, 51.3, 47.0, 55.6, 52)
    lots = (Lot("2019-W46", 30, 30, risk), Lot("2019-W47", 30, 8, None))
    moved = (
        Moved("words", "alarm", 0.26, 0.001, (Cause("供暖", 12, 0.4), Cause("停气", 9, 1.0))),
        Moved("length", "ok", 214.2, 198.0, ()),
        Moved("calibration", "ok", None, None, ()),
    )
    return Measured(dt.date(2019, 11, 25), (risk, tag), lots, "2019-W47", moved)


_TITLES = (
    "青禾花园二期延期交房两年，开发商停工失联，业主请求政府牵头复工", "梧桐镇柳溪村征地补偿款三年未到账",
    "江北新城地铁口夜间施工噪音扰民", "宏远制衣厂拖欠一百二十名工人四个月工资",
    "金桂苑小区电梯频繁故障，物业与业委会互相推诿", "石桥乡自来水浑浊，村民饮水困难",
    "阳光幼儿园突然停业，预交学费无人退还", "滨河路雨污管道塌陷半年未修",
)  # fmt: skip
_AREAS = ("江北区", "梧桐镇", "城关街道", "石桥乡")
_OFFICES = (("住房和城乡建设局", "城关街道办事处"), ("自然资源和规划局", "梧桐镇人民政府"), ("生态环境局",), ("人力资源和社会保障局",))  # fmt: skip


def _title(k: int) -> str:
    return _TITLES[k % len(_TITLES)]


def _rising(k: int) -> Rising:
    now, before = 9 - k, max(0, 6 - k)
    return Rising(
        rank=k + 1, matter_id=f"m-2019-{1000 + k}", title=_title(k), area=_AREAS[k % 4], letters_this_week=now,
        letters_before=before, expected=round(0.3 + k / 10, 2), risk=round(0.92 - k * 0.09, 3), chance=round(0.88 - k * 0.07, 3),
        beyond_expected=k < 3, sure=k < 5, first_listed=f"2019-W{47 - k % 3}", departments=_OFFICES[k % 4],
        reasons=f"本周{now}件，前8周共{before}件；涉及多户或整个小区、村组；多次反映未果；四周内再有来信的可能约{88 - k * 7}%",
        weekly=(*(max(0, j - k) % 5 for j in range(8)), now),
    )  # fmt: skip


def _clock(k: int, left: int) -> ClockLine:
    due = SUNDAY + dt.timedelta(days=left)
    step = "受理" if k % 3 == 0 else "办结"
    return ClockLine(
        letter_id=f"XF20191118{k:06d}", matter_id=f"m-2019-{1000 + k % 8}", title=_title(k), area=_AREAS[k % 4],
        received=due - dt.timedelta(days=15 if step == "受理" else 60), due_on=due, days_left=left, step=step,  # type: ignore[arg-type]
        risk=round(0.9 - k * 0.02, 3), band=("high", "medium", "low")[min(2, k // 6)], departments=_OFFICES[k % 4],
    )  # fmt: skip


def _count(label: str, now: int, last: int, year: int, high: int, late: int) -> Count:
    return Count(label, now, last, year, high, late)


def sample() -> Findings:
    """Return the synthetic week."""
    forecast = Forecast(
        week="2019-W46",
        lines=tuple(
            ForecastLine(k + 1, f"m-2019-{1000 + k}", _title(k), round(0.85 - k * 0.07, 3), max(0, 7 - 2 * k),
                         "further" if k < 4 else "answered" if k < 6 else "quiet")
            for k in range(8)
        ),
        precision=(Share("前3项本周又有来信", 3, 3, SUNDAY), Share("前8项本周又有来信", 4, 8, SUNDAY)),
        misses=(
            Missed("m-2019-1090", "桃源路菜市场搬迁后商户安置无着落", 4, "本周首次出现，此前没有来信"),
            Missed("m-2019-1091", "西山煤矿家属区供暖温度不达标", 2, "此前只有一件来信，不足以列入"),
        ),
        history=(
            Share("历次名单前3项四周内又有来信", 71, 120, SUNDAY), Share("历次名单前5项四周内又有来信", 104, 198, SUNDAY),
            Share("历次名单前10项四周内又有来信", 170, 391, SUNDAY),
        ),
        lead_weeks=(-1, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 6, 9),
    )  # fmt: skip
    breakdowns = (
        Breakdown("诉求大类", (
            _count("民生保障", 198, 180, 210, 14, 9), _count("土地征收与发展", 84, 79, 66, 11, 6), _count("基层治理", 71, 75, 80, 8, 5),
        )),
        Breakdown("诉求小类", (
            _count("烂尾、延期、办证、质量、购房合同", 52, 40, 33, 7, 3), _count("工资、劳动关系", 41, 36, 45, 5, 2),
            _count("噪音、油烟、扬尘、排污、垃圾", 38, 44, 40, 1, 1), _count("征地及补偿", 30, 22, 25, 6, 4),
            _count("道路、公交、停车、水电气网", 27, 27, 31, 0, 0),
        )),
        Breakdown("区域", (
            _count("江北区", 120, 98, 101, 9, 5), _count("城关街道", 88, 92, 95, 6, 6), _count("梧桐镇", 61, 55, 60, 7, 3),
            _count("石桥乡", 12, 15, 8, 2, 1),
        )),
        Breakdown("承办部门", (
            _count("住房和城乡建设局", 92, 80, 76, 9, 6), _count("人力资源和社会保障局", 50, 47, 52, 5, 2),
            _count("自然资源和规划局", 44, 40, 35, 7, 4),
        )),
    )  # fmt: skip
    gate = Gate(
        (
            Check("未能读入的行", 0.009, 0.05, True, "0.9%的行未能读入（限5%）"),
            Check("文字太短", 0.02, 0.1, True, "2%的来信不足20个字（限10%）"),
            Check("全文重复", 0.04, 0.3, True, "4%的来信与另一封全文相同（限30%）"),
            Check("用词与训练数据", 0.11, 0.25, True, "用词差异0.11（限0.25），变化最大的词见右", ("供暖", "停气", "幼儿园")),
            Check("用词与前8周", 0.31, 0.25, False, "用词差异0.31（限0.25），本周集中出现“交房、复工、维权群”", ("交房", "复工", "维权群")),
            Check("分值与前8周", 0.06, 0.24, True, "风险分布的稳定性指数0.06（限0.24）"),
        ),
        accepted=True,
    )  # fmt: skip
    return Findings(
        week="2019-W47", monday=dt.date(2019, 11, 18), sunday=SUNDAY, office="云岭县信访局（示例）", model_version="2026.11.24",
        rows=315, scored=312, rejected=3, total=_count("来信总数", 312, 288, 323, 27, 17),
        trend=(*((f"2019-W{w:02d}", 250 + (w * 37) % 70, 12 + (w * 7) % 17) for w in range(21, 47)), ("2019-W47", 312, 27)),
        breakdowns=breakdowns, rising=tuple(_rising(k) for k in range(7)), gate=gate, forecast=forecast,
        clock=Clock(
            SUNDAY, tuple(_clock(k, k - 41 if k < 10 else k - 20) for k in range(17)), tuple(_clock(k, k // 3) for k in range(22)), 17, 22,
        ),
        backlog=Backlog(SUNDAY, (("15天以内", 301), ("16至60天", 244), ("61至90天", 18), ("91天至一年", 9), ("一年以上", 2)), 21.5),
        rates=(
            Share("按期受理率（近一年收到、已满15日）", 11820, 12240, SUNDAY), Share("按期办结率（近一年收到、已到期限）", 10012, 10760, SUNDAY),
            Share("初信初访办结率（近一年收到、已到期限）", 7020, 7411, SUNDAY), Share("群众满意率（近一年收到、已评价）", 233, 291, SUNDAY),
        ),
        hearings=tuple(
            Hearing(k + 1, f"m-2019-{1000 + k}", _title(k), _AREAS[k % 4], 12 - k, round(0.9 - k * 0.1, 3), 73 - 6 * k, _OFFICES[k % 4],
                    f"{12 - k}件来信未答复，最早的已等{73 - 6 * k}天；涉及5人（户）以上")
            for k in range(5)
        ),
        mismatches=tuple(
            Mismatch(f"XF20191120{k:06d}", f"m-2019-{1000 + k}", _title(k + 2), _AREAS[k % 4], ("咨询", "建议", "普通")[k % 3],
                     round(0.81 - k * 0.05, 3), "high", "拖欠工资+0.82;集体+0.41;已答复-0.30")
            for k in range(4)
        ),
        disputes=tuple(
            SmallDispute(f"WG20191121{k:04d}", f"m-2019-{1200 + k}", ("楼上漏水与楼下住户争执", "两家因宅基地界墙发生口角", "小店预付卡退费纠纷")[k % 3],
                         _AREAS[k % 4], SUNDAY - dt.timedelta(days=k % 6), (("property_management", "land_tenure", "consumer_finance")[k % 3],),
                         ("司法局（人民调解委员会）", "村（居）民委员会"))
            for k in range(6)
        ),
        high=tuple(
            HighLetter(f"XF20191119{k:06d}", f"m-2019-{1000 + k % 8}", _title(k), _AREAS[k % 4], SUNDAY - dt.timedelta(days=k % 7),
                       round(0.95 - k * 0.012, 3), ("livelihood", "governance") if k % 2 else ("land_acquisition",),
                       ("housing_delivery", "inaction_buck_passing") if k % 2 else ("land_requisition",),
                       ("group_affected", "unresolved", "collective_action")[: 1 + k % 3], _OFFICES[k % 4],
                       "分值接近分档线" if k > 20 else "", "停工+0.91;业主+0.52;维权+0.31;感谢-0.12")
            for k in range(27)
        ),
        missing=("首次来信",),
        notes=("2件来信没有日期，按本周来信计，不计办理期限", "原表含“姓名、电话”列，已在读入时丢弃"),
    )  # fmt: skip


def letters(n: int = 312) -> list[dict[str, Any]]:
    """Return synthetic scored rows of the week."""
    rows = []
    for k in range(n):
        land = k % 3 == 0
        rows.append({
            "id": f"43010020191118{k:06d}", "matter_id": f"m-2019-{1000 + k % 90}", "week": "2019-W47",
            "received": dt.datetime(2019, 11, 18 + k % 7), "area": _AREAS[k % 4], "title": _title(k),
            "p_land_acquisition": 0.9 if land else 0.1, "p_livelihood": 0.7, "p_governance": 0.2,
            "land_acquisition": land, "livelihood": not land, "governance": False,
            "subtags": "land_requisition" if land else "wages_labor;education", "factors": "group_affected;unresolved",
            "mass_incident_risk": round(0.95 - k * 0.003, 6), "risk_band": ("high", "medium", "low")[min(2, k // 30)],
            "review": "too_short" if k % 40 == 0 else "", "evidence": "停工+0.91;业主+0.52", "model_version": "2026.11.24",
        })  # fmt: skip
    return rows


def matters(n: int = 90) -> list[dict[str, Any]]:
    """Return synthetic rows of matters.parquet."""
    return [
        {
            "matter_id": f"m-2019-{1000 + k}", "title": _title(k), "first_week": "2019-W40", "last_week": "2019-W47", "letters": 12 - k % 9,
            "letters_this_week": 1 + k % 4, "copies": k % 3, "area": _AREAS[k % 4], "tags": "livelihood", "subtags": "housing_delivery",
            "factors": "unresolved", "risk": round(0.9 - k * 0.01, 3), "reasons": "共同出现：青禾花园、交房",
        }
        for k in range(n)
    ]  # fmt: skip


def empty(**changes: Any) -> Findings:
    """Return a week in which nothing came and of which nothing is known."""
    base: dict[str, Any] = {
        "week": "2019-W47", "monday": dt.date(2019, 11, 18), "sunday": SUNDAY, "office": "", "model_version": "v", "rows": 0, "scored": 0,
        "rejected": 0, "total": Count("来信总数", 0), "trend": (), "breakdowns": (), "rising": (), "gate": Gate(()),
    }  # fmt: skip
    return Findings(**(base | changes))
