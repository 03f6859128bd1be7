"""The list beside a letter: the selection of the inbox, the queue, the lot or the dispute from which it was opened."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from risk_model.feedback import settle
from service.desk.inbox import fetch
from service.desk.pages import Desk, week_words
from service.desk.queue import read_queue
from service.learning import lot, suspects
from service.learning.decisions import decisions
from service.store.tables import PetitionRow

#: Lines of the list.
MOST: Final = 40
_IDS: Final = re.compile(r"review(\.[0-9a-f]{32})+")
_LOT: Final = re.compile(r"lot\.([0-9]{4}-W[0-9]{2})")


@dataclass(frozen=True, slots=True)
class Rail:
    """A list of letters: what it is called, the address it came from, what the addresses of its letters carry on."""

    label: str
    back: str
    carried: str
    rows: list[PetitionRow]
    is_review: bool = False


def review_list(ids: list[str]) -> str:
    """Return what the letters of the queue carry on: the queue as it stood, so that it stays put while it is worked off."""
    return ".".join(("review", *ids))


def rail_of(session: Session, desk: Desk, carried: str) -> Rail:
    """Return the list that an address carries; what cannot be read, or is not for this person, is the inbox."""
    if desk.may("reviews:write"):
        if _IDS.fullmatch(carried):
            ids = carried.split(".")[1 : MOST + 1]
            return Rail("复核建议", "/desk/learning/queue", carried, by_id(session, ids), is_review=True)
        if found := _LOT.fullmatch(carried):
            ids_of = [row.petition_id for row in lot.drawn(session, found[1])]
            rows = list(session.scalars(select(PetitionRow).where(PetitionRow.id.in_(ids_of)).order_by(PetitionRow.id)))
            return Rail(f"{week_words(found[1])}抽样", f"/desk/learning/lots?week={found[1]}", carried, rows[:MOST])
    if desk.may("reviews:approve") and carried == "conflicts":
        letters = list(dict.fromkeys(c.letter for c in settle(decisions(session))[1]))[:MOST]
        return Rail("复核分歧", "/desk/learning/conflicts", carried, by_id(session, letters))
    if desk.may("reviews:approve") and carried == "suspects":
        rows = list(dict.fromkeys(d.petition for d in suspects.listed(session)))[:MOST]
        return Rail("疑似错标", "/desk/learning/suspects", carried, rows)
    queue = read_queue(carried)
    rows = fetch(session, desk.core, queue, None, MOST).rows
    return Rail("列表", f"/desk/inbox?{queue.query}", queue.query, rows)


def by_id(session: Session, ids: list[str]) -> list[PetitionRow]:
    """Return letters in the order of their ids; those that are gone are left out."""
    rows = {r.public_id: r for r in session.scalars(select(PetitionRow).where(PetitionRow.public_id.in_(ids)))}
    return [rows[i] for i in ids if i in rows]
