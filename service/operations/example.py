"""A desk with something on it: letters of the built-in synthetic corpus, as if they had come in the last weeks."""

from __future__ import annotations

import datetime as dt
import json
from importlib.resources import files
from typing import Final

from sqlalchemy import func, select

from risk_model.errors import InputError
from risk_model.model import RiskModel
from risk_model.schema import Petition
from service.scoring import masked, plain
from service.store import Store, audit, petitions
from service.store.petitions import Entry
from service.store.tables import PetitionRow

#: Enough for a few pages of the inbox, few enough to be there in a moment.
LETTERS: Final = 160
#: Days over which their receipt is spread: some are overdue by then, some due soon, most have time.
_DAYS: Final = 26
#: Letters of different writers about one matter each, so that the desk has something to fold.
_SAME: Final = frozenset(
    {"w3b-001", "w4c-006", "w3c-008", "w5a-026", "w6b-007", "w3c-018", "w6b-014", "w4d-025", "w6c-029"}
)
_PREFIX: Final = "示例-"
_ACTOR: Final = "machine:example"
_EVIDENCE: Final = 8


def letters(today: dt.date) -> list[Petition]:
    """Return letters of the corpus, each with a day of receipt of the last weeks."""
    lines = files("risk_model.data").joinpath("corpus.jsonl").read_text(encoding="utf-8").splitlines()
    # Every so many, so that all authors, kinds and topics are there.
    every = [json.loads(line) for line in lines]
    same = [x for x in every if x["id"] in _SAME]
    usual = every[:: max(1, len(every) // LETTERS)]
    chosen = [*same, *(x for x in usual if x["id"] not in _SAME)][:LETTERS]
    return [
        Petition(
            body=x["body"],
            title=x["title"],
            area=x["area"],
            id=f"{_PREFIX}{x['id']}",
            # Denser towards today, as a book that is being worked off.
            received=today - dt.timedelta(_DAYS * i * i // LETTERS**2),
        )
        for i, x in enumerate(chosen)
    ]


def load(store: Store, model: RiskModel, today: dt.date, now: dt.datetime) -> int:
    """Put the example letters into an empty store; returns how many, 0 where they are there already.

    Raises `InputError` for a store with letters that are none of ours: invented ones must not mix with an office's own.
    """
    with store.reading() as session:
        number = select(func.count()).select_from(PetitionRow)
        ours = session.scalar(number.where(PetitionRow.external_id.startswith(_PREFIX))) or 0
        if session.scalar(number) != ours:
            raise InputError("这个数据目录里有登记的来信，不能放入示例：请用 --data-dir 另指一个目录")
        if ours:
            return 0
    kept = [masked(p) for p in letters(today)]
    assessments = model.score(kept, _EVIDENCE)
    with store.writing() as session:
        for petition, said in zip(kept, assessments, strict=True):
            row = petitions.register(
                session, Entry(petition, petitions.digest(petition), said, plain(said)), now, _ACTOR
            )
            audit.record(session, now, _ACTOR, "petition.register", row.public_id, model_version=row.model_version)
            late = (today - petition.received).days if petition.received else 0
            if late > 8 and row.id % 4:
                petitions.step(session, row, "accepted", "", now, _ACTOR)
    return len(kept)
