"""Conflicts are told where two branches changed the same field and nowhere else, by a definition that sees everything.

The definition knows the drawing as a partial order (a is before b if every run passes a first) and the order in which a
run passed its elements; marks, tokens and snapshots mean nothing to it.
"""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, seed
from hypothesis import strategies as st

from tests.workflow.engine.build import NOW, ROLES, bundle, end, gateway, script, start, sub, user
from tests.workflow.engine.properties.properties_test import LIMITS
from workflow.engine import Bundle, Moment, Process, Run, RunState, World, compile

FIELDS = ("v", "w")


@dataclass(frozen=True)
class Row:
    """Blocks one after the other."""

    parts: tuple["Block", ...]


@dataclass(frozen=True)
class Split:
    """Blocks at the same time; `kind` is that of the gateways."""

    branches: tuple["Block", ...]
    kind: str


@dataclass(frozen=True)
class Inside:
    """A block in a subprocess."""

    body: "Block"


Block = str | Row | Split | Inside
"""A text is a step: "user", or "script v" that sets a field."""

STEPS = ["user", "user", "script v", "script w"]
DEEPEST = 4


@st.composite
def blocks(draw: st.DrawFn, depth: int = 1) -> Block:
    """A row of splits and steps: much at the same time, and something behind every join."""
    kind = draw(st.sampled_from([*STEPS, *(["split", "row", "inside"] * 2 if depth < DEEPEST else [])]))
    match kind:
        case "split":
            branches = tuple(draw(blocks(depth + 1)) for _ in range(draw(st.integers(2, 3))))
            return Row((Split(branches, draw(st.sampled_from(["parallel", "inclusive"]))), draw(blocks(depth + 1))))
        case "row":
            return Row((draw(blocks(depth + 1)), draw(blocks(depth + 1))))
        case "inside":
            return Inside(draw(blocks(depth + 1)))
    return kind


@st.composite
def drawings(draw: st.DrawFn) -> Block:
    """Something at the same time as something else."""
    return Split((draw(blocks()), draw(blocks())), "parallel")


@dataclass
class Drawing:
    """A drawn block: where each element comes from, which are before which, and what scripts set."""

    source: dict[str, str] = field(default_factory=dict)
    before: set[tuple[str, str]] = field(default_factory=set)
    sets: dict[str, tuple[str, int]] = field(default_factory=dict)
    serial: int = 0

    def bundle(self, block: Block) -> Bundle:
        content: list[str] = []
        flows: list[str] = []
        self._lay(block, "s", content, flows)
        return bundle(
            start("s", "<documentation>v w</documentation>"),
            *content,
            end("e"),
            flows="; ".join([*flows, f"{self._last} > e"]),
        )

    def _name(self, kind: str) -> str:
        self.serial += 1
        return f"{kind}{self.serial}"

    def _flow(self, source: str, target: str, flows: list[str], condition: str = "") -> None:
        self.source[target] = source
        flows.append(f"{source} > {target}{condition}")

    def _lay(self, block: Block, after: str, content: list[str], flows: list[str], condition: str = "") -> set[str]:
        """Draw a block behind an element; all steps in it. `_last` is then the element that others go on from."""
        match block:
            case str():
                name = self._name(block.split()[0])
                if block == "user":
                    content.append(user(name))
                else:
                    self.sets[name] = (block.split()[1], 100 + self.serial)
                    content.append(script(name, self.sets[name][0], str(self.sets[name][1])))
                self._flow(after, name, flows, condition)
                self._last = name
                return {name}
            case Row(parts=parts):
                return self._row(parts, after, content, flows, condition)
            case Split(branches=branches, kind=kind):
                split, join = self._name("split"), self._name("join")
                content += [gateway(kind, split), gateway(kind, join)]
                self._flow(after, split, flows, condition)
                steps: set[str] = set()
                for branch in branches:
                    steps |= self._lay(branch, split, content, flows, " : true" if kind == "inclusive" else "")
                    self._flow(self._last, join, flows)
                self._last = join
                return steps
            case Inside(body=body):
                name, begin, last = self._name("sub"), self._name("begin"), self._name("last")
                inner: list[str] = []
                inner_flows: list[str] = []
                steps = self._lay(body, begin, inner, inner_flows)
                inner_flows.append(f"{self._last} > {last}")
                content.append(sub(name, start(begin), *inner, end(last), flows=";".join(inner_flows)))
                self._flow(after, name, flows, condition)
                self._last = name
                return steps

    def _row(
        self, parts: tuple[Block, ...], after: str, content: list[str], flows: list[str], condition: str
    ) -> set[str]:
        steps: set[str] = set()
        for part in parts:
            new = self._lay(part, after, content, flows, condition)
            self.before |= {(one, other) for one in steps for other in new}
            steps |= new
            after, condition = self._last, ""
        return steps


def defined(
    drawing: Drawing, trace: list[str], answers: dict[str, dict[str, int]], begin: dict[str, int]
) -> list[tuple[str, str, str]]:
    """What conflicts a run with this trace has: later element, earlier element, field."""
    found: list[tuple[str, str, str]] = []
    history: dict[str, list[tuple[int, str, int]]] = {name: [(-1, "", begin[name])] for name in FIELDS}
    agreed: dict[str, set[tuple[str, int]]] = {}
    for now, element in enumerate(trace):
        given = answers.get(element, {}) if element not in drawing.sets else dict([drawing.sets[element]])
        for name, mine in given.items():
            at, writer, theirs = history[name][-1]
            past = [*(one for one, other in drawing.before if other == element), element]
            is_known = at < 0 or writer in past or any((name, at) in agreed.get(each, ()) for each in past)
            if mine == theirs:
                agreed.setdefault(element, set()).add((name, at))
                continue
            if element not in drawing.sets:
                opened = trace.index(drawing.source[element])
                shown = [value for when, _, value in history[name] if when <= opened][-1]
                is_known |= at <= opened or theirs == shown
            if not is_known:
                found.append((element, writer, name))
            history[name].append((now, element, mine))
    return found


@pytest.mark.parametrize("shard", range(6))
def test_conflicts_are_told_by_definition(shard: int) -> None:
    """Half of the shards save and reload after every step."""

    @seed(shard)
    @LIMITS
    @given(drawings(), st.data())
    def play(block: Block, data: st.DataObject) -> None:
        drawing = Drawing()
        process: Process = compile(drawing.bundle(block), operations=(), roles=ROLES)
        world, begin = World(Moment(NOW)), dict.fromkeys(FIELDS, 0)
        run = Run.start(process, world, begin)
        trace, told, answers = [each.element_id for each in run.take_trace()], run.take_conflicts(), {}
        while run.state is RunState.ACTIVE:
            task = data.draw(st.sampled_from(sorted(run.open_tasks(), key=lambda task: task.element_id)))
            names = data.draw(st.sets(st.sampled_from(FIELDS)))
            answers[task.element_id] = {name: data.draw(st.integers(0, 2)) for name in sorted(names)}
            if shard % 2:
                run = Run.restore(process, world, run.snapshot())
            run.complete(task.id, answers[task.element_id])
            trace += [each.element_id for each in run.take_trace()]
            told += run.take_conflicts()
        assert run.state is RunState.COMPLETED
        same = [(each.element_id, each.earlier_id, each.path) for each in told]
        assert sorted(same) == sorted(defined(drawing, trace, answers, begin))

    play()
