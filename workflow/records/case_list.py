"""The list of the cases somebody works on: filtered, sorted, page by page, however many there are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, select, tuple_, union
from sqlalchemy.orm import Session

from models import Case, Level, Membership, Person, ReferralState, Risk, Role, User
from workflow import permissions
from workflow.identity import Actor
from workflow.parties import STATION_LEADS
from workflow.permissions import Permission
from workflow.records import person_sight, readable_cases, searching, states, summary
from workflow.records.summary import CaseSummary

PAGE = 50
OPEN, CLOSED, ALL = "open", "closed", "all"
MINE, NOBODY = "me", "nobody"
NEWEST, OLDEST = "newest", "oldest"
YEARS = 12
"""Years back for which a number without its year is looked for."""
_NUMBER = re.compile(r"(?:(?:CR)?(\d{4})-)?(\d{1,9})", re.IGNORECASE)


@dataclass(frozen=True)
class Wanted:
    """What to list; an unknown code counts as not given. `text`: a case's number, or whatever finds a person."""

    state: str = OPEN
    level: str = ""
    risk: str = ""
    responsible: str = ""
    sort: str = NEWEST
    text: str = ""


@dataclass(frozen=True)
class CaseRow:
    """A case as the list shows it."""

    summary: CaseSummary
    risk: str | None
    contact_forbidden: bool


@dataclass(frozen=True)
class Page:
    """A page of the list; `more` continues it. `workers`: whom a lead may choose to see the cases of."""

    rows: list[CaseRow]
    more: str | None
    workers: list[tuple[UUID, str]]


def list_cases(session: Session, actor: Actor, wanted: Wanted, now: datetime, *, after: str = "") -> Page:
    """A page of the cases this person reads as social work does, masked; three statements at most. Raises Forbidden."""
    permissions.require(actor, Permission.CASE_LIST, None)
    conditions = _conditions(session, actor, wanted, now)
    if (last := _last(after)) is not None:
        key = tuple_(Case.opened_at, Case.id)
        conditions.append(key > last if wanted.sort == OLDEST else key < last)
    ways = [select(Case.id, Case.opened_at).where(way, *conditions) for way in readable_cases.ways(actor)]
    # The page is cut out first, by index, and only then is everything around its cases looked up.
    found = ways[0] if len(ways) == 1 else union(*ways)
    page = _sorted(found, wanted, found.selected_columns).limit(PAGE + 1).subquery()
    listed = summary.statement().join(page, page.c.id == Case.id)
    rows = session.execute(_sorted(listed, wanted, Case)).all()
    shown = rows[:PAGE]
    return Page(
        [_row(row) for row in shown],
        _mark(shown[-1][0]) if len(rows) > PAGE else None,
        _workers(session, actor),
    )


def _sorted(statement: Any, wanted: Wanted, columns: Any) -> Any:
    if wanted.sort == OLDEST:
        return statement.order_by(columns.opened_at, columns.id)
    return statement.order_by(columns.opened_at.desc(), columns.id.desc())


def _conditions(session: Session, actor: Actor, wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state in (OPEN, CLOSED):
        found.append(Case.state.in_(states.OPEN if wanted.state == OPEN else states.CLOSED))
    elif wanted.state in set(ReferralState):
        found.append(Case.state == ReferralState(wanted.state))
    if wanted.level in set(Level):
        found.append(Case.level == Level(wanted.level))
    if wanted.risk in set(Risk):
        found.append(Case.risk == Risk(wanted.risk))
    if wanted.responsible == NOBODY:
        found.append(Case.responsible_id.is_(None))
    elif (worker := _uuid(actor.user_id if wanted.responsible == MINE else wanted.responsible)) is not None:
        found.append(Case.responsible_id == worker)
    if wanted.text.strip():
        found.append(Case.id.in_(_named(session, actor, wanted.text, now)))
    return found


def _named(session: Session, actor: Actor, text: str, now: datetime) -> Any:
    """The ids of the cases with this number, and of those of people whom the text may mean; each by its own index."""
    other = Case.__table__.alias()
    ways: list[Select[Any]] = []
    if found := _NUMBER.fullmatch(text.strip()):
        years = [int(found[1])] if found[1] else range(now.year + 1, now.year - YEARS, -1)
        ways.append(select(other.c.id).where(other.c.number.in_([f"CR{year}-{int(found[2]):06d}" for year in years])))
    if (meant := searching.matches(text)) is not None:
        people = select(Person.id).where(Person.organisation_id.in_(person_sight.registers(session, actor)), meant)
        ways.append(select(other.c.id).where(other.c.subject_id.in_(people)))
    return union(*ways) if ways else select(other.c.id).where(false())


def _workers(session: Session, actor: Actor) -> list[tuple[UUID, str]]:
    places = actor.places(*STATION_LEADS)
    if not places:
        return []
    rows = session.execute(
        select(User.id, User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organisation_id.in_(places), Membership.role == Role.MEDICAL_SOCIAL_WORKER)
        .distinct()
        .order_by(User.name, User.id)
    )
    return [(row.id, row.name) for row in rows]


def _row(row: Any) -> CaseRow:
    case, person, *_ = row
    return CaseRow(
        summary.make(row, None, masked=True), case.risk.value if case.risk else None, person.contact_forbidden
    )


def _mark(case: Case) -> str:
    """Where the page ended; it names no person, so it may stand in an address."""
    return f"{case.opened_at.isoformat()}~{case.id}"


def _last(mark: str) -> tuple[datetime, UUID] | None:
    """Read what `_mark` wrote; anything else begins at the start."""
    at, _, key = mark.partition("~")
    case_id = _uuid(key)
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (moment, case_id) if case_id is not None and moment.tzinfo is not None else None


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
