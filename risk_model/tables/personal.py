"""Columns about the person who wrote: recognised by name or by what is in them, and dropped at the door.

The program scores matters, never people, so such columns are not read, not stored and not written.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from itertools import chain
from typing import Final

from risk_model.tables.names import FOLDED, fold

#: Anywhere in a name these words mean personal data, whoever's it is.
_ANYWHERE: Final = re.compile(
    "姓名|身份证|证件号|公民身份|电话|手机|联系方式|住址|通讯地址|通信地址|联系地址|家庭地址|户籍|户口|邮箱|邮件地址"
    "|电子邮件|微信|qq|性别|年龄|民族|出生|生日|籍贯|国籍|政治面貌|党员|信仰|宗教|婚姻状况|文化程度|学历|职业|工作单位"
    "|银行卡|银行账号|车牌|网名|昵称|用户名|ip地址|邮政编码|邮编"
)
#: The petitioner by his or her role, alone or with what an office appends; 信访人数 (how many) is about the matter.
_PERSON: Final = re.compile(
    "被?(?:信访|投诉|反映|举报|来访|来信|来电|上访|申诉|求助|诉求|留言|提交|发帖|写信|申请|控告|检举)(?:人|用户|者|群众)(?:员|信息|名称|名单|签名|账号|id)?"
    "|(?:用户|客户|群众|当事人|联系人|署名|签名|户主|监护人|代理人|亲属|本人|市民|作者)(?:信息|名称|名单|账号|id)?|地址|qq号?"
)
#: A name known for a role stays, whatever its brackets say: 内容（含联系电话） is the letter, masked later.
_ROLE_NAMES: Final = frozenset(chain.from_iterable(FOLDED.values()))
_ENGLISH: Final = re.compile(
    "(?:(?:full|real|user|nick|contact)?name|user|userid|(?:petitioner|complainant)(?:name|id|phone)?|contact|person|author|(?:tele|cell|mobile)?phone"
    "(?:number)?|mobile|tel|e?mail|id(?:entity)?card|idn(?:umber|o)|identity|passport|ssn|(?:home)?address|residence|sex|gender"
    "|age|ethnicity|nationality|race|birth(?:day|date|place)|dateofbirth|dob|religion|politicalstatus|we(?:chat|ixin)"
    "|bank(?:card|account)|(?:license)?plate|ip(?:address)?|marital(?:status)?|occupation|employer)[0-9]*"
)

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CARD: Final = re.compile(r"[1-8][0-9]{5}((?:19|20)[0-9]{6})[0-9]{3}[0-9X]")
#: Mainland mobile numbers, and the 1XX0000XXXX form that stands for one in examples.
_MOBILE: Final = re.compile(r"(?:\+?86)?1(?:[3-9][0-9]{9}|[0-9]{2}0000[0-9]{4})")
#: Work-order numbers often read region + date + serial: a recent date without a valid check digit is taken for one.
_RECENT_YEARS: Final = 10
#: What Excel makes of the last digits of a long number; its check digit says nothing then.
_ROUNDED: Final = "000"


def is_personal_name(name: str) -> bool:
    """Tell whether a column name announces data about a person.

    >>> [is_personal_name(n) for n in ("信访人姓名", "联系电话", "信访人数", "留言用户", "Phone", "内容")]
    [True, True, False, True, True, False]
    """
    key = fold(name)
    if key in _ROLE_NAMES:
        return False
    exact = _ENGLISH.fullmatch(key) or _PERSON.fullmatch(key)
    return bool(exact or _ANYWHERE.search(name.casefold()) or _ANYWHERE.search(key))


def is_identity_card(value: str) -> bool:
    """Tell whether a value reads like a resident identity card number (GB 11643-1999).

    >>> is_identity_card("11010119900307123X"), is_identity_card("430102202507030001")
    (True, False)
    """
    text = _squeeze(value).upper()
    if not (m := _CARD.fullmatch(text)):
        return False
    try:
        born = dt.datetime.strptime(m[1], "%Y%m%d").date()
    except ValueError:
        return False
    check = "10X98765432"[sum(int(c) * w for c, w in zip(text[:17], _WEIGHTS, strict=True)) % 11]
    today = dt.date.today()
    valid = text[17] == check and not text.endswith(_ROUNDED)
    return born <= today and (valid or today.year - born.year >= _RECENT_YEARS)


def is_mobile(value: str) -> bool:
    """Tell whether a value is a mobile number and nothing else.

    >>> is_mobile("138 0000 1234"), is_mobile("拨打13800001234")
    (True, False)
    """
    return bool(_MOBILE.fullmatch(_squeeze(value)))


def looks_personal(values: Iterable[str]) -> bool:
    """Tell whether most of the values that are not empty are identity card or mobile numbers."""
    said = [value for value in values if value.strip()]
    hits = sum(1 for value in said if is_mobile(value) or is_identity_card(value))
    return 2 * hits > len(said)


def _squeeze(value: str) -> str:
    return re.sub(r"[\s-]", "", value)
