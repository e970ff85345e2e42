"""What a case page says about the person beside the case: other records of the same human being, safety, contact."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, Person
from workflow.engine import Text
from workflow.identity import Actor
from workflow.permissions import Permission, may_hold
from workflow.records import matching, person_forms, readable_cases


@dataclass(frozen=True)
class OtherCase:
    """Another case of the same human being; a link only for those who may open it."""

    case_id: UUID
    number: str
    state: str
    may_open: bool


@dataclass(frozen=True)
class Hint:
    """For those who may search the register; a ward gets none (domain.md §4.1.8)."""

    person_id: UUID
    contact_forbidden: bool
    safe_contact: str | None
    safety_flags: list[Text]
    records: int
    """Other records that somebody found to be about the same human being."""
    others: list[OtherCase]
    """The cases of this record and of those."""
    possible: int
    """Records that look alike and wait for a decision."""


def hint(session: Session, actor: Actor, case_id: UUID) -> Hint | None:
    """What stands beside a case for somebody who reads it as social work does; None for everybody else."""
    if not may_hold(actor, Permission.PERSON_SEARCH):
        return None
    row = session.execute(
        select(Person)
        .join(Case, Case.subject_id == Person.id)
        .where(Case.id == case_id, readable_cases.condition(actor))
    ).first()
    if row is None:
        return None
    person: Person = row[0]
    same = matching.linked(session, person.id)
    cases = session.execute(
        select(Case, readable_cases.condition(actor))
        .where(Case.subject_id.in_({person.id, *same}), Case.id != case_id)
        .order_by(Case.opened_at.desc())
    )
    return Hint(
        person.id,
        person.contact_forbidden,
        person.safe_contact,
        flags(person),
        len(same),
        [OtherCase(case.id, case.number, case.state.value, bool(may_open)) for case, may_open in cases],
        len([each for each in matching.candidates(session, person) if each.person.id not in same]),
    )


def flags(person: Person) -> list[Text]:
    """The safety flags in words."""
    field = next(field for field in person_forms.form("person").fields if field.key == "safety_flags")
    words = {option.value: option.label for option in field.options}
    return [words.get(code, Text(code, code)) for code in person.safety_flags]
