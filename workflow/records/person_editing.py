"""The forms of a person's page as they are drawn: with what stands there, or with what was typed and refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from workflow import audit, clock, permissions
from workflow.forms import BoundForm
from workflow.identity import Actor
from workflow.permissions import Permission
from workflow.records import person_forms, person_sight


@dataclass(frozen=True)
class Editing:
    """A form of a person's page; `version` goes back with it, so that nobody's correction is lost silently."""

    person_id: UUID
    name: str
    version: int
    bound: BoundForm


def begin(
    session: Session,
    actor: Actor,
    person_id: UUID,
    form_name: str,
    now: datetime,
    *,
    raw: Mapping[str, Sequence[str]] | None = None,
) -> Editing:
    """Draw the form "person" or "relation", with what was sent when that is given.

    Who saw what stands there is recorded. Raises NotFound, Forbidden.
    """
    person, seen = person_sight.load(session, actor, person_id)
    permissions.require(actor, Permission.PERSON_CORRECT, seen)
    form = person_forms.form(form_name)
    if raw is None:
        raw = form.to_raw(person_forms.values_of(person)) if form_name == "person" else {}
    bound = form.bind(form.typed(raw), context={}, choices={}, moment=clock.moment(now))
    if form_name == "person":
        audit.looked(session, actor.user_id, None, "person", now, person_id=person.id, highest="P2")
    return Editing(person.id, person.name, person.lock_version, bound)
