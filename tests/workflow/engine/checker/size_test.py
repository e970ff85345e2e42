"""Large drawings are explored completely, in a number of situations that grows with their size and not beyond."""

import time

import pytest

from tests.workflow.engine.checker.drawing import bundle, draw
from workflow.engine.checker import analyse, reading, soundness
from workflow.engine.checker.explore import explore
from workflow.engine.checker.graph import Graph
from workflow.engine.checker.net import Net
from workflow.engine.checker.report import Report

BLOCK = (
    "xor {m}", "and {x}", "user {a}", "user {b}", "and {j}", "xor {q}", "boundary {t} on={a} beside timer=PT1H",
    "stop {f}", "or {o}", "user {c}", "or {p}",
)
ARROWS = (
    "{before} -> {m} -> {x} -> {a} -> {j} -> {q} -> {o}", "{x} -> {b} -> {j}", "{t} -> {f}",
    "{o} -> {c} : go = 1", "{c} -> {p}", "{o} -> {p} : go = 2",
)


def blocks(count: int) -> str:
    """A chain of blocks of eleven: parallel with a choice in each branch, a loop, a reminder, an inclusive block."""
    lines, arrows, before = ["start s", "stop e"], [], "s"
    for number in range(count):
        steps = {short: f"n{number}_{short}" for short in "mxabjqtfocp"}
        lines += [line.format(**steps) for line in BLOCK]
        arrows += [line.format(before=before, **steps) for line in ARROWS]
        arrows += ["{q} -> {m}".format(**steps)] if number % 2 else []
        before = steps["p"]
    return "\n".join([*lines, *arrows, f"{before} -> e"])



def wide(branches: int, length: int) -> str:
    """Many long branches at the same time, each with a choice in it: the ways through are past counting."""
    lines, arrows = ["start s", "and x", "and j", "stop e"], ["s -> x", "j -> e"]
    for branch in range(branches):
        names = [f"b{branch}_{step}" for step in range(length)]
        lines += [f"user {name}" for name in names] + [f"xor b{branch}_q", f"xor b{branch}_m"]
        arrows += [" -> ".join(["x", *names, f"b{branch}_q", f"b{branch}_m", "j"]), f"b{branch}_q -> b{branch}_m"]
    return "\n".join(lines + arrows)


@pytest.mark.parametrize(("drawing", "elements", "states"), [
    (blocks(20), 200, 1_500), (blocks(100), 1_000, 8_000), (wide(10, 18), 200, 500), (wide(20, 50), 1_000, 2_000),
])
def test_the_work_grows_with_the_size_of_the_drawing(drawing: str, elements: int, states: int) -> None:
    diagram = reading.read("drawing.bpmn", draw(drawing))[0]
    assert len(diagram.nodes) >= elements
    began = time.process_time()
    found = explore(Net(diagram, Graph(diagram)))
    assert found.complete
    assert len(found.came_by) <= states
    report = Report()
    soundness.check(diagram, report)
    assert [finding.rule for finding in report.findings] == []
    assert time.process_time() - began < 2 * (elements // 200)


def test_a_bundle_of_two_hundred_elements_is_checked_in_two_seconds() -> None:
    files = bundle(blocks(20))
    analyse(files, variables={"go"})
    began = time.process_time()
    found = analyse(files, variables={"go"})
    assert time.process_time() - began < 2
    assert {finding.rule for finding in found} == {"gateway-incomplete"}
