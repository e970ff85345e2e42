"""Activities with an inside: subprocesses, called processes, event subprocesses."""

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import AdHocSubprocess, CallActivity, EventSubprocess, SubWorkflowTask
from SpiffWorkflow.util.task import TaskState

from workflow.engine import laying, marks, values
from workflow.engine.errors import StepFailed
from workflow.engine.scopes import Scope
from workflow.engine.specs.activities import Activity
from workflow.engine.specs.waiting import Waiting
from workflow.engine.text import Text
from workflow.engine.token import Token

MAX_DEPTH = 50
"""Scopes inside scopes at run time; a drawing that nests deeper is mistaken, and Python's stack is finite."""


class Inner(Activity):
    """An activity that is done when its inside is."""

    start: str | None = None
    """A certain start of the inside; None for its own."""
    has_own_data = False
    """True if the inside works on data of its own: a called process."""

    def enter(self, token: Token) -> bool:
        """Open the inside and start it."""
        scope = self.open(token)
        scope.begin(self.start)
        if not scope.task_tree.children and token.is_alive:
            # Nothing to do inside: an empty subprocess is passed at once.
            scope.finish()
        return False

    def open(self, token: Token) -> Scope:
        """The new inside of an activity. Raises StepFailed when scopes nest too deep."""
        top = token.workflow.top_workflow
        depth, workflow = 0, token.workflow
        while workflow.host is not None:
            depth, workflow = depth + 1, workflow.host.workflow
        if depth >= MAX_DEPTH:
            raise StepFailed(Text("流程嵌套太深。", "Processes are nested too deeply."), token.element_id)
        scope = Scope(top.subprocess_specs[self.spec], token, holds_case_data=self.has_own_data)
        top.subprocesses[token.id] = scope
        token._set_state(TaskState.STARTED)
        return scope

    def stands(self, token: Token) -> bool:
        """Started, with its inside."""
        scope = token.workflow.top_workflow.subprocesses.get(token.id)
        return bool(token.has_state(TaskState.STARTED)) and scope is not None

    def inside_finished(self, token: Token, scope: Scope) -> None:
        """The inside is at its end: hand on through the output mappings and go on."""
        token.conclude({}, self.outputs_mapped)
        token.complete()


class Subprocess(Inner, SubWorkflowTask):  # type: ignore[misc]
    """An embedded subprocess: it works on the case data outside; only its input mappings are its own."""


class AdHocSteps(Inner, AdHocSubprocess):  # type: ignore[misc]
    """An ad-hoc subprocess: its steps are offered without order."""


class Call(Inner, CallActivity):  # type: ignore[misc]
    """Runs another process of the bundle on its own data."""

    has_own_data = True

    takes_all = True
    """All variables in sight are handed in, not only the input mappings."""
    gives_all = True
    """Everything the called process changed is handed out, unless there are output mappings."""

    @property
    def shows_all(self) -> bool:
        """Handed in everything, the called process knows everything."""
        return self.takes_all

    def enter(self, token: Token) -> bool:
        """Open the called process with a copy of what is handed in."""
        scope = self.open(token)
        handed_in: Mapping[str, Any] = token.view() if self.takes_all else token.data
        scope.data = {name: values.keep(handed_in[name]) for name in handed_in}
        if self.gives_all and not self.outputs_mapped:
            scope.base = values.keep(scope.data)
        scope.begin(self.start)
        return False

    def stands(self, token: Token) -> bool:
        """Started, with its inside and what it was given, if that is compared later."""
        scope = token.workflow.top_workflow.subprocesses.get(token.id)
        has_base = isinstance(getattr(scope, "base", None), dict)
        return super().stands(token) and has_base == (self.gives_all and not self.outputs_mapped)

    def inside_finished(self, token: Token, scope: Scope) -> None:
        """Hand on: with output mappings their targets, else what was changed inside, compared with what came in.

        The comparison keeps a stale copy from overwriting what others entered outside meanwhile (D1).
        """
        if self.outputs_mapped:
            seen = {**token.data, **scope.data}
            for output in self.outputs_mapped:
                value = token.evaluate(output.source, seen)
                copied = laying.EVERYTHING if laying.is_copied(output.source, seen) else frozenset()
                token.write(values.nested(output.target, value), skip=token.locals, copied=copied)
        elif self.gives_all:
            token.write(values.difference(scope.base or {}, scope.data), skip=token.locals)
        token.complete()


class Handler(Waiting, Inner, EventSubprocess):  # type: ignore[misc]
    """An event subprocess: one token waits for its start event, one more for every time it was started (D7)."""

    interrupting = True

    def enter(self, token: Token) -> bool:
        """Wait for the event, or run the inside if this token was made because it happened."""
        return self.arm(token) if token.is_armed else Inner.enter(self, token)

    def stands(self, token: Token) -> bool:
        """Waiting for its event, or started by it."""
        return Waiting.stands(self, token) if token.is_armed else Inner.stands(self, token)

    @property
    def may_be_used_up(self) -> bool:
        """Another start may have been the last of its timer."""
        return not self.interrupting

    def fire(self, token: Token, position: int, payload: Mapping[str, Any]) -> None:
        """Start the inside; an interrupting event takes everything else in the scope away."""
        workflow = token.workflow
        token.write(payload)
        if self.interrupting:
            workflow.clear(keep=token)
            workflow.drop(token)
        elif not self.rearm(token, position):
            token.internal_data["slots"][position] = None
        workflow.spawn(self.name, **marks.inherited(token))
