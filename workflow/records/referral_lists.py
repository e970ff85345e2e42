"""Referrals to agencies in lists: what a station has sent, and what an agency has received."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from models import Case, CaseMember, ReferralTask, Role, Task, TaskState
from workflow import clock, permissions
from workflow.engine import Text
from workflow.identity import Actor
from workflow.parties import STATION_LEADS
from workflow.permissions import Permission
from workflow.records import masking, outgoing, states
from workflow.records.referral_pages import reason_of, service_name, statement
from workflow.records.states import Side

MOST = 500
"""Rows of a list; who has more needs filters, not a longer page."""


@dataclass(frozen=True)
class ReferralRow:
    """A referral in a list; `subject` is masked, and empty for an agency that was not sent the name."""

    task_id: UUID
    number: str
    case_id: UUID
    case_number: str
    subject: str
    service: Text
    other: Text
    """The organisation on the other side."""
    state: str
    reason: Text | None
    is_urgent: bool
    is_open: bool
    sent_at: datetime
    opened_at: datetime | None
    due_at: datetime | None
    due_group: str
    to_do: UUID | None
    """The task in it that waits for this person."""


def sent(session: Session, actor: Actor, now: datetime) -> list[ReferralRow]:
    """What was sent from the cases this person works on, open ones first."""
    mine = or_(
        Case.organisation_id.in_(actor.places(*STATION_LEADS)),
        and_(
            Case.organisation_id.in_(actor.places(Role.MEDICAL_SOCIAL_WORKER)),
            or_(
                Case.responsible_id == actor.user_id,
                Case.id.in_(
                    select(CaseMember.case_id).where(CaseMember.user_id == actor.user_id, CaseMember.until.is_(None))
                ),
            ),
        ),
    )
    return _listed(session, actor, mine, now, side=Side.SENDER)


def received(session: Session, actor: Actor, now: datetime) -> list[ReferralRow]:
    """What this person's agency has received and may still read; of a worker, what was given to them."""
    theirs = or_(
        ReferralTask.owner_id.in_(actor.places(Role.AGENCY_COORDINATOR, Role.AGENCY_HEAD)),
        and_(ReferralTask.owner_id.in_(actor.places(Role.SOCIAL_WORKER)), ReferralTask.worker_id == actor.user_id),
    )
    still = or_(ReferralTask.access_ends_at.is_(None), ReferralTask.access_ends_at > now)
    shared = or_(ReferralTask.share_until.is_(None), ReferralTask.share_until >= outgoing.local_day(now))
    return _listed(session, actor, and_(theirs, still, shared), now, side=Side.RECEIVER)


def _listed(
    session: Session, actor: Actor, which: ColumnElement[bool], now: datetime, *, side: Side
) -> list[ReferralRow]:
    rows = session.execute(
        statement()
        .where(ReferralTask.sent_at.isnot(None), which)
        .order_by(ReferralTask.state.in_(states.CLOSED), ReferralTask.sent_at.desc())
        .limit(MOST)
    ).all()
    waiting: dict[Any, list[Task]] = {}
    for task in session.scalars(
        select(Task)
        .where(Task.instance_id.in_([row[0].instance_id for row in rows]), Task.state == TaskState.OPEN)
        .order_by(Task.due_at.nulls_last())
    ):
        waiting.setdefault(task.instance_id, []).append(task)
    return [_row(actor, row, waiting.get(row[0].instance_id, []), now, side) for row in rows]


def _row(actor: Actor, row: Any, waiting: list[Task], now: datetime, side: Side) -> ReferralRow:
    task, referral, case, person, service, agency, sender, _ = row
    is_sender, is_open = side is Side.SENDER, task.state in states.OPEN
    about = [each for each in waiting if each.party != "agency" or each.organisation_id == task.owner_id]
    mine = next((each for each in about if permissions.allows(actor, Permission.TASK_COMPLETE, each)), None)
    first = mine or (about[0] if about else None)
    due_at = first.due_at if first is not None and is_open else None
    return ReferralRow(
        task.id, referral.number, case.id, case.number,
        masking.mask_name(person) if is_sender or "contact" in task.items else "",
        service_name(service), Text(agency.name, agency.name_en) if is_sender else Text(sender.name, sender.name_en),
        task.state.value, reason_of(task), referral.priority == "urgent", is_open, task.sent_at, task.acknowledged_at,
        due_at, clock.due_group(due_at, now), mine.id if mine is not None and is_open else None,
    )  # fmt: skip
