"""Whether two records are about one human being: what speaks for it, and what a person decided. Nothing is merged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from models import Person, PersonLink
from models.sealed import keyring
from workflow import permissions
from workflow.audit import Kind
from workflow.errors import Conflict, Invalid, NotFound
from workflow.identity import Actor
from workflow.permissions import Permission
from workflow.records import people, person_sight, searching

MOST = 20
LARGEST_GROUP = 200


class Reason(StrEnum):
    """What two records have in common."""

    ID_NUMBER = "id_number"
    RECORD_NUMBER = "record_number"
    PHONE = "phone"
    NAME = "name"
    SOUND = "sound"
    BIRTH_DATE = "birth_date"


WEIGHT = {
    Reason.ID_NUMBER: 100, Reason.RECORD_NUMBER: 90, Reason.NAME: 40, Reason.PHONE: 40, Reason.BIRTH_DATE: 30,
    Reason.SOUND: 25,
}  # fmt: skip
ENOUGH = 65
"""Points from which two records are shown as possibly the same: a number, the name with telephone or birth date."""


@dataclass(frozen=True)
class Candidate:
    """A record that may be about the same human being, and why; the most likely first."""

    person: Person
    score: int
    reasons: tuple[Reason, ...]


def candidates(session: Session, person: Person) -> list[Candidate]:
    """Records of the same register that look like this one and on which nobody has decided; two statements, by index.

    For those only who may search the register: what this finds must not reach a ward (domain.md §4.1.8).
    """
    alike = _alike(person)
    if not alike:
        return []
    found = session.scalars(
        select(Person)
        .where(Person.organisation_id == person.organisation_id, Person.id != person.id, or_(*alike))
        .order_by(Person.id.desc())
        .limit(LARGEST_GROUP)
    ).all()
    decided = _decided(session, [person.id]) if found else set()
    compared = (compare(person, other) for other in found if other.id not in decided)
    likely = [each for each in compared if each.score >= ENOUGH]
    return sorted(likely, key=lambda each: -each.score)[:MOST]


def compare(one: Person, other: Person) -> Candidate:
    """What two records have in common, and how much it says."""
    plain = searching.plain_number
    same = {
        Reason.ID_NUMBER: _equal(plain(one.id_number), plain(other.id_number)),
        Reason.RECORD_NUMBER: _equal(plain(one.record_number), plain(other.record_number)),
        Reason.PHONE: _equal(searching.plain_phone(one.phone), searching.plain_phone(other.phone)),
        Reason.BIRTH_DATE: _equal(one.birth_date, other.birth_date),
    }
    if not (one.name_is_alias or other.name_is_alias):
        same[Reason.NAME] = searching.folded(one.name) == searching.folded(other.name)
        same[Reason.SOUND] = not same[Reason.NAME] and bool(searching.sounds(one.name) & searching.sounds(other.name))
    reasons = tuple(reason for reason in Reason if same.get(reason))
    return Candidate(other, min(sum(WEIGHT[reason] for reason in reasons), 100), reasons)


def decide(session: Session, actor: Actor, person_id: UUID, other_id: UUID, *, same: bool, now: datetime) -> None:
    """Note that two records are about one human being, or about two; a later decision replaces an earlier one.

    Raises NotFound, Forbidden, Invalid (a record and itself), Conflict (`link_contradicts`: it would say of two records
    at once that they are the same and that they are not).
    """
    one, other = _both(session, actor, person_id, other_id)
    _undecide(session, one, other)
    group = linked(session, one.id) | {one.id}
    if not same and other.id in group:
        raise Conflict("link_contradicts")
    if same and _apart(session, group, linked(session, other.id) | {other.id}):
        raise Conflict("link_contradicts")

    first, second = sorted((one.id, other.id), key=lambda key: key.bytes)
    session.execute(
        insert(PersonLink)
        .values(id=uuid7(), person_id=first, other_id=second, same=same, decided_by_id=actor.user_id, decided_at=now)
        .on_conflict_do_nothing()
    )
    for person, counterpart in ((one, other), (other, one)):
        people.note(session, Kind.PERSON_LINKED, person.id, actor.user_id, now, other_id=str(counterpart.id), same=same)


def undo(session: Session, actor: Actor, person_id: UUID, other_id: UUID, now: datetime) -> None:
    """Take a decision back: both records stand as if nobody had decided. Raises NotFound, Forbidden, Conflict."""
    one, other = _both(session, actor, person_id, other_id)
    if not _undecide(session, one, other):
        raise Conflict("changed_meanwhile")
    for person, counterpart in ((one, other), (other, one)):
        people.note(session, Kind.PERSON_UNLINKED, person.id, actor.user_id, now, other_id=str(counterpart.id))


def linked(session: Session, person_id: UUID) -> set[UUID]:
    """The other records of the same human being, over any number of links; one statement."""
    reached = select(Person.id.label("id")).where(Person.id == person_id).cte("reached", recursive=True)
    here = or_(PersonLink.person_id == reached.c.id, PersonLink.other_id == reached.c.id)
    there = case((PersonLink.person_id == reached.c.id, PersonLink.other_id), else_=PersonLink.person_id)
    reached = reached.union(select(there).join(reached, here).where(PersonLink.same))
    return set(session.scalars(select(reached.c.id))) - {person_id}


def decisions(session: Session, person_id: UUID) -> list[PersonLink]:
    """What was decided about this record, the newest first."""
    return list(
        session.scalars(
            select(PersonLink)
            .where(or_(PersonLink.person_id == person_id, PersonLink.other_id == person_id))
            .order_by(PersonLink.decided_at.desc(), PersonLink.id)
        )
    )


# ---- the parts -----------------------------------------------------------------------------------------------------


def _both(session: Session, actor: Actor, person_id: UUID, other_id: UUID) -> tuple[Person, Person]:
    """Both records, locked in one order; the one that is open must be seen in full, the other in the same register."""
    if person_id == other_id:
        raise Invalid("same_record")
    one, seen = person_sight.load(session, actor, person_id)
    permissions.require(actor, Permission.PERSON_LINK, seen)
    other = session.get(Person, other_id)
    if other is None or other.organisation_id != one.organisation_id:
        raise NotFound("person_not_found")
    people.hold(session, [one.id, other.id])
    session.execute(select(Person.id).where(Person.id.in_([one.id, other.id])).order_by(Person.id).with_for_update())
    return one, other


def _undecide(session: Session, one: Person, other: Person) -> bool:
    gone = session.execute(
        delete(PersonLink)
        .where(
            or_(
                and_(PersonLink.person_id == one.id, PersonLink.other_id == other.id),
                and_(PersonLink.person_id == other.id, PersonLink.other_id == one.id),
            )
        )
        .returning(PersonLink.id)
    ).all()
    return bool(gone)


def _apart(session: Session, group: Iterable[UUID], others: Iterable[UUID]) -> bool:
    """Whether somebody has decided that a record of one group and one of the other are different people."""
    here, there = list(group), list(others)
    return (
        session.scalar(
            select(PersonLink.id)
            .where(
                ~PersonLink.same,
                or_(
                    and_(PersonLink.person_id.in_(here), PersonLink.other_id.in_(there)),
                    and_(PersonLink.person_id.in_(there), PersonLink.other_id.in_(here)),
                ),
            )
            .limit(1)
        )
        is not None
    )


def _decided(session: Session, person_ids: list[UUID]) -> set[UUID]:
    """Records on which there is a decision together with one of these."""
    found = session.execute(
        select(PersonLink.person_id, PersonLink.other_id).where(
            or_(PersonLink.person_id.in_(person_ids), PersonLink.other_id.in_(person_ids))
        )
    )
    return {key for pair in found for key in pair}


def _alike(person: Person) -> list[ColumnElement[bool]]:
    ring = keyring()
    alike: list[ColumnElement[bool]] = []
    for kind, column, plain in (
        (searching.ID_NUMBER, Person.id_number_token, searching.plain_number(person.id_number)),
        (searching.RECORD_NUMBER, Person.record_number_token, searching.plain_number(person.record_number)),
        (searching.PHONE, Person.phone_token, searching.plain_phone(person.phone)),
    ):
        if plain is not None:
            alike.append(column.in_(ring.tokens(kind, plain)))
    said = [
        token
        for sound in searching.sounds(person.name)
        for token in ring.tokens(searching.NAME, sound[: searching.LONGEST_WORD])
    ]
    if said and person.birth_date is not None and not person.name_is_alias:
        alike.append(and_(Person.name_tokens.overlap(said), Person.birth_date == person.birth_date))
    return alike


def _equal(one: object, other: object) -> bool:
    return one is not None and one == other
