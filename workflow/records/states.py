"""The referral state machine of domain.md §2.1: which moves exist which need a reason, what people call them."""

from models import CaseState, Level
from workflow.engine import Text

_S = CaseState

MOVES: dict[CaseState, frozenset[CaseState]] = {
    # The pause before acceptance is ours: the ward is asked for information and the clock stands still (§4.1.2 step 3).
    _S.REQUESTED: frozenset({_S.ACCEPTED, _S.REJECTED, _S.CANCELLED, _S.ON_HOLD}),
    _S.ACCEPTED: frozenset({_S.IN_PROGRESS, _S.ON_HOLD, _S.COMPLETED, _S.FAILED, _S.CANCELLED}),
    _S.IN_PROGRESS: frozenset({_S.ON_HOLD, _S.COMPLETED, _S.FAILED, _S.CANCELLED}),
    _S.ON_HOLD: frozenset({_S.REQUESTED, _S.IN_PROGRESS, _S.COMPLETED, _S.FAILED, _S.CANCELLED, _S.REJECTED}),
    _S.COMPLETED: frozenset(),
    _S.FAILED: frozenset(),
    _S.REJECTED: frozenset(),
    _S.CANCELLED: frozenset(),
}

NEED_REASON = frozenset({_S.REJECTED, _S.CANCELLED, _S.ON_HOLD, _S.FAILED})
CLOSED = frozenset({_S.COMPLETED, _S.FAILED, _S.REJECTED, _S.CANCELLED})
OPEN = frozenset(_S) - CLOSED

STATE_WORDS = {
    _S.REQUESTED: Text("待接收", "Requested"),
    _S.ACCEPTED: Text("已接收", "Accepted"),
    _S.IN_PROGRESS: Text("服务中", "In progress"),
    _S.ON_HOLD: Text("暂停", "On hold"),
    _S.COMPLETED: Text("已完成", "Completed"),
    _S.FAILED: Text("未达成", "Not achieved"),
    _S.REJECTED: Text("已退回", "Declined"),
    _S.CANCELLED: Text("已撤销", "Cancelled"),
}

LEVEL_WORDS = {
    Level.EMERGENCY: Text("危急", "Emergency"),
    Level.URGENT: Text("紧急", "Urgent"),
    Level.ROUTINE: Text("常规", "Routine"),
    Level.INFO: Text("咨询", "Information"),
}
