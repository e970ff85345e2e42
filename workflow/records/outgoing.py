"""Referrals from a case to other organisations: sending, every move of their state, notes both ways, the end of access.

Moves follow workflow.records.states. The receiver reads the frozen copy while the referral is open and for some days
after it was completed; everything else that ends it takes the copy away at once (domain.md §4.1.7).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Capacity,
    Case,
    Organisation,
    Referral,
    ReferralNote,
    ReferralState,
    ReferralTask,
    Service,
    ServiceStatus,
    referral_number,
)
from workflow import audit, settings
from workflow.administration import partnership
from workflow.audit import Kind
from workflow.clock.calendar import TIMEZONE
from workflow.engine import Text
from workflow.errors import StepRefused
from workflow.records import sharing, states
from workflow.records.sharing import Wanted
from workflow.records.states import Side

FULL: Mapping[str, Capacity] = {"no_capacity": Capacity.NONE, "waitlist": Capacity.WAITING_LIST}
"""Reasons for declining that say how much room a service has."""
NO_AGREEMENT = Text(
    "本站和这家机构没有有效的合作协议，请另选一项服务，或请管理员先登记协议。",
    "Your station has no running agreement with this agency; choose another service, or have it recorded first.",
)
READ_ON = frozenset({ReferralState.COMPLETED, ReferralState.FAILED})
"""Ends after which the receiver may read on for some days."""


@dataclass(frozen=True)
class Request:
    """What the sender asks for, as their form says it."""

    service_id: UUID
    purpose: str
    priority: str
    text: str
    items: tuple[str, ...]
    until: date
    wished_start: date | None = None
    files: Sequence[Mapping[str, Any]] = ()


def service_of(session: Session, service_id: UUID) -> Service:
    """The service that is asked for. Raises StepRefused when it is not offered any more."""
    service = session.get(Service, service_id)
    place = session.get(Organisation, service.organisation_id) if service is not None else None
    if service is None or place is None or not place.is_active or service.status is not ServiceStatus.ACTIVE:
        raise StepRefused(
            Text("选中的服务现在不提供，请另选一项。", "The service chosen is not offered now; choose another one.")
        )
    return service


def wanted(service: Service, request: Request) -> Wanted:
    """What of the case would be handed over with this request."""
    return Wanted(service.organisation_id, request.purpose, request.items, request.until)


def send(
    session: Session,
    case: Case,
    request: Request,
    *,
    referral_id: UUID | None,
    instance_id: UUID | None,
    actor_id: UUID,
    now: datetime,
) -> ReferralTask:
    """Send a request, with the frozen copy of exactly what was chosen; a further attempt names its referral.

    Raises StepRefused for a service that is not offered, without a running agreement, and beyond consent.
    """
    day = local_day(now)
    service = service_of(session, request.service_id)
    if service.organisation_id not in partnership.running(session, case.organisation_id, day):
        raise StepRefused(NO_AGREEMENT)
    asked = wanted(service, request)
    if (refused := sharing.refusal(session, case.subject_id, asked, day)) is not None:
        raise StepRefused(refused)
    referral = session.get(Referral, referral_id) if referral_id else None
    if referral is None or referral.case_id != case.id:
        referral = _new_referral(session, case, request, actor_id, now)
    task = ReferralTask(
        referral_id=referral.id,
        owner_id=service.organisation_id,
        service_id=service.id,
        instance_id=instance_id,
        consent_id=sharing.basis(session, case.subject_id, asked, day),
        state=ReferralState.REQUESTED,
        sent_at=now,
        items=list(request.items),
        copy=sharing.copy(session, case, asked, request.files, day),
        share_until=request.until,
    )
    session.add(task)
    session.flush()
    _note_event(session, Kind.REFERRAL_SENT, task, case.id, actor_id, now, items=sorted(request.items))
    return task


def _new_referral(session: Session, case: Case, request: Request, actor_id: UUID, now: datetime) -> Referral:
    number = session.scalar(select(referral_number.next_value()))
    referral = Referral(
        number=f"RF{local_day(now).year}-{number:06d}",
        kind="agency",
        case_id=case.id,
        subject_id=case.subject_id,
        sender_organisation_id=case.organisation_id,
        requested_by_id=actor_id,
        purpose=request.purpose,
        priority=request.priority,
        request=request.text,
        wished_start=request.wished_start,
        created_at=now,
    )
    session.add(referral)
    session.flush()
    return referral


def move(
    session: Session,
    task: ReferralTask,
    state: ReferralState,
    *,
    side: Side,
    actor_id: UUID | None,
    now: datetime,
    reason: str | None = None,
    reason_text: str | None = None,
) -> None:
    """Bring a referral into another state, and end the receiver's access when that ends it. Raises StepRefused."""
    refused = states.refusal(task.state, state, side, reason)
    if refused is not None:
        raise StepRefused(refused)
    if state is task.state:
        return
    case = _case_of(session, task)
    if task.state is ReferralState.REQUESTED and side is Side.RECEIVER:
        task.answered_at = task.answered_at or now
    task.state = state
    if state in states.NEED_REASON:
        task.reason, task.reason_text = reason, reason_text
    if state in states.CLOSED:
        task.closed_at = now
        days = settings.value(session, "agency_access_days", case.organisation_id) if state in READ_ON else 0
        end_access(task, now + timedelta(days=days))
    _note_event(session, Kind.REFERRAL_STATE, task, case.id, actor_id, now, state=state.value, reason=reason)
    session.flush()


def end_access(task: ReferralTask, at: datetime) -> None:
    """The receiver reads the copy until then; never longer than before."""
    task.access_ends_at = at if task.access_ends_at is None else min(task.access_ends_at, at)


def has_access(task: ReferralTask, now: datetime) -> bool:
    """Whether the receiver may read the copy now."""
    if task.sent_at is None or (task.access_ends_at is not None and task.access_ends_at <= now):
        return False
    return task.share_until is None or local_day(now) <= task.share_until


def acknowledge(session: Session, task: ReferralTask, case_id: UUID, actor_id: UUID, now: datetime) -> None:
    """Note when the receiver first opened it: a time, not a state (domain.md §2.1)."""
    if task.acknowledged_at is None:
        task.acknowledged_at = now
        _note_event(session, Kind.REFERRAL_OPENED, task, case_id, actor_id, now)


def note(
    session: Session,
    task: ReferralTask,
    *,
    side: Side,
    kind: str,
    rows: Sequence[Mapping[str, Any]],
    by_id: UUID | None,
    now: datetime,
) -> None:
    """Add what one side tells the other; both read it on the referral's page."""
    session.add(
        ReferralNote(task_id=task.id, side=side.value, kind=kind, content={"rows": list(rows)}, by_id=by_id, at=now)
    )
    session.flush()


def update_capacity(session: Session, service_id: UUID | None, capacity: str | None, now: datetime) -> None:
    """Keep in the directory how much room a service has, as its organisation has just said."""
    service = session.get(Service, service_id, with_for_update=True, populate_existing=True) if service_id else None
    if service is not None and capacity in set(Capacity):
        if service.capacity is not Capacity(capacity):
            # How many places are free, and the note to it, were said of another state of things.
            service.vacancy, service.capacity_note = None, ""
        service.capacity, service.capacity_updated_at = Capacity(capacity), now
        session.flush()


def local_day(now: datetime) -> date:
    """The day it is where the service works."""
    return now.astimezone(ZoneInfo(TIMEZONE)).date()


def _case_of(session: Session, task: ReferralTask) -> Case:
    return session.scalars(
        select(Case).join(Referral, Referral.case_id == Case.id).where(Referral.id == task.referral_id)
    ).one()


def _note_event(
    session: Session,
    kind: Kind,
    task: ReferralTask,
    case_id: UUID,
    actor_id: UUID | None,
    now: datetime,
    **details: Any,
) -> None:
    told = {"referral_task": str(task.id), "organisation": str(task.owner_id), **details}
    audit.record(
        session, kind, at=now, actor_id=actor_id, case_id=case_id, instance_id=task.instance_id,
        details={key: value for key, value in told.items() if value is not None},
    )  # fmt: skip
