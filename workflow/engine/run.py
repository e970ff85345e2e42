"""A run: one case of a process, as the rest of the service sees it."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from SpiffWorkflow.util.task import TaskState

from workflow.engine import snapshot, values
from workflow.engine.case import Case
from workflow.engine.errors import EngineError, RunDamaged, RunStopped, StepFailed, TaskNotOpen
from workflow.engine.moment import World
from workflow.engine.passages import FieldConflict, Passage, Sent
from workflow.engine.process import Process, Step
from workflow.engine.script import FeelEngine
from workflow.engine.specs.activities import Human
from workflow.engine.text import Text
from workflow.engine.token import Token


class RunState(StrEnum):
    """Where a run is in its life."""

    ACTIVE = "active"
    COMPLETED = "completed"
    INCIDENT = "incident"


@dataclass(frozen=True)
class Incident:
    """Why a run stands still, and where."""

    element_id: str | None
    message: Text


@dataclass(frozen=True)
class OpenTask:
    """A step that waits for a person; what is computed was computed when it opened."""

    id: str
    """Stays the same over snapshots, and is never used again in this run."""
    element_id: str
    name: Text
    role: str
    party: str | None
    """The property `carerelay:party`; None: the usual party of the role."""
    assignee: str | None
    form_key: str | None
    due_at: datetime | None
    follow_up_at: datetime | None
    priority: int
    """0 to 100, usually 50."""
    properties: Mapping[str, str] = field(default_factory=dict)
    organisation: str | None = None
    """The property `carerelay:organisation`, computed: the organisation that has the task, instead of the party's."""
    not_by: str | None = None
    """The property `carerelay:not_by`, computed: the person who may not do it."""


@dataclass(frozen=True)
class Awaited:
    """A message that a run waits for; `step` is the event in the diagram that waits, with its name and properties."""

    step: Step
    message: str
    key: Any


class Run:
    """One run. Every method that moves it runs on until people or time are needed.

    If a method raises, the run object must be thrown away and, if need be, restored from the last snapshot.
    """

    def __init__(self, process: Process, case: Case) -> None:
        """Use `start` or `restore`."""
        self.process = process
        self._case = case

    @classmethod
    def start(
        cls,
        process: Process,
        world: World,
        variables: Mapping[str, Any],
        *,
        start_id: str | None = None,
    ) -> "Run":
        """A new run: from its plain start, or from the given start event as if that had happened (D19).

        Raises StepFailed, and ValueError if `start_id` is no start of this process.
        """
        spec = process.main
        if start_id is not None and start_id not in {*spec.triggers, *spec.starts}:
            raise ValueError(f"{start_id} is no start of {process.process_id}")
        if start_id is None and not spec.starts:
            if len(spec.triggers) != 1:
                raise ValueError(f"{process.process_id} has several starts; name one")
            start_id = spec.triggers[0]
        run = cls(process, Case(spec, process.scopes, FeelEngine(world)))
        with _as_step_failed():
            values.merge(run._case.data, variables)
            run._case.begin(start_id)
            run._case.advance()
        return run

    @classmethod
    def restore(cls, process: Process, world: World, state: Mapping[str, Any]) -> "Run":
        """The run of a snapshot. Raises SnapshotUnreadable."""
        return cls(process, snapshot.restore(state, process, FeelEngine(world)))

    def snapshot(self) -> dict[str, Any]:
        """The state as JSON-able values, without the specification."""
        return snapshot.save(self._case, self.process)

    def complete(self, task_id: str, given: Mapping[str, Any], *, shown: Collection[str] = ()) -> None:
        """Complete an open task with the values entered, laid over the case data field by field.

        `shown`: dotted paths of the fields that the form was drawn with as they stood when the task opened. Sent back
        the same, they are no answers, and what somebody else has entered meanwhile stays.
        Raises TaskNotOpen, RunStopped, RunDamaged, StepFailed.
        """
        self._must_be_moving()
        token = self._case.index.get(task_id)
        if token is None or not _is_open(token):
            raise TaskNotOpen(Text("这项任务已不在待办中。", "This task is no longer open."))
        with _as_step_failed(token.element_id):
            token.internal_data["entered"] = values.keep(given), frozenset(shown)
            token.run()
            self._case.advance()

    def receive(self, message: str, key: Any, payload: Mapping[str, Any]) -> bool:
        """Bring a message to the one step that waits for it; False if none does. Raises RunStopped, StepFailed."""
        self._must_be_moving()
        with _as_step_failed():
            taken = self._case.events.message(message, key, values.keep(payload))
            self._case.advance()
        return taken

    def signal(self, name: str, payload: Mapping[str, Any]) -> int:
        """Bring a signal from outside to all steps that wait for it, and say how many did. Raises as `receive`."""
        self._must_be_moving()
        with _as_step_failed():
            woken = self._case.events.signal(name, values.keep(payload))
            self._case.advance()
        return woken

    def wake(self) -> None:
        """Fire what is due at the world's moment. Raises RunStopped, StepFailed."""
        self._must_be_moving()
        with _as_step_failed():
            self._case.advance()

    def stop(self, element_id: str | None, message: Text) -> None:
        """Make the run stand still as an incident, e.g. when a step cannot be done again and again."""
        self._case.stop(element_id, message)

    @property
    def state(self) -> RunState:
        """Active, completed, or stopped in an incident."""
        if self._case.incident is not None:
            return RunState.INCIDENT
        return RunState.COMPLETED if self._case.completed else RunState.ACTIVE

    @property
    def incident(self) -> Incident | None:
        """Why the run stands still."""
        return None if self._case.incident is None else Incident(*self._case.incident)

    @property
    def outcome(self) -> str | None:
        """The id of the end event reached last."""
        return self._case.outcome

    @property
    def variables(self) -> dict[str, Any]:
        """The case data of the process."""
        data: dict[str, Any] = self._case.data
        return data

    def open_tasks(self) -> list[OpenTask]:
        """What waits for people, oldest first; in an incident the tasks are still there but cannot be completed."""
        return [_open_task(token) for token in self._case.every_token() if _is_open(token)]

    def awaited(self) -> list[Awaited]:
        """The messages waited for, oldest first; none in an incident, which takes no input."""
        if self.state is not RunState.ACTIVE:
            return []
        return [
            Awaited(self.process.steps[element_id], slot["name"], slot["key"])
            for element_id, slot in self._case.events.messages()
        ]

    def task_variables(self, task_id: str) -> dict[str, Any]:
        """The variables in sight of an open task, its local ones included. Raises TaskNotOpen."""
        token = self._case.index.get(task_id)
        if token is None:
            raise TaskNotOpen(Text("这项任务已不在待办中。", "This task is no longer open."))
        return dict(token.view())

    def wake_at(self) -> datetime | None:
        """The next instant at which `wake` has something to do; None if nothing waits for time."""
        if self.state is not RunState.ACTIVE:
            return None
        due = [
            slot["due"]
            for token in self._case.index.values()
            for slot in token.internal_data.get("slots", ())
            if slot is not None and slot["kind"] == "timer"
        ]
        return min(due, default=None)

    def take_trace(self) -> list[Passage]:
        """The elements passed since the last call, in order."""
        passed, self._case.passages = self._case.passages, []
        return passed

    def take_sent(self) -> list[Sent]:
        """The signals thrown since the last call; other cases may wait for them."""
        sent, self._case.sent = self._case.sent, []
        return sent

    def take_conflicts(self) -> list[FieldConflict]:
        """The fields that two branches changed since the last call without the later one knowing of the earlier.

        Only names that the process version uses itself are told: a key of a record may be what a person typed.
        """
        found, self._case.conflicts = self._case.conflicts, []
        told = [FieldConflict(later, earlier, self.process.own_words(path)) for later, earlier, path in found]
        return list(dict.fromkeys(told))

    def marks(self) -> dict[str, list[str]]:
        """{"active": ids of the elements where the run stands}, inner steps and the activities around them alike."""
        standing = {
            token.element_id
            for token in self._case.index.values()
            if not token.is_armed and "boundary" not in token.internal_data
        }
        return {"active": sorted(standing)}

    def _must_be_moving(self) -> None:
        incident = self.incident
        if incident is not None:
            raise RunStopped(
                Text(
                    f"案例已停在异常处，需要先处理：{incident.message.zh}",
                    f"The case stands still and needs looking after first: {incident.message.en}",
                ),
                incident.element_id,
            )


@contextmanager
def _as_step_failed(element_id: str | None = None) -> Iterator[None]:
    """Whatever the engine cannot do while it runs is a failed step to the caller."""
    try:
        yield
    except StepFailed:
        raise
    except EngineError as error:
        raise StepFailed(error.message, error.element_id or element_id) from error
    except RecursionError as error:
        raise StepFailed(
            Text("内容嵌套太深，这一步做不了。", "Something is nested too deeply; this step failed."), element_id
        ) from error
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise RunDamaged(
            Text("案例的状态有误，这一步做不了。", "The state of the case is wrong; this step failed."), element_id
        ) from error


def _is_open(token: Token) -> bool:
    return isinstance(token.task_spec, Human) and bool(token.has_state(TaskState.READY))


def _open_task(token: Token) -> OpenTask:
    spec, task = token.task_spec, token.internal_data["task"]
    return OpenTask(
        id=token.id,
        element_id=token.element_id,
        name=spec.title,
        role=task["role"],
        party=spec.properties.get("carerelay:party"),
        assignee=task.get("assignee"),
        form_key=spec.form_key,
        due_at=task.get("due"),
        follow_up_at=task.get("follow_up"),
        priority=task["priority"],
        properties=spec.properties,
        organisation=task.get("organisation"),
        not_by=task.get("not_by"),
    )
