"""Referrals from a ward: the form, sending it once, and what has become of those sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from models import (
    Case,
    Instance,
    Organisation,
    OrganisationKind,
    Person,
    ProcessVersion,
    ReferralState,
    Role,
    Task,
    case_number,
)
from workflow import clock, instances, permissions
from workflow.audit import Kind
from workflow.clock.calendar import TIMEZONE
from workflow.engine import Text
from workflow.errors import Conflict, Forbidden, NotFound
from workflow.forms import BoundForm, Form, Submitted
from workflow.identity import Actor
from workflow.inbox import drafts
from workflow.instances import Compiled
from workflow.permissions import WARD, Permission
from workflow.records import choices, entries, masking, people, person_forms, sight

PROCESS = "msw_referral"
MOST = 500
Raw = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class StartView:
    """The empty form, or the draft of one."""

    form: Form
    bound: BoundForm


@dataclass(frozen=True)
class Opened:
    """What the ward learns at once: the number, how pressing it was judged, and by when it is answered."""

    case_id: UUID
    case_number: str
    level: str | None
    due_at: datetime | None


@dataclass(frozen=True)
class SentRow:
    """A referral that was sent; `step` says where it stands, `to_do` which task there waits for this person."""

    case_id: UUID
    case_number: str
    subject: str
    state: str
    level: str | None
    step: Text | None
    opened_at: datetime
    due_at: datetime | None
    to_do: UUID | None


def start_view(session: Session, actor: Actor, now: datetime) -> StartView:
    """The form of the current version, with the person's draft. Raises Forbidden, NotFound when none is published."""
    permissions.require(actor, Permission.REFERRAL_OPEN, None)
    _, compiled, form = _current(session)
    typed = drafts.find(session, actor.user_id, process=PROCESS)
    answers = _choices(session, actor, form)
    given: dict[str, Any] = typed or _usual(actor)
    return StartView(form, form.bind(given, context={}, choices=answers, moment=clock.moment(now)))


def save_draft(session: Session, actor: Actor, raw: Raw) -> None:
    """Keep what was typed so far; seen by this person only."""
    permissions.require(actor, Permission.REFERRAL_OPEN, None)
    _, _, form = _current(session)
    drafts.keep(session, actor.user_id, form.typed(raw), process=PROCESS)


def open_referral(session: Session, actor: Actor, raw: Raw, token: UUID, now: datetime) -> Opened:
    """Open a case and send its referral, all at once; the same token again gives the same case.

    Raises Forbidden, InvalidForm, NotFound (no station), StepRefused.
    """
    permissions.require(actor, Permission.REFERRAL_OPEN, None)
    # Two presses of the button may be in two processes of the service: the second waits here for the first.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(token), 0))))
    if already := session.scalar(select(Instance).where(Instance.start_token == token)):
        return _again(session, actor, already)
    version, compiled, form = _current(session)
    submitted = form.submit(raw, context={}, choices=_choices(session, actor, form), moment=clock.moment(now))
    about = submitted.values.get("subject") or {}
    wrong = person_forms.number_errors(about, clock.moment(now), "subject.id_number")
    person_forms.refuse(submitted, [*submitted.errors, *wrong])
    ward = _ward(session, actor, submitted.values)
    station = _station_of(session, ward)

    case = _new_case(session, actor, submitted.values, ward, station, now)
    held = instances.start(
        session,
        case,
        version,
        compiled,
        parties={"ward": ward.id, "station": station.id},
        token=token,
        actor_id=actor.user_id,
        variables={"starter": {"id": str(actor.user_id), "role": Role.HOSPITAL_REFERRER.value}},
        now=now,
    )
    held.scene.record(Kind.CASE_OPENED, number=case.number, process=version.process_key, version=version.number)
    opened = _send(session, held, compiled, form, submitted)
    drafts.drop(session, actor.user_id, process=PROCESS)
    return Opened(case.id, case.number, case.level.value if case.level else None, _first_due(opened))


def list_sent(session: Session, actor: Actor, now: datetime) -> list[SentRow]:
    """The referrals of this person, and for a ward lead those of the ward, newest first; two statements."""
    permissions.require(actor, Permission.REFERRAL_OPEN, None)
    found = session.execute(
        select(Case, Person)
        .join(Person, Person.id == Case.subject_id)
        .where(
            or_(
                Case.ward_id.in_(actor.places(Role.WARD_LEAD)),
                and_(Case.opened_by_id == actor.user_id, Case.ward_id.in_(actor.places(Role.HOSPITAL_REFERRER))),
            )
        )
        .order_by(Case.opened_at.desc())
        .limit(MOST)
    ).all()
    tasks: dict[UUID, list[Task]] = {}
    for task in sight.open_tasks(session, [case.id for case, _ in found]):
        tasks.setdefault(task.case_id, []).append(task)
    return [_sent(case, person, tasks.get(case.id, []), actor) for case, person in found]


def _current(session: Session) -> tuple[ProcessVersion, Compiled, Form]:
    version = instances.current(session, PROCESS)
    compiled = instances.compiled(session, version.id, version.content_hash)
    first = compiled.process.first_task
    if first is None or first.form_key is None:
        raise NotFound("process_has_no_first_form", process=PROCESS)
    return version, compiled, compiled.forms[first.form_key]


def _choices(session: Session, actor: Actor, form: Form) -> choices.Choices:
    return choices.look_up(session, form, user_id=actor.user_id, station_id=None, departments=actor.places(*WARD))


def _usual(actor: Actor) -> dict[str, Any]:
    """Who works in one ward refers from there; it may still be changed."""
    places = set(actor.places(*WARD))
    return {"referral": {"department": str(next(iter(places)))}} if len(places) == 1 else {}


def _ward(session: Session, actor: Actor, values: Mapping[str, Any]) -> Organisation:
    """The department named in the form: one of the sender's own."""
    named = (values.get("referral") or {}).get("department") or (_usual(actor).get("referral") or {}).get("department")
    ward = session.get(Organisation, UUID(str(named))) if named else None
    if ward is None or ward.id not in actor.places(*WARD):
        raise Forbidden(Permission.REFERRAL_OPEN.value)
    return ward


def _station_of(session: Session, ward: Organisation) -> Organisation:
    """The social work station of the same hospital. Raises NotFound when the hospital has none."""
    station = session.scalar(
        select(Organisation)
        .where(
            Organisation.parent_id == ward.parent_id,
            Organisation.kind == OrganisationKind.STATION,
            Organisation.is_active,
        )
        .order_by(Organisation.code)
    )
    if station is None:
        raise NotFound("station_not_found")
    return station


def _new_case(
    session: Session,
    actor: Actor,
    values: Mapping[str, Any],
    ward: Organisation,
    station: Organisation,
    now: datetime,
) -> Case:
    person = people.register(session, values.get("subject") or {}, organisation_id=ward.parent_id or ward.id, now=now)
    number = session.scalar(select(case_number.next_value()))
    session.flush()
    case = Case(
        number=f"CR{now.astimezone(ZoneInfo(TIMEZONE)).year}-{number:06d}",
        kind=PROCESS,
        subject_id=person.id,
        organisation_id=station.id,
        ward_id=ward.id,
        state=ReferralState.REQUESTED,
        opened_by_id=actor.user_id,
        opened_at=now,
    )
    session.add(case)
    session.flush()
    return case


def _send(session: Session, held: instances.Held, compiled: Compiled, form: Form, submitted: Submitted) -> list[Task]:
    """Complete the first task of a new instance, as the person who filled in its form."""
    scene = held.scene
    held.tasks = held.save()
    first = compiled.process.first_task
    task = next((each for each in held.tasks if first is not None and each.element_id == first.element_id), None)
    if task is None or scene.actor_id is None:
        raise Conflict("process_did_not_start_with_its_form")
    scene.entry = entries.write(session, task, form, submitted, scene.actor_id, scene.now)
    held.complete(task, compiled.process.select(submitted.variables))
    return held.save()


def _again(session: Session, actor: Actor, instance: Instance) -> Opened:
    """Answer a repeated sending with what the first one gave; a token made up from elsewhere opens nothing."""
    case = session.get_one(Case, instance.case_id)
    if case.opened_by_id != actor.user_id:
        raise NotFound("not_found")
    waiting = sight.open_tasks(session, [case.id])
    return Opened(case.id, case.number, case.level.value if case.level else None, _first_due(waiting))


def _first_due(tasks: Sequence[Task]) -> datetime | None:
    return min((task.due_at for task in tasks if task.due_at), default=None)


def _sent(case: Case, person: Person, tasks: Sequence[Task], actor: Actor) -> SentRow:
    mine = next((task for task in tasks if permissions.allows(actor, Permission.TASK_COMPLETE, task)), None)
    first = mine or (tasks[0] if tasks else None)
    return SentRow(
        case.id,
        case.number,
        masking.mask_name(person),
        case.state.value,
        case.level.value if case.level else None,
        Text(first.name_zh, first.name_en) if first else None,
        case.opened_at,
        _first_due(tasks),
        mine.id if mine else None,
    )
