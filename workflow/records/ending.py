"""Calling a referral off before its end: by either side, with a reason; the other side's access ends at once."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, Referral, ReferralState, ReferralTask
from workflow import audit, instances, permissions
from workflow.audit import Kind
from workflow.engine import Text
from workflow.errors import Invalid, NotFound, RefusedOnRecord
from workflow.identity import Actor
from workflow.permissions import Permission
from workflow.records import frozen, outgoing, partner_words, partners, referral_pages, states, withdrawing
from workflow.records.states import Side

MISTAKE = "sent_by_mistake"
REASONS = {
    Side.SENDER: ("no_longer_needed", "situation_changed", "person_declined", MISTAKE, "other"),
    Side.RECEIVER: ("no_capacity", "unreachable", "person_declined", "safety", "other"),
}
"""What each side may give as the reason; sent by mistake makes it an entry in error."""
LONGEST = 500


def reasons(side: str) -> list[tuple[str, Text]]:
    """The reasons that this side chooses from."""
    return [(code, partner_words.DECLINE[code]) for code in REASONS[Side(side)]]


def end(session: Session, actor: Actor, task_id: UUID, reason: str, text: str, now: datetime) -> ReferralState:
    """Call a referral off; state, access and process change together.

    Raises NotFound, Forbidden, Invalid (no such reason, no text), and RefusedOnRecord when it has ended already.
    """
    task, case = _find(session, task_id)
    seen = referral_pages.seen_by_rules(session, task, case, now)
    permissions.require(actor, Permission.OUTGOING_END, seen)
    side = Side.SENDER if partners.is_sender(actor, seen.case) else Side.RECEIVER
    text = text.strip()
    if reason not in REASONS[side] or not 2 <= len(text) <= LONGEST:
        raise Invalid("reason_missing")
    if task.instance_id is not None:
        instances.lock(session, task.instance_id, actor.user_id, now)
    session.refresh(task, with_for_update=True)
    state = ReferralState.ENTERED_IN_ERROR if reason == MISTAKE else ReferralState.CANCELLED
    if task.state in states.CLOSED:
        was = states.STATE_WORDS[task.state]
        tried = partial(_record, case_id=case.id, task_id=task.id, actor_id=actor.user_id, now=now)
        raise RefusedOnRecord(
            Text(
                f"这个转介已经是“{was.zh}”，不能再撤销。",
                f'This referral is "{was.en}" already and cannot be called off.',
            ),
            tried,
        )
    outgoing.move(session, task, state, side=side, actor_id=actor.user_id, now=now, reason=reason, reason_text=text)
    words = partner_words.DECLINE[reason]
    rows = [frozen.line(Text("原因", "Reason"), words), frozen.line(Text("说明", "Explanation"), text)]
    outgoing.note(session, task, side=side, kind="reason", rows=rows, by_id=actor.user_id, now=now)
    withdrawing.tell(session, task, actor.user_id, now)
    return state


def _find(session: Session, task_id: UUID) -> tuple[ReferralTask, Case]:
    found = session.execute(
        select(ReferralTask, Case)
        .join(Referral, Referral.id == ReferralTask.referral_id)
        .join(Case, Case.id == Referral.case_id)
        .where(ReferralTask.id == task_id, ReferralTask.sent_at.isnot(None))
    ).first()
    if found is None:
        raise NotFound("referral_not_found")
    return found[0], found[1]


def _record(session: Session, *, case_id: UUID, task_id: UUID, actor_id: UUID, now: datetime) -> None:
    audit.record(
        session, Kind.REFERRAL_REFUSED, at=now, actor_id=actor_id, case_id=case_id,
        details={"referral_task": str(task_id)},
    )  # fmt: skip
