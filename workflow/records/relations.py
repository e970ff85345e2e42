"""The people around a person: guardians, caregivers, the household. Somebody is added or ended, never overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Guardianship, Person, Relation
from workflow import clock, permissions
from workflow.audit import Kind
from workflow.errors import Conflict, NotFound
from workflow.identity import Actor
from workflow.permissions import Permission
from workflow.records import people, person_forms, person_sight


def add(session: Session, actor: Actor, person_id: UUID, raw: Mapping[str, Any], now: datetime) -> Relation:
    """Add somebody around a person. Raises NotFound, Forbidden, InvalidForm."""
    person, seen = person_sight.load(session, actor, person_id)
    permissions.require(actor, Permission.PERSON_CORRECT, seen)
    values = person_forms.submit("relation", raw, clock.moment(now))
    return write(session, person, values, actor.user_id, now)


def write(session: Session, person: Person, values: Mapping[str, Any], actor_id: UUID, now: datetime) -> Relation:
    """Write down a relation from values that were checked; for forms of processes too."""
    relation = Relation(
        person_id=person.id,
        name=str(values["name"]),
        relation=str(values["relation"]),
        guardianship=Guardianship(values.get("guardianship") or Guardianship.NONE),
        in_household=bool(values.get("in_household")),
        ability=values.get("ability"),
        phone=values.get("phone"),
        note=values.get("note"),
        added_by_id=actor_id,
        added_at=now,
    )
    session.add(relation)
    session.flush()
    people.note(session, Kind.RELATION_ADDED, person.id, actor_id, now, relation_id=str(relation.id))
    return relation


def end(session: Session, actor: Actor, person_id: UUID, relation_id: UUID, now: datetime) -> None:
    """Write down that a relation no longer holds; it stays on record. Raises NotFound, Forbidden, Conflict."""
    _, seen = person_sight.load(session, actor, person_id)
    permissions.require(actor, Permission.PERSON_CORRECT, seen)
    people.hold(session, [person_id])
    relation = session.scalar(
        select(Relation).where(Relation.id == relation_id, Relation.person_id == person_id).with_for_update()
    )
    if relation is None:
        raise NotFound("relation_not_found")
    if relation.ended_at is not None:
        raise Conflict("changed_meanwhile")

    relation.ended_at = now
    people.note(session, Kind.RELATION_ENDED, person_id, actor.user_id, now, relation_id=str(relation_id))


def of(session: Session, person_id: UUID) -> list[Relation]:
    """Everybody around a person: those who are, then those who were."""
    return list(
        session.scalars(
            select(Relation)
            .where(Relation.person_id == person_id)
            .order_by(Relation.ended_at.desc().nulls_first(), Relation.added_at, Relation.id)
        )
    )
