"""The referral state machine of domain.md §2.1: which moves exist, which side makes them, which need a reason.

One machine for a ward's referral (the state of its case) and for one sent to an agency (the state of its task).
"""

from enum import StrEnum

from models import Level, ReferralState
from workflow.engine import Text

_S = ReferralState


class Side(StrEnum):
    """Who makes a move: who asked, who was asked, or the service itself (a timer, an administrator's correction)."""

    SENDER = "sender"
    RECEIVER = "receiver"
    SERVICE = "service"


_RUNNING = frozenset({_S.ON_HOLD, _S.COMPLETED, _S.FAILED, _S.CANCELLED, _S.REROUTED, _S.ENTERED_IN_ERROR})

MOVES: dict[ReferralState, frozenset[ReferralState]] = {
    _S.DRAFT: frozenset({_S.REQUESTED, _S.CANCELLED, _S.ENTERED_IN_ERROR}),
    # The pause before acceptance is ours: the sender is asked for information, the clock stands still (§4.1.2 step 3).
    _S.REQUESTED: frozenset({_S.ACCEPTED, _S.REJECTED, _S.CANCELLED, _S.ON_HOLD, _S.REROUTED, _S.ENTERED_IN_ERROR}),
    _S.ACCEPTED: _RUNNING | {_S.IN_PROGRESS},
    _S.IN_PROGRESS: _RUNNING,
    _S.ON_HOLD: (_RUNNING - {_S.ON_HOLD}) | {_S.REQUESTED, _S.IN_PROGRESS, _S.REJECTED},
    _S.COMPLETED: frozenset({_S.ENTERED_IN_ERROR}),
    _S.FAILED: frozenset({_S.ENTERED_IN_ERROR}),
    _S.REJECTED: frozenset({_S.ENTERED_IN_ERROR}),
    _S.CANCELLED: frozenset({_S.ENTERED_IN_ERROR}),
    _S.REROUTED: frozenset({_S.ENTERED_IN_ERROR}),
    _S.ENTERED_IN_ERROR: frozenset(),
}

MAKERS: dict[ReferralState, frozenset[Side]] = {
    _S.DRAFT: frozenset({Side.SENDER}),
    _S.REQUESTED: frozenset({Side.SENDER}),
    _S.ACCEPTED: frozenset({Side.RECEIVER}),
    _S.REJECTED: frozenset({Side.RECEIVER}),
    _S.IN_PROGRESS: frozenset({Side.RECEIVER}),
    _S.ON_HOLD: frozenset({Side.RECEIVER}),
    _S.COMPLETED: frozenset({Side.RECEIVER}),
    _S.FAILED: frozenset({Side.RECEIVER}),
    _S.CANCELLED: frozenset({Side.SENDER, Side.RECEIVER}),
    _S.REROUTED: frozenset({Side.SENDER}),
    _S.ENTERED_IN_ERROR: frozenset({Side.SENDER}),
}
"""Which sides may bring about a state; the service itself may bring about all of them."""

NEED_REASON = frozenset({_S.REJECTED, _S.CANCELLED, _S.ON_HOLD, _S.FAILED})
CLOSED = frozenset({_S.COMPLETED, _S.FAILED, _S.REJECTED, _S.CANCELLED, _S.REROUTED, _S.ENTERED_IN_ERROR})
OPEN = frozenset(_S) - CLOSED
MAY_REOPEN = frozenset({_S.COMPLETED, _S.FAILED, _S.CANCELLED})
"""Closed after work was done: a supervisor may take it up again. What was declined or never right is asked for anew."""

STATE_WORDS = {
    _S.DRAFT: Text("草稿", "Draft"),
    _S.REQUESTED: Text("待接收", "Requested"),
    _S.ACCEPTED: Text("已接收", "Accepted"),
    _S.REJECTED: Text("已退回", "Declined"),
    _S.IN_PROGRESS: Text("服务中", "In progress"),
    _S.ON_HOLD: Text("暂停", "On hold"),
    _S.COMPLETED: Text("已完成", "Completed"),
    _S.FAILED: Text("未达成", "Not achieved"),
    _S.CANCELLED: Text("已撤销", "Cancelled"),
    _S.REROUTED: Text("已转派", "Re-routed"),
    _S.ENTERED_IN_ERROR: Text("录入错误", "Entered in error"),
}

LEVEL_WORDS = {
    Level.EMERGENCY: Text("危急", "Emergency"),
    Level.URGENT: Text("紧急", "Urgent"),
    Level.ROUTINE: Text("常规", "Routine"),
    Level.INFO: Text("咨询", "Information"),
}


def refusal(before: ReferralState, after: ReferralState, side: Side, reason: str | None) -> Text | None:
    """Why this move cannot be made, in words for people; None when it can. To stay where one is, is always a move."""
    was, wanted = STATE_WORDS[before], STATE_WORDS[after]
    if after is not before and after not in MOVES[before]:
        return Text(f"现在是“{was.zh}”，不能改为“{wanted.zh}”。", f'It is "{was.en}" and cannot become "{wanted.en}".')
    if side is not Side.SERVICE and side not in MAKERS[after]:
        return Text(f"这一方不能改为“{wanted.zh}”。", f'This side cannot make it "{wanted.en}".')
    if after in NEED_REASON and not reason:
        return Text(f"改为“{wanted.zh}”必须说明原因。", f'A reason is needed for "{wanted.en}".')
    return None
