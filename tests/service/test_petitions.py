"""Petitions that are kept: once, masked, found again; on both databases."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import inspect, text

from service.store.tables import Base
from tests.service.conftest import Service

LETTERS = (
    "开发商拖欠三十多名工人工资半年，多次讨要没有结果，说好月底结清又拖了。",
    "村里修路占了十几户的承包地，一分补偿没给，村账也不公开。",
    "小区门口的路灯坏了一个月，晚上老人摔了两次，请派人修一修。",
)


def listed(service: Service, **query: Any) -> dict[str, Any]:
    answer = service.client.get("/api/v1/petitions", params=query, headers=service.login("viewer"))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def ids(page: dict[str, Any]) -> list[str]:
    return [p["id"] for p in page["petitions"]]


def test_a_petition_is_kept_and_read(service: Service) -> None:
    first = service.register(LETTERS[0], title="欠薪", area="河东街道", external_id="A-1", received="2026-05-20")
    assert (first["accept_by"], first["finish_by"]) == ("2026-06-04", "2026-07-19")
    body = service.client.get(f"/api/v1/petitions/{first['id']}", headers=service.login("viewer")).json()
    assert body["body"] == LETTERS[0]
    assert body["petition"]["state_label"] == "待受理"
    assert body["petition"]["due_on"] == "2026-06-04"
    assert body["assessment"] == first["assessment"]
    assert body["petition"]["model_version"] == "small"
    assert body["suggestion"]["departments"]
    assert body["disclaimer"] == "辅助研判，不作为处理依据"


def test_the_same_again_is_answered_as_the_first_time(service: Service) -> None:
    letter = {"body": LETTERS[0], "external_id": "A-1"}
    first = service.register(**letter)
    service.now.pass_by(days=2)
    headers = service.key("petitions:write", "petitions:read")
    again = service.client.post("/api/v1/petitions", json=letter, headers=headers)
    assert again.status_code == 200
    assert again.json() == first
    other = service.client.post("/api/v1/petitions", json=letter | {"body": LETTERS[1]}, headers=headers)
    assert other.status_code == 409
    assert len(service.client.get("/api/v1/petitions", headers=headers).json()["petitions"]) == 1


def test_without_a_number_every_letter_is_a_new_one(service: Service) -> None:
    assert service.register(LETTERS[0])["id"] != service.register(LETTERS[0])["id"]


def test_only_masked_text_is_stored(service: Service) -> None:
    secrets = ("13812345678", "11010119900307123X", "欧阳建国", "6222020200112345678")
    service.register(
        f"我叫{secrets[2]}，身份证{secrets[1]}，电话{secrets[0]}，卡号{secrets[3]}，反映路灯不亮。",
        title=f"联系人：{secrets[2]}",
        area=f"河东街道，电话{secrets[0]}",
    )
    with service.core.store.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(text(f"SELECT * FROM {table.name}")):
                for secret in secrets:
                    assert secret not in str(tuple(row)), table.name
    assert listed(service)["petitions"][0]["title"] == "联系人：〔姓名〕"


def test_a_number_that_is_a_persons_is_refused(service: Service) -> None:
    for key in ("13812345678", "11010119900307123X"):
        answer = service.client.post(
            "/api/v1/petitions", json={"body": LETTERS[0], "external_id": key}, headers=service.login("triager")
        )
        assert answer.status_code == 422
        assert key not in answer.text


def test_no_table_is_keyed_by_a_petitioner(service: Service) -> None:
    forbidden = ("petitioner", "complainant", "person", "phone", "id_card", "mobile", "address", "citizen")
    for table, columns in (
        (t, [c["name"] for c in inspect(service.core.store.engine).get_columns(t)])
        for t in inspect(service.core.store.engine).get_table_names()
    ):
        for name in (table, *columns):
            assert not any(word in name for word in forbidden), (table, name)


@pytest.mark.parametrize("received", ["2026-06-02", "1066-01-01", "bald"])
def test_a_day_of_receipt_must_be_possible(service: Service, received: str) -> None:
    answer = service.client.post(
        "/api/v1/petitions", json={"body": LETTERS[0], "received": received}, headers=service.login("triager")
    )
    assert answer.status_code == 422


def test_filters(service: Service) -> None:
    a = service.register(LETTERS[0], area="河东街道", received="2026-05-01")["id"]
    b = service.register(LETTERS[1], area="城关镇", received="2026-05-28")["id"]
    c = service.register(LETTERS[2], area="河东街道", received="2026-05-31")["id"]
    assert ids(listed(service)) == [c, b, a]
    assert ids(listed(service, area="河东街道")) == [c, a]
    assert ids(listed(service, received_from="2026-05-28")) == [c, b]
    assert ids(listed(service, received_to="2026-05-28")) == [b, a]
    assert ids(listed(service, q="路灯")) == [c]
    assert ids(listed(service, q="100%_")) == []
    assert ids(listed(service, due="overdue")) == [a]
    assert ids(listed(service, due="soon")) == []
    assert ids(listed(service, state="pending")) == [c, b, a]
    assert ids(listed(service, state="closed")) == []
    everything = {p["id"]: p for p in listed(service)["petitions"]}
    for name in ("tags", "subtags", "factors"):
        for label in {x for p in everything.values() for x in p[name]}:
            found = ids(listed(service, **{name[:-1]: label}))
            assert set(found) == {i for i, p in everything.items() if label in p[name]}
    for band in ("high", "medium", "low"):
        assert set(ids(listed(service, band=band))) == {i for i, p in everything.items() if p["risk_band"] == band}


def test_looking_for_a_person_is_refused(service: Service) -> None:
    answer = service.client.get("/api/v1/petitions", params={"q": "13812345678"}, headers=service.login("viewer"))
    assert answer.status_code == 422
    assert "看人" in answer.json()["error"]["message"]


@pytest.mark.parametrize("sort", ["newest", "risk", "due"])
def test_pages_hold_everything_once(service: Service, sort: str) -> None:
    for i in range(7):
        service.register(LETTERS[i % 3], received=str(dt.date(2026, 5, 20) + dt.timedelta(i // 2)))
    whole = ids(listed(service, sort=sort))
    found: list[str] = []
    query: dict[str, Any] = {"sort": sort, "limit": 3}
    while True:
        page = listed(service, **query)
        found += ids(page)
        if page["cursor"] is None:
            break
        query["cursor"] = page["cursor"]
        if sort == "newest":
            # A letter that comes in meanwhile moves nothing.
            service.register(LETTERS[0])
    assert found == whole
    assert len(set(found)) == 7


def test_a_cursor_of_another_order_is_refused(service: Service) -> None:
    for _ in range(2):
        service.register()
    cursor = listed(service, limit=1)["cursor"]
    answer = service.client.get(
        "/api/v1/petitions", params={"cursor": cursor, "sort": "due"}, headers=service.login("viewer")
    )
    assert answer.status_code == 422
