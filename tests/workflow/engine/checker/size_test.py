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
    "xor {m}",
    "and {x}",
    "user {a}",
    "user {b}",
    "and {j}",
    "xor {q}",
    "boundary {t} on={a} beside timer=PT1H",
    "stop {f}",
    "or {o}",
    "user {c}",
    "or {p}",
)
ARROWS = (
    "{before} -> {m} -> {x} -> {a} -> {j} -> {q} -> {o}",
    "{x} -> {b} -> {j}",
    "{t} -> {f}",
    "{o} -> {c} : go = 1",
    "{c} -> {p}",
    "{o} -> {p} : go = 2",
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


@pytest.mark.parametrize(
    ("drawing", "elements", "states"),
    [
        (blocks(20), 200, 1_500),
        (blocks(100), 1_000, 8_000),
        (wide(10, 18), 200, 500),
        (wide(20, 50), 1_000, 2_000),
    ],
)
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


def nested(depth: int) -> str:
    """A subprocess in a subprocess, and so on."""
    opened = [f"sub p{level}\nstart s{level}\nstop e{level}" for level in range(depth)]
    closed = [f"s{level} -> p{level + 1} -> e{level}\nend sub" for level in reversed(range(depth - 1))]
    return "\n".join(["start s", "stop e", *opened, f"s{depth - 1} -> e{depth - 1}\nend sub", *closed, "s -> p0 -> e"])


SPLIT = "start s\n{kind} x\n{kind} j\nstop e\ns -> x\nj -> e\n"
HARD = {
    "everything at once": SPLIT.format(kind="and")
    + "\n".join(f"user a{number}\nx -> a{number} -> j" for number in range(1_900)),
    "any of two hundred": SPLIT.format(kind="or")
    + "\n".join(f"user a{number}\nx -> a{number} : go = {number}\na{number} -> j" for number in range(200)),
    "loops that overlap": "start s\nstop e\nxor x0\ns -> x0\nx700 -> e\n"
    + "\n".join(
        f"user u{number}\nxor x{number + 1}\nx{number} -> u{number} -> x{number + 1} -> x{max(0, number - 3)}"
        for number in range(700)
    ),
    "a hundred levels": nested(100),
}


@pytest.mark.parametrize("name", HARD)
def test_drawings_made_to_be_hard_are_checked_or_given_up_in_two_seconds(name: str) -> None:
    files = bundle(HARD[name])
    began = time.process_time()
    found = analyse(files, variables={"go"})
    assert time.process_time() - began < 2
    assert {finding.rule for finding in found} <= {"gateway-unproven"}
