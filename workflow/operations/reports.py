"""Operations on mandatory reports: begun, finished, the colour of the case's risk; an open report keeps a case open."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Event, Instance, InstanceState, Risk
from workflow import secrecy
from workflow.audit import Kind
from workflow.engine import Text
from workflow.operations.scene import Refused, Scene

OPEN_REPORT = Text(
    "这个个案有一份强制报告（或危机干预）还没有办结，不能关闭。请先办结；安全跟进期间，督导可以说明原因提前结束。",
    "A mandatory report (or crisis care) of this case is not finished, so it cannot be closed. Finish it first; during "
    "follow-up the supervisor can end it early with a reason.",
)


def open_report(scene: Scene, inputs: dict[str, Any]) -> None:
    """Note that a mandatory report has begun; who began it is for the data-protection owner alone."""
    scene.record(Kind.REPORT_OPENED, secret=secrecy.REPORTER)


def close_report(scene: Scene, inputs: dict[str, Any]) -> None:
    """Note that it is finished; `made`: whether a report went out."""
    scene.record(Kind.REPORT_CLOSED, secret=secrecy.RESTRICTED, made=inputs.get("made") is True)


def set_case_risk(scene: Scene, inputs: dict[str, Any]) -> None:
    """Give the case the colour `risk` (L-RISK). Those who read restricted values find it in the history."""
    try:
        risk = Risk(str(inputs.get("risk")))
    except ValueError as error:
        raise Refused(
            Text(f"“{inputs.get('risk')}”不是已知的风险。", f'"{inputs.get("risk")}" is no known risk.')
        ) from error
    case = scene.case
    if case.risk is not risk:
        before = case.risk.value if case.risk else None
        scene.record(Kind.CASE_RISK, secret=secrecy.RESTRICTED, risk=risk.value, before=before)
        case.risk = risk


def refuse_closing(scene: Scene) -> None:
    """Raise Refused while a report of the case is open; a timer may close the case, but the supervisor is told."""
    if not has_open_report(scene.session, scene.case.id, scene.events):
        return
    if scene.actor_id is not None:
        raise Refused(OPEN_REPORT)
    scene.record(
        Kind.NOTIFIED, secret=secrecy.RESTRICTED, audience="supervisor", about="report_open_at_closure"
    )  # fmt: skip


def has_open_report(session: Session, case_id: UUID, unwritten: list[Event] | None = None) -> bool:
    """Whether a report of the case has begun and is not finished, in a process that still runs; one statement.

    `unwritten`: the events of the step that is being taken.
    """
    running = (InstanceState.ACTIVE, InstanceState.INCIDENT)
    written = session.execute(
        select(Event.kind, func.count())
        .join(Instance, Instance.id == Event.instance_id)
        .where(
            Event.case_id == case_id,
            Event.kind.in_([Kind.REPORT_OPENED.value, Kind.REPORT_CLOSED.value]),
            Instance.state.in_(running),
        )
        .group_by(Event.kind)
    )
    counted: dict[str, int] = {kind: number for kind, number in written}  # noqa: C416  # rows unpack to plain pairs
    for event in unwritten or ():
        counted[event.kind] = counted.get(event.kind, 0) + 1
    return counted.get(Kind.REPORT_OPENED.value, 0) > counted.get(Kind.REPORT_CLOSED.value, 0)
