"""Faults sown into the library's own referral process are found where they are, and it is clean without them."""

import re
from pathlib import Path

import pytest

from workflow.engine import Bundle
from workflow.engine.checker import analyse

FOLDER = Path(__file__).parents[3] / "data" / "msw_referral"
DIAGRAM, TABLE = "msw_referral.bpmn", "triage.dmn"

# What is done to which file (a pattern and what takes its place), and what the checker must then say, and nothing else.
SEEDS: dict[str, tuple[str, str, str, set[tuple[str, str]]]] = {
    "an option misspelt": (
        DIAGRAM,
        'intake.decision = "decline"<',
        'intake.decision = "declin"<',
        {("option-unknown", "flow_decision__reject_referral")},
    ),
    "a field misspelt": (
        DIAGRAM,
        "=contact.safety_now = ",
        "=contact.safety = ",
        {("field-unknown", "flow_safe_now__notify_unsafe")},
    ),
    "a choice compared with a number": (
        DIAGRAM,
        'contact.met = "not_available"',
        "contact.met = 3",
        {("type-mismatch", "flow_met__count_attempt")},
    ),
    "a case that no branch covers": (
        DIAGRAM,
        'intake.decision = "transfer"',
        'intake.decision = "transfer" and triage.tell_supervisor',
        {("gateway-incomplete", "decision")},
    ),
    "a question asked before anybody answers it": (
        DIAGRAM,
        "=triage.tell_supervisor<",
        '=intake.decision = "accept"<',
        {("field-perhaps-missing", "flow_tell_supervisor__notify_supervisor")},
    ),
    "an exclusive split drawn as a parallel one": (
        DIAGRAM,
        r'exclusiveGateway (id="decision".*?)exclusiveGateway>',
        r"parallelGateway \1parallelGateway>",
        {("step-twice", "read_reply"), ("step-twice", "accept_referral")},
    ),
    "an arrow that leads to the wrong step": (
        DIAGRAM,
        'sourceRef="assess" targetRef="evaluate_closure"',
        'sourceRef="assess" targetRef="set_in_progress"',
        {("step-unreachable", "evaluate_closure"), ("end-unreachable", "set_in_progress")},
    ),
    "a table without its last row": (TABLE, r'<rule id="rule_9">.*?</rule>', "", {("table-gap", "triage")}),
    "an English name forgotten": (
        DIAGRAM,
        r'(id="assess" .*?)name="carerelay:name_en"',
        r'\1name="carerelay:name_fr"',
        {("name-missing", "assess")},
    ),
}


def found(file: str = "", pattern: str = "", new: str = "") -> set[tuple[str, str | None]]:
    files = dict(Bundle.from_folder(FOLDER).files)
    if file:
        files[file], count = re.subn(pattern, new, files[file], flags=re.DOTALL)
        assert count == 1
    return {(each.rule, each.element_id) for each in analyse(Bundle.from_texts(files))}


def test_the_referral_is_clean() -> None:
    assert found() == set()


@pytest.mark.parametrize("name", SEEDS)
def test_a_seeded_fault_is_found(name: str) -> None:
    *seed, expected = SEEDS[name]
    assert found(*seed) == expected
