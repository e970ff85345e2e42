"""What the permission rules need to know of a consent and of a referral to another organisation, and those rules."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from models import Role
from workflow.identity import Actor
from workflow.parties import AGENCY
from workflow.records import sight
from workflow.records.sight import CaseSight


@dataclass(frozen=True)
class ConsentSight:
    """A consent: the case it was recorded in, and who recorded it."""

    case: CaseSight
    recorded_by_id: UUID


@dataclass(frozen=True)
class ReferralSight:
    """A referral: the case it comes from, who received it, who works on it there, whether they may read it now."""

    case: CaseSight
    owner_id: UUID | None
    worker_id: UUID | None
    is_open_to_receiver: bool


def reads_consent(actor: Actor, seen: ConsentSight) -> bool:
    """Whether somebody reads the case as its station does."""
    return is_sender(actor, seen.case)


def may_withdraw(actor: Actor, seen: ConsentSight) -> bool:
    """Whether somebody works with the case; emergency access is for reading only."""
    return _acts(actor, seen.case)


def sees_override(actor: Actor, seen: ConsentSight) -> bool:
    """Whether somebody supervises the station or answers for data protection in its hospital."""
    return sight.supervises(actor, seen.case) or sight.protects(actor, seen.case)


def may_review(actor: Actor, seen: ConsentSight) -> bool:
    """Nobody reviews what they decided themselves."""
    return seen.recorded_by_id != actor.user_id


def is_sender(actor: Actor, case: CaseSight) -> bool:
    """Whether somebody reads the case for the station that sends."""
    found = sight.reader(actor, case)
    return found is not None and found.party == "station"


def is_receiver(actor: Actor, seen: ReferralSight) -> bool:
    """Whether somebody may read the referral in the organisation it was sent to: those who lead, and its worker."""
    if not seen.is_open_to_receiver or seen.owner_id is None:
        return False
    leads = any(actor.holds(role, seen.owner_id) for role in (Role.AGENCY_COORDINATOR, Role.AGENCY_HEAD))
    return leads or (seen.worker_id == actor.user_id and any(actor.holds(role, seen.owner_id) for role in AGENCY))


def reads_referral(actor: Actor, seen: ReferralSight) -> bool:
    """Whether somebody reads the referral, on either side."""
    return is_receiver(actor, seen) or is_sender(actor, seen.case)


def may_end_referral(actor: Actor, seen: ReferralSight) -> bool:
    """Either side may call it off (domain.md §4.1.7); emergency access is for reading only."""
    return is_receiver(actor, seen) or _acts(actor, seen.case)


def _acts(actor: Actor, case: CaseSight) -> bool:
    found = sight.reader(actor, case)
    return found is not None and found.party == "station" and found.purpose != sight.BREAK_GLASS
