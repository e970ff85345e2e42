"""A running case: SpiffWorkflow's workflow and subworkflow classes with a stepping loop of our own.

One automatic step at a time over all scopes; after each, what is due or has become true comes first, so that nothing
automatic runs on behind the event that should have interrupted it (engine-defects.md D11). A fired event acts at once:
an interrupting one takes its activity away before anybody else moves.
"""

import heapq
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from datetime import datetime

from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from workflow.engine.errors import StepFailed
from workflow.engine.passages import Passage, Sent
from workflow.engine.router import Router
from workflow.engine.scopes import ScopeMixin
from workflow.engine.script import FeelEngine
from workflow.engine.specs.gateways import Inclusive
from workflow.engine.specs.scope import ScopeSpec
from workflow.engine.text import Text
from workflow.engine.token import Token

MAX_STEPS = 50_000
"""Automatic steps between two inputs from outside."""
MAX_VISITS = 1_000
"""Times that one node of one scope may be passed between two inputs from outside, instances apart.

A drawing that wants more of either goes round in circles.
"""


class Case(ScopeMixin, BpmnWorkflow):  # type: ignore[misc]
    """A process while it runs, with all its scopes."""

    holds_case_data = True

    def __init__(self, spec: ScopeSpec, scopes: Mapping[str, ScopeSpec], engine: FeelEngine) -> None:
        super().__init__(spec, dict(scopes), engine, deserializing=True)
        self.serial = 0
        self.index: dict[str, Token] = {}
        """Every token of every scope by its id."""
        self.plant()
        self.ready: deque[Token] = deque()
        self.timers: list[tuple[datetime, str, int]] = []
        self.conditions: dict[str, Token] = {}
        self.waiting: dict[str, dict[str, Token]] = {}
        """Kind of event -> the tokens that wait for one, by id; some of them may be gone by now."""
        self.data_changed = False
        self.events = Router(self)
        self.incident: tuple[str | None, Text] | None = None
        self.outcome: str | None = None
        self.passages: list[Passage] = []
        self.sent: list[Sent] = []
        self.conflicts: list[tuple[str, str, tuple[str, ...]]] = []
        """Later and earlier element, and the field: two branches changed it, and the later one could not know."""

    def next_id(self) -> str:
        """A new token's id: a number that is never used again in this case."""
        self.serial += 1
        return str(self.serial)

    def get_task_from_id(self, task_id: str) -> Token | None:
        """The token with this id in any scope."""
        return self.index.get(task_id)

    def every_scope(self) -> Iterator[ScopeMixin]:
        """The process itself and all open inner scopes."""
        yield self
        yield from self.subprocesses.values()

    def every_token(self) -> list[Token]:
        """All tokens of all scopes, oldest first."""
        return sorted(self.index.values(), key=lambda token: int(token.id))

    def finish(self) -> None:
        """The case is at its end."""
        self.completed = True

    def stop(self, element_id: str | None, message: Text) -> None:
        """Stand still as an incident: nothing moves until somebody has looked after it (D9)."""
        if self.incident is None:
            self.incident = (element_id, message)

    # -- what tokens tell the case -------------------------------------------------------------------------------

    def watch(self, token: Token) -> None:
        """Take note of what a waiting token waits for."""
        for position, slot in enumerate(token.internal_data.get("slots", ())):
            if slot is None:
                continue
            self.waiting.setdefault(slot["kind"], {})[token.id] = token
            if slot["kind"] == "timer":
                self.watch_timer(token, position)
            elif slot["kind"] == "condition":
                self.conditions[token.id] = token
                self.data_changed = True

    def watch_timer(self, token: Token, position: int) -> None:
        """Take note of the due instant of one slot."""
        heapq.heappush(self.timers, (token.internal_data["slots"][position]["due"], token.id, position))

    def pass_through(self, token: Token) -> None:
        """Record that a node of the diagram was left."""
        spec = token.task_spec
        if spec.bpmn_id is not None:
            self.passages.append(Passage(spec.bpmn_id, spec.kind, spec.title))

    # -- the stepping loop ---------------------------------------------------------------------------------------

    def advance(self) -> None:
        """Run until people or time are needed. Raises StepFailed."""
        steps = 0
        visits: Counter[tuple[str | None, str]] = Counter()
        while not self.completed and self.incident is None:
            fired = self._settle_events()
            token = fired or self._next_ready()
            if token is None:
                if self._open_joins():
                    continue
                break
            steps += 1
            where = (token.workflow.parent_task_id, token.task_spec.name)
            visits[where] += not token.is_instance
            if steps > MAX_STEPS or visits[where] > MAX_VISITS:
                raise _circle(token)
            if fired is None:
                token.run()
        if not self.completed and self.incident is None:
            self._look_for_deadlock()

    def _next_ready(self) -> Token | None:
        while self.ready:
            token = self.ready.popleft()
            if token.is_alive and token.has_state(TaskState.READY):
                return token
        return None

    def _settle_events(self) -> Token | None:
        """Fire one timer that is due or one condition that has turned true; the token that waited for it."""
        now = self.script_engine.moment.now
        while self.timers and self.timers[0][0] <= now:
            due, token_id, position = heapq.heappop(self.timers)
            token = self.index.get(token_id)
            slots = token.internal_data.get("slots", ()) if token is not None else ()
            if token is not None and position < len(slots) and slots[position] and slots[position].get("due") == due:
                token.task_spec.happen(token, position, {})
                return token
        if self.data_changed:
            self.data_changed = False
            return self._settle_conditions()
        return None

    def _settle_conditions(self) -> Token | None:
        answers: dict[tuple[int, str, int], bool] = {}
        for token in list(self.conditions.values()):
            if self.index.get(token.id) is not token:
                self.conditions.pop(token.id, None)
                continue
            for position, slot in enumerate(token.internal_data.get("slots", ())):
                if slot is None or slot["kind"] != "condition":
                    continue
                was, slot["was"] = slot["was"], self._has_come_true(token, position, answers)
                if slot["was"] and not was:
                    # Others may have turned true by the same change: look again after this one.
                    self.data_changed = True
                    token.task_spec.happen(token, position, {})
                    return token
        return None

    @staticmethod
    def _has_come_true(token: Token, position: int, answers: dict[tuple[int, str, int], bool]) -> bool:
        definition = token.task_spec.slot_definition(token, position)
        if token.data or token.parent is not token.workflow.task_tree:
            return bool(definition.holds(token))
        # Tokens without variables of their own see the same: one evaluation does for all on a node.
        key = (id(token.workflow), token.task_spec.name, position)
        if key not in answers:
            answers[key] = definition.holds(token)
        return answers[key]

    def _open_joins(self) -> bool:
        """Open one inclusive join that nothing more can reach: the one where a token has waited longest."""
        first = [
            next(iter(tokens.values()))
            for scope in self.every_scope()
            for name, tokens in scope.at_join.items()
            if tokens and isinstance(scope.spec.task_specs[name], Inclusive)
        ]
        for token in sorted(first, key=lambda token: int(token.id)):
            if token.task_spec.may_open(token):
                token.task_spec.open(token)
                return True
        return False

    def _look_for_deadlock(self) -> None:
        """Stop if nothing can ever move again: then the drawing is at fault, and silence would lose the case."""
        if any(_can_move(token) for token in self.index.values()):
            return
        stuck = next((token for token in self.every_token() if token.task_spec.is_join), None)
        if stuck is None:
            self.stop(None, Text("案例停住了，没有任何步骤能继续。", "The case stands still; no step can go on."))
            return
        name = stuck.name
        self.stop(
            stuck.element_id,
            Text(
                f"汇合处“{name.zh}”等不到其余分支，案例走不下去。",
                f"The join “{name.en}” waits for a branch that will never arrive.",
            ),
        )


def _circle(token: Token) -> StepFailed:
    name = token.name
    return StepFailed(
        Text(
            f"流程在“{name.zh}”处连续自动重复，没有停下，可能在绕圈。",
            f"The process repeats “{name.en}” by itself without stopping; it seems to go round in circles.",
        ),
        token.element_id,
    )


def _can_move(token: Token) -> bool:
    """Whether a token is ready for people or waits for an event."""
    return bool(token.has_state(TaskState.READY) or any(token.internal_data.get("slots", ())))
