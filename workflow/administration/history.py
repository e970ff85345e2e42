"""What administrators changed, in sentences: of everything one administers, of one account, or of one organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, cast, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, array
from sqlalchemy.orm import Session
from sqlalchemy.types import Text as SqlText

from models import Agreement, Area, Event, Organisation, User
from workflow import permissions
from workflow.administration import accounts, organisations, reach, wording
from workflow.administration.reach import Reach
from workflow.audit import Kind
from workflow.engine.text import Text
from workflow.identity import Actor
from workflow.permissions import Permission

PAGE = 50
KINDS = (
    Kind.ADMIN_AREA, Kind.ADMIN_ORGANISATION, Kind.ADMIN_AGREEMENT, Kind.ADMIN_ACCOUNT, Kind.ADMIN_MEMBERSHIP,
    Kind.ADMIN_LIST, Kind.ADMIN_SETTING, Kind.USER_ADDED,
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One change: when, who (None: at the command line or by the system), what."""

    at: datetime
    who: str | None
    text: Text


@dataclass(frozen=True)
class History:
    """A page of changes, the newest first; `more` continues it."""

    lines: list[Line]
    more: UUID | None


def read(session: Session, actor: Actor, *, kind: str = "", before: UUID | None = None) -> History:
    """What was changed as far as one administers it, of one kind or of all. Raises Forbidden."""
    permissions.require(actor, Permission.ADMIN_OPEN, None)
    condition = _reached(reach.of(session, actor))
    kinds = [each.value for each in KINDS if each.value == kind] or [each.value for each in KINDS]
    return _page(session, [condition, Event.kind.in_(kinds)], before)


def of_account(session: Session, actor: Actor, user_id: UUID, now: datetime, before: UUID | None = None) -> History:
    """What was done to one account and its roles, as far as one administers it. Raises NotFound."""
    accounts.show(session, actor, user_id, now)
    condition = _reached(reach.of(session, actor))
    kinds = [Kind.ADMIN_ACCOUNT.value, Kind.ADMIN_MEMBERSHIP.value, Kind.USER_ADDED.value]
    return _page(session, [condition, Event.kind.in_(kinds), _names("user_id", user_id)], before)


def of_organisation(session: Session, actor: Actor, organisation_id: UUID, before: UUID | None = None) -> History:
    """What was done to one organisation, the roles in it and its agreements. Raises NotFound."""
    organisations.load(session, actor, organisation_id)
    of_it = _touches([organisation_id])
    return _page(session, [of_it, Event.kind.in_([each.value for each in KINDS])], before)


def _page(session: Session, conditions: list[ColumnElement[bool]], before: UUID | None) -> History:
    statement = select(Event, User.name).outerjoin(User, User.id == Event.actor_id)
    statement = statement.where(Event.case_id.is_(None), *conditions)
    if before is not None:
        statement = statement.where(Event.id < before)
    rows = session.execute(statement.order_by(Event.id.desc()).limit(PAGE + 1)).all()
    shown = rows[:PAGE]
    names = _named(session, [event.details for event, _ in shown])
    lines = [Line(event.at, who, wording.sentence(event.kind, event.details, names)) for event, who in shown]
    return History(lines, shown[-1][0].id if len(rows) > PAGE else None)


def _reached(mine: Reach) -> ColumnElement[bool]:
    if mine.everything:
        return Event.id.is_not(None)
    concerns_all = Event.details["organisations"] == cast([], JSONB)
    return or_(_touches(list(mine.organisations)), concerns_all)


def _touches(places: list[UUID]) -> ColumnElement[bool]:
    texts = cast(array([str(each) for each in places]), ARRAY(SqlText)) if places else cast([], ARRAY(SqlText))
    return or_(
        Event.details["organisations"].has_any(texts),
        Event.details["organisation_id"].astext.in_([str(each) for each in places]),
    )


def _names(key: str, value: UUID) -> ColumnElement[bool]:
    found: ColumnElement[bool] = Event.details[key].astext == str(value)
    return found


def _named(session: Session, details: list[dict[str, Any]]) -> dict[str, Text]:
    """The names behind the ids of these events; four statements at most."""
    wanted: dict[str, set[UUID]] = {}
    for each in details:
        wanted.setdefault("organisation", set()).update(map(UUID, each.get("organisations", ())))
        for key, value in each.items():
            if key.endswith("_id") and isinstance(value, str):
                wanted.setdefault(wording.TABLES.get(key, ""), set()).add(UUID(value))
    found: dict[str, Text] = {}
    places = wanted.get("organisation", set())
    if ids := wanted.get("agreement"):
        agreed = session.execute(select(Agreement.station_id, Agreement.agency_id).where(Agreement.id.in_(ids)))
        places |= {each for pair in agreed for each in pair}
    if ids := wanted.get("user"):
        rows = session.execute(select(User.id, User.name, User.username).where(User.id.in_(ids)))
        found |= {str(key): Text(f"{name}（{login}）", f"{name} ({login})") for key, name, login in rows}
    if places:
        names = select(Organisation.id, Organisation.name, Organisation.name_en).where(Organisation.id.in_(places))
        found |= {str(key): Text(zh, en or zh) for key, zh, en in session.execute(names)}
    if ids := wanted.get("area"):
        areas = session.execute(select(Area.id, Area.name, Area.name_en).where(Area.id.in_(ids)))
        found |= {str(key): Text(zh, en or zh) for key, zh, en in areas}
    return found
