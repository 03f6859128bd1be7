"""The column names petition offices use, and how a header is compared with them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

#: What a column can be to this program, and the names it goes by; where two fit, the first listed wins.
ROLES: Final[dict[str, tuple[str, ...]]] = {
    "id": (
        "id", "编号", "信访件编号", "信访编号", "信访件号", "信件编号", "工单编号", "工单号", "留言编号", "受理编号",
        "登记编号", "受理号", "来信编号", "来访编号", "事项编号", "件号", "external_id", "序号",
    ),
    "title": (
        "title", "标题", "留言主题", "留言标题", "信访标题", "信件标题", "来信标题", "工单标题", "诉求标题", "主题",
        "事项名称", "信访事项", "事由", "概况", "subject",
    ),
    "body": (
        "body", "text", "内容", "留言详情", "留言内容", "诉求内容", "信访内容", "来信内容", "来访内容", "来电内容",
        "反映内容", "反映事项", "投诉内容", "工单内容", "事项内容", "主要内容", "内容描述", "问题描述", "诉求描述",
        "详细内容", "具体内容", "诉求", "正文", "详情", "content",
    ),
    "received": (
        "received_at", "received", "date", "留言时间", "留言日期", "来信时间", "来信日期", "来访时间", "来访日期",
        "来电时间", "信访时间", "信访日期", "登记时间", "登记日期", "受理时间", "受理日期", "收件时间", "收件日期",
        "收到日期", "提交时间", "创建时间", "时间", "日期",
    ),
    "area": (
        "area", "区域", "乡镇", "街道", "镇街", "乡镇街道", "属地", "问题属地", "所属区域", "所属区县", "所属乡镇",
        "所属街道", "区县", "县区", "辖区", "行政区划", "发生地区", "地区",
    ),
    "channel": ("channel", "渠道", "信访渠道", "受理渠道", "信访形式", "信访方式", "来源", "诉求来源", "source"),
    "kind": (
        "kind", "登记类型", "登记类别", "信访目的", "信访件类型", "件类型", "工单类型", "诉求类型", "来信类型", "事项性质",
    ),
    "department": (
        "department", "承办单位", "承办部门", "责任单位", "责任部门", "办理单位", "办理部门", "主办单位", "主办部门",
        "去向单位", "转办单位", "受理单位",
    ),
    "status": (
        "status", "办理状态", "办件状态", "办结状态", "处理状态", "工单状态", "当前状态", "办理情况", "状态",
    ),
    "accepted_at": (
        "accepted_at", "受理时间", "受理日期", "受理告知时间", "受理告知日期", "正式受理时间", "正式受理日期",
    ),
    "answered_at": (
        "answered_at", "答复时间", "答复日期", "办结时间", "办结日期", "回复时间", "回复日期", "办理完成时间", "办结答复时间",
    ),
    "due_at": ("due_at", "办理期限", "办结期限", "办理时限", "应办结日期", "应办结时间", "截止日期", "到期日期"),
    "satisfaction": (
        "satisfaction", "满意度", "满意度评价", "满意情况", "是否满意", "群众满意度", "群众评价", "评价结果", "回访结果",
    ),
    "first": ("first", "初重信访", "初信初访", "是否初信初访", "初次信访", "是否初次信访", "初重件", "初件重件"),
}  # fmt: skip

ROLE_LABELS: Final = {
    "id": "编号",
    "title": "标题",
    "body": "正文",
    "received": "收到日期",
    "area": "属地",
    "channel": "渠道",
    "kind": "登记类型",
    "department": "承办部门",
    "status": "办理状态",
    "accepted_at": "受理日期",
    "answered_at": "答复日期",
    "due_at": "办结期限",
    "satisfaction": "满意度",
    "first": "初信初访",
}

_BRACKETED: Final = re.compile(r"[(\[{<【〔「『《〈][^)\]}>】〕」』》〉]*[)\]}>】〕」』》〉]")
_IGNORED: Final = re.compile(r"[\s\W_]+")


def fold(name: str) -> str:
    """Return a column name as it is compared: width, case, spaces, punctuation and brackets do not count.

    >>> fold(" 诉求 内容（必填）："), fold("【标题】"), fold("Received_At")
    ('诉求内容', '标题', 'receivedat')
    """
    wide = unicodedata.normalize("NFKC", name).casefold()
    bare = _IGNORED.sub("", _BRACKETED.sub("", wide))
    return bare or _IGNORED.sub("", wide)


def folded(names: Iterable[str]) -> tuple[str, ...]:
    """Fold several names."""
    return tuple(fold(name) for name in names)


#: Folded names of each role.
FOLDED: Final = {role: folded(names) for role, names in ROLES.items()}
#: A row holding one of these is taken for the header.
TEXT_NAMES: Final = frozenset(FOLDED["title"] + FOLDED["body"])
