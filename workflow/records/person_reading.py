"""Looking people up: the masked search, and one person's page as far as the reader may see it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, Person, PersonLink, Relation, User
from workflow import audit, permissions
from workflow.clock.calendar import TIMEZONE
from workflow.engine import Text
from workflow.forms import Row
from workflow.identity import Actor
from workflow.permissions import Permission
from workflow.records import (
    masking,
    matching,
    person_forms,
    person_sight,
    readable_cases,
    relations,
    same_person,
    searching,
    states,
)
from workflow.records.matching import Reason

PAGE = 50
MASKED = frozenset({"P0", "P1"})
"""Classes on the page of somebody who sees a person without having a case of theirs; P1 is masked in itself."""
OF_AGE = 18


@dataclass(frozen=True)
class CaseOf:
    """A case of a person; only those that the reader may open are a link."""

    case_id: UUID
    number: str
    state: str
    level: str | None
    responsible: str | None
    opened_at: datetime
    is_open: bool
    may_open: bool


@dataclass(frozen=True)
class PersonRow:
    """A person as lists show them: masked, with their open cases that the reader may open."""

    person_id: UUID
    name: str
    phone: str | None
    sex: str | None
    age: int | None
    """None also for minors: see `is_minor`."""
    is_minor: bool
    contact_forbidden: bool
    cases: list[CaseOf]


@dataclass(frozen=True)
class Found:
    """A page of search results; `more` continues it."""

    rows: list[PersonRow]
    more: UUID | None
    too_little: bool
    """What was typed is too short to look for."""


@dataclass(frozen=True)
class Alike:
    """Another record: possibly the same human being, or decided to be the same or another one."""

    row: PersonRow
    score: int
    reasons: tuple[Reason, ...]
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True)
class RelationView:
    """Somebody around a person."""

    relation_id: UUID
    rows: list[Row]
    added_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class PersonPage:
    """Everything a person's page shows this reader."""

    row: PersonRow
    name: str
    in_full: bool
    """Whether identity is shown; otherwise it is masked and sensitive fields are placeholders."""
    may_correct: bool
    version: int
    identity: list[Row]
    safety_flags: list[Text]
    safe_contact: str | None
    relations: list[RelationView] | None
    """None: not for this reader."""
    cases: list[CaseOf]
    possible: list[Alike]
    same: list[Alike]
    different: list[Alike]


def search(session: Session, actor: Actor, typed: str, now: datetime, *, after: UUID | None = None) -> Found:
    """People of one's own register whom this text may mean, newest first; a constant number of statements.

    That somebody searched is recorded, not what for. Raises Forbidden.
    """
    permissions.require(actor, Permission.PERSON_SEARCH, None)
    condition = searching.matches(typed)
    if condition is None:
        return Found([], None, too_little=bool(typed.strip()))
    statement = select(Person).where(Person.organisation_id.in_(person_sight.registers(session, actor)), condition)
    if after is not None:
        statement = statement.where(Person.id < after)
    people = session.scalars(statement.order_by(Person.id.desc()).limit(PAGE + 1)).all()
    shown = people[:PAGE]
    audit.looked(session, actor.user_id, None, "search", now, highest="P1")
    more = shown[-1].id if len(people) > PAGE else None
    return Found(rows_of(session, actor, shown, now), more, too_little=False)


def open_person(session: Session, actor: Actor, person_id: UUID, now: datetime) -> PersonPage:
    """Open a person's page; who looked is recorded. Raises NotFound, Forbidden."""
    person, seen = person_sight.load(session, actor, person_id)
    permissions.require(actor, Permission.PERSON_READ, seen)
    in_full = person_sight.reads_in_full(actor, seen)
    may_correct = permissions.allows(actor, Permission.PERSON_CORRECT, seen)

    cases = _cases(session, actor, [person.id], only_open=False)
    alike = _all_alike(session, actor, person, now) if may_correct else ([], [], [])
    highest = "P2" if in_full else "P1"
    audit.looked(session, actor.user_id, None, "person", now, person_id=person.id, highest=highest)
    return PersonPage(
        _row(person, [case for case in cases if case.is_open and case.may_open], now),
        person.name if in_full else masking.mask_name(person),
        in_full,
        may_correct,
        person.lock_version,
        _identity(person, in_full=in_full),
        same_person.flags(person) if in_full else [],
        person.safe_contact if in_full else None,
        [_relation(each) for each in relations.of(session, person.id)] if in_full else None,
        cases,
        *alike,
    )


def rows_of(session: Session, actor: Actor, people: Sequence[Person], now: datetime) -> list[PersonRow]:
    """Masked rows of these people with their open cases that the reader may open; one statement."""
    cases: dict[UUID, list[CaseOf]] = {}
    for person_id, case in _found_cases(session, actor, [person.id for person in people], only_open=True):
        if case.may_open:
            cases.setdefault(person_id, []).append(case)
    return [_row(person, cases.get(person.id, []), now) for person in people]


# ---- the parts -----------------------------------------------------------------------------------------------------


def _row(person: Person, cases: list[CaseOf], now: datetime) -> PersonRow:
    age = masking.age_on(person.birth_date, now.astimezone(ZoneInfo(TIMEZONE)).date())
    is_minor = age is not None and age < OF_AGE
    return PersonRow(
        person.id,
        masking.mask_name(person),
        masking.mask("phone", person.phone) or None,
        person.sex,
        None if is_minor else age,
        is_minor,
        person.contact_forbidden,
        cases,
    )


def _identity(person: Person, *, in_full: bool) -> list[Row]:
    """The person's fields with labels and words; masked, and placeholders for what is not shown."""
    values = person_forms.values_of(person)
    if not in_full:
        masked = ("phone", "id_number", "address", "safe_contact")
        values |= {key: masking.mask(key, values[key]) or None for key in masked}
        birth_date = masking.mask("birth_date", str(person.birth_date or "")) or None
        values |= {"name": masking.mask_name(person), "birth_date": birth_date}
    shown = {key: None if value is False else value for key, value in values.items()}
    return person_forms.form("person").rows(shown, visible_classes=None if in_full else MASKED)


def _relation(relation: Relation) -> RelationView:
    values = person_forms.values_of(relation)
    rows = person_forms.form("relation").rows({key: value or None for key, value in values.items()})
    return RelationView(relation.id, rows, relation.added_at, relation.ended_at)


def _cases(session: Session, actor: Actor, person_ids: Collection[UUID], *, only_open: bool) -> list[CaseOf]:
    return [case for _, case in _found_cases(session, actor, person_ids, only_open=only_open)]


def _found_cases(
    session: Session, actor: Actor, person_ids: Collection[UUID], *, only_open: bool
) -> list[tuple[UUID, CaseOf]]:
    """The cases of people, the newest first, with whether the reader may open each."""
    if not person_ids:
        return []
    statement = (
        select(Case, User.name, readable_cases.condition(actor))
        .outerjoin(User, User.id == Case.responsible_id)
        .where(Case.subject_id.in_(person_ids))
        .order_by(Case.opened_at.desc(), Case.id.desc())
    )
    if only_open:
        statement = statement.where(Case.state.in_(states.OPEN))
    return [(case.subject_id, _case(case, name, may_open)) for case, name, may_open in session.execute(statement)]


def _case(case: Case, responsible: str | None, may_open: bool) -> CaseOf:
    return CaseOf(
        case.id,
        case.number,
        case.state.value,
        case.level.value if case.level else None,
        responsible,
        case.opened_at,
        case.state in states.OPEN,
        bool(may_open),
    )


def _all_alike(
    session: Session, actor: Actor, person: Person, now: datetime
) -> tuple[list[Alike], list[Alike], list[Alike]]:
    """Other records: possibly the same, decided to be the same (over any number of links), decided to be different."""
    possible = matching.candidates(session, person)
    same_ids = matching.linked(session, person.id)
    decided = {_other(link, person.id): link for link in matching.decisions(session, person.id)}
    others = {each.id: each for each in session.scalars(select(Person).where(Person.id.in_(same_ids | set(decided))))}
    likely = {each.person.id: each for each in possible if each.person.id not in same_ids}
    people = {**others, **{key: each.person for key, each in likely.items()}}
    rows = {row.person_id: row for row in rows_of(session, actor, list(people.values()), now)}
    names = _names(session, [link.decided_by_id for link in decided.values()])

    def alike(key: UUID) -> Alike:
        link, found = decided.get(key), likely.get(key) or matching.compare(person, people[key])
        return Alike(
            rows[key],
            found.score,
            found.reasons,
            names.get(link.decided_by_id) if link else None,
            link.decided_at if link else None,
        )

    different = [key for key, link in decided.items() if not link.same]
    return [alike(key) for key in likely], [alike(key) for key in sorted(same_ids)], [alike(key) for key in different]


def _other(link: PersonLink, person_id: UUID) -> UUID:
    return link.other_id if link.person_id == person_id else link.person_id


def _names(session: Session, user_ids: Collection[UUID]) -> dict[UUID, Any]:
    if not user_ids:
        return {}
    found = session.execute(select(User.id, User.name).where(User.id.in_(user_ids)))
    return {row.id: row.name for row in found}
