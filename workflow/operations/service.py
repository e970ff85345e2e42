"""Operations of the service phase and its end: who acts, what a conference decided, what is still open, the archive."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from models import Instance, InstanceState, Referral, ReferralState, ReferralTask
from workflow.audit import Kind
from workflow.engine import Text
from workflow.operations import cases
from workflow.operations.scene import Refused, Scene
from workflow.records import states

CONFERENCE = "hold_conference"
STATE_OF_OUTCOME = {
    "met": ReferralState.COMPLETED,
    "partly": ReferralState.COMPLETED,
    "referred_on": ReferralState.COMPLETED,
    "not_needed": ReferralState.COMPLETED,
    "not_met": ReferralState.FAILED,
    "withdrew": ReferralState.CANCELLED,
    "lost": ReferralState.FAILED,
    "died": ReferralState.FAILED,
    "moved": ReferralState.FAILED,
    "error": ReferralState.ENTERED_IN_ERROR,
}
"""What becomes of the case with each code of L-CLOSE: done, tried in vain, called off, or never right (§2.1)."""


def who_acts(scene: Scene, inputs: dict[str, Any]) -> dict[str, Any]:
    """Who takes this step, as `user` (id as text); null for the system itself."""
    return {"user": str(scene.actor_id) if scene.actor_id else None}


def list_decisions(scene: Scene, inputs: dict[str, Any]) -> dict[str, Any]:
    """What the last conference decided, as `decisions`: number, who (user id) and due day of each.

    The words stay in the conference's entry: they are no process data.
    """
    entry = scene.latest_entry(CONFERENCE)
    rows = ((entry.values.get("conf") or {}).get("decisions") or []) if entry is not None else []
    return {
        "decisions": [
            {"number": number, "who": row.get("who"), "due": row.get("due")} for number, row in enumerate(rows, start=1)
        ]
    }


def count_open_items(scene: Scene, inputs: dict[str, Any]) -> dict[str, Any]:
    """How much of the case is not finished besides this process: referrals to agencies, and other processes."""
    return {"open_referrals": _open_referrals(scene), "open_processes": _other_processes(scene)}


def archive_case(scene: Scene, inputs: dict[str, Any]) -> None:
    """Close the case with the code of L-CLOSE in `reason`. Refused while something of it is still open (S6).

    A case closed before, e.g. declined while its ward still reads the reply, stays as it is.
    """
    reason = str(inputs.get("reason") or "")
    if reason not in STATE_OF_OUTCOME:
        raise Refused(Text(f"“{reason}”不是已知的结案原因。", f'"{reason}" is no known reason for closing.'))
    if waiting := _open_referrals(scene) + _other_processes(scene):
        raise Refused(
            Text(
                f"还有 {waiting} 项未了事项（转出给机构的转介，或还在进行的其他流程），请先完成、移交或撤销，再结案。",
                f"{waiting} matters are still open (referrals to agencies or other processes). "
                "Finish, hand over or cancel them before closing.",
            )
        )
    state = STATE_OF_OUTCOME[reason]
    if state not in states.MOVES[scene.case.state]:  # nobody had accepted it yet, so nothing was tried
        state = ReferralState.CANCELLED
    stop_case(scene, {"state": state.value, "reason": reason, "outcome": reason})


def stop_case(scene: Scene, inputs: dict[str, Any]) -> None:
    """Bring the case to an end as `set_case_state` does; one that has ended already stays as it is."""
    if scene.case.state not in states.CLOSED:
        cases.set_case_state(scene, inputs)


def reopen_case(scene: Scene, inputs: dict[str, Any]) -> None:
    """Take up a closed case again; who did it and which code of reason is recorded. Refused when it is not closed."""
    case = scene.case
    if case.state not in states.MAY_REOPEN:
        raise Refused(Text("这个个案不能重新打开。", "This case cannot be opened again."))
    scene.record(Kind.CASE_REOPENED, before=case.state.value, reason=str(inputs.get("reason") or ""))
    case.state, case.state_reason, case.outcome, case.closed_at = ReferralState.IN_PROGRESS, None, None, None


def _open_referrals(scene: Scene) -> int:
    return int(
        scene.session.scalar(
            select(func.count())
            .select_from(ReferralTask)
            .join(Referral, Referral.id == ReferralTask.referral_id)
            .where(Referral.case_id == scene.case.id, ReferralTask.state.in_(states.OPEN - {ReferralState.DRAFT}))
        )
        or 0
    )


def _other_processes(scene: Scene) -> int:
    return int(
        scene.session.scalar(
            select(func.count())
            .select_from(Instance)
            .where(
                Instance.case_id == scene.case.id,
                Instance.id != scene.instance.id,
                Instance.state == InstanceState.ACTIVE,
            )
        )
        or 0
    )
