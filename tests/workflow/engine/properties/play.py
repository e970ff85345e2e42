"""Plays a drawn process on the engine and on the reference interpreter at once, and compares them after every step."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from tests.workflow.engine.properties.plan import Plan
from tests.workflow.engine.properties.reference import Reference, Work
from workflow.engine import Moment, Process, Run, RunState, World, compile

BEGIN = datetime(2026, 3, 2, 1, tzinfo=UTC)
STEPS = 20


class Pair:
    """The engine's run and the reference of the same case."""

    def __init__(self, plan: Plan, variables: dict[str, int], *, reload: bool) -> None:
        self.plan, self.reload, self.now = plan, reload, BEGIN
        self.doubled = False
        self.process: Process = compile(plan.bundle(), operations=(), roles=("nurse",))
        self.run = Run.start(self.process, self.world, variables)
        self.reference = Reference(plan, variables, BEGIN)
        self.compare("start")

    @property
    def world(self) -> World:
        return World(Moment(self.now), {})

    def restore(self) -> None:
        """Throw the run away and take it up again from its snapshot."""
        self.run = Run.restore(self.process, self.world, self.run.snapshot())

    def complete(self, work: Work, values: dict[str, int]) -> None:
        """A person completes a task, the same on both sides: the oldest, second oldest... of those alike."""
        alike = [each for each in self.reference.open_tasks() if each.node.id == work.node.id]
        same = [task for task in self.run.open_tasks() if task.element_id == work.node.id]
        self.run.complete(same[alike.index(work)].id, values)
        self.reference.complete(work, values)
        self.compare(f"complete {work.node.id} {values}")

    def receive(self, message: str) -> None:
        """A message comes."""
        assert self.run.receive(message, "one", {}), f"nobody waits for {message}"
        self.reference.receive(message)
        self.compare(f"message {message}")

    def wake(self) -> None:
        """The next timer is due."""
        due = self.reference.due()
        assume(len(due) == len(set(due)))
        self.now = due[0]
        self.restore()
        self.run.wake()
        self.reference.wake(self.now)
        self.compare(f"time {self.now}")

    def compare(self, after: str) -> None:
        """The same has been passed, the same waits, the same is over."""
        passed = Counter(passage.element_id for passage in self.run.take_trace())
        is_stopped = self.run.state is RunState.INCIDENT
        assert is_stopped == self.reference.is_stuck, (after, self.run.incident)
        assert passed == self.reference.take_trace(), after
        open_tasks = Counter(task.element_id for task in self.run.open_tasks())
        assert open_tasks == Counter(work.node.id for work in self.reference.open_tasks()), after
        self.doubled |= any(count > 1 for count in open_tasks.values())
        assert (self.run.state is RunState.COMPLETED) == self.reference.completed, after
        if not self.is_over:
            assert self.run.wake_at() == next(iter(self.reference.due()), None), after
        if self.reload:
            before = self.run.snapshot()
            self.restore()
            assert self.run.snapshot() == before, after

    @property
    def is_over(self) -> bool:
        """True at the end, or where a drawing that cannot work stands still."""
        return self.reference.completed or self.reference.is_stuck


def play(plan: Plan, data: st.DataObject, *, reload: bool) -> Pair:
    """Random people, messages and times for a while, then straight to the end; answers both as they then stand."""
    variables = {
        name: 1 if name.startswith("always") else data.draw(st.integers(0, options - 1), label=name)
        for name, options in plan.choices.items()
    }
    pair = Pair(plan, variables, reload=reload)
    repeated: Counter[str] = Counter()
    for _ in range(STEPS):
        if pair.is_over:
            return pair
        actions = _actions(pair, repeated)
        action = actions[data.draw(st.integers(0, len(actions) - 1), label="what happens next")]
        _do(pair, action, data.draw(st.integers(0, 1), label="answer") if isinstance(action, Work) else 0)
        repeated[str(action)] += isinstance(action, str)
    for _ in range(200):
        if pair.is_over:
            return pair
        time = ["time"] if pair.reference.due() else []
        finishing: list[Any] = [*pair.reference.open_tasks(), *_needed(pair), *time]
        _do(pair, finishing[0], 0)
    raise AssertionError("the case does not come to an end")


def _actions(pair: Pair, repeated: Counter[str]) -> list[Any]:
    """All that can happen; the same message at most twice, so that a case does not grow without end."""
    messages = [name for name in pair.reference.messages() if repeated[name] < 2]
    time = ["time"] if pair.reference.due() else []
    return [*pair.reference.open_tasks(), *messages, *time] or pair.reference.messages()


def _needed(pair: Pair) -> list[str]:
    """Messages without which a token does not move on."""
    return [name for name in pair.reference.messages() if pair.plan.nodes[name].kind == "catch"]


def _do(pair: Pair, action: Any, answer: int) -> None:
    if isinstance(action, Work):
        variable = pair.plan.decides.get(action.node.id)
        pair.complete(action, {variable: answer} if variable else {})
    elif action == "time":
        pair.wake()
    else:
        pair.receive(action)
