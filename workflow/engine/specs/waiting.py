"""Nodes that wait for events: arming when entered, firing when it happens (D12, D16, D20)."""

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import (
    BoundaryEvent,
    EventBasedGateway,
    IntermediateCatchEvent,
    ReceiveTask,
    StartEvent,
)
from SpiffWorkflow.util.task import TaskState

from workflow.engine import laying, marks
from workflow.engine.definitions import Repeat, fits, is_slot
from workflow.engine.specs.activities import Activity
from workflow.engine.specs.node import Node
from workflow.engine.token import Token
from workflow.engine.values import nested


class Waiting(Node):
    """A node with event definitions of its own; the token keeps one slot for each."""

    definitions: list[Any] = []
    memories = Node.memories | {"slots", "boundary", "armed"}
    needs_all = False
    """A parallel multiple event: it fires when all of its events have happened."""

    def slot_definition(self, token: Token, position: int) -> Any:
        """The definition that a slot of this token was armed by."""
        return self.definitions[position]

    def arm(self, token: Token) -> bool:
        """Begin to wait for every definition."""
        token.internal_data["slots"] = [definition.arm(token) for definition in self.definitions]
        self.wait(token)
        token.workflow.top_workflow.watch(token)
        return False

    def remembers(self, memo: dict[str, Any]) -> bool:
        """One slot for each definition, or none if it does not wait (any more)."""
        slots = memo.get("slots")
        if slots is None:
            return "armed" not in memo and "boundary" not in memo
        return (
            isinstance(slots, list)
            and len(slots) == self.slot_count
            and all(slot is None or is_slot(slot) for slot in slots)
        )

    @property
    def may_be_used_up(self) -> bool:
        """True if it may go on waiting for nothing: beside an activity, after the last firing of its timer."""
        return False

    def stands(self, token: Token) -> bool:
        """Waiting for what the diagram says."""
        slots = token.internal_data.get("slots") or []
        armed = [slot is not None for slot in slots]
        is_armed = any(armed) if self.needs_all else all(armed)
        return (
            bool(token.has_state(TaskState.WAITING))
            and bool(slots)
            and (is_armed or self.may_be_used_up)
            and all(fits(slot, self.slot_definition(token, at)) for at, slot in enumerate(slots) if slot is not None)
        )

    @property
    def slot_count(self) -> int:
        """How many things it waits for."""
        return len(self.definitions)

    def rearm(self, token: Token, position: int) -> bool:
        """After a firing that leaves the token waiting: False if this slot is used up, i.e. a timer without repeat."""
        slot = token.internal_data["slots"][position]
        if slot["kind"] != "timer":
            return True
        definition = self.slot_definition(token, position)
        if not isinstance(definition, Repeat) or not definition.again(slot, token):
            return False
        token.workflow.top_workflow.watch_timer(token, position)
        return True

    def has_all(self, token: Token, position: int) -> bool:
        """Note that an event has happened; True if nothing more is waited for."""
        slots = token.internal_data["slots"]
        slots[position] = None
        return not self.needs_all or not any(slots)

    def happen(self, token: Token, position: int, payload: Mapping[str, Any]) -> None:
        """The event of one slot has happened: `fire`, with the knowledge of the branch that begins or goes on here."""
        marks.beside(token)
        if token.internal_data["slots"][position]["kind"] == "condition":
            laying.has_read(token, self.slot_definition(token, position).expression)
        self.fire(token, position, payload)
        if token.is_armed or token.is_boundary:
            token.internal_data.pop(marks.MEMO, None)

    def fire(self, token: Token, position: int, payload: Mapping[str, Any]) -> None:
        """Do what the event of one slot leads to."""
        raise NotImplementedError


class Catching(Waiting):
    """An event in the flow: the token goes on when it has happened."""

    def enter(self, token: Token) -> bool:
        """Wait, unless there is nothing to wait for or an event-based gateway has waited already."""
        if token.internal_data.pop("fired", False) or not self.definitions:
            token.conclude(token.internal_data.pop("payload", {}), self.outputs_mapped)
            return True
        return self.arm(token)

    def fire(self, token: Token, position: int, payload: Mapping[str, Any]) -> None:
        """Take over the payload and go on."""
        if payload or self.outputs_mapped:
            token.conclude(payload, self.outputs_mapped)
        if self.has_all(token, position):
            token._ready()


class Start(Catching, StartEvent):  # type: ignore[misc]
    """A start event; it is only entered when its event has happened."""

    def enter(self, token: Token) -> bool:
        """Pass."""
        token.internal_data.pop("fired", None)
        return True


class Catch(Catching, IntermediateCatchEvent):  # type: ignore[misc]
    """An intermediate catching event."""


class Receive(Catching, Activity, ReceiveTask):  # type: ignore[misc]
    """A receive task: a waiting event that is drawn as a task and can carry boundary events."""


class Boundary(Waiting, BoundaryEvent):  # type: ignore[misc]
    """An event beside an open activity; its token hangs below the activity's and goes with it."""

    def stands(self, token: Token) -> bool:
        """Waiting beside an activity."""
        return token.is_boundary and super().stands(token)

    @property
    def may_be_used_up(self) -> bool:
        """The activity may go on after the last firing."""
        return not self.cancel_activity

    def enter(self, token: Token) -> bool:
        """Wait as long as the activity is open."""
        return self.arm(token)

    def fire(self, token: Token, position: int, payload: Mapping[str, Any]) -> None:
        """Start the side path; an interrupting event takes the activity away, another one keeps waiting."""
        workflow, host = token.workflow, token.parent
        if payload or self.outputs_mapped:
            self._take(token, host, payload)
        if not self.has_happened(token, position):
            return
        workflow.top_workflow.pass_through(token)
        if self.cancel_activity:
            workflow.drop(host)
        self.leave(token)
        workflow.review(token)

    def has_happened(self, token: Token, position: int) -> bool:
        """Whether the side path starts now; a non-interrupting event that goes on waiting is armed again."""
        if self.cancel_activity or self.needs_all:
            if not self.has_all(token, position):
                return False
            if not self.cancel_activity:
                self.arm(token)
            return True
        if not self.rearm(token, position):
            token.internal_data["slots"][position] = None
        return True

    def _take(self, token: Token, host: Token, payload: Mapping[str, Any]) -> None:
        if not self.outputs_mapped:
            token.write(payload, skip=host.data)
        for output in self.outputs_mapped:
            token.write(nested(output.target, token.evaluate(output.source, payload)), skip=host.data)


class EventGateway(Waiting, EventBasedGateway):  # type: ignore[misc]
    """Waits for the events behind it; the first one decides where the token goes (D20)."""

    options: list[tuple[str, Any]] = []
    """The node that an option leads to, and its definition."""

    def connect(self, child: Any) -> None:
        """Connect as other nodes do; the stock gateway would take the definitions away from the events."""
        self._outputs.append(child.name)
        child._connect_notify(self)

    @property
    def slot_count(self) -> int:
        """One for each option."""
        return len(self.options)

    def slot_definition(self, token: Token, position: int) -> Any:
        """The definition of an option."""
        return self.options[position][1]

    def enter(self, token: Token) -> bool:
        """Begin to wait for every option."""
        token.internal_data["slots"] = [definition.arm(token) for _, definition in self.options]
        self.wait(token)
        token.workflow.top_workflow.watch(token)
        return False

    def fire(self, token: Token, position: int, payload: Mapping[str, Any]) -> None:
        """Go to the event that happened, which is passed at once."""
        workflow = token.workflow
        target = self.options[position][0]
        workflow.top_workflow.pass_through(token)
        workflow.spawn(target, fired=True, payload=dict(payload), **marks.inherited(token))
        workflow.drop(token)
