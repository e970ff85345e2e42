"""Operations on the case: its state and level, who is responsible, which case it duplicates, which station has it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from models import Case, Level, Organisation, OrganisationKind, ReferralState, Role
from workflow.audit import Kind
from workflow.engine import Text
from workflow.operations import reports
from workflow.operations.scene import Refused, Scene
from workflow.records import states
from workflow.records.states import Side


def set_case_state(scene: Scene, inputs: dict[str, Any]) -> None:
    """Move the case to `state`; optional `reason`, `outcome` and `level`. Refuses moves domain.md §2.1 does not know.

    A reason is needed for rejected, cancelled, on_hold and failed.
    """
    case = scene.case
    state = _code(ReferralState, inputs.get("state"), "state")
    reason, outcome = inputs.get("reason"), inputs.get("outcome")
    # A diagram moves the case for both sides: which of them acts is decided by whose task leads there.
    refused = states.refusal(case.state, state, Side.SERVICE, reason)
    if refused is not None:
        raise Refused(refused)
    if state in states.CLOSED and case.state not in states.CLOSED:
        reports.refuse_closing(scene)
    if inputs.get("level"):
        _set_level(scene, _code(Level, inputs["level"], "level"))
    if state is not case.state or outcome != case.outcome:
        scene.record(Kind.CASE_STATE, state=state.value, reason=reason, outcome=outcome)
    case.state, case.state_reason = state, reason if state in states.NEED_REASON else None
    if outcome:
        case.outcome = outcome
    case.closed_at = (case.closed_at or scene.now) if state in states.CLOSED else None


def assign_case(scene: Scene, inputs: dict[str, Any]) -> None:
    """Make `worker` (user id as text) responsible; they must be a social worker of the case's station."""
    member = scene.find(inputs.get("worker"), Role.MEDICAL_SOCIAL_WORKER, scene.case.organisation_id)
    if member is None:
        raise Refused(
            Text("选中的人不是本站的医务社工，请重新选择。", "The person chosen is no social worker of this station.")
        )
    scene.case.responsible_id = member.user_id
    scene.record(Kind.CASE_ASSIGNED, user_id=str(member.user_id), name=member.name)


def link_duplicate(scene: Scene, inputs: dict[str, Any]) -> None:
    """Link to the `case` (id or number, as text) of the same station that already serves this person."""
    wanted = str(inputs.get("case") or inputs.get("case_number") or "")
    found = scene.session.execute(
        select(Case.id, Case.number).where(
            Case.organisation_id == scene.case.organisation_id,
            Case.id != scene.case.id,
            Case.id == identifier if (identifier := _uuid(wanted)) else Case.number == wanted,
        )
    ).first()
    if found is None:
        raise Refused(Text("没有找到要关联的个案。", "The case to link to was not found."))
    scene.case.linked_case_id = found.id
    scene.record(Kind.CASE_LINKED, case_id=str(found.id), number=found.number)


def transfer_case(scene: Scene, inputs: dict[str, Any]) -> None:
    """Hand the case to another `station` (organisation id as text): its tasks and who may read it move there."""
    station_id = _uuid(str(inputs.get("station") or ""))
    station = scene.session.scalar(
        select(Organisation).where(
            Organisation.id == station_id, Organisation.kind == OrganisationKind.STATION, Organisation.is_active
        )
    )
    if station is None or station.id == scene.case.organisation_id:
        raise Refused(Text("没有找到要转去的社工站。", "The station to transfer to was not found."))
    before = scene.case.organisation_id
    scene.case.organisation_id = station.id
    scene.case.responsible_id = None
    scene.instance.parties = {**scene.instance.parties, "station": str(station.id)}
    scene.record(Kind.CASE_TRANSFERRED, from_id=str(before), to_id=str(station.id), zh=station.name, en=station.name_en)


def _set_level(scene: Scene, level: Level) -> None:
    if scene.case.level is not level:
        scene.record(Kind.CASE_LEVEL, level=level.value, before=scene.case.level.value if scene.case.level else None)
        scene.case.level = level


def _code(codes: Any, value: Any, what: str) -> Any:
    try:
        return codes(value)
    except ValueError as error:
        raise Refused(Text(f"“{value}”不是已知的{what}。", f'"{value}" is no known {what}.')) from error


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
