"""What events wait for or throw: SpiffWorkflow's event definitions, each able to arm a waiting token by itself.

Arming gives a small dict, the *slot*, which is kept with the token and in the snapshot; an event with several
definitions has one slot for each, so that two timers cannot share a due time (engine-defects.md D16, D20).
"""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.event_definitions import (
    ConditionalEventDefinition,
    CycleTimerEventDefinition,
    DurationTimerEventDefinition,
    ErrorEventDefinition,
    EscalationEventDefinition,
    MessageEventDefinition,
    SignalEventDefinition,
    TerminateEventDefinition,
    TimeDateEventDefinition,
)
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition

from workflow.engine import timers, values
from workflow.engine.errors import StepFailed
from workflow.engine.expressions import Formula
from workflow.engine.text import Text

if TYPE_CHECKING:
    from workflow.engine.token import Token

Slot = dict[str, Any]

MAX_SKIPPED = 1000
"""Missed firings of an endless cycle that are stepped over in its own rhythm; beyond that it starts anew from now."""


class Message(MessageEventDefinition):  # type: ignore[misc]
    """Waits for a message by name and by a correlation key that the waiting side computes when it begins to wait."""

    kind = "message"

    def __init__(self, name: str, key: Formula | None) -> None:
        super().__init__(name)
        self.key = key

    def arm(self, token: "Token") -> Slot:
        """Evaluate the key; a null key would wait for everybody's message and is refused."""
        value = values.keep(token.evaluate(self.key)) if self.key is not None else None
        if self.key is not None and value is None:
            raise StepFailed(
                Text(
                    f"消息“{self.name}”的关联键为空，无法等待。",
                    f"The correlation key of the message “{self.name}” is empty.",
                ),
                token.element_id,
            )
        return {"kind": self.kind, "name": self.name, "key": value}


class Signal(SignalEventDefinition):  # type: ignore[misc]
    """Waits for, or throws, a signal by name."""

    kind = "signal"

    def arm(self, token: "Token") -> Slot:
        """Nothing to evaluate."""
        return {"kind": self.kind, "name": self.name}


class Error(ErrorEventDefinition):  # type: ignore[misc]
    """Waits for, or throws, an error by code; a waiting one without code takes every error."""

    kind = "error"

    def arm(self, token: "Token") -> Slot:
        """Nothing to evaluate."""
        return {"kind": self.kind, "code": self.code}


class Escalation(EscalationEventDefinition):  # type: ignore[misc]
    """Waits for, or throws, an escalation by code; a waiting one without code takes every escalation."""

    kind = "escalation"

    def arm(self, token: "Token") -> Slot:
        """Nothing to evaluate."""
        return {"kind": self.kind, "code": self.code}


class Condition(ConditionalEventDefinition):  # type: ignore[misc]
    """Waits until a formula over the case data becomes true."""

    kind = "condition"

    def arm(self, token: "Token") -> Slot:
        """`was` remembers the last answer: a condition fires when it turns true, not as long as it is."""
        return {"kind": self.kind, "was": False}

    def holds(self, token: "Token") -> bool:
        """Whether the formula is true now; what is not filled in yet makes it not true yet."""
        return token.has_come_true(self.expression)


class Terminate(TerminateEventDefinition):  # type: ignore[misc]
    """Ends everything in its scope."""

    kind = "terminate"


class Link(EventDefinition):  # type: ignore[misc]
    """A jump within a scope: the throwing side goes on behind the catching side of the same name."""

    kind = "link"


class TimeDate(TimeDateEventDefinition):  # type: ignore[misc]
    """Waits for an instant: a date-time, or the beginning of a local day."""

    kind = "timer"

    def arm(self, token: "Token") -> Slot:
        """Store the due instant, so that it is known from outside and does not move."""
        value = token.evaluate(self.expression)
        if not isinstance(value, str | date):
            raise unreadable(value, token)
        try:
            return {"kind": self.kind, "due": timers.instant(value, token.engine.moment.zone)}
        except timers.TimerUnreadable as error:
            raise unreadable(value, token) from error


class Wait(DurationTimerEventDefinition):  # type: ignore[misc]
    """Waits for a span of calendar time from the moment it begins to wait."""

    kind = "timer"

    def arm(self, token: "Token") -> Slot:
        """Store the due instant."""
        value = token.evaluate(self.expression)
        moment = token.engine.moment
        try:
            if isinstance(value, datetime | date):
                # `date(due) + duration("P1D")` is an instant already, drawn as a duration by habit.
                return {"kind": self.kind, "due": timers.instant(value, moment.zone)}
            return {"kind": self.kind, "due": _duration(value).after(moment.now, moment.zone)}
        except timers.TimerUnreadable as error:
            raise unreadable(value, token) from error


class Repeat(CycleTimerEventDefinition):  # type: ignore[misc]
    """Fires again and again: `R3/PT1H` three times, `R/P1D` until its activity ends."""

    kind = "timer"

    def arm(self, token: "Token") -> Slot:
        """Store the first due instant, the span as text and how often it may still fire."""
        value = token.evaluate(self.expression)
        try:
            cycle = timers.cycle(value if isinstance(value, str) else "")
            moment = token.engine.moment
            due = cycle.every.after(moment.now, moment.zone)
        except timers.TimerUnreadable as error:
            raise unreadable(value, token) from error
        return {"kind": self.kind, "due": due, "every": value.partition("/")[2], "left": cycle.times}

    def again(self, slot: Slot, token: "Token") -> bool:
        """Set the slot to its next firing, False if there is none.

        A counted cycle that was missed makes up for it one by one; an endless one skips what was missed, so that an
        outage of a week does not end in a week's worth of reminders.
        """
        left = slot["left"]
        if left is not None and left <= 1:
            return False
        try:
            slot["due"], slot["left"] = self._next(slot, token), None if left is None else left - 1
        except timers.TimerUnreadable as error:
            raise unreadable(slot["every"], token) from error
        return True

    def _next(self, slot: Slot, token: "Token") -> datetime:
        left, moment, every = slot["left"], token.engine.moment, timers.duration(slot["every"])
        due = every.after(slot["due"], moment.zone)
        if left is None:
            for _ in range(MAX_SKIPPED):
                if due > moment.now:
                    break
                due = every.after(due, moment.zone)
            else:
                due = every.after(moment.now, moment.zone)
        return due


def is_slot(slot: Any) -> bool:
    """Whether a value out of a snapshot is a slot that some definition armed."""
    if not isinstance(slot, dict):
        return False
    parts = _SLOTS.get(str(slot.get("kind")), {"unknown kind": ()})
    return all(isinstance(slot.get(name, _NOTHING), kinds) for name, kinds in parts.items()) and (
        "every" not in slot or (isinstance(slot["every"], str) and isinstance(slot.get("left", _NOTHING), int | None))
    )


def fits(slot: Slot, definition: Any) -> bool:
    """Whether a slot is one that this definition arms."""
    if slot["kind"] != definition.kind:
        return False
    if slot["kind"] in ("message", "signal"):
        return bool(slot["name"] == definition.name)
    if slot["kind"] in ("error", "escalation"):
        return bool(slot["code"] == definition.code)
    if isinstance(definition, Repeat):
        try:
            return timers.duration(slot["every"]) is not None and "left" in slot
        except (timers.TimerUnreadable, KeyError):
            return False
    return True


_NOTHING = object()
_SLOTS: dict[str, dict[str, Any]] = {
    "message": {"name": str, "key": object},
    "signal": {"name": str},
    "error": {"code": (str, type(None))},
    "escalation": {"code": (str, type(None))},
    "condition": {"was": bool},
    "timer": {"due": datetime},
}


def _duration(value: Any) -> timers.Duration:
    if isinstance(value, timedelta):
        return timers.Duration(seconds=value.total_seconds())
    return timers.duration(value if isinstance(value, str) else "")


def unreadable(value: Any, token: "Token") -> StepFailed:
    """What to say about a time that is none."""
    shown = value if isinstance(value, str) else type(value).__name__
    return StepFailed(Text(f"时间“{shown}”读不懂。", f"The time “{shown}” cannot be read."), token.element_id)
