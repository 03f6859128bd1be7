"""A selection of the inbox as its address says it: read from a query, turned into a filter, written back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Final
from urllib.parse import parse_qsl, urlencode

from risk_model.taxonomy import BANDS, FACTOR_NAMES, SUBTAG_NAMES, TAG_NAMES
from service.api.petitions import searchable
from service.core import Core
from service.errors import ApiError
from service.store.clock import STATES
from service.store.listing import Filter

#: Key of a view: what it is called.
VIEWS: Final = {
    "todo": "全部在办",
    "new": "待研判",
    "soon": "临期",
    "overdue": "逾期",
    "look": "需复核",
    "approval": "待批准降档",
    "done": "已办结、不予受理",
    "all": "全部",
}
SORTS: Final = {"urgent": "档次、期限", "due": "期限", "risk": "风险", "newest": "最新登记"}
_CHOICES: Final[dict[str, Mapping[str, object] | tuple[str, ...]]] = {
    "view": VIEWS,
    "sort": SORTS,
    "band": BANDS,
    "state": STATES,
    "tag": TAG_NAMES,
    "subtag": SUBTAG_NAMES,
    "factor": FACTOR_NAMES,
}
_LONGEST: Final = 100


@dataclass(frozen=True, slots=True)
class Queue:
    """A selection; empty fields select nothing."""

    view: str = "todo"
    band: str = ""
    tag: str = ""
    subtag: str = ""
    factor: str = ""
    area: str = ""
    state: str = ""
    since: str = ""
    until: str = ""
    q: str = ""
    matter: str = ""
    sort: str = "urgent"

    @property
    def query(self) -> str:
        """The query of the address, without what is as usual."""
        usual = Queue()
        pairs = [(f.name, getattr(self, f.name)) for f in fields(self)]
        return urlencode([(name, value) for name, value in pairs if value and value != getattr(usual, name)])

    @property
    def is_plain(self) -> bool:
        """Tell whether nothing but the view and the order is chosen."""
        return replace(self, view="todo", sort="urgent") == Queue()

    def with_view(self, view: str) -> Queue:
        """Return the same selection in another view."""
        return replace(self, view=view)

    def filter(self, core: Core) -> Filter:
        """Return what the store is asked for; looking for a person is refused."""
        today = core.today()
        soon = today + dt.timedelta(core.settings.due_soon_days)
        view = self.view
        closed = view == "done" or self.state in ("closed", "declined")
        return Filter(
            labels=[name for name in (self.tag, self.subtag, self.factor) if name],
            band=self.band or None,
            area=searchable(self.area) if self.area else None,
            state=self.state or None,
            received_from=_day(self.since),
            received_to=_day(self.until),
            due_from=today if view == "soon" else None,
            due_before=today if view == "overdue" else soon + dt.timedelta(1) if view == "soon" else None,
            text=searchable(self.q),
            is_open=None if view == "all" else not closed,
            reviewed=False if view in ("new", "look") else None,
            look=True if view == "look" else None,
            waits=view == "approval",
            matter=self.matter or None,
        )

    @property
    def order(self) -> str:
        """The order in the store: what is closed has no next date, so it is listed by its registration."""
        may_be_closed = self.view in ("done", "all") or self.state in ("closed", "declined")
        return "newest" if may_be_closed and self.sort in ("urgent", "due") else self.sort


def read_queue(query: str) -> Queue:
    """Return the selection of a query; what is not among the choices is left out."""
    known = {f.name for f in fields(Queue)}
    values = {}
    for name, value in parse_qsl(query[:2000]):
        if name in known and value and (name not in _CHOICES or value in _CHOICES[name]):
            values[name] = value.replace("\x00", "")[:_LONGEST]
    return Queue(**values)


def _day(text: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ApiError(422, "日期写作 2026-03-01") from None
