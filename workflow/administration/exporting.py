"""Accounts and roles as a table (CSV) that a spreadsheet opens without running anything."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime

from sqlalchemy.orm import Session

from workflow.administration import accounts, wording
from workflow.administration.accounts import AccountRow, Sought
from workflow.administration.noting import note
from workflow.audit import Kind
from workflow.clock.calendar import local_day
from workflow.engine.text import Text
from workflow.identity import Actor

HEADINGS = (
    Text("用户名", "User name"), Text("姓名", "Name"), Text("账号", "Account"), Text("机构", "Organisation"),
    Text("岗位", "Role"), Text("起始日期", "From"), Text("截止日期", "Until"), Text("今天有效", "Counts today"),
)  # fmt: skip
STATES = {True: Text("可登录", "Open"), False: Text("已停用", "Closed")}
YES_NO = {True: Text("是", "Yes"), False: Text("否", "No")}
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
BOM = "\ufeff"
"""Without it spreadsheets here read Chinese as something else."""


def table(session: Session, actor: Actor, sought: Sought, now: datetime, language: str) -> str:
    """One line a role, in the language given; that it was exported is recorded. Raises Forbidden."""
    rows = accounts.every(session, actor, sought, now)
    note(session, Kind.ADMIN_ACCOUNT, actor, now, "exported", [], accounts=len(rows))
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([each.pick(language) for each in HEADINGS])
    for row in rows:
        writer.writerows([harmless(cell) for cell in cells] for cells in _cells(row, local_day(now), language))
    return BOM + out.getvalue()


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula (CWE-1236): an apostrophe in front keeps it a text."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(_FORMULA) else text


def _cells(row: AccountRow, day: date, language: str) -> list[list[str]]:
    start = [row.username, row.name, STATES[row.is_active].pick(language)]
    if not row.roles:
        return [[*start, "", "", "", "", ""]]
    return [
        [
            *start, held.organisation.pick(language), wording.role_words(held.role).pick(language),
            str(held.starts_on or ""), str(held.ends_on or ""),
            YES_NO[row.is_active and held.is_current(day)].pick(language),
        ]
        for held in row.roles
    ]  # fmt: skip
