"""How many are affected: people, households, and groups named without a number."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Final

from risk_model.signals.kinds import Signal, signal
from risk_model.signals.numbers import Number, Span, read
from risk_model.text.sieve import Starts, matches

#: The size from which the annotation guide speaks of a group; all that 全村 says for certain.
GROUP: Final = 5

_OWNER: Final = (
    "业主(?!委|大会|代表大会)|村民(?!委|代表大会)|居民(?![区楼点房小委])|住户|农户|商户|租户|购房者|购房户|购房人"
    "|买房人"
)
_WORKER: Final = "职工|员工|工人|农民工|民工|教师|老师|司机|驾驶员|护士|工友|同事"
_OTHER: Final = (
    "学生家长|学生(?![会证])|家长|师生|同学|学员|老人|受害者|受害人|投资人|投资者|出借人|会员|消费者|患者|乘客|考生|乡亲|老百姓|百姓|群众"
    "|社员|组员|场民"
)
#: People who may be affected by a matter; shared with the collective actions.
MEMBER: Final = f"{_OWNER}|{_WORKER}|{_OTHER}"
_PERSON: Final = (
    f"{MEMBER}|农民|市民|病人|客户|用户|孩子|小孩|儿童|幼儿|旅客|残疾人|退役军人|老兵|战友|矿工|妇女|游客|毕业生|大学生|中小学生"
    "|小学生|中学生|小朋友|女工|邻居|党员|代表|商贩|摊贩|环卫工|保洁员|顾客|骑手|移民|房东|车主|人员"
)
#: 人 that is not a person counted: 人民, 人次, 人行道, 三人间 …
_BARE_PERSON: Final = r"人(?![民次均行工间体流防大才生格权力座情事士称像道社寿物文数机脸员份制们])"

_PEOPLE = re.compile(
    rf"[ ]?(?:(?P<kin>[名位个]?(?:孩子|小孩|老人|小朋友|儿童|同学|老师))"
    rf"|[名位][ ]?[一-龥]{{0,8}}?(?:{_PERSON}|人)|个(?:{_PERSON})|(?P<direct>{_PERSON})|(?:个|口|号)?{_BARE_PERSON})"
)
_HOUSEHOLDS = re.compile(
    r"[ ]?(?:户(?![型口籍外均表内门头对用主]|一[表宅房梯]|及以上)|(?P<direct>住户|农户|商户)|户?家庭|个家庭"
    r"|家(?:住户|农户|商户|业主|人家|经营户|个体户|养殖户))"
)
_HOUSEHOLDS_FIRST: Final = frozenset(" 户住农商个家")
_PEOPLE_FIRST: Final = frozenset(" 名位个口号人") | {word[0] for word in _PERSON.split("|")}
#: What a number may have behind it that counts people or households.
FOLLOWERS: Final = _HOUSEHOLDS_FIRST | _PEOPLE_FIRST
#: The other side of a matter, or people who do their work: their number says nothing about who is affected.
_OTHER_SIDE = re.compile(
    "领导|干部|保安|警|城管|工作人员|执法|办案|物业|医生|律师|候选|评委|记者|书记|科长|主任|社会人员|社会青年|黑|陌生|不明|打手|歹徒"
    "|嫌疑|被告|监理|销售|中介|老板|专家|官员|法官|委员|管理人员|股东|负责人|法人|推销|维修|施工人员|安保|队员|师傅|以上"
)
#: A rate or a limit, not a group: 每3人, 限5人, 一梯两户, 每层4户.
_RATE = re.compile(r"[每限均满梯层]\Z")
#: One family counting its own is no group.
_FAMILY = re.compile(
    r"(?:全家|一家|我家|家里|家中|家庭|家人|夫妻|夫妇|兄弟|姐妹|父母|父子|母子|母女)[一-龥，、]{0,5}\Z"
)
#: A bare 百, 千, 万 is a name or an idiom (千户苗寨, 万人广场) unless the text goes on to say who or what they did.
_BARE_UNIT = re.compile(r"[百千万][ ]?(?:[名位]|户(?:居民|业主|村民|住户|人家)|人(?:联名|签名|请愿|上访|聚集))")


def find_counted(text: str, spans: Sequence[Span]) -> Iterator[Signal]:
    """Yield `people` and `households` of two or more."""
    for span in spans:
        kind = "households"
        m = _HOUSEHOLDS.match(text, span.end) if span.follower in _HOUSEHOLDS_FIRST else None
        if m is None and span.follower in _PEOPLE_FIRST:
            kind = "people"
            m = _PEOPLE.match(text, span.end)
        if m is None:
            continue
        number = read(text, span)
        if number and number.value.high >= 2 and _counts(text, span, number, m):
            yield signal(kind, text, (number.start, m.end()), number.value.low, number.value.high)


def _counts(text: str, span: Span, number: Number, m: re.Match[str]) -> bool:
    """Tell a count of those affected from names, rates, room numbers, families and the other side."""
    low, high = number.value.low, number.value.high
    written = text[number.start : span.end]
    if written in ("百", "千", "万"):
        return _BARE_UNIT.match(text, span.start) is not None
    if low < 1 or _RATE.search(text, max(0, number.start - 1), number.start):
        return False
    # 404住户 and 3业主 are a room and a building; a count without measure word is round, vague or in words.
    if m["direct"] and (high < 10 or (written.isdecimal() and low % 50)):
        return False
    if m.re is _HOUSEHOLDS:
        return True
    if _OTHER_SIDE.search(text, m.start(), m.end() + 3) or (m["kin"] and high < GROUP):
        return False
    return high >= 2 * GROUP or _FAMILY.search(text, max(0, number.start - 8), number.start) is None


_PLACE: Final = "村|组|厂(?!房)|校(?!园)|班(?!车)|镇|乡|队|楼(?![层道])|栋|院|寨|屯|垸|小区|社区|公司|矿(?!山)|单位"
WHOLE: Final = re.compile(
    rf"全体[一-龥]{{0,6}}?(?:{MEMBER}|农民|市民|人员)|全部的?(?:{MEMBER})"
    r"|全(?:村组?|组(?![织成合建])|厂(?![房家])|校(?![园车长])|班(?![车主子次])|镇|乡(?!镇)|队|楼(?!层)|栋|寨|屯|垸|小区|社区|公司|矿)"
    rf"(?:的|上下|老少|老小|所有)?(?:{MEMBER}|人(?![均大]))?"
    rf"|(?:所有(?![权制])|众多|绝大多数|绝大部分|大多数|大部分|多数)的?[一-龥]{{0,4}}?(?:{MEMBER})"
    rf"|广大[一-龥]{{0,5}}?(?:{_OWNER}|{_WORKER}|学生|家长|学员|投资人|投资者|出借人|受害者|会员|考生)"
    rf"|整个?(?:{_PLACE})的?(?:{MEMBER}|人)?"
    rf"|(?:附近|周边|周围|邻近|沿线|沿路|沿街|一带)[一-龥]{{0,6}}?(?:{MEMBER}|市民|人家)"
    rf"|(?:很多|许多|不少|诸多|多名|多位|多户)(?:{MEMBER})|我们(?:{_OWNER}|{_WORKER}|家长)|小区的?(?:{_OWNER})"
    r"|家家户户|男女老少|男女老幼|父老乡亲|(?:业主|居民|村民|家长|住户|职工|员工)们"
)
_NOT_ALL = re.compile(r"[安完健齐保周不没0-9十百千万]\Z")


def find_whole(text: str, starts: Starts = None) -> Iterator[Signal]:
    """Yield `whole_group`: at least `GROUP`, nobody knows how many more."""
    for m in matches(WHOLE, text, starts):
        if not _NOT_ALL.search(text, max(0, m.start() - 1), m.start()):
            yield signal("whole_group", text, m.span(), GROUP, math.nan)
