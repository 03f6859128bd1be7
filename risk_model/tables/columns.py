"""Which column is what: found by the names offices use or named by the caller, personal data dropped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from risk_model.errors import InputError
from risk_model.tables.dates import parse_date
from risk_model.tables.names import FOLDED, ROLE_LABELS, ROLES, TEXT_NAMES, fold
from risk_model.tables.personal import is_identity_card, is_mobile, is_personal_name, looks_personal

#: Longer than any column name: the first row is a letter, not a header, and must not be shown in a message.
_LONGEST_NAME: Final = 30
_PAIR: Final = re.compile(r"\s*([^=＝]+?)\s*[=＝]\s*(.+?)\s*")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are: `roles` (role to column index), indices of columns kept and dropped, notes for the clerk."""

    header: tuple[str, ...]
    roles: dict[str, int]
    kept: tuple[int, ...]
    dropped: tuple[int, ...]
    notes: tuple[str, ...]

    def names(self, indices: Sequence[int]) -> tuple[str, ...]:
        """Return the header names of some columns; a column without a name is called by its position."""
        return tuple(self.header[i] or f"第{i + 1}列" for i in indices)


def parse_mapping(text: str) -> dict[str, str]:
    """Read `title=标题列,body=正文列` as given on the command line.

    >>> parse_mapping("title=主题,body=诉求")
    {'title': '主题', 'body': '诉求'}
    """
    mapping = {}
    for part in re.split(r"[,，]", text):
        m = _PAIR.fullmatch(part)
        if not m or m[1] not in ROLES:
            raise InputError(f"--columns 写作 角色=列名，用逗号分开；角色有：{'、'.join(ROLES)}")
        mapping[m[1]] = m[2]
    return mapping


def wanted_names(mapping: Mapping[str, str]) -> frozenset[str]:
    """Return the folded names that tell a header row."""
    return TEXT_NAMES | {fold(name) for name in mapping.values()}


def find_columns(
    header: Sequence[str],
    mapping: Mapping[str, str] | None = None,
    sample: Sequence[Sequence[str]] = (),
    *,
    guess: bool = True,
) -> Layout:
    """Find the columns of a table from its header, the caller's `mapping` of roles to names, and some of its rows.

    Without `guess` only the roles of `mapping` are there. Raises `InputError` where there is neither title nor body, a mapped column is missing, or a role would read personal
    data.
    """
    header = tuple(header)
    roles, notes = _assign(header, mapping or {}, guess)
    if "title" not in roles and "body" not in roles:
        raise InputError(_nothing_found(header))
    if "id" in roles and looks_personal(row[roles["id"]] for row in sample):
        raise InputError(
            f"编号列“{header[roles['id']]}”里是身份证号或手机号：编号不能指向个人，"
            "请换用信访件编号或工单号，用 --columns id=列名 指定，或先删去这一列"
        )
    taken = set(roles.values())
    dropped = tuple(
        i
        for i, name in enumerate(header)
        if i not in taken and (is_personal_name(name) or looks_personal(row[i] for row in sample))
    )
    kept = tuple(i for i in range(len(header)) if i not in dropped)
    return Layout(header, roles, kept, dropped, tuple(notes))


def _assign(header: tuple[str, ...], mapping: Mapping[str, str], guess: bool) -> tuple[dict[str, int], list[str]]:
    keys = [fold(name) for name in header]
    roles: dict[str, int] = {}
    notes: list[str] = []
    spare: dict[str, list[int]] = {}
    for role, name in mapping.items():
        if is_personal_name(name):
            raise InputError(f"“{name}”是个人信息列，不能用作{ROLE_LABELS[role]}：本程序只看事项，不看人")
        if (key := fold(name)) not in keys:
            raise InputError(f"--columns 指定的{ROLE_LABELS[role]}列“{name}”不在表里。{_listing(header)}")
        roles[role] = keys.index(key)
    for role, names in FOLDED.items() if guess else ():
        taken = set(roles.values())
        found = [i for name in names for i, key in enumerate(keys) if key == name and i not in taken]
        if role not in roles and found:
            roles[role] = found[0]
            spare[role] = found[1:]
    for role, indices in spare.items():
        # A second candidate may serve another role: 受理日期 is the day of receipt only where there is no 来信日期.
        unused = [i for i in indices if i not in roles.values()]
        if unused:
            others = "、".join(f"“{header[i]}”" for i in unused)
            notes.append(f"“{header[roles[role]]}”用作{ROLE_LABELS[role]}，{others}未用（可用 --columns 另行指定）")
    return roles, notes


def _nothing_found(header: tuple[str, ...]) -> str:
    accepted = "；".join(f"{ROLE_LABELS[role]}：{'、'.join(ROLES[role])}" for role in ("title", "body"))
    advice = "也可以用 --columns title=列名,body=列名 指定"
    return f"没有找到标题列或正文列。{_listing(header)}可以识别的列名——{accepted}。{advice}"


def _listing(header: tuple[str, ...]) -> str:
    """List the columns found, unless the row is data: messages never carry the text of a letter."""
    if any(
        len(name) > _LONGEST_NAME or parse_date(name) or is_mobile(name) or is_identity_card(name) for name in header
    ):
        return "第一行像是数据，不像表头：请加上一行列名。"
    return f"表里的列：{'、'.join(name.strip() for name in header if name.strip()) or '（无）'}。"
