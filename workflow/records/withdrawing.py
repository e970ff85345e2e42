"""What ends a consent: withdrawal, or the review of an override. Sharing stops in the same transaction.

Open referrals that nothing allows any more are cancelled, the receivers' access ends at once, and the running processes
are told: one message a referral, and one for the case, whose worker decides what may go on another basis.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import (
    Case,
    Consent,
    ConsentStatus,
    Instance,
    InstanceState,
    Organisation,
    Referral,
    ReferralState,
    ReferralTask,
    Role,
    User,
)
from workflow import audit, clock, instances, permissions
from workflow.audit import Kind
from workflow.engine import Text
from workflow.errors import Conflict, Invalid, NotFound
from workflow.identity import Actor
from workflow.permissions import Permission
from workflow.records import actions, outgoing, partner_words, sharing, sight, states
from workflow.records.outgoing import local_day
from workflow.records.partners import ConsentSight
from workflow.records.sharing import Wanted
from workflow.records.states import Side

WITHDRAWN = "consent_withdrawn"
"""Reason of the referrals it cancels, and name of the message to the processes of the case."""
ENDED = "agency_referral_ended"
"""Name of the message to the process of one referral; its key is the id of the referral task."""
VERDICTS = frozenset({"upheld", "ended"})


@dataclass(frozen=True)
class Ended:
    """What came of it: how many referrals were cancelled."""

    case_id: UUID
    cancelled: int


@dataclass(frozen=True)
class OverrideRow:
    """An override that waits for its review; `mine`: whoever decided it does not review it."""

    consent_id: UUID
    case_id: UUID
    case_number: str
    basis: Text | None
    decided_by: str
    decided_at: datetime
    due_at: datetime | None
    due_group: str
    mine: bool


def withdraw(session: Session, actor: Actor, consent_id: UUID, now: datetime) -> Ended:
    """Take a consent back; the same day nothing is shared on it any more.

    Raises NotFound, Forbidden, Conflict (withdrawn already, or a refusal, which shares nothing).
    """
    consent, case = _find(session, actor, consent_id, Permission.CONSENT_WITHDRAW, now)
    _hold_processes(session, consent, actor.user_id, now)
    session.refresh(consent, with_for_update=True)
    if consent.withdrawn_at is not None or consent.status is ConsentStatus.REFUSED:
        raise Conflict("consent_withdrawn")
    consent.withdrawn_at, consent.withdrawn_by_id = now, actor.user_id
    session.flush()
    audit.record(
        session, Kind.CONSENT_WITHDRAWN, at=now, actor_id=actor.user_id, case_id=case.id,
        details={"consent": str(consent.id)},
    )  # fmt: skip
    return Ended(case.id, _stop(session, consent, actor.user_id, now))


def overrides(session: Session, actor: Actor, now: datetime) -> list[OverrideRow]:
    """The overrides that wait for a review by this person's station or hospital, the most pressing first."""
    hospitals = actor.places(Role.DATA_PROTECTION_OWNER)
    reviewed = or_(
        Case.organisation_id.in_(actor.places(Role.SUPERVISOR)),
        Case.organisation_id.in_(select(Organisation.id).where(Organisation.parent_id.in_(hospitals))),
    )
    found = session.execute(
        select(Consent, Case, User.name)
        .join(Case, Case.id == Consent.case_id)
        .join(User, User.id == Consent.recorded_by_id)
        .where(
            Consent.status == ConsentStatus.OVERRIDDEN,
            Consent.reviewed_at.is_(None),
            reviewed,
        )
        .order_by(Consent.review_due_at)
    )
    return [
        OverrideRow(
            consent_id=consent.id,
            case_id=case.id,
            case_number=case.number,
            basis=partner_words.of(partner_words.BASIS, consent.override_basis),
            decided_by=name,
            decided_at=consent.recorded_at,
            due_at=consent.review_due_at,
            due_group=clock.due_group(consent.review_due_at, now),
            mine=consent.recorded_by_id == actor.user_id,
        )
        for consent, case, name in found
    ]


def review(session: Session, actor: Actor, consent_id: UUID, verdict: str, now: datetime) -> Ended:
    """Say whether an override holds ("upheld") or not ("ended", which stops sharing); never by whoever decided it.

    Raises NotFound, Forbidden, Invalid (no such verdict), Conflict (reviewed already).
    """
    consent, case = _find(session, actor, consent_id, Permission.OVERRIDE_REVIEW, now)
    if verdict not in VERDICTS:
        raise Invalid("unknown_verdict")
    _hold_processes(session, consent, actor.user_id, now)
    session.refresh(consent, with_for_update=True)
    if consent.status is not ConsentStatus.OVERRIDDEN or consent.reviewed_at is not None:
        raise Conflict("override_reviewed")
    consent.verdict, consent.reviewed_at, consent.reviewed_by_id = verdict, now, actor.user_id
    session.flush()
    audit.record(
        session, Kind.OVERRIDE_REVIEWED, at=now, actor_id=actor.user_id, case_id=case.id,
        details={"consent": str(consent.id), "verdict": verdict},
    )  # fmt: skip
    return Ended(case.id, _stop(session, consent, actor.user_id, now) if verdict == "ended" else 0)


def _find(
    session: Session, actor: Actor, consent_id: UUID, permission: Permission, now: datetime
) -> tuple[Consent, Case]:
    consent = session.get(Consent, consent_id)
    if consent is None:
        raise NotFound("consent_not_found")
    case = session.get_one(Case, consent.case_id)
    permissions.require(actor, permission, ConsentSight(sight.of(session, case, now), consent.recorded_by_id))
    return consent, case


def _hold_processes(session: Session, consent: Consent, actor_id: UUID, now: datetime) -> None:
    """Wait for whoever is just moving one of the processes: an answer and a withdrawal come one after the other."""
    for instance_id in _processes(session, consent.person_id):
        instances.lock(session, instance_id, actor_id, now)


def _processes(session: Session, person_id: UUID) -> list[UUID]:
    """The running processes of all cases of this person, in an order that everybody keeps to."""
    return list(
        session.scalars(
            select(Instance.id)
            .join(Case, Case.id == Instance.case_id)
            .where(Case.subject_id == person_id, Instance.state == InstanceState.ACTIVE)
            .order_by(Instance.started_at, Instance.id)
        )
    )


def _stop(session: Session, consent: Consent, actor_id: UUID, now: datetime) -> int:
    """End what nothing allows any more: cancel open referrals, close the copies, and tell the processes."""
    cancelled = []
    for task in _without_basis(session, consent.person_id, local_day(now), now):
        if task.state in states.OPEN:
            outgoing.move(
                session, task, ReferralState.CANCELLED, side=Side.SERVICE, actor_id=actor_id, now=now, reason=WITHDRAWN
            )
            cancelled.append(task)
        outgoing.end_access(task, now)
    session.flush()
    for task in cancelled:
        tell(session, task, actor_id, now)
    actions.deliver(session, session.get_one(Case, consent.case_id), WITHDRAWN, {}, actor_id, now)
    return len(cancelled)


def _without_basis(session: Session, person_id: UUID, day: date, now: datetime) -> Iterator[ReferralTask]:
    rows = session.execute(
        select(ReferralTask, Referral.purpose)
        .join(Referral, Referral.id == ReferralTask.referral_id)
        .where(
            Referral.subject_id == person_id,
            ReferralTask.sent_at.isnot(None),
            or_(ReferralTask.access_ends_at.is_(None), ReferralTask.access_ends_at > now),
        )
        .order_by(ReferralTask.id)
        .execution_options(populate_existing=True)
    ).all()
    for task, purpose in rows:
        if task.owner_id is not None:
            wanted = Wanted(task.owner_id, purpose, tuple(task.items), None)
            if sharing.beyond(session, person_id, wanted, day):
                yield task


def tell(session: Session, task: ReferralTask, actor_id: UUID | None, now: datetime) -> None:
    """Tell the process of a referral that it has ended, if it still waits for that."""
    if task.instance_id is None:
        return
    held = instances.lock(session, task.instance_id, actor_id, now)
    if held.instance.state is InstanceState.ACTIVE and held.receive(ENDED, str(task.id), {"ended": task.state.value}):
        held.save()
