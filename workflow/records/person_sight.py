"""What permission rules need to know about a person of a register, and the rules: whose it is, who works with them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Case, Organisation, Person
from workflow.errors import NotFound
from workflow.identity import Actor
from workflow.parties import STATION, STATION_LEADS
from workflow.records import readable_cases


@dataclass(frozen=True)
class PersonSight:
    """The stations whose register holds the person, and whether the one who asks has a case of theirs to work on."""

    stations: frozenset[UUID]
    works_with: bool


def may_see(actor: Actor, person: PersonSight) -> bool:
    """Whether somebody may know that the person is in the register: staff of the stations of that hospital."""
    return any(place in person.stations for place in actor.places(*STATION))


def reads_in_full(actor: Actor, person: PersonSight) -> bool:
    """Whether identity is shown: to those who have a case of the person, and to coordinator and supervisor (P1)."""
    leads = any(place in person.stations for place in actor.places(*STATION_LEADS))
    return leads or (person.works_with and may_see(actor, person))


def registers(session: Session, actor: Actor) -> list[UUID]:
    """The hospitals, or stations that stand alone, whose people somebody may look up."""
    place = Organisation
    found = select(func.coalesce(place.parent_id, place.id)).where(place.id.in_(actor.places(*STATION)))
    return list(session.scalars(found.distinct()))


def load(session: Session, actor: Actor, person_id: UUID) -> tuple[Person, PersonSight]:
    """A person and what the rules ask about them; two statements. Raises NotFound for a person who does not exist."""
    works = select(Case.id).where(Case.subject_id == Person.id, readable_cases.condition(actor)).exists()
    row = session.execute(select(Person, works).where(Person.id == person_id)).first()
    if row is None:
        raise NotFound("person_not_found")
    person, works_with = row
    stations = session.scalars(
        select(Organisation.id).where(
            (Organisation.parent_id == person.organisation_id) | (Organisation.id == person.organisation_id)
        )
    )
    return person, PersonSight(frozenset(stations), works_with)
