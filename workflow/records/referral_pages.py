"""One referral to an agency as each of its two sides reads it: frozen copy, notes both ways, what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session, aliased

from models import (
    Case,
    Organisation,
    Person,
    Referral,
    ReferralNote,
    ReferralState,
    ReferralTask,
    Service,
    Task,
    TaskState,
    User,
)
from workflow import audit, permissions
from workflow.audit import Kind
from workflow.engine import Text
from workflow.errors import NotFound
from workflow.forms import Row
from workflow.forms.paths import get
from workflow.identity import Actor
from workflow.permissions import Permission
from workflow.records import frozen, outgoing, partner_words, partners, sharing, sight, states
from workflow.records.partners import ReferralSight
from workflow.records.states import Side

_Agency, _Sender, _Worker = aliased(Organisation), aliased(Organisation), aliased(User)


@dataclass(frozen=True)
class Note:
    """What one side told the other."""

    kind: Text
    is_mine: bool
    by: str | None
    at: datetime
    rows: list[Row]


@dataclass(frozen=True)
class Part:
    """One item of the frozen copy."""

    name: Text
    rows: list[Row]


@dataclass(frozen=True)
class ReferralPage:
    """One referral as one side reads it."""

    task_id: UUID
    number: str
    side: str
    case_id: UUID
    case_number: str
    state: str
    reason: Text | None
    reason_text: str | None
    next: Text
    is_urgent: bool
    purpose: Text
    service: Text
    agency: Text
    sender: Text
    request: str
    wished_start: date | None
    sent_at: datetime
    opened_at: datetime | None
    worker: str | None
    first_contact_on: date | None
    review_on: date | None
    outcome: Text | None
    enrolment: Text | None
    items: list[Text]
    contact_forbidden: bool
    parts: list[Part]
    files: list[tuple[str, str]]
    """Id and name of each file that was handed over."""
    share_until: date | None
    access_ends_at: datetime | None
    notes: list[Note]
    to_do: list[tuple[UUID, Text]]
    """Open tasks of this person in it."""
    may_end: bool
    glass_until: datetime | None
    """When the reader's emergency access to the case ends; None when they read in their own right."""


def open_page(session: Session, actor: Actor, task_id: UUID, now: datetime) -> ReferralPage:
    """Open one referral; who looked is recorded, and that its receiver has seen it. Raises NotFound."""
    row = session.execute(statement().where(ReferralTask.id == task_id, ReferralTask.sent_at.isnot(None))).first()
    if row is None:
        raise NotFound("referral_not_found")
    task, case = row[0], row[2]
    seen = seen_by_rules(session, task, case, now)
    permissions.require(actor, Permission.OUTGOING_READ, seen)
    is_sender = partners.is_sender(actor, seen.case)
    if not is_sender:
        _acknowledge(session, task, case, actor, now)
    reader = sight.reader(actor, seen.case)
    audit.looked(
        session, actor.user_id, case.id, "referral", now, highest="P2",
        purpose=reader.purpose if reader is not None and is_sender else sight.WORK,
    )  # fmt: skip
    return _page(session, actor, row, seen, Side.SENDER if is_sender else Side.RECEIVER, now)


def of_task(
    session: Session, actor: Actor, task: Task, variables: Mapping[str, Any], now: datetime
) -> ReferralPage | None:
    """The referral that a task is about, named by its process; None for other tasks, and once no longer shared."""
    named = _id(get(variables, "exchange.task") or get(variables, "aref.task"))
    if named is None:
        return None
    row = session.execute(statement().where(ReferralTask.id == named, Referral.case_id == task.case_id)).first()
    if row is None:
        return None
    referral_task, case = row[0], row[2]
    seen = seen_by_rules(session, referral_task, case, now)
    is_sender = task.party != "agency"
    if is_sender and not permissions.allows(actor, Permission.OUTGOING_READ, seen):
        return None
    if not is_sender:
        if referral_task.owner_id != task.organisation_id or not outgoing.has_access(referral_task, now):
            return None
        _acknowledge(session, referral_task, case, actor, now)
        audit.looked(session, actor.user_id, case.id, "referral", now, highest="P2")
    return _page(session, actor, row, seen, Side.SENDER if is_sender else Side.RECEIVER, now)


def seen_by_rules(session: Session, task: ReferralTask, case: Case, now: datetime) -> ReferralSight:
    """What the permission rules need to know of a referral."""
    return ReferralSight(
        sight.of(session, case, now), task.owner_id, task.worker_id, outgoing.has_access(task, now)
    )  # fmt: skip


def statement() -> Select[*tuple[Any, ...]]:
    """Select referrals with everything a row or a page needs."""
    return (
        select(ReferralTask, Referral, Case, Person, Service, _Agency, _Sender, _Worker.name)
        .join(Referral, Referral.id == ReferralTask.referral_id)
        .join(Case, Case.id == Referral.case_id)
        .join(Person, Person.id == Referral.subject_id)
        .join(_Agency, _Agency.id == ReferralTask.owner_id)
        .join(_Sender, _Sender.id == Referral.sender_organisation_id)
        .outerjoin(Service, Service.id == ReferralTask.service_id)
        .outerjoin(_Worker, _Worker.id == ReferralTask.worker_id)
    )


def _page(session: Session, actor: Actor, row: Any, seen: ReferralSight, side: Side, now: datetime) -> ReferralPage:
    task, referral, case, _, service, agency, sender, worker = row
    notes = _notes(session, task, side)
    reader = sight.reader(actor, seen.case)
    return ReferralPage(
        task_id=task.id,
        number=referral.number,
        side=side.value,
        case_id=case.id,
        case_number=case.number,
        state=task.state.value,
        reason=reason_of(task),
        reason_text=task.reason_text,
        next=partner_words.next_step(task.state.value, side.value, has_outcome=task.outcome is not None),
        is_urgent=referral.priority == "urgent",
        purpose=partner_words.PURPOSE.get(referral.purpose, Text(referral.purpose, referral.purpose)),
        service=service_name(service),
        agency=Text(agency.name, agency.name_en),
        sender=Text(sender.name, sender.name_en),
        request=referral.request,
        wished_start=referral.wished_start,
        sent_at=task.sent_at,
        opened_at=task.acknowledged_at,
        worker=worker,
        first_contact_on=task.first_contact_on,
        review_on=task.hold_review_on if task.state is ReferralState.ON_HOLD else None,
        outcome=partner_words.of(partner_words.OUTCOME, task.outcome),
        enrolment=partner_words.of(partner_words.ENROLMENT, task.enrolment),
        items=[sharing.ITEMS[item] for item in sharing.ITEMS if item in task.items],
        contact_forbidden=bool(task.copy.get("contact_forbidden")),
        parts=[Part(sharing.ITEMS[part["item"]], frozen.rows(part["rows"])) for part in task.copy.get("parts", ())],
        files=[(str(file["id"]), str(file["name"])) for file in task.copy.get("files", ())],
        share_until=task.share_until,
        access_ends_at=task.access_ends_at,
        notes=notes,
        to_do=_to_do(session, actor, task),
        may_end=task.state in states.OPEN and permissions.allows(actor, Permission.OUTGOING_END, seen),
        glass_until=reader.until if side is Side.SENDER and reader is not None else None,
    )


def _notes(session: Session, task: ReferralTask, side: Side) -> list[Note]:
    found = session.execute(
        select(ReferralNote, User.name)
        .outerjoin(User, User.id == ReferralNote.by_id)
        .where(ReferralNote.task_id == task.id)
        .order_by(ReferralNote.at.desc(), ReferralNote.id.desc())
    )
    return [
        Note(
            partner_words.NOTE.get(note.kind, Text(note.kind, note.kind)), note.side == side.value, name, note.at,
            frozen.rows(note.content.get("rows", ())),
        )
        for note, name in found
    ]  # fmt: skip


def _to_do(session: Session, actor: Actor, task: ReferralTask) -> list[tuple[UUID, Text]]:
    if task.state not in states.OPEN:
        return []
    waiting = session.scalars(
        select(Task).where(Task.instance_id == task.instance_id, Task.state == TaskState.OPEN).order_by(Task.created_at)
    )
    return [
        (each.id, Text(each.name_zh, each.name_en))
        for each in waiting
        if permissions.allows(actor, Permission.TASK_COMPLETE, each)
    ]


def _acknowledge(session: Session, task: ReferralTask, case: Case, actor: Actor, now: datetime) -> None:
    """Note once when the receiver first opened it; two who open it together do not get into each other's way."""
    if task.acknowledged_at is not None:
        return
    first = session.execute(
        update(ReferralTask)
        .where(ReferralTask.id == task.id, ReferralTask.acknowledged_at.is_(None))
        .values(acknowledged_at=now)
        .returning(ReferralTask.id)
        .execution_options(synchronize_session=False)
    ).first()
    if first is not None:
        audit.record(
            session, Kind.REFERRAL_OPENED, at=now, actor_id=actor.user_id, case_id=case.id,
            instance_id=task.instance_id, details={"referral_task": str(task.id), "organisation": str(task.owner_id)},
        )  # fmt: skip
    session.refresh(task, ["acknowledged_at"])


def service_name(service: Service | None) -> Text:
    """What the service is called."""
    return Text(service.name, service.name_en or service.name) if service is not None else Text("—", "—")


def reason_of(task: ReferralTask) -> Text | None:
    """Why it is in this state, where a reason belongs to it."""
    if task.state not in states.NEED_REASON:
        return None
    return partner_words.of({**partner_words.OUTCOME, **partner_words.DECLINE}, task.reason)


def _id(value: Any) -> UUID | None:
    try:
        return UUID(str(value)) if value else None
    except ValueError:
        return None
