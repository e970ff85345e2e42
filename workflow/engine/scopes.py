"""Scopes of a running case: the tokens on a process, inside a subprocess, inside a called process."""

from itertools import takewhile
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.util.task import TaskState

from workflow.engine import marks
from workflow.engine.errors import StepFailed
from workflow.engine.specs.scope import ScopeSpec
from workflow.engine.text import Text
from workflow.engine.token import Token

if TYPE_CHECKING:
    from workflow.engine.case import Case

MAX_TOKENS = 20_000
"""Tokens in all scopes of a case; a drawing that wants more makes them in a circle."""


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

    at_join: dict[str, dict[str, Token]]
    """Node name of a join -> the tokens waiting there, by id, oldest first."""

    def plant(self) -> None:
        """The root of the tree, which all tokens hang on; it stands for the scope and is never pruned."""
        self.offers, self.enough, self.at_join = [], False, {}
        self.task_tree = Token(self, self.spec.start, state=TaskState.COMPLETED, id="root")

    @property
    def tokens(self) -> list[Token]:
        """All tokens of this scope itself, oldest first: inner scopes have their own."""
        return [task for task in self.tasks.values() if task is not self.task_tree]

    @property
    def armed(self) -> list[Token]:
        """The event subprocesses that wait for their event; they were planted before all other tokens."""
        waiting = (self.tasks[name] for name in self.task_tree._children)
        return list(takewhile(lambda token: token.is_armed, waiting))

    @property
    def host(self) -> Token | None:
        """The token of the activity that this scope is the inside of; None for the process itself."""
        return None

    def spawn(
        self,
        spec_name: str,
        parent: Token | None = None,
        *,
        data: dict[str, Any] | None = None,
        **internal: Any,
    ) -> Token:
        """Put a new token on a node and let it enter: it becomes ready, waits, or opens its inner scope."""
        if len(self.top_workflow.index) >= MAX_TOKENS:
            raise StepFailed(
                Text("案例中同时打开的步骤太多。", "Too many steps of the case are open at once."), spec_name
            )
        token = Token(
            self,
            self.spec.task_specs[spec_name],
            parent or self.task_tree,
            TaskState.FUTURE,
            id=self.top_workflow.next_id(),
        )
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
        self.release(token)
        parent = token.parent
        if parent is not None:
            parent._children.remove(token.id)
        del self.tasks[token.id]
        del self.top_workflow.index[token.id]

    def hold(self, token: Token) -> None:
        """Take note of a token that waits at a join."""
        self.at_join.setdefault(token.task_spec.name, {})[token.id] = token

    def release(self, token: Token) -> None:
        """A token no longer waits at a join, if it did."""
        if token.task_spec.is_join:
            self.at_join.get(token.task_spec.name, {}).pop(token.id, None)

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
            self.spawn(name, fired=True, **self._known())

    def _known(self) -> dict[str, Any]:
        """What a token that begins here does not know: the same as its activity, unless the data is its own."""
        return {} if self.holds_case_data else marks.inherited(self.host)

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
            self.spawn(self.offers.pop(0), fired=True, **self._known())
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
