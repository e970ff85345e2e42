"""Two thousand random processes run the same on the engine as by the token rules of the standard, step by step."""

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.workflow.engine.properties.blocks import BLOCKS, Block
from tests.workflow.engine.properties.plan import Plan
from tests.workflow.engine.properties.play import play
from workflow.engine.checker import reading, soundness
from workflow.engine.checker.report import Report

SHARDS, EACH = 20, 100
LIMITS = settings(
    max_examples=EACH,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


def flow_findings(plan: Plan) -> list[tuple[str, str | None]]:
    """What the checker says about the flow of a drawing."""
    report = Report()
    for diagram in reading.read("drawing.bpmn", plan.bundle().files["drawing.bpmn"]):
        soundness.check(diagram, report)
    return [(finding.rule, finding.element_id) for finding in report.findings]


@pytest.mark.parametrize("shard", range(SHARDS))
def test_random_processes_run_by_the_token_rules(shard: int) -> None:
    """Half of the shards save and reload after every step."""

    @seed(shard)
    @LIMITS
    @given(BLOCKS, st.data())
    def run(block: Block, data: st.DataObject) -> None:
        play(Plan(block), data, reload=shard % 2 == 1)

    run()


GRAPH_KINDS = ["user", "task", "xor", "and", "user"]


@st.composite
def graphs(draw: st.DrawFn) -> Plan:
    """Steps and gateways connected anyhow, but only forward: most cannot work, and must stand still visibly."""
    kinds = draw(st.lists(st.sampled_from(GRAPH_KINDS), min_size=2, max_size=9))
    targets: list[list[int]] = [[] for _ in kinds]
    for number in range(1, len(kinds)):
        for source in draw(st.sets(st.integers(0, number - 1), min_size=1, max_size=3)):
            targets[source].append(number)
    return Plan.of_graph(kinds, targets)


@pytest.mark.parametrize("shard", range(4))
def test_drawings_connected_anyhow_run_or_stand_still_by_the_token_rules(shard: int) -> None:
    """Splits and merges without gateways, joins that wait for ever, steps done twice: all of which the checker sees."""

    @seed(shard)
    @LIMITS
    @given(graphs(), st.data())
    def run(plan: Plan, data: st.DataObject) -> None:
        pair = play(plan, data, reload=shard % 2 == 1)
        found = {rule for rule, _ in flow_findings(plan)}
        twice = found & {"step-twice", "end-twice"}
        assert twice or not pair.doubled
        # Where two tokens follow one another, one of them may be left over at a join: then the first is the fault.
        assert twice or "join-waits" in found or not pair.reference.is_stuck

    run()


@settings(LIMITS, max_examples=500, derandomize=True)
@given(BLOCKS)
def test_the_checker_finds_nothing_wrong_with_structured_processes(block: Block) -> None:
    """Whatever is built of whole blocks can work, so that each finding would be a false alarm."""
    assert flow_findings(Plan(block)) == []
