"""What may come next, read from the drawing: through boxes, and not through what happens instead."""

import pytest

from tests.workflow.conftest import ROOT
from workflow.engine import Bundle
from workflow.instances.diagram import Diagram
from workflow.instances.versions import build


@pytest.fixture(scope="module")
def report() -> Diagram:
    """The mandatory report, whose safety phase is a box."""
    return build(Bundle.from_folder(ROOT / "bpmn" / "mandatory_report")).diagram


@pytest.mark.parametrize(
    ("step", "following"),
    [
        ("check_signs", ["结束：没有情形", "报告并登记回执（医务社工）", "危机干预（医务社工）"]),
        ("make_report", ["第二人复核“不报告”（督导）", "安全计划"]),
        ("plan_safety", ["个案会议"]),
        ("follow_up_safety", ["书面说明归档（医务社工）"]),
        ("write_report_note", ["结束：办结归档"]),
    ],
    ids=["before", "into the box", "within", "out of it", "the end"],
)
def test_what_may_come_next(report: Diagram, step: str, following: list[str]) -> None:
    assert [each.zh for each in report.next_steps(step)] == following
