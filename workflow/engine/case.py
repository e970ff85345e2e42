"""A running case: SpiffWorkflow's workflow and subworkflow classes with a stepping loop of our own.

One automatic step at a time over all scopes; after each, what is due or has become true comes first, so that nothing
automatic runs on behind the event that should have interrupted it (engine-defects.md D11). A fired event acts at once:
an interrupting one takes its activity away before anybody else moves.
"""

import heapq
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from workflow.engine.errors import StepFailed
from workflow.engine.passages import Passage, Sent
from workflow.engine.router import Router
from workflow.engine.script import FeelEngine
from workflow.engine.specs.scope import ScopeSpec
from workflow.engine.text import Text
from workflow.engine.token import Token

MAX_STEPS = 20_000
"""Automatic steps between two inputs from outside; a drawing that wants more goes round in circles."""


class ScopeMixin:
    """What the process itself, its subprocesses and the processes it calls have in common."""

    spec: ScopeSpec
    tasks: dict[str, Token]
    task_tree: Token
    top_workflow: "Case"
    data: dict[str, Any]
    holds_case_data: bool
    offers: list[str]
    """Ad-hoc steps of a sequential ad-hoc subprocess that have not been offered yet."""
    enough: bool
    """An ad-hoc subprocess whose completion condition was met: nothing more is offered."""

    def plant(self) -> None:
        """The root of the tree, which all tokens hang on; it stands for the scope and is never pruned."""
        self.offers, self.enough = [], False
        self.task_tree = Token(self, self.spec.start, state=TaskState.COMPLETED, id="root")

    @property
    def tokens(self) -> list[Token]:
        """All tokens of this scope itself, oldest first: inner scopes have their own."""
        return [task for task in self.tasks.values() if task is not self.task_tree]

    @property
    def host(self) -> Token | None:
        """The token of the activity that this scope is the inside of; None for the process itself."""
        return None

    def spawn(
        self, spec_name: str, parent: Token | None = None, *,
        data: dict[str, Any] | None = None, **internal: Any,
    ) -> Token:
        """Put a new token on a node and let it enter: it becomes ready, waits, or opens its inner scope."""
        token = Token(
            self, self.spec.task_specs[spec_name], parent or self.task_tree, TaskState.FUTURE,
            id=self.top_workflow.next_id())
        token.data = data or {}
        token.internal_data = internal
        self.top_workflow.index[token.id] = token
        token.task_spec._update(token)
        return token

    def drop(self, token: Token) -> None:
        """Take a token away with everything that hangs on it: boundary events, instances, its inner scope."""
        for child in token.children:
            self.drop(child)
        inner = self.top_workflow.subprocesses.get(token.id)
        if inner is not None:
            inner.clear()
            del self.top_workflow.subprocesses[token.id]
        if not token.has_state(TaskState.FINISHED_MASK):
            token._set_state(TaskState.CANCELLED)
        parent = token.parent
        if parent is not None:
            parent._children.remove(token.id)
        del self.tasks[token.id]
        del self.top_workflow.index[token.id]

    def clear(self, keep: Token | None = None) -> None:
        """Take all tokens away, except perhaps one."""
        for token in self.task_tree.children:
            if token is not keep:
                self.drop(token)

    def begin(self, start_id: str | None = None) -> None:
        """Arm the event subprocesses, then start: at a given start event, else at the scope's own."""
        for name in self.spec.handlers:
            self.spawn(name, armed=True)
        starts = [start_id] if start_id is not None else list(self.spec.starts)
        adhoc = self.spec.adhoc
        if adhoc is not None and adhoc.sequential:
            self.offers = starts[1:]
            starts = starts[:1]
        for name in starts:
            self.spawn(name, fired=True)

    def _task_completed_notify(self, task: Token) -> None:
        """Prune what is finished and see whether the scope is; called by SpiffWorkflow at the end of a step."""
        if self.tasks.get(task.id) is not task:
            return
        stood_alone = task.parent is self.task_tree
        self.drop(task)
        if stood_alone:
            self.review(task)

    def review(self, finished: Token) -> None:
        """After a token has gone: check the ad-hoc condition, offer the next ad-hoc step, or end the scope."""
        adhoc = self.spec.adhoc
        if adhoc is not None and adhoc.condition is not None and not self.enough and finished.task_spec.is_activity:
            host = self.host
            self.enough = host is not None and host.holds(adhoc.condition)
            if self.enough:
                self.offers = []
                if adhoc.cancel_remaining:
                    self.clear()
        if any(not self.tasks[name].is_armed for name in self.task_tree._children):
            return
        if self.offers:
            self.spawn(self.offers.pop(0), fired=True)
            return
        self.clear()
        self.finish()

    def finish(self) -> None:
        """The scope is at its end."""
        raise NotImplementedError


class Scope(ScopeMixin, BpmnSubWorkflow):  # type: ignore[misc]
    """The inside of a subprocess, of an event subprocess, or of a called process."""

    def __init__(self, spec: ScopeSpec, host: Token, *, holds_case_data: bool) -> None:
        self.holds_case_data = holds_case_data
        self.base: dict[str, Any] | None = None
        """Of a called process: the data it was started with, to tell later what it changed."""
        super().__init__(spec, host.id, host.workflow.top_workflow, deserializing=True)
        self.plant()

    @property
    def host(self) -> Token:
        """The token of the activity that this scope is the inside of."""
        return self.top_workflow.index[self.parent_task_id]

    def _calculate_depth(self) -> int:
        # The stock method searches all subprocesses; nothing of ours asks for the depth.
        return 0

    def finish(self) -> None:
        """Hand over to the activity outside."""
        host = self.host
        if self.top_workflow.subprocesses.get(host.id) is self:
            del self.top_workflow.subprocesses[host.id]
            host.task_spec.inside_finished(host, self)


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
        self.joins: dict[str, Token] = {}
        """Tokens waiting at inclusive joins, which look at the rest of the scope to decide."""
        self.data_changed = False
        self.events = Router(self)
        self.incident: tuple[str | None, Text] | None = None
        self.outcome: str | None = None
        self.passages: list[Passage] = []
        self.sent: list[Sent] = []

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
        while not self.completed and self.incident is None:
            if self._settle_events():
                steps += 1
            else:
                token = self._next_ready()
                if token is not None:
                    token.run()
                    steps += 1
                elif not self._open_joins():
                    break
            if steps > MAX_STEPS:
                raise StepFailed(Text(
                    f"流程连续自动执行了 {MAX_STEPS} 步仍未停下,可能在绕圈。",
                    f"The process made {MAX_STEPS} automatic steps without stopping; it seems to go round in circles."),
                    token.element_id if token is not None else None)
        if not self.completed and self.incident is None:
            self._look_for_deadlock()

    def _next_ready(self) -> Token | None:
        while self.ready:
            token = self.ready.popleft()
            if token.is_alive and token.has_state(TaskState.READY):
                return token
        return None

    def _settle_events(self) -> bool:
        """Fire one timer that is due or one condition that has turned true."""
        now = self.script_engine.moment.now
        while self.timers and self.timers[0][0] <= now:
            due, token_id, position = heapq.heappop(self.timers)
            token = self.index.get(token_id)
            slots = token.internal_data.get("slots", ()) if token is not None else ()
            if token is not None and position < len(slots) and slots[position] and slots[position].get("due") == due:
                token.task_spec.fire(token, position, {})
                return True
        if self.data_changed:
            self.data_changed = False
            return self._settle_conditions()
        return False

    def _settle_conditions(self) -> bool:
        for token in list(self.conditions.values()):
            if self.index.get(token.id) is not token:
                self.conditions.pop(token.id, None)
                continue
            for position, slot in enumerate(token.internal_data.get("slots", ())):
                if slot is None or slot["kind"] != "condition":
                    continue
                was, slot["was"] = slot["was"], token.task_spec.slot_definition(token, position).holds(token)
                if slot["was"] and not was:
                    # Others may have turned true by the same change: look again after this one.
                    self.data_changed = True
                    token.task_spec.fire(token, position, {})
                    return True
        return False

    def _open_joins(self) -> bool:
        """Open one inclusive join that nothing more can reach."""
        for token in list(self.joins.values()):
            if not token.is_alive or not token.has_state(TaskState.WAITING):
                self.joins.pop(token.id, None)
            elif token.task_spec.may_open(token):
                token.task_spec.open(token)
                return True
        return False

    def _look_for_deadlock(self) -> None:
        stuck: Token | None = None
        for token in self.index.values():
            spec = token.task_spec
            if token.has_state(TaskState.READY) or (token.internal_data.get("slots") and not token.is_armed):
                return
            if token.is_armed:
                return
            if token.has_state(TaskState.WAITING) and spec.is_join:
                stuck = stuck or token
        if stuck is not None:
            name = stuck.task_spec.title
            self.stop(stuck.element_id, Text(
                f"汇合处“{name.zh or stuck.element_id}”等不到其余分支,案例走不下去。",
                f"The join “{name.en or name.zh or stuck.element_id}” waits for a branch that will never arrive."))
