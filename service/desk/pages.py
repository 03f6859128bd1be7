"""How a page is made: templates, what every page shows, and the headers it goes out with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.staticfiles import StaticFiles

from risk_model.taxonomy import BANDS, DISCLAIMER, FACTORS, REVIEW_REASONS, SUBTAGS, TAGS, label
from service.core import Core
from service.deps import Guard, TheCore
from service.security.permissions import Permission, Principal
from service.store.clock import STATES
from service.store.tables import SessionRow

HERE: Final = Path(__file__).parent
PREFIX: Final = "/desk"
LOGIN: Final = "/desk/login"

#: No inline script, nothing from elsewhere. Charts set inline styles, so styles may stand in the page.
_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A place in the menu and the permission it needs."""

    key: str
    label: str
    path: str
    permission: Permission


MENU: Final = (
    Entry("inbox", "研判工作台", "/desk/inbox", Permission.PETITIONS_READ),
    Entry("try", "试评来信", "/desk/try", Permission.SCORE),
    Entry("batch", "批量研判", "/desk/batches", Permission.JOBS),
    Entry("weekly", "周报", "/desk/weekly", Permission.PETITIONS_READ),
    Entry("model", "模型", "/desk/model", Permission.MODEL_READ),
    Entry("review", "复核建议", "/desk/learning/queue", Permission.REVIEWS_WRITE),
    Entry("lots", "每周抽样", "/desk/learning/lots", Permission.MODEL_READ),
    Entry("conflicts", "复核分歧", "/desk/learning/conflicts", Permission.REVIEWS_APPROVE),
    Entry("suspects", "疑似错标", "/desk/learning/suspects", Permission.REVIEWS_APPROVE),
    Entry("drift", "来信变化", "/desk/learning/drift", Permission.MODEL_READ),
    Entry("versions", "模型版本", "/desk/learning/versions", Permission.MODEL_READ),
    Entry("shadow", "旁路对照", "/desk/learning/shadow", Permission.REVIEWS_APPROVE),
    Entry("users", "人员", "/desk/admin/users", Permission.USERS),
    Entry("keys", "接口密钥", "/desk/admin/keys", Permission.KEYS),
    Entry("departments", "责任部门", "/desk/admin/departments", Permission.DEPARTMENTS_READ),
    Entry("retention", "保存期限", "/desk/admin/retention", Permission.RETENTION),
    Entry("audit", "审计", "/desk/admin/audit", Permission.AUDIT_READ),
)
#: Entries of the menu that stand together under one name, each a tab.
GROUPS: Final[dict[str, frozenset[str]]] = {
    "复核与质量": frozenset({"review", "lots", "conflicts", "suspects", "drift", "versions", "shadow"}),
    "管理": frozenset({"users", "keys", "departments", "retention", "audit"}),
}
ROLE_LABELS: Final = {
    "viewer": "查阅",
    "triager": "研判",
    "approver": "审批",
    "admin": "管理员",
    "auditor": "审计",
}


def menu_for(who: Principal) -> list[Entry]:
    """Return the places a person may go to."""
    return [entry for entry in MENU if entry.permission in who.permissions]


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the menu as a page shows it: a place, or the first place of a group."""

    label: str
    path: str
    is_here: bool


def menu_lines(entries: list[Entry], here: str) -> list[Item]:
    """Return the menu of the page `here`, each group as one line.

    >>> [line.label for line in menu_lines([MENU[0], MENU[5], MENU[6]], "lots")]
    ['研判工作台', '复核与质量']
    """
    lines: dict[str, Item] = {}
    for entry in entries:
        name = next((name for name, keys in GROUPS.items() if entry.key in keys), entry.label)
        first = lines.get(name, Item(name, entry.path, is_here=False))
        lines[name] = Item(name, first.path, first.is_here or entry.key == here)
    return list(lines.values())


def home_of(who: Principal) -> str:
    """Return where a person begins: the first place of the menu."""
    return next((entry.path for entry in menu_for(who)), "/desk/account")


@dataclass(slots=True)
class Desk:
    """One request for a page: who asks, and what every page shows."""

    request: Request
    core: Core
    who: Principal

    @property
    def zone(self) -> dt.tzinfo:
        """The office's time zone, in which instants are shown."""
        return ZoneInfo(self.core.settings.timezone)

    def csrf(self) -> str:
        """Return the value that the page's requests must repeat; empty where no login is needed."""
        if self.who.session_id is None:
            return ""
        with self.core.store.reading() as session:
            row = session.get(SessionRow, self.who.session_id)
        return row.csrf if row else ""

    def may(self, permission: str) -> bool:
        """Tell whether the person may do something, for a template."""
        return Permission(permission) in self.who.permissions

    def page(self, template: str, here: str, code: int = 200, **context: Any) -> HTMLResponse:
        """Return a page of the desk; `here` is its key in the menu."""
        entries = menu_for(self.who)
        group = next(((name, keys) for name, keys in GROUPS.items() if here in keys), ("", frozenset()))
        return render(
            self.request,
            template,
            code,
            {
                "desk": self,
                "here": here,
                "menu": menu_lines(entries, here),
                "places": entries,
                "group": group[0],
                "tabs": [e for e in entries if e.key in group[1]],
                "csrf": self.csrf(),
                "today": self.core.today(),
                "model_version": self.core.scoring.model.version if self.core.scoring else "",
                **context,
            },
        )


class PageGuard(Guard):
    """Lets a request for a page through if its maker has the permission."""

    def __call__(self, request: Request, core: TheCore) -> Desk:  # type: ignore[override]
        """Return the request as the pages work with it."""
        return Desk(request, core, self.admit(request, core))


def render(request: Request, template: str, status: int, context: Mapping[str, Any]) -> HTMLResponse:
    """Return a page; also for those who are not logged in."""
    core: Core = request.app.state.core
    values = {"request": request, "disclaimer": DISCLAIMER, "example": core.settings.example, **context}
    return HTMLResponse(
        ENVIRONMENT.get_template(template).render(values), status, headers={"Content-Security-Policy": _CSP}
    )


def wants_page(request: Request) -> bool:
    """Tell whether an answer is for a person's browser rather than for a program."""
    path = request.url.path
    return not path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


_ADVICE: Final = {
    403: "您的账号没有这项权限。需要的话，请管理员在“人员”里调整角色。",
    404: "地址可能写错了，或者这件事项已经按保存期限删除。",
    429: "操作太快了，请等几秒再刷新本页。",
    503: "服务正在启动或者数据库暂时不可用，请稍候刷新；一直如此请告诉管理员。",
}
_USUAL: Final = "请退回上一页再试；一直如此，请把下面的编号告诉管理员。"


def error_page(request: Request, status: int, message: str, request_id: str) -> Response | None:
    """Return the page for an error, a redirect to the login for nobody, None where JSON is wanted."""
    if not wants_page(request):
        return None
    if status == 401:
        return RedirectResponse(login_path(request), 303)
    context = {"status": status, "message": message, "advice": _ADVICE.get(status, _USUAL), "request_id": request_id}
    return render(request, "error.html", status, context)


def login_path(request: Request) -> str:
    """Return the address of the login that leads back to the page asked for."""
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    reason = "&reason=expired" if request.cookies else ""
    return f"{LOGIN}?next={quote(path, safe='/')}{reason}"


def safe_next(path: str) -> str:
    """Return a path of this desk to go to after the login; anything else leads to its entrance.

    >>> safe_next("/desk/inbox?band=high"), safe_next("//evil.example"), safe_next("https://evil.example")
    ('/desk/inbox?band=high', '/desk', '/desk')
    """
    return path if path.startswith("/desk/") and "\\" not in path and "//" not in path else "/desk"


class Assets(StaticFiles):
    """Files of the desk: kept by the browser, asked again at each use, so that an update shows at once."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """Return a file with the rule for caches."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


def plotly_folder() -> Path:
    """Return where the installed plotly keeps its script, without importing plotly."""
    from importlib.util import find_spec

    spec = find_spec("plotly")
    assert spec and spec.origin  # noqa: S101  a requirement of the service
    return Path(spec.origin).parent / "package_data"


def _short_day(day: dt.date | None) -> str:
    return f"{day.month}月{day.day}日" if day else ""


def week_words(week: str, with_days: bool = False) -> str:
    """Return an ISO week as people say it.

    >>> week_words("2026-W07"), week_words("2026-W53", with_days=True)
    ('2026年第7周', '2026年第53周（12月28日至1月3日）')
    """
    year, number = int(week[:4]), int(week[6:])
    said = f"{year}年第{number}周"
    if not with_days:
        return said
    first = dt.date.fromisocalendar(year, number, 1)
    return f"{said}（{_short_day(first)}至{_short_day(first + dt.timedelta(6))}）"


def _local(instant: dt.datetime, zone: dt.tzinfo) -> str:
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _percent(value: float, digits: int = 0) -> str:
    return f"{100 * value:.{digits}f}%"


def chance(value: float) -> str:
    """Return a probability with two places, never as certain.

    >>> chance(0.998), chance(0.5), chance(0.0001)
    ('0.99', '0.50', '0.01')
    """
    return f"{min(max(value, 0.01), 0.99):.2f}"


_MACHINES: Final = {
    "machine:local": "本机",
    "machine:cli": "命令行",
    "machine:example": "示例",
    "machine:schedule": "按时自动",
}


def person(actor: str) -> str:
    """Return how an actor of the records is called on a page.

    >>> person("user:wang"), person("machine:local"), person("key:oa(0123)")
    ('wang', '本机', 'oa(0123)')
    """
    kind, _, name = actor.partition(":")
    return _MACHINES.get(actor, name if kind in ("user", "key") else actor)


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "label": label,
        "short_day": _short_day,
        "week": week_words,
        "local": _local,
        "instant": dt.datetime.fromisoformat,
        "percent": _percent,
        "chance": chance,
        "person": person,
    }
    made.globals |= {
        "BANDS": BANDS,
        "STATES": STATES,
        "TAGS": TAGS,
        "SUBTAGS": SUBTAGS,
        "FACTORS": FACTORS,
        "REVIEW_REASONS": REVIEW_REASONS,
        "ROLE_LABELS": ROLE_LABELS,
    }
    return made


ENVIRONMENT: Final = _environment()
