from __future__ import annotations

import pytest

from risk_model.errors import InputError
from risk_model.tables import ROLES, find_columns, is_personal_name, parse_mapping
from risk_model.tables.names import FOLDED, fold

PERSONAL = """
姓名|信访人|投诉人|反映人|联系人|留言用户|网名|身份证|身份证号|身份证号码|证件号码|电话|联系电话|手机|手机号|联系方式|住址|家庭住址
通讯地址|现住址|邮箱|电子邮箱|微信|微信号|QQ|QQ号|性别|年龄|民族|出生日期|籍贯|政治面貌|宗教信仰|信访人姓名|反映人电话|被投诉人
来访人员|户籍地址|职业|工作单位|银行卡号|name|Full Name|phone|Phone_1|mobile|e-mail|ID card|address|gender|Birth Date
ethnicity|religion|petitioner_name|联系方式（电话）|备注（联系电话）
"""
#: The day of receipt where a table has no better one, the day of acceptance where it has.
ON_PURPOSE = {"受理时间", "受理日期"}
HARMLESS = "信访人数|反映人数|涉及人数|承办单位|办理结果|问题发生地|备注|投诉类别|一级标签|点赞数|satisfaction"


@pytest.mark.parametrize("name", PERSONAL.strip().replace("\n", "|").split("|"))
def test_columns_about_people_are_known_by_name(name: str) -> None:
    assert is_personal_name(name)


@pytest.mark.parametrize("name", HARMLESS.split("|"))
def test_columns_about_the_matter_are_kept(name: str) -> None:
    assert not is_personal_name(name)


@pytest.mark.parametrize("role", ROLES)
def test_no_role_name_is_personal_and_none_is_ambiguous(role: str) -> None:
    assert not any(map(is_personal_name, ROLES[role]))
    others = {name for other, names in FOLDED.items() if other != role for name in names}
    assert others & set(FOLDED[role]) <= ON_PURPOSE


@pytest.mark.parametrize(
    "written", [" 诉求 内容 ", "诉求内容（必填）", "【诉求内容】", "诉求内容：", "*诉求内容", "诉求\n内容"]
)
def test_width_case_space_and_brackets_do_not_count(written: str) -> None:
    assert fold(written) == "诉求内容"
    assert find_columns(["编号", written]).roles == {"id": 0, "body": 1}


def test_every_role_is_found_whatever_the_order() -> None:
    header = ["渠道", "乡镇", "来访日期", "留言详情", "ＴＩＴＬＥ", "工单号", "办理状态"]
    layout = find_columns(header)
    assert layout.roles == {"id": 5, "title": 4, "body": 3, "received": 2, "area": 1, "channel": 0, "status": 6}
    assert layout.kept == tuple(range(7))
    assert not layout.notes


def test_of_two_candidates_the_first_listed_wins_and_a_note_says_so() -> None:
    layout = find_columns(["正文", "内容"])
    assert layout.roles == {"body": 1}
    assert layout.notes == ("“内容”用作正文，“正文”未用（可用 --columns 另行指定）",)


def test_the_day_of_acceptance_is_that_of_receipt_only_where_there_is_no_other() -> None:
    assert find_columns(["内容", "受理日期"]).roles == {"body": 0, "received": 1}
    both = find_columns(["内容", "受理日期", "来信日期"])
    assert both.roles == {"body": 0, "accepted_at": 1, "received": 2}
    assert not both.notes


def test_the_caller_can_name_columns() -> None:
    layout = find_columns(["甲", "乙", "内容"], {"title": "甲", "body": "乙"})
    assert layout.roles == {"title": 0, "body": 1}


def test_without_title_and_body_the_error_lists_what_is_there_and_what_would_do() -> None:
    with pytest.raises(InputError, match="没有找到标题列或正文列") as caught:
        find_columns(["编号", "办理单位"])
    for word in ("编号、办理单位", "留言主题", "诉求内容", "--columns"):
        assert word in str(caught.value)


@pytest.mark.parametrize("row", [["停水" * 40, "x"], ["13800001234", "张三"], ["2025.7.3", "路灯不亮"]])
def test_a_table_without_header_is_not_quoted_in_the_error(row: list[str]) -> None:
    with pytest.raises(InputError, match="第一行像是数据") as caught:
        find_columns(row)
    assert row[0] not in str(caught.value)


def test_a_mapped_column_that_is_missing_or_personal_is_refused() -> None:
    with pytest.raises(InputError, match="“乙”不在表里"):
        find_columns(["甲"], {"title": "乙"})
    with pytest.raises(InputError, match="个人信息列"):
        find_columns(["身份证号", "内容"], {"id": "身份证号"})


def test_columns_are_dropped_by_what_is_in_them() -> None:
    rows = [["1", "停水", "138-0000-1234", "11010119900307123X"], ["2", "停电", "139 0000 4321", ""]]
    layout = find_columns(["编号", "内容", "回访", "备注"], None, rows)
    assert layout.names(layout.dropped) == ("回访", "备注")


@pytest.mark.parametrize("value", ["11010119900307123X", "13800001234"])
def test_an_id_that_points_to_a_person_is_refused(value: str) -> None:
    with pytest.raises(InputError, match="编号不能指向个人") as caught:
        find_columns(["编号", "内容"], None, [[value, "停水"]])
    assert value not in str(caught.value)


def test_work_order_numbers_are_not_taken_for_identity_cards() -> None:
    rows = [[f"43010220250703000{i}", "停水"] for i in range(1, 6)]
    assert find_columns(["工单号", "内容"], None, rows).roles["id"] == 0


def test_mappings_are_read_and_bad_ones_explained() -> None:
    assert parse_mapping("title=事由，body = 诉求（必填）") == {"title": "事由", "body": "诉求（必填）"}
    for bad in ("事由", "subject=事由", "title="):
        with pytest.raises(InputError, match="角色=列名"):
            parse_mapping(bad)
