from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping

from risk_model.schema import Petition
from risk_model.tables import Intake, Letter, Reject
from risk_model.tables.delimited import Delimited

TODAY = dt.date(2025, 7, 10)


def take(text: str, mapping: Mapping[str, str] | None = None) -> tuple[Intake, list[Letter | Reject]]:
    intake = Intake(Delimited(io.BytesIO(text.encode())), mapping, TODAY)
    return intake, list(intake)


def test_a_row_becomes_a_petition_and_keeps_its_cells() -> None:
    _, items = take("工单号,标题,内容,登记日期,乡镇,状态\n00012, 停水 ,全镇停水,2025.7.3,东镇,=1+1\n")
    petition = Petition(body="全镇停水", title="停水", received=dt.date(2025, 7, 3), area="东镇", id="00012")
    assert items == [
        Letter(2, ("00012", " 停水 ", "全镇停水", "2025.7.3", "东镇", "=1+1"), petition, {"status": "=1+1"})
    ]


def test_personal_columns_never_leave_the_door() -> None:
    intake, items = take("编号,姓名,内容,联系电话,回访\n1,张三丰,停水,13800001234,13900004321\n")
    assert intake.header == ("编号", "内容")
    assert intake.dropped == ("姓名", "联系电话", "回访")
    assert "个人信息列已丢弃，没有读取：姓名、联系电话、回访" in intake.notes
    assert not any(word in repr(items) for word in ("张三丰", "13800001234", "13900004321"))


def test_empty_letters_are_rejected_and_the_shortest_are_not() -> None:
    _, items = take("编号,标题,内容\n1,,\n2, ,　\n3,,水\n4,停水,\n")
    assert items[:2] == [Reject(n, "标题和正文都是空的", ("标题", "内容")) for n in (2, 3)]
    assert [item.petition.id for item in items[2:] if isinstance(item, Letter)] == ["3", "4"]


def test_later_doubles_are_rejected_naming_the_first_row() -> None:
    _, items = take("编号,内容\n7,a\n8,b\n7,c\n,d\n,e\n7,f\n")
    assert [item for item in items if isinstance(item, Reject)] == [
        Reject(4, "编号重复：与第2行相同", ("编号",)),
        Reject(7, "编号重复：与第2行相同", ("编号",)),
    ]


def test_two_megabytes_are_taken_and_more_is_not() -> None:
    limit = 2 * 2**20
    _, items = take(f"编号,内容\n1,{'a' * limit}\n2,{'a' * (limit + 1)}\n")
    assert isinstance(items[0], Letter)
    assert items[1] == Reject(3, "文字超过2 MB", ("内容",))


def test_impossible_dates_are_unknown_and_counted() -> None:
    intake, items = take("内容,时间\na,2025-02-30\nb,2026-07-11\nc,2026-07-12\nd,\ne,前天\nf,2025-07-03\n")
    days = [item.petition.received for item in items if isinstance(item, Letter)]
    assert days == [None, dt.date(2026, 7, 11), None, None, None, dt.date(2025, 7, 3)]
    assert "3行的日期看不懂或不可能，按日期不明处理" in intake.notes


def test_ids_in_scientific_notation_are_reported_and_scored() -> None:
    intake, items = take("编号,内容\n4.30102E+17,a\n4.30102E+17,b\n")
    assert all(isinstance(item, Letter) for item in items)
    assert any("2行的编号已被 Excel 改坏" in note for note in intake.notes)


def test_rejects_carry_no_word_of_the_letter() -> None:
    _, items = take('编号,标题,内容\n1,绝密标题,绝密内容\n1,绝密标题,绝密内容\n2,绝密标题,绝密内容,绝密多出\n3,"绝密\n')
    rejects = [item for item in items if isinstance(item, Reject)]
    assert len(rejects) == 3
    assert "绝密" not in repr(rejects)
