"""Matters in the store: letters find each other one by one, staff's word wins, and nothing stays of what is purged."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from service.grouping import Grouper
from service.operations.purge import purge
from service.store import Store, matters
from service.store.tables import Base, MatterLetterRow, MatterTermRow, MatterWaitRow, PetitionRow
from tests.service.conftest import Service

#: Matter, title, body; written for these tests.
LETTERS = (
    ("kiln", "青柳湾旁边砖窑冒黑烟", "我们住在青柳湾小区，东边砖窑天天冒黑烟，衣服不敢晒，孩子咳嗽，请环保部门查一查砖窑。"),
    ("wage", "鼎峪服装厂拖欠工资", "鼎峪服装厂从三月起没有发工资，车间一百多名工人等着钱交学费，鼎峪服装厂老板不接电话。"),
    ("", "图书馆能不能延长开放", "希望县图书馆周末开到晚上九点，方便上班的人看书。"),
    ("kiln", "青柳湾小区砖窑污染没人管", "青柳湾小区旁边的砖窑夜里烧窑，黑烟呛人，打过电话没有结果，青柳湾的住户都关着窗。"),
    ("wage", "讨要鼎峪服装厂的工资", "我在鼎峪服装厂做缝纫工，鼎峪服装厂欠我们四个月工资，劳动监察让等，厂里机器已经在搬。"),
    ("", "公交十二路末班车太早", "十二路公交末班车六点半就没有了，下班赶不上，建议晚一小时。"),
    ("kiln", "请关停青柳湾边上的砖窑", "青柳湾边上这座砖窑没有除尘设备，黑烟和粉尘落满阳台，青柳湾几百户盼着砖窑早日搬走。"),
)  # fmt: skip


@pytest.fixture
def grouper(service: Service) -> Grouper:
    """Groups when the test says so, and nobody else does."""
    service.app.state.jobs.stop()
    return Grouper(service.core)


def send(service: Service, letter: tuple[str, str, str], day: int) -> str:
    _, title, body = letter
    return str(service.register(body, title=title, received=f"2026-05-{day:02d}", area="河东街道")["id"])


def group(grouper: Grouper) -> None:
    grouper.run(lambda: False)


def ask(service: Service, path: str, role: str = "viewer", **params: Any) -> dict[str, Any]:
    answer = service.client.get(f"/api/v1/{path}", params=params, headers=service.login(role))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def decide(service: Service, path: str, **body: Any) -> Any:
    return service.client.post(
        f"/api/v1/matters/{path}", json={"reason": "核实过", **body}, headers=service.login("triager")
    )


def test_letters_that_come_one_by_one_find_their_matters(service: Service, grouper: Grouper) -> None:
    ids = []
    for day, letter in enumerate(LETTERS, 1):
        ids.append(send(service, letter, day))
        group(grouper)
    listed = ask(service, "matters", min_letters=2, sort="letters")["matters"]
    assert [(m["title"], m["letters"]) for m in listed] == [(LETTERS[0][1], 3), (LETTERS[1][1], 2)]
    assert [m["title"] for m in ask(service, "matters", q="鼎峪")["matters"]] == [LETTERS[1][1]]
    found = ask(service, f"matters/{listed[0]['id']}")
    assert [m["petition"]["id"] for m in found["members"]] == [ids[6], ids[3], ids[0]]
    newest, _, founder = found["members"]
    assert newest["nearest"] in {ids[0], ids[3]}
    assert 0.5 < newest["similarity"] <= 1
    assert any("青柳湾" in word for word in newest["shared_words"])
    assert (founder["nearest"], founder["similarity"]) == (None, None)


def test_one_call_or_many_gives_the_same(service: Service, grouper: Grouper) -> None:
    for day, letter in enumerate(LETTERS, 1):
        send(service, letter, day)
    group(grouper)
    assert sorted(m["letters"] for m in ask(service, "matters")["matters"]) == [1, 1, 2, 3]
    first = ask(service, "matters", limit=3)
    second = ask(service, "matters", limit=3, cursor=first["cursor"])
    assert len(first["matters"]) == 3
    assert len(second["matters"]) == 1
    assert second["cursor"] is None
    assert (
        service.client.get(
            "/api/v1/matters", params={"cursor": first["cursor"], "sort": "risk"}, headers=service.login("viewer")
        ).status_code
        == 422
    )


def test_what_staff_merge_and_split_stays_so(service: Service, grouper: Grouper) -> None:
    ids = [send(service, letter, day) for day, letter in enumerate(LETTERS[:6], 1)]
    group(grouper)
    of = {m["title"]: m["id"] for m in ask(service, "matters")["matters"]}
    kiln, wage, library = of[LETTERS[0][1]], of[LETTERS[1][1]], of[LETTERS[2][1]]
    assert decide(service, f"{wage}/merge", matters=[library]).json()["matter"]["letters"] == 3
    assert decide(service, f"{wage}/merge", matters=[library]).status_code == 409
    assert ask(service, f"matters/{library}")["matter"]["id"] == wage, "the old name leads on"
    apart = decide(service, f"{kiln}/split", petitions=[ids[3]])
    assert apart.status_code == 201, apart.text
    other = apart.json()["matter"]["id"]
    assert decide(service, f"{kiln}/split", petitions=[ids[0]]).status_code == 422, "nothing would be left"
    assert decide(service, f"{kiln}/split", petitions=[ids[1]]).status_code == 404
    # More of the same arrives: nobody's decision is undone.
    send(service, LETTERS[6], 10)
    send(service, ("", LETTERS[2][1], LETTERS[2][2] + "谢谢。"), 11)
    group(grouper)
    assert ask(service, f"matters/{wage}")["matter"]["letters"] == 4
    sizes = [ask(service, f"matters/{m}")["matter"]["letters"] for m in (kiln, other)]
    assert sorted(sizes) == [1, 2]
    with service.core.store.reading() as session:
        assert [(d.action, len(d.letters)) for d in matters.decisions(session)] == [("merge", 2), ("split", 1)]
    actions = [row["action"] for row in ask(service, "audit", "auditor", limit=1000)["rows"]]
    assert actions.count("matter.merge") == 1
    assert actions.count("matter.split") == 1


def test_a_change_meanwhile_is_noticed(service: Service, grouper: Grouper, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody merges between the reading and the writing of a batch: the batch begins again."""
    from service.store import match

    for day, letter in enumerate(LETTERS, 1):
        send(service, letter, day)
    kept, calls = match.keep, []

    def late(session: Any, *told: Any) -> bool:
        calls.append(1)
        if len(calls) == 1:
            match.touch(session)
        return kept(session, *told)

    monkeypatch.setattr(match, "keep", late)
    group(grouper)
    assert len(calls) == 2
    with service.core.store.reading() as session:
        assert len(session.scalars(select(MatterLetterRow)).all()) == len(LETTERS)
        assert session.scalars(select(MatterWaitRow)).all() == []


def test_only_one_groups_at_a_time(service: Service, grouper: Grouper) -> None:
    send(service, LETTERS[0], 1)
    other = Grouper(service.core)
    assert grouper.work()
    send(service, LETTERS[1], 2)
    assert not other.work()
    service.now.pass_by(minutes=2)
    assert other.work()


def test_a_purge_leaves_no_words_in_matters(service: Service, grouper: Grouper, tmp_path: Path) -> None:
    ids = [send(service, letter, day) for day, letter in enumerate((*LETTERS[:2], LETTERS[3]), 1)]
    group(grouper)
    with service.core.store.writing() as session:
        for row in session.scalars(select(PetitionRow).where(PetitionRow.public_id.in_(ids[:2]))):
            row.state, row.due_on = "closed", None
    assert purge(service.core.store, dt.date(2026, 5, 31), service.now(), "test") == 2
    listed = ask(service, "matters")["matters"]
    assert [(m["title"], m["letters"]) for m in listed] == [(LETTERS[3][1], 1)]
    assert words_of(service.core.store, "鼎峪") == set()
    with service.core.store.reading() as session:
        left = session.scalar(select(PetitionRow.id))
        assert set(session.scalars(select(MatterTermRow.petition_id))) == {left}


def words_of(store: Store, word: str) -> set[str]:
    with store.reading() as session:
        return {t.name for t in Base.metadata.sorted_tables if word in str(session.execute(select(t)).all())}
