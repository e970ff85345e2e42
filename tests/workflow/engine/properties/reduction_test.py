"""The checker moves one node at a time; moving all of them in every order finds the same faults."""

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.workflow.engine.checker.drawing import draw
from workflow.engine.checker import reading
from workflow.engine.checker.explore import Exploration, explore
from workflow.engine.checker.graph import Graph
from workflow.engine.checker.net import Net

KINDS = ["user", "xor", "and", "or", "user", "stop"]


@st.composite
def drawings(draw_from: st.DrawFn, *, circles: bool) -> str:
    """Nodes of any kind, connected anyhow; without circles arrows lead only forward."""
    kinds = draw_from(st.lists(st.sampled_from(KINDS), min_size=3, max_size=9))
    names = [f"{kind}{number}" for number, kind in enumerate(kinds)]
    lines = ["start s", f"s -> {names[0]}"] + [f"{kind} {name}" for kind, name in zip(kinds, names, strict=True)]
    for number, kind in enumerate(kinds[:-1]):
        if kind == "stop":
            continue
        ahead = names if circles else names[number + 1 :]
        most = 1 if kind == "user" else 3
        targets = draw_from(st.lists(st.sampled_from(ahead), min_size=1, max_size=most, unique=True))
        for index, target in enumerate(targets):
            condition = f" : c = {index}" if kind in {"or", "xor"} and len(targets) > 1 else ""
            lines.append(f"{names[number]} -> {target}{condition}")
        if kind == "user" and draw_from(st.booleans()):
            event = f"t{number}"
            beside = " beside" if draw_from(st.booleans()) else ""
            lines += [
                f"boundary {event} on={names[number]}{beside} timer=PT1H",
                f"{event} -> {draw_from(st.sampled_from(ahead))}",
            ]
    return "\n".join(lines)


def both(text: str) -> tuple[Exploration, Exploration]:
    diagram = reading.read("drawing.bpmn", draw(text))[0]
    net = Net(diagram, Graph(diagram))
    reduced, complete = explore(net), explore(net, every_move=True)
    assume(complete.complete)
    assert reduced.complete
    return reduced, complete


def stuck_joins(found: Exploration) -> set[str]:
    net = found.net
    return {net.by_place[place].node.id for state in found.stuck for place in net.marked(state)}


def is_safe(found: Exploration) -> bool:
    return not found.marked_twice and not found.met_twice


LIMITS = settings(max_examples=500, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@LIMITS
@given(drawings(circles=False))
def test_the_same_is_found_without_circles(text: str) -> None:
    reduced, complete = both(text)
    assert is_safe(reduced) == is_safe(complete)
    if is_safe(complete):
        assert stuck_joins(reduced) == stuck_joins(complete)
        assert reduced.moved == complete.moved


@LIMITS
@given(drawings(circles=True))
def test_the_same_is_found_with_circles(text: str) -> None:
    reduced, complete = both(text)
    if is_safe(complete):
        assert is_safe(reduced)
        assert stuck_joins(reduced) == stuck_joins(complete)
        assert reduced.moved == complete.moved
        assert bool(reduced.endless) == bool(complete.endless)
    else:
        assert not is_safe(reduced) or reduced.stuck or reduced.endless
