"""The vocabulary: one table of tags, sub-tags, factors and bands that feeds code, CLI, API, desk, reports and docs.

A label describes the matter, never the person who writes. Departments are the usual ones of a county; an office can
edit its own copy. Clocks cite the regulation that sets them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

DISCLAIMER: Final = "辅助研判，不作为处理依据"

#: 信访工作条例 (2022): articles 22 and 23 (15 days to decide), article 34 (60 days from acceptance, 30 more at most).
STATUTE: Final = "《信访工作条例》第二十二条、第三十四条"
#: Accusations against officials go to the supervising body and are handled under its own rules (article 30).
ACCUSATION: Final = "《信访工作条例》第三十条（检举控告类）"


@dataclass(frozen=True, slots=True)
class Tag:
    """A risk family."""

    name: str
    label: str
    meaning: str


@dataclass(frozen=True, slots=True)
class SubTag:
    """A kind of matter inside a family, with who usually answers it and the legal basis of its clock.

    `mediation` is True where people's mediation (人民调解) is a first road before administrative handling.
    """

    name: str
    label: str
    tag: str
    departments: tuple[str, ...]
    mediation: bool = False
    basis: str = STATUTE


@dataclass(frozen=True, slots=True)
class Factor:
    """A fact stated in the letter that drives escalation; `sentence` says it to a clerk."""

    name: str
    label: str
    sentence: str


TAGS: Final = (
    Tag("land_acquisition", "土地征收与发展", "征地、房屋征收拆迁与安置、项目选址、农村土地权属"),
    Tag("livelihood", "民生保障", "工资社保、住房物业、环境、教育、医疗、交通水电、消费、安全、家庭邻里"),
    Tag("governance", "基层治理", "公共机关及其工作人员的作为或不作为"),
)

_LAND, _LIFE, _GOV = (t.name for t in TAGS)

SUBTAGS: Final = (
    SubTag("land_requisition", "征地及补偿", _LAND, ("自然资源和规划局", "乡镇人民政府", "人力资源和社会保障局")),
    SubTag(
        "demolition_resettlement", "房屋征收、拆迁、安置", _LAND, ("住房和城乡建设局（房屋征收部门）", "乡镇人民政府")
    ),
    SubTag("project_siting", "项目选址、规划、环评", _LAND, ("自然资源和规划局", "生态环境局", "发展和改革局")),
    SubTag(
        "land_tenure",
        "宅基地、承包、权属、占地",
        _LAND,
        ("农业农村局", "自然资源和规划局", "乡镇人民政府"),
        mediation=True,
    ),
    SubTag(
        "wages_labor",
        "工资、劳动关系",
        _LIFE,
        ("人力资源和社会保障局（劳动监察）", "住房和城乡建设局", "总工会"),
        mediation=True,
        basis="《劳动保障监察条例》第十七条（立案之日起60个工作日，经批准可延长30个工作日）；" + STATUTE,
    ),
    SubTag(
        "pension_social_security",
        "养老、社保、低保、优抚、改制遗留",
        _LIFE,
        ("人力资源和社会保障局", "民政局", "医疗保障局", "退役军人事务局"),
    ),
    SubTag(
        "housing_delivery",
        "烂尾、延期、办证、质量、购房合同",
        _LIFE,
        ("住房和城乡建设局", "自然资源和规划局（不动产登记）"),
    ),
    SubTag(
        "property_management",
        "物业、业委会、车位、电梯、维修基金",
        _LIFE,
        ("住房和城乡建设局", "街道办事处"),
        mediation=True,
    ),
    SubTag("pollution_environment", "噪音、油烟、扬尘、排污、垃圾", _LIFE, ("生态环境局", "城市管理局")),
    SubTag("education", "教育", _LIFE, ("教育局",)),
    SubTag("health_care", "医疗卫生", _LIFE, ("卫生健康局", "医疗保障局"), mediation=True),
    SubTag(
        "infrastructure_transport",
        "道路、公交、停车、水电气网",
        _LIFE,
        ("交通运输局", "住房和城乡建设局", "城市管理局"),
    ),
    SubTag(
        "consumer_finance",
        "消费、预付卡、金融、诈骗",
        _LIFE,
        ("市场监督管理局", "地方金融管理部门", "公安局"),
        mediation=True,
        basis="《消费者权益保护法》第四十六条（七个工作日内处理并告知）；" + STATUTE,
    ),
    SubTag("public_safety", "消防、治安、交通安全", _LIFE, ("公安局", "应急管理局", "消防救援大队")),
    SubTag(
        "family_neighbor_dispute",
        "婚姻家庭、邻里纠纷",
        _LIFE,
        ("司法局（人民调解委员会）", "村（居）民委员会", "妇女联合会"),
        mediation=True,
        basis="《人民调解法》；" + STATUTE,
    ),
    SubTag("inaction_buck_passing", "不作为、推诿", _GOV, ("被反映单位的上级机关", "信访局（督办）")),
    SubTag("perfunctory_style", "敷衍、态度、形式主义", _GOV, ("被反映单位的上级机关", "信访局（督办）")),
    SubTag("abuse_of_power", "乱作为、违规执法、不公", _GOV, ("司法局（行政执法监督）", "纪委监委"), basis=ACCUSATION),
    SubTag("corruption", "贪腐、优亲厚友", _GOV, ("纪委监委",), basis=ACCUSATION),
    SubTag(
        "opaque_affairs",
        "村务、政务、财务、补偿不公开",
        _GOV,
        ("乡镇人民政府", "农业农村局", "政务公开主管部门"),
        basis="《村民委员会组织法》第三十一条；《政府信息公开条例》第三十三条（20个工作日）；" + STATUTE,
    ),
    # Goes to the supervising body, never to the body complained about.
    SubTag(
        "petitioner_treatment", "阻挠、威胁、打击报复反映问题的人", _GOV, ("纪委监委", "上级信访部门"), basis=ACCUSATION
    ),
)

FACTORS: Final = (
    Factor("group_affected", "涉众", "涉及5人（户）以上"),
    Factor("unresolved", "久拖未决", "此前反映过没有结果，或者拖延至今"),
    Factor("hardship", "生计安全受损", "生计、住所、健康、安全或大额财产受到严重损失"),
    Factor("imminent_trigger", "迫近节点", "一个月内或者眼下就有会使事情恶化的节点"),
    Factor("collective_action", "集体行动", "已经或者准备共同行动"),
)

#: Cumulative escalation levels the model estimates; level 2 and above is what `mass_incident_risk` foretells.
LEVELS: Final = ("level_1", "level_2", "level_3")

BANDS: Final = {"high": "高", "medium": "中", "low": "低"}

REVIEW_REASONS: Final = {
    "near_threshold": "分值接近分档线",
    "too_short": "文字太短",
    "not_petition": "不像信访事项",
    "out_of_vocabulary": "生词过多",
    "mojibake": "疑似乱码",
    "uncertain_tags": "标签拿不准",
}

TAG_NAMES: Final = tuple(t.name for t in TAGS)
SUBTAG_NAMES: Final = tuple(s.name for s in SUBTAGS)
FACTOR_NAMES: Final = tuple(f.name for f in FACTORS)
#: Order of every score vector in this project.
OUTPUTS: Final = TAG_NAMES + SUBTAG_NAMES + FACTOR_NAMES + LEVELS
#: The output whose probability is `mass_incident_risk`.
RISK_OUTPUT: Final = "level_2"

TAG_OF: Final = {s.name: s.tag for s in SUBTAGS}
LABELS: Final = {x.name: x.label for x in (*TAGS, *SUBTAGS, *FACTORS)} | {
    "level_1": "有不满",
    "level_2": "群体风险",
    "level_3": "群体高风险",
}


def label(name: str) -> str:
    """Return the Chinese label of a tag, sub-tag, factor or level.

    >>> label("wages_labor")
    '工资、劳动关系'
    """
    return LABELS[name]
