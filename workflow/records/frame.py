"""What stands around every page of a case file: how to reach the person, the team, emergency access, who looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models import Case, Person
from workflow import permissions
from workflow.engine import Text
from workflow.identity import Actor
from workflow.permissions import Permission
from workflow.records import consents, masking, outgoing, partner_words, same_person, sight, team
from workflow.records.masking import Fact
from workflow.records.same_person import Hint
from workflow.records.sight import CaseSight, Reader
from workflow.records.team import Team


@dataclass(frozen=True)
class Frame:
    """The frame of a case page for one reader."""

    contact: list[Fact]
    contact_forbidden: bool
    """The person must not be contacted: a banner, before any number."""
    team: Team | None
    """None for those to whom the team is none of their business."""
    glass_until: datetime | None
    """When this reader's emergency access ends; None when they read in their own right."""
    may_read_readings: bool
    hint: Hint | None
    """Other records of the same human being, and safety; None for everybody but social work."""
    consent: Text | None
    """Where the person's consent stands; None for everybody but social work."""


def of(session: Session, actor: Actor, case: Case, person: Person, seen: CaseSight, now: datetime) -> Frame:
    """The frame for somebody who may open the case file; a constant number of statements."""
    reader = sight.reader(actor, seen)
    is_social_work = reader is not None and reader.party == "station"
    return Frame(
        contact_of(person, reader),
        person.contact_forbidden,
        team.of(session, actor, case, seen, now) if is_social_work else None,
        reader.until if reader else None,
        permissions.allows(actor, Permission.READINGS_READ, seen),
        same_person.hint(session, actor, case.id) if is_social_work else None,
        _consent(session, person, now) if is_social_work else None,
    )


def _consent(session: Session, person: Person, now: datetime) -> Text:
    return partner_words.CONSENT[consents.state_of(session, person.id, outgoing.local_day(now)).code]


def contact_of(person: Person, reader: Reader | None) -> list[Fact]:
    """How to reach the person: for social work only; a ward knows what it wrote, an agency what was sent to it."""
    if reader is None or reader.party == "agency":
        return []
    return masking.contact(person, reader.classes if reader.party == "station" else frozenset())
