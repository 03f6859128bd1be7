"""The words that tell that a name stands before or behind them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from risk_model.text.surnames import COMPOUND, SINGLE


def _words(table: str) -> list[str]:
    return table.split()


#: Offices and forms of address: a name may stand on either side.
_OFFICES: Final = _words(
    "书记 支书 主任 局长 队长 老师 村长 组长 校长 所长 老板 经理 先生 女士 小姐 同志 师傅 院长 园长 厂长 站长 科长 处长 股长 乡长 镇长 市长 县长 区长 会长 部长 厅长 社长 主席 秘书 委员 会计 "
    "律师 医生 大夫 护士 法官 警官 教授 教练 董事长 检察官"
)
#: Characters behind an office that make it another word: 书记载, 经理解, 先生产.
_OTHER_WORD: Final = {
    "书记": "载录本者账忆得",
    "主任": "务",
    "经理": "解由想论赔财性",
    "先生": "病育产活态意",
    "委员": "会",
    "老板": "姓",
    "会计": "划算",
}
#: The same behind every office in 长: 农村长大, 全市长期.
_OTHER_HEAD: Final = "期大远达久途江沙时年短"

#: A name follows at once, whatever it looks like.
_TELLING: Final = _words("我叫 我名叫 本人叫 名叫 叫做 名字叫 名字是 姓名 户名")
#: A name may follow; with a colon it does.
_ANNOUNCING: Final = _words(
    "反映人 投诉人 举报人 联系人 申请人 当事人 负责人 代表人 法人 法人代表 签名 署名 落款 来信人 信访人 上访人 求助人 诉求人 留言人 申诉人 控告人 报告人 建议人 咨询人 写信人 委托人 受托人 经办人 "
    "收款人 承包人 责任人 受害人 被告 原告 户主 业主 村民 居民 市民 住户 租客 房东 员工 职工 同事 工友 司机 乘客 患者 病人 死者 伤者 本人 我是 邻居 隔壁 丈夫 妻子 老公 老婆 爱人 儿子 女儿 父亲 "
    "母亲 爸爸 妈妈 我爸 我妈 哥哥 弟弟 姐姐 妹妹 兄弟 长子 次子 长女 次女 孙子 孙女 女婿 儿媳 岳父 岳母 公公 婆婆 亲戚 农民 党员 代表 民警 辅警 股东 老板娘 包工头 总经理 董事 学生 家长 队员 "
    "工作人员 销售 顾问 客服 中介 名为"
)
_FIRST: Final = SINGLE + "".join(sorted({name[0] for name in COMPOUND}))


def _ends(words: Iterable[str]) -> tuple[str, str]:
    """Return every last but one and every last character of `words`."""
    before, last = ("".join(sorted({word[place] for word in words})) for place in (-2, -1))
    return before, last


def _pairs(ends: tuple[str, str]) -> str:
    """Return a pattern of any last and any last but one character: a quick look for the ends of words."""
    return f"[{ends[1]}](?<=[{ends[0]}].)"


OFFICE_ENDS: Final = _ends(_OFFICES)
#: The last two characters of an office, matched at the second.
OFFICE: Final = re.compile(f"{_pairs(OFFICE_ENDS)}(?<={'|'.join(sorted({word[-2:] for word in _OFFICES}))})")
TELLING: Final = "(?:" + "|".join(_TELLING) + ")"
_CUES: Final = frozenset(_TELLING + _ANNOUNCING + _OFFICES)
_LENGTHS: Final = sorted({len(word) for word in _CUES}, reverse=True)
CUE_ENDS: Final = _ends(_CUES)
#: What can stand right behind a cue: something that links it with the name, or the name.
CUE_FOLLOWERS: Final = f':： 名叫是为系“"(（{_FIRST}'
#: A place where a cue may end and a name begin; `cue_before` tells whether it does.
CUE_END: Final = re.compile(
    rf"{_pairs(CUE_ENDS)}(?=[{CUE_FOLLOWERS}])(?P<link>[:： ]{{0,2}}(?:(?:名?叫|是|为|系)[:： ]?)?[“\"(（]?)(?=[{_FIRST}])"
)
#: The end of a letter, where its writer signs.
CLOSING: Final = re.compile(rf"敬礼[!！。，, \n]{{0,3}}(?=[{_FIRST}])")
#: What follows the name of somebody who is being described: ，男，汉族; （身份证号…. Begins at the second character.
DESCRIPTION_FOLLOWS: Final = "，,（(、 :："
DESCRIPTION: Final = (
    f"(?<=[{DESCRIPTION_FOLLOWS}].)(?:(?<=[男女])(?=[，,、。；;)） 生\n])|(?<=身)份证|(?<=公)民身份|(?<=现)年)"
)
DESCRIPTION_STARTS: Final = "男女身公现"


def is_office(text: str, m: re.Match[str]) -> bool:
    """Tell whether a match of `OFFICE` is an office, not the beginning of another word."""
    office, after = text[m.start() - 1 : m.end()], text[m.end() : m.end() + 1]
    return after == "" or after not in _OTHER_WORD.get(office, "") + (_OTHER_HEAD if office[1] == "长" else "")


def cue_before(text: str, end: int) -> str:
    """Return the longest cue that ends at `end`, or an empty string."""
    for length in _LENGTHS:
        word = text[max(0, end - length) : end]
        if word in _CUES:
            return word
    return ""


def is_telling(cue: str, link: str) -> bool:
    """Tell whether a cue and what follows it leave no doubt that a name comes next."""
    return cue in _TELLING or not {":", "：", "叫"}.isdisjoint(link)
