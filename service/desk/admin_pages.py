"""管理: staff, keys, departments, retention, and the audit log."""

from __future__ import annotations

import csv
import io
import json
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, Response

from service.desk.pages import Desk, PageGuard, person
from service.operations import purge
from service.security import keys, staff
from service.security.keys import MOST_DAYS
from service.security.passwords import LEAST
from service.security.permissions import ROLES, SCOPES, Permission
from service.store import audit, departments

router = APIRouter(include_in_schema=False)
_Users = Annotated[Desk, Depends(PageGuard(Permission.USERS))]
_Keys = Annotated[Desk, Depends(PageGuard(Permission.KEYS))]
_Departments = Annotated[Desk, Depends(PageGuard(Permission.DEPARTMENTS_READ))]
_Retention = Annotated[Desk, Depends(PageGuard(Permission.RETENTION))]
_Auditor = Annotated[Desk, Depends(PageGuard(Permission.AUDIT_READ))]
Word = Annotated[str, Query(max_length=128, pattern=r"^[^\x00]*$")]
After = Annotated[int, Query(ge=0, lt=2**31)]

#: Rows of the audit log on a page, and in an export.
_ROWS: Final = 100
_EXPORT: Final = 100_000
#: Years after which a purge is looked at on the page.
_YEARS: Final = (1, 2, 3, 5, 10)
_ROLE_TEXTS: Final = {
    "viewer": "看来信、部门表、模型",
    "triager": "另可研判、登记、确认更正、推进办理",
    "approver": "另可批准降档（不能批准自己的）、延期、改分档线",
    "admin": "管人员、密钥、部门表、保存期限；不看来信",
    "auditor": "看来信和审计记录；什么都不能改",
}
_SCOPE_TEXTS: Final = {
    "model:read": "看模型",
    "score": "评估来信（不留存）",
    "petitions:read": "看登记的来信",
    "petitions:write": "登记来信",
    "reviews:write": "确认、更正",
    "clock:write": "推进办理状态",
    "departments:read": "看部门表",
    "departments:write": "改部门表",
    "matters:write": "合并、拆分事项",
    "jobs": "批量上传",
    "audit:read": "看审计记录",
    "metrics:read": "看运行指标",
}
ACTIONS: Final = {
    "login": "登录",
    "login.failed": "登录失败",
    "logout": "退出",
    "user.setup": "建立管理员",
    "user.add": "添加人员",
    "user.change": "改人员",
    "user.password": "改密码",
    "key.add": "发放密钥",
    "key.revoke": "撤销密钥",
    "petition.register": "登记来信",
    "petition.read": "查看来信",
    "petition.state": "办理状态",
    "petition.extend": "延期",
    "review.add": "确认或更正",
    "review.undo": "撤销意见",
    "review.approved": "批准降档",
    "review.rejected": "驳回降档",
    "department.change": "改责任部门",
    "department.reset": "恢复默认部门",
    "model.cut": "改分档线",
    "batch.add": "上传表格",
    "batch.run": "批量研判",
    "batch.export": "下载研判结果",
    "batch.delete": "删除表格",
    "upload.add": "批量登记",
    "upload.cancel": "取消批量登记",
    "scan.add": "扫描一周",
    "scan.cancel": "停止扫描",
    "scan.export": "下载周报",
    "matter.read": "查看事项",
    "matter.merge": "合并事项",
    "matter.split": "拆分事项",
    "matter.join": "归入事项",
    "review.settle": "裁定分歧",
    "lot.draw": "每周抽样",
    "suspects.search": "查找疑似错标",
    "suspects.cancel": "停止查找错标",
    "model.train": "训练候选模型",
    "model.train.cancel": "停止训练",
    "model.promote": "启用模型版本",
    "model.rollback": "退回模型版本",
    "shadow.begin": "开始旁路试评",
    "shadow.end": "停止旁路试评",
    "feedback.export": "导出复核记录",
    "audit.export": "导出审计",
    "purge": "清理",
}


@router.get("/desk/admin/users")
def users(desk: _Users) -> HTMLResponse:
    """Show the accounts of staff."""
    with desk.core.store.reading() as session:
        people = staff.everybody(session)
    return desk.page("users.html", "users", people=people, roles=ROLES, texts=_ROLE_TEXTS, least=LEAST)


@router.get("/desk/admin/keys")
def all_keys(desk: _Keys) -> HTMLResponse:
    """Show the keys of other systems."""
    with desk.core.store.reading() as session:
        found = keys.all_keys(session)
    scopes = [(s.value, _SCOPE_TEXTS[s.value]) for s in SCOPES if s.value in _SCOPE_TEXTS]
    return desk.page("keys.html", "keys", keys=found, scopes=scopes, now=desk.core.now(), most=MOST_DAYS)


@router.get("/desk/admin/departments")
def table(desk: _Departments) -> HTMLResponse:
    """Show who answers what."""
    with desk.core.store.reading() as session:
        rows = departments.table(session)
    return desk.page("departments.html", "departments", rows=rows)


@router.get("/desk/admin/retention")
def retention(desk: _Retention) -> HTMLResponse:
    """Show what a purge would delete, by age; deletes nothing."""
    today = desk.core.today()
    counts = []
    for years in _YEARS:
        days = round(365.25 * years)
        before = today.fromordinal(today.toordinal() - days)
        counts.append((years, days, before, purge.candidates(desk.core.store, before)))
    return desk.page("retention.html", "retention", counts=counts)


@router.get("/desk/admin/audit")
def log(desk: _Auditor, after: After = 0, action: Word = "", actor: Word = "", object: Word = "") -> HTMLResponse:
    """Show what happened; `actor` is looked up as an account's name, too."""
    with desk.core.store.reading() as session:
        if not after and not any((action, actor, object)):
            after = max(0, audit.length(session) - _ROWS)
        rows = audit.page(session, after=after, limit=_ROWS, action=action, actor=_actor(actor), subject=object)
        total = audit.length(session)
    lines = [(row, json.loads(row.details)) for row in rows]
    asked = {"action": action, "actor": actor, "object": object}
    return desk.page(
        "audit.html",
        "audit",
        lines=lines,
        asked=asked,
        actions=ACTIONS,
        total=total,
        after=after,
        full=len(rows) == _ROWS,
    )


@router.get("/desk/admin/audit.csv")
def export(desk: _Auditor, action: Word = "", actor: Word = "", object: Word = "") -> Response:
    """Hand out the rows of a search as a table; recorded in the log itself."""
    with desk.core.store.writing() as session:
        rows = audit.page(session, limit=_EXPORT, action=action, actor=_actor(actor), subject=object)
        audit.record(session, desk.core.now(), desk.who.actor, "audit.export", details={"rows": len(rows)})
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("序号", "时间（UTC）", "谁", "做了什么", "对象", "模型版本", "理由", "细节", "校验值"))
    for r in rows:
        cells = (r.seq, r.at, person(r.actor), ACTIONS.get(r.action, r.action), r.object, r.model_version, r.reason)
        writer.writerow([_safe(cell) for cell in (*cells, r.details, r.hash)])
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _actor(name: str) -> str:
    return f"user:{name}" if name and ":" not in name else name


def _safe(cell: object) -> object:
    # Excel runs a cell that begins like a formula.
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t")) else cell
