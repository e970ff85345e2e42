"""What a service task of a diagram may call: one function each, acting inside the transaction of the step.

An operation gets the scene (case, instance, who acts, when) and its inputs as one flat dict; it raises `Refused` with a
sentence for people when it cannot do what the diagram asks.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from workflow.operations import cases, consents, notices, referrals, reports, service
from workflow.operations.scene import Refused, Scene

Operation = Callable[[Scene, dict[str, Any]], Any]

OPERATIONS: Mapping[str, Operation] = {
    "set_case_state": cases.set_case_state,
    "assign_case": cases.assign_case,
    "link_duplicate": cases.link_duplicate,
    "transfer_case": cases.transfer_case,
    "set_case_risk": reports.set_case_risk,
    "open_report": reports.open_report,
    "close_report": reports.close_report,
    "notify": notices.notify,
    "who_acts": service.who_acts,
    "list_decisions": service.list_decisions,
    "count_open_items": service.count_open_items,
    "archive_case": service.archive_case,
    "stop_case": service.stop_case,
    "reopen_case": service.reopen_case,
    "consent_facts": consents.consent_facts,
    "record_consent": consents.record_consent,
    "record_override": consents.record_override,
    "check_sharing": referrals.check_sharing,
    "send_referral": referrals.send_referral,
    "set_referral_state": referrals.set_referral_state,
    "note_referral": referrals.note_referral,
    "close_referral": referrals.close_referral,
    "update_capacity": referrals.update_capacity,
}
NAMES = frozenset(OPERATIONS)

__all__ = ["NAMES", "OPERATIONS", "Refused", "Scene", "bind"]


def bind(scene: Scene) -> dict[str, Callable[[dict[str, Any]], Any]]:
    """The operations as the engine calls them, acting on this scene."""
    return {name: partial(operation, scene) for name, operation in OPERATIONS.items()}
