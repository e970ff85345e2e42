"""People of a hospital's register: registered with their case, corrected later; who must not be contacted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, Person
from workflow import audit, clock, permissions
from workflow.audit import Kind
from workflow.errors import Conflict
from workflow.identity import Actor
from workflow.permissions import Permission
from workflow.records import identity_numbers, person_forms, person_sight, searching

OTHER_NAMES = {"mrn": "record_number"}
"""What forms of processes call a field, where it is not its own name."""
FIELDS = (
    "name", "name_is_alias", "sex", "birth_date", "phone", "id_type", "id_number", "record_number", "address",
    "hardship", "safety_flags", "contact_forbidden", "safe_contact",
)  # fmt: skip
NAMELESS = "—"


def register(session: Session, about: Mapping[str, Any], *, organisation_id: UUID, now: datetime) -> Person:
    """Put somebody into the register of a hospital or agency, from the subject block of a form that was checked.

    Nobody is searched for here: whoever may, decides later whether it is one human being with others (matching). That
    it happened is told by the event of the case that the person is registered for.
    """
    given = {OTHER_NAMES.get(key, key): value for key, value in about.items()}
    person = Person(organisation_id=organisation_id, created_at=now)
    _fill(person, {"name": NAMELESS} | {key: value for key, value in given.items() if key in FIELDS})
    session.add(person)
    session.flush()
    return person


def correct(
    session: Session, actor: Actor, person_id: UUID, raw: Mapping[str, Any], version: int, now: datetime
) -> Person:
    """Correct what stands about a person. Only which fields were changed is noted, never what stood in them.

    `version`: the `lock_version` that the page showed. Raises NotFound, Forbidden, InvalidForm, and Conflict
    (`changed_meanwhile`) when somebody else was faster.
    """
    person, seen = person_sight.load(session, actor, person_id)
    permissions.require(actor, Permission.PERSON_CORRECT, seen)
    hold(session, [person.id])
    values = person_forms.submit("person", raw, clock.moment(now))
    if person.lock_version != version:
        raise Conflict("changed_meanwhile")

    before = person_forms.values_of(person)
    _fill(person, values)
    after = person_forms.values_of(person)
    changed = [key for key in after if after[key] != before[key]]
    if changed:
        session.flush()
        note(session, Kind.PERSON_CORRECTED, person.id, actor.user_id, now, fields=changed)
    return person


def set_contact(
    session: Session, person: Person, *, forbidden: bool, safe: str | None, actor_id: UUID | None, now: datetime
) -> None:
    """Write down that the person must not be contacted, or may be again; what a consent form says, for example."""
    if (person.contact_forbidden, person.safe_contact) == (forbidden, safe):
        return
    person.contact_forbidden, person.safe_contact = forbidden, safe
    note(session, Kind.PERSON_CORRECTED, person.id, actor_id, now, fields=["contact_forbidden", "safe_contact"])


def hold(session: Session, person_ids: Collection[UUID]) -> None:
    """Lock the cases of these people, in one order and before the people: their histories will be written."""
    for case_id in session.scalars(select(Case.id).where(Case.subject_id.in_(person_ids)).order_by(Case.id)).all():
        audit.hold(session, case_id)


def note(
    session: Session, kind: Kind, person_id: UUID, actor_id: UUID | None, now: datetime, **details: object
) -> None:
    """Record what happened to a person in the history of each of their cases; codes and ids only."""
    told = {"person_id": str(person_id), **details}
    cases: list[UUID | None] = list(
        session.scalars(select(Case.id).where(Case.subject_id == person_id).order_by(Case.id))
    )
    for case_id in cases or [None]:
        audit.record(session, kind, at=now, actor_id=actor_id, case_id=case_id, details=told)


def _fill(person: Person, values: Mapping[str, Any]) -> None:
    """Set the fields and all tokens; what a form did not ask stays as it is."""
    for key, value in values.items():
        setattr(person, key, _plain(key, value))
    if person.birth_date is None:
        person.birth_date = identity_numbers.born(person.id_type, person.id_number)
    searching.write(person)


def _plain(key: str, value: Any) -> Any:
    """Lists and ticks are never null in the database; texts have no space around them."""
    if key in ("hardship", "safety_flags"):
        return list(value or [])
    if key in ("name_is_alias", "contact_forbidden"):
        return bool(value)
    if key == "name":
        return str(value or "").strip() or NAMELESS
    return value.strip() or None if isinstance(value, str) else value
