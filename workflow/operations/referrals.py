"""Operations on referrals to other organisations: is it covered by consent, send, move, note, close, keep capacity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from models import Case, Entry, Person, Referral, ReferralState, ReferralTask, Role
from workflow.engine import Text
from workflow.errors import StepRefused
from workflow.operations.scene import Refused, Scene
from workflow.records import outgoing, sharing
from workflow.records.outgoing import Request
from workflow.records.states import Side

PREPARED, REPORTED = "prepare_agency_referral", "report_agency_outcome"
"""The steps whose forms are read here."""
ACHIEVED = frozenset({"met", "partly", "referred_on", "not_needed"})
"""Outcomes that count as completed; the others were tried and not achieved (domain.md §2.1)."""


def check_sharing(scene: Scene, inputs: dict[str, Any]) -> dict[str, Any]:
    """Whether consent covers what is to be shared with the provider of `service`: `covered`, and what is `missing`."""
    with _told():
        request = _request(scene, inputs)
        service = outgoing.service_of(scene.session, request.service_id)
        wanted = outgoing.wanted(service, request)
        missing = sharing.beyond(scene.session, scene.case.subject_id, wanted, outgoing.local_day(scene.now))
    return {"covered": not missing, "missing": missing}


def send_referral(scene: Scene, inputs: dict[str, Any]) -> dict[str, Any]:
    """Send what was prepared to the provider of `service`; with `referral_id` it is a further attempt of that one.

    Gives `task`, `referral_id`, `organisation` (ids as text) and `number`. Refuses anything beyond consent.
    """
    entry = _entry(scene, PREPARED)
    _keep_contact_rule(scene, entry.values.get("aref") or {})
    with _told():
        task = outgoing.send(
            scene.session,
            scene.case,
            _request(scene, inputs),
            referral_id=_id(inputs.get("referral_id")),
            instance_id=scene.instance.id,
            actor_id=scene.actor_id or entry.submitted_by_id,
            now=scene.now,
        )
    number = scene.session.get_one(Referral, task.referral_id).number
    return {
        "task": str(task.id),
        "referral_id": str(task.referral_id),
        "organisation": str(task.owner_id),
        "number": number,
    }


def set_referral_state(scene: Scene, inputs: dict[str, Any]) -> None:
    """Move the referral `task` to `state` for `side` (sender, receiver, service), with `reason` where one is needed.

    `form`: the prefix of the fields in the form just sent that the other side reads; they become a note of the kind
    `note`. From the same form come worker, first contact, review date, outcome and enrolment.
    """
    task = _task(scene, inputs)
    side = Side(str(inputs.get("side") or Side.SERVICE))
    form = str(inputs.get("form") or "")
    told = (scene.entry.values.get(form) or {}) if scene.entry is not None and form else {}
    with _told():
        outgoing.move(
            scene.session,
            task,
            _state(inputs.get("state")),
            side=side,
            actor_id=scene.actor_id,
            now=scene.now,
            reason=inputs.get("reason") or told.get("reason"),
            reason_text=told.get("reason_text"),
        )
    _keep(scene, task, told)
    if form and scene.entry is not None:
        _note(scene, task, side, form, str(inputs.get("note") or "progress"))


def note_referral(scene: Scene, inputs: dict[str, Any]) -> None:
    """Tell the other side of the referral `task` the fields `form`.* of the form just sent: a note of kind `note`."""
    task = _task(scene, inputs)
    if scene.entry is not None:
        side = Side(str(inputs.get("side") or Side.SENDER))
        _note(scene, task, side, str(inputs.get("form") or ""), str(inputs.get("note") or "progress"))


def close_referral(scene: Scene, inputs: dict[str, Any]) -> dict[str, Any]:
    """Close the referral `task` with the outcome that its receiver reported: completed or failed. Gives `result`."""
    task = _task(scene, inputs)
    outcome = task.outcome or "other"
    state = ReferralState.COMPLETED if outcome in ACHIEVED else ReferralState.FAILED
    with _told():
        outgoing.move(
            scene.session, task, state, side=Side.SERVICE, actor_id=scene.actor_id, now=scene.now, reason=outcome
        )
    return {"result": state.value}


def update_capacity(scene: Scene, inputs: dict[str, Any]) -> None:
    """Keep in the directory what a refusal says of the room of the service of `task`: by `reason`, or `capacity`."""
    task = _task(scene, inputs)
    reason = outgoing.FULL.get(str(inputs.get("reason") or ""))
    said = inputs.get("capacity") or (reason.value if reason else None)
    outgoing.update_capacity(scene.session, task.service_id, said, scene.now)


def _request(scene: Scene, inputs: Mapping[str, Any]) -> Request:
    values = _entry(scene, PREPARED).values.get("aref") or {}
    service_id = _id(inputs.get("service")) or _id(values.get("service"))
    if service_id is None:
        raise Refused(Text("没有选择服务。", "No service was chosen."))
    wished = values.get("wished_start")
    return Request(
        service_id=service_id,
        purpose=str(values.get("purpose")),
        priority=str(values.get("priority")),
        text=str(values.get("text") or ""),
        items=tuple(item for item in sharing.ITEMS if item in (values.get("share_items") or ())),
        until=date.fromisoformat(str(values.get("share_until"))),
        wished_start=date.fromisoformat(str(wished)) if wished else None,
        files=values.get("attachments") or (),
    )


def _keep_contact_rule(scene: Scene, values: Mapping[str, Any]) -> None:
    """Who must not be contacted stays so for everybody, with the safe way that was named."""
    if values.get("contact_forbidden") == "yes":
        person = scene.session.get_one(Person, scene.case.subject_id)
        person.contact_forbidden = True
        person.safe_contact = values.get("safe_contact") or person.safe_contact


def _keep(scene: Scene, task: ReferralTask, told: Mapping[str, Any]) -> None:
    """Facts of the answer that have a place of their own."""
    if told.get("worker"):
        member = scene.find(told["worker"], Role.SOCIAL_WORKER, task.owner_id) if task.owner_id else None
        if member is None:
            raise Refused(
                Text("选中的责任人不是本机构的社工，请重新选择。", "The person chosen is no worker of this agency.")
            )
        task.worker_id = member.user_id
    for name, column in (("first_date", "first_contact_on"), ("review_on", "hold_review_on")):
        if told.get(name):
            setattr(task, column, date.fromisoformat(str(told[name])))
    task.outcome = told.get("code") or task.outcome
    task.enrolment = told.get("enrolment") or task.enrolment
    scene.session.flush()


def _note(scene: Scene, task: ReferralTask, side: Side, form: str, kind: str) -> None:
    entry = scene.entry
    if entry is None:
        return
    rows = sharing.written(scene.session, entry, lambda key: key.startswith(f"{form}."))
    outgoing.note(scene.session, task, side=side, kind=kind, rows=rows, by_id=entry.submitted_by_id, now=scene.now)


def _task(scene: Scene, inputs: Mapping[str, Any]) -> ReferralTask:
    """The referral task named by its id; it must belong to this very case."""
    wanted = _id(inputs.get("task"))
    task = scene.session.get(ReferralTask, wanted, populate_existing=True) if wanted else None
    referral = scene.session.get(Referral, task.referral_id) if task is not None else None
    case: Case = scene.case
    if task is None or referral is None or referral.case_id != case.id:
        raise Refused(Text("没有找到这个转介。", "The referral was not found."))
    return task


def _entry(scene: Scene, element_id: str) -> Entry:
    entry = scene.latest_entry(element_id)
    if entry is None:
        raise Refused(Text("没有找到转介的内容。", "The content of the referral was not found."))
    return entry


def _state(value: Any) -> ReferralState:
    try:
        return ReferralState(str(value))
    except ValueError as error:
        raise Refused(Text(f"不知道状态“{value}”。", f'There is no state "{value}".')) from error


@contextmanager
def _told() -> Iterator[None]:
    """What the records refuse is refused by the operation in the same words."""
    try:
        yield
    except StepRefused as error:
        raise Refused(error.message) from error


def _id(value: Any) -> UUID | None:
    try:
        return UUID(str(value)) if value else None
    except ValueError:
        return None
