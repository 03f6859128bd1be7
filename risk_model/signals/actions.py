"""What people and things do: complaints repeated, work under way, people acting together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from risk_model.signals.groups import MEMBER
from risk_model.signals.kinds import Signal, signal
from risk_model.signals.numbers import Number, Span, read
from risk_model.signals.numerals import NumeralError, read_number
from risk_model.text.sieve import Starts, matches

_CONTACT: Final = (
    "反映|反应|反馈|投诉|上访|信访|举报|申诉|申请|来信|写信|去信|留言|致电|打电话|打过|打了|拨打|电话|热线|找过|找了|找到|去找|找"
    "|联系|协商|协调|沟通|交涉|要求|催|咨询|询问|走访|来访|求助|呼吁|请求|报警|报修|报案|维权|提出|提交|上报|诉求|讨要|讨薪|讨说法"
    "|追讨|信件|递交|约谈|跑了|商谈|质问|建议|12345|110"
)
_BEFORE_CONTACT = re.compile(rf"(?:{_CONTACT})(?:[^。；！？，,;!?\n]{{0,6}})\Z")
_AFTER_CONTACT = re.compile(rf"[^。；！？;!?\n，,]{{0,14}}?(?:{_CONTACT})")
#: What the other side does, or what happens: 多次停水, 多次承诺.
_NOT_CONTACT = re.compile(
    r"(?:发生|出现|停|断|被|维修|承诺|答应|回复|改|修|漏|开会|来人|下发|易主|转手|搬|施工|返修|故障|强调|指示|热情|验收|开放)"
)
_TIMES = re.compile(r"[ ]?(?:次(?![性供级氯要元装])|遍|趟(?!车)|回(?![复应家头答来到去访信]))")
_CALLS = re.compile(r"[ ]?(?:(?:个|通)(?:投诉|举报|热线|求助|报警)?电话|封(?:投诉|举报|请愿|求助)?信)")
FOLLOWERS: Final = frozenset(" 次遍趟回个通封")
#: Words for "often" and the least number of times they can mean.
_OFTEN: Final = {
    "一次又一次": 3,
    "一而再": 3,
    "三番五次": 3,
    "三番两次": 3,
    "无数次": 10,
    "屡次": 3,
    "屡屡": 3,
    "多次": 3,
    "数次": 3,
    "反复": 3,
    "再三": 3,
    "再次": 2,
    "又一次": 2,
}
OFTEN_WORDS: Final = re.compile("|".join(_OFTEN))
#: "Often" has no upper end; ten keeps the range finite and is where people begin to count.
_OFTEN_HIGH: Final = 10
#: 打110多次 is "often", not 110 times; and a count of a thousand is a number of another kind.
_HOTLINES: Final = frozenset(("110", "114", "119", "120", "122"))
_TOO_MANY: Final = 1000
_NOT_A_COUNT: Final = frozenset("每上下首初人")


def find_repeats(text: str, spans: Sequence[Span], starts: Starts = None) -> Iterator[Signal]:
    """Yield how often the matter was raised; 第一次 and one-off things (一次性补偿) are no repeats."""
    for span in spans:
        if span.follower not in FOLLOWERS or text[span.start : span.end].rstrip("多余") in _HOTLINES:
            continue
        calls = _CALLS.match(text, span.end)
        m = calls or _TIMES.match(text, span.end)
        if m is None or not (calls or _raised(text, span.start, m.end())):
            continue
        number = _times(text, span)
        if number and 2 <= number.value.high < _TOO_MANY:
            yield signal("repeats", text, (number.start, m.end()), number.value.low, number.value.high)
    for m in matches(OFTEN_WORDS, text, starts):
        if _raised(text, m.start(), m.end()):
            yield signal("repeats", text, m.span(), _OFTEN[m[0]], max(_OFTEN_HIGH, _OFTEN[m[0]]))


def _times(text: str, span: Span) -> Number | None:
    """Read the count, or the ordinal of 第五次: whoever complains a fifth time has complained five times."""
    if text[span.start - 1 : span.start] != "第":
        return read(text, span)
    try:
        return Number(span.start - 1, read_number(text[span.start : span.end]))
    except NumeralError:
        return None


def _raised(text: str, start: int, end: int) -> bool:
    """Tell whether the clause speaks of raising the matter, not of what happened or what the other side did."""
    if _NOT_CONTACT.match(text, end) or text[start - 1 : start] in _NOT_A_COUNT:
        return False
    return bool(_AFTER_CONTACT.match(text, end) or _BEFORE_CONTACT.search(text, max(0, start - 10), start))


_CUT: Final = "停水|停电|停气|断水|断电|断气"
_WORK: Final = (
    "强拆|强行|拆除|拆迁|拆房|拆屋|拆|施工|动工|开工|开挖|挖|打桩|浇筑|架设|铺设|征地|征收|征拆|砍伐|砍树|填埋|填土|倾倒"
    f"|排放|排污|推平|毁|砸|爆破|开采|采砂|{_CUT}|封路|搭建|进场"
)
_BUILD: Final = "修建|扩建|新建|改造|装修|建设(?![美文小和幸])|建(?![议立设档])"
_MANNER: Final = (
    "(?:(?:开始|进行|大肆|偷偷|违规|违法|非法|大量|加紧|抓紧|暴力|继续|疯狂|野蛮|紧张|大规模|日夜|昼夜|连夜|强制|被|搞|地|的)"
    "{1,2})?"
)
UNDER_WAY: Final = re.compile(
    rf"(?:正在|仍在|还在|又在|继续在|目前在|一直在){_MANNER}(?:{_WORK}|{_BUILD})|(?<!真)正(?:强拆|施工|拆|挖)(?!除迁)"
    r"|(?:现在|目前|此刻|此时此刻|今晚|今天)(?:(?:又|还|仍)?在|已经?|正在?|就在|还|仍)?"
    rf"{_MANNER}(?:{_WORK})(?!通知|公告|补偿|政策|工作|榜|单位|进度|部门|方)"
    rf"|已经?(?:开始)?{_MANNER}(?:动工|开工|强拆|施工(?!的)|进场|开挖|开建|打桩|{_CUT})(?![并完后的]|建成|多年|结束)"
    rf"|连夜[一-龥]{{0,5}}?(?:{_WORK}|赶工|转移|搬|拉|跑路|建|抢)"
    rf"|(?:至今|仍然?|还)(?:处于|在)?(?:{_CUT}|停工)(?:状态)?"
)
_PAST = re.compile(
    r"(?:当时|那时|曾|时候|期间|没有|没|未|不|并未|停止|去年|上次|本来|如果|若|一旦|[0-9][年月日])[，]?\Z"
)


def find_under_way(text: str, starts: Starts = None) -> Iterator[Signal]:
    """Yield what goes on at the time of writing."""
    for m in matches(UNDER_WAY, text, starts):
        if not _PAST.search(text, max(0, m.start() - 4), m.start()):
            yield signal("under_way", text, m.span(), 1, 1)


_ACT: Final = (
    "上访|投诉|信访|维权|抗议|反对|签名|签字|请愿|前往|到(?![期账])|去|找|反映|诉讼|起诉|联名|退房|罢工|停工|抵制|举报|讨薪|讨要|讨说法"
    "|拒|堵|申诉|抗争|下跪|静坐|闹"
)
_TOGETHER: Final = (
    rf"集体(?:性|大规模|自发|组织)?(?:{_ACT})|群体(?<!势群体)性?(?:上访|维权|投诉|信访)|群访"
    r"|联名(?!卡)|联合(?:签名|签字|上访|投诉|维权|举报|抵制)|签(?:名|字)(?:请愿|抗议|反对|联名|上访|抵制)|收集[一-龥]{0,4}签名"
    r"|维权(?:微信|QQ|qq)?(?:群(?!众)|小组|联盟|委员会)|(?:组团|抱团|自发|组织|大规模|大量[一-龥]{0,6})的?[一-龥]{0,2}(?:维权|上访)"
    r"|维权行动"
    r"|(?:拉|打|挂|举|扯)(?:了|着|起|过|出)?(?:维权)?(?:横幅|条幅)|游行|静坐|罢课|罢市|罢运|请愿[书信]"
    rf"|(?:一起|一同|共同|结伴)(?:去|到|前往|来)?[一-龥]{{0,6}}?(?:上访|维权|投诉|抗议|抵制|反映|讨薪|讨说法|举报|信访局|市政府|县政府)"
)
_BY_PEOPLE: Final = (
    r"聚集(?!地|区|场所|住宅|点|的地方|场地|性|经济|发展|处|型)|聚众(?!赌|斗|殴|饮|吸)|示威(?![似性])|请愿|罢工|围堵"
    r"|堵(?:住|了)?(?:大门|路|门)(?![段口])"
    r"|(?:按|摁|盖|捺)(?:了|上|下|满|着|过)?(?:鲜?红)?(?:的)?手印|鲜?红手印"
)
#: Four letters of five have none of these: asking for them first is much cheaper than the pattern.
_CUES: Final = (
    *("联", "集体", "群体", "群访", "签名", "签字", "维权", "幅", "静坐", "游行", "罢", "请愿"),
    *("一起", "一同", "共同", "结伴", "聚", "示威", "堵", "自发", "上访", "手印"),
)
COLLECTIVE: Final = re.compile(rf"(?P<plain>{_TOGETHER})|(?:{_BY_PEOPLE})")
#: 聚集, 围堵 or 按手印 is done by stalls, cars and contracting parties too; here the clause must name people in number.
_PEOPLE_BEFORE = re.compile(
    rf"(?:{MEMBER}|我们|大家|集体|联名|联合|[0-9十百千多]人|多?[名户])[^。；！？，,;!?\n]{{0,8}}\Z"
)
#: Negation stands directly before the word, through a short chain: 没有聚集, 不想拉横幅, 不组织集体上访.
_DENIED = re.compile(
    r"(?:没有|没|(?<!不得)(?<!不能)不|未|勿|别|避免|防止|杜绝|禁止|严禁|劝阻|制止|以免|免得|拒绝|放弃)"
    r"(?:再|去|来|想|要|会|愿意?|是|敢|组织|参与|参加|搞|进行|发生|出现|引起|引发|造成|导致|任何|所谓的?|过|曾|有|人|打算|准备|选择"
    r"|采取|通过|发动|策划|鼓动|到|发展成|演变成|业主|村民|群众|大规模|更多的?)*\Z"
    r"|(?:不要|不想|避免|防止|杜绝|拒绝|未|没有?)[^。；！？，,\n]{2,14}、[^。；！？，,\n]{0,6}\Z"
)
_SETTLED = re.compile(r"[^。；！？\n]{0,6}?(?:已经?|早已|现已)(?:散去|平息|解散|结束|撤离)")


def find_collective(text: str, starts: Starts = None) -> Iterator[Signal]:
    """Yield what people do or announce together, unless it is denied or over."""
    for m in matches(COLLECTIVE, text, starts) if starts is not None or any(cue in text for cue in _CUES) else ():
        before = max(0, m.start() - 20)
        if m["plain"] is None and not _PEOPLE_BEFORE.search(text, before, m.start()):
            continue
        if not _DENIED.search(text, before, m.start()) and not _SETTLED.match(text, m.end()):
            yield signal("collective", text, m.span(), 1, 1)
