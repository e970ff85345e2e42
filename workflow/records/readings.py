"""Who looked at a case file, and when, why and at what; what happened in it, without content; one's own readings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from models import Case, Event, Reading, User
from workflow import permissions, secrecy
from workflow.clock.calendar import TIMEZONE
from workflow.errors import NotFound
from workflow.identity import Actor
from workflow.permissions import Permission
from workflow.records import classes, sight
from workflow.records.sight import CaseSight

PAGE = 50
AROUND_A_REPORT = timedelta(hours=1)
"""How long before and after a report the looks of whoever made it are for the data-protection owner alone."""


@dataclass(frozen=True)
class ReadingRow:
    """One look. `entries` says how many of its records were shown; `case_number` stands only among one's own."""

    at: datetime
    who: str
    what: str
    purpose: str
    highest: str | None
    entries: int
    case_id: UUID | None
    case_number: str | None


@dataclass(frozen=True)
class EventRow:
    """Something that happened, without what it was about."""

    at: datetime
    who: str | None
    """None: the system itself; empty: not to be known."""
    kind: str


@dataclass(frozen=True)
class Watched:
    """The case of a page about it, for those who watch over it: its number, never its person."""

    case_id: UUID
    number: str
    may_see_readings: bool
    may_see_events: bool
    may_see_reporter: bool
    may_open: bool


@dataclass(frozen=True)
class Page:
    """A page of rows, newest first, and whether older ones follow."""

    rows: list[Any]
    number: int
    more: bool


@dataclass(frozen=True)
class Readings:
    """Who looked: the rows, and everybody who did, to choose from."""

    case: Watched
    page: Page
    people: list[tuple[UUID, str]]


def of_case(
    session: Session,
    actor: Actor,
    case_id: UUID,
    now: datetime,
    *,
    user_id: UUID | None = None,
    day: date | None = None,
    page: int = 1,
) -> Readings:
    """Who looked at this file, also at its person's own page; of one reader or one day if asked.

    Raises NotFound, Forbidden.
    """
    case, watched = _watched(session, actor, case_id, now, Permission.READINGS_READ)
    about = and_(
        or_(Reading.case_id == case.id, and_(Reading.person_id == case.subject_id, Reading.case_id.is_(None))),
        _known(actor, watched),
    )
    found = _statement().where(about)
    if user_id is not None:
        found = found.where(Reading.user_id == user_id)
    if day is not None:
        start = datetime.combine(day, time(), ZoneInfo(TIMEZONE))
        found = found.where(Reading.at >= start, Reading.at < start + timedelta(days=1))
    looked = select(Reading.user_id).where(about, Reading.what != "entry")
    people = session.execute(select(User.id, User.name).where(User.id.in_(looked)).order_by(User.name))
    return Readings(watched, _page(session, found, page, _row), [(key, name) for key, name in people])


def _known(actor: Actor, watched: Watched) -> ColumnElement[bool]:
    """Without the looks that would tell who reported: of whoever was shown it, for they wrote it, and of whoever was
    in the case around the moment of the report.
    """
    if watched.may_see_reporter:
        return true()
    reported = exists(
        select(Event.id).where(
            Event.case_id == watched.case_id,
            Event.actor_id == Reading.user_id,
            Event.details["secret"].as_string() == classes.REPORTER,
            Event.at.between(Reading.at - AROUND_A_REPORT, Reading.at + AROUND_A_REPORT),
        )
    )
    gives_away = or_(Reading.highest == classes.REPORTER, reported)
    seen = or_(func.coalesce(gives_away, false()).is_(False), Reading.user_id == actor.user_id)
    return or_(seen, Reading.what == "reporter") if watched.may_see_events else seen


def own(session: Session, actor: Actor, page: int = 1) -> Page:
    """What this person looked at, newest first; one statement."""
    return _page(session, _statement().where(Reading.user_id == actor.user_id), page, _row)


def events(session: Session, actor: Actor, case_id: UUID, now: datetime, page: int = 1) -> tuple[Watched, Page]:
    """What happened in a case, newest first: when, who, of which kind; no content. Raises NotFound, Forbidden."""
    case, watched = _watched(session, actor, case_id, now, Permission.CASE_EVENTS)
    found = (
        select(Event, User.name)
        .outerjoin(User, User.id == Event.actor_id)
        .where(Event.case_id == case.id)
        .order_by(Event.at.desc(), Event.id.desc())
    )
    return watched, _page(session, found, page, lambda row: _event(watched, *row))


def _event(watched: Watched, event: Event, name: str | None) -> EventRow:
    is_known = watched.may_see_reporter or not secrecy.hides_actor(event.details)
    return EventRow(event.at, name if is_known else "", event.kind)


def watched_by_number(session: Session, actor: Actor, number: str, now: datetime) -> UUID:
    """The case of this number, for somebody who may read who looked at it. Raises NotFound, Forbidden."""
    case = session.scalar(select(Case).where(Case.number == number.strip().upper()))
    if case is None:
        raise NotFound("case_not_found")
    permissions.require(actor, Permission.READINGS_READ, sight.of(session, case, now))
    return case.id


def _watched(
    session: Session, actor: Actor, case_id: UUID, now: datetime, permission: Permission
) -> tuple[Case, Watched]:
    case = session.get(Case, case_id)
    if case is None:
        raise NotFound("case_not_found")
    seen = sight.of(session, case, now)
    permissions.require(actor, permission, seen)
    return case, watch(actor, case, seen)


def watch(actor: Actor, case: Case, seen: CaseSight) -> Watched:
    """What of a case somebody may watch over."""
    return Watched(
        case.id,
        case.number,
        permissions.allows(actor, Permission.READINGS_READ, seen),
        permissions.allows(actor, Permission.CASE_EVENTS, seen),
        permissions.allows(actor, Permission.CASE_REPORTER, seen),
        sight.may_open(actor, seen),
    )


def _statement() -> Select[*tuple[Any, ...]]:
    """Readings with names; the records shown at the same moment are counted, not listed."""
    shown = aliased(Reading)
    entries = (
        select(func.count())
        .where(
            shown.case_id == Reading.case_id,
            shown.at == Reading.at,
            shown.user_id == Reading.user_id,
            shown.what == "entry",
        )
        .correlate(Reading)
        .scalar_subquery()
    )
    return (
        select(Reading, User.name, Case.number, entries)
        .join(User, User.id == Reading.user_id)
        .outerjoin(Case, Case.id == Reading.case_id)
        .where(Reading.what != "entry")
        .order_by(Reading.at.desc(), Reading.id.desc())
    )


def _row(row: Any) -> ReadingRow:
    reading, who, number, entries = row
    return ReadingRow(
        reading.at, who, reading.what, reading.purpose, reading.highest, entries, reading.case_id, number
    )  # fmt: skip


def _page(session: Session, found: Select[*tuple[Any, ...]], number: int, make: Any) -> Page:
    number = max(1, number)
    rows = session.execute(found.limit(PAGE + 1).offset((number - 1) * PAGE)).all()
    return Page([make(row) for row in rows[:PAGE]], number, len(rows) > PAGE)
