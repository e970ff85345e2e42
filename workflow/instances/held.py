"""A running instance held for one step: its row locked, its run restored, everything saved together at the end.

The rows of case and instance are the lock, taken in this order by everybody who moves an instance: no two of them ever
see the same snapshot, and task rows can never disagree with it. The case comes first: who holds it may go on to other
instances of the case, and nobody waits in a circle.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from models import Case, Instance, InstanceState, ProcessVersion, Task, TaskState
from workflow import audit, clock, operations, secrecy, settings
from workflow.audit import Kind
from workflow.engine import (
    EngineError,
    Run,
    RunDamaged,
    RunState,
    SnapshotUnreadable,
    StepFailed,
    TaskNotOpen,
    Text,
    World,
)
from workflow.errors import CaseDamaged, Forbidden, NotFound, StepRefused, TaskClosed
from workflow.instances import conflicts, rows, versions
from workflow.instances.versions import Compiled
from workflow.operations import Scene


@dataclass
class Held:
    """An instance in the hands of one transaction. `save` writes everything; without it nothing has happened."""

    scene: Scene
    compiled: Compiled
    tasks: list[Task]
    """Its open tasks, and the one that was asked for even if that is closed."""
    begun: Run | None = None
    """The run of an instance that has just been started; any other is restored when it is first asked for."""
    conflicts: dict[str, list[Text]] = field(default_factory=dict)
    """After `save`: the fields that a step wrote over without knowing what another had written, by its element."""

    @cached_property
    def run(self) -> Run:
        """The run. Raises CaseDamaged: only now, so that who may do this, and whether it waits, is asked before."""
        if self.begun is not None:
            return self.begun
        try:
            return Run.restore(self.compiled.process, world(self.scene), self.instance.snapshot)
        except SnapshotUnreadable as error:
            raise self._damaged(error) from error

    def _damaged(self, error: EngineError) -> CaseDamaged:
        return CaseDamaged(
            Text(
                f"个案的流程状态读不出来，需要管理员处理。{error.message.zh}",
                f"The state of this case cannot be read; an administrator has to look after it. {error.message.en}",
            ),
            partial(mark_damaged, instance_id=self.instance.id, message=error.message, now=self.scene.now),
        )

    @contextmanager
    def moving(self) -> Iterator[Run]:
        """The run, to be moved. Raises CaseDamaged where the engine breaks down over its state, else StepRefused."""
        try:
            yield self.run
        except RunDamaged as error:
            raise self._damaged(error) from error
        except StepFailed as error:
            raise StepRefused(error.message, error.element_id) from error

    @property
    def instance(self) -> Instance:
        """The row that is locked."""
        return self.scene.instance

    def variables(self, task: Task) -> dict[str, Any]:
        """What conditions of the task's form may ask for. Raises TaskClosed, CaseDamaged."""
        try:
            return self.run.task_variables(task.engine_id)
        except TaskNotOpen as error:
            raise TaskClosed(None, task.completed_at) from error

    def refuse_own_work(self, task: Task) -> None:
        """Raise Forbidden when the task is about this person's own work (`carerelay:not_by`, domain.md §3.1)."""
        waiting = next((each for each in self.run.open_tasks() if each.id == task.engine_id), None)
        if waiting is not None and str(self.scene.actor_id) in (waiting.not_by or "").split(","):
            raise Forbidden("task:own_work")

    def receive(self, message: str, key: Any, payload: Mapping[str, Any]) -> bool:
        """Bring a message and run on; False when nothing waits for it. Raises StepRefused, CaseDamaged."""
        with self.moving() as run:
            return run.receive(message, key, payload)

    def complete(self, task: Task, variables: Mapping[str, Any]) -> None:
        """Complete a task and run on until people or time are needed. Raises TaskClosed, StepRefused, CaseDamaged."""
        if task.secrecy == secrecy.REPORTER:
            self.scene.secret = secrecy.REPORTER  # whatever follows at once must not name who did it either
        try:
            with self.moving() as run:
                run.complete(task.engine_id, variables)
        except TaskNotOpen as error:
            raise TaskClosed(None, task.completed_at) from error
        task.state = TaskState.DONE
        task.completed_at = self.scene.now
        task.completed_by_id = task.assignee_id = self.scene.actor_id
        self.scene.record(Kind.TASK_COMPLETED, task_id=task.id, **secrecy.details(task))

    def save(self) -> list[Task]:
        """Write snapshot, task rows, next wake-up and events; returns the tasks opened. Raises StepRefused."""
        scene, run, instance = self.scene, self.run, self.instance
        passed = [passage.element_id for passage in run.take_trace()]
        instance.snapshot = run.snapshot()
        instance.wake_at = run.wake_at()
        opened = rows.project(scene, run, self.tasks)
        if passed:
            scene.record(Kind.INSTANCE_PASSED, elements=passed)
        self.conflicts = conflicts.record(scene, self.compiled, run)
        if run.state is RunState.COMPLETED:
            instance.state, instance.ended_at, instance.outcome = InstanceState.COMPLETED, scene.now, run.outcome
            scene.record(Kind.INSTANCE_ENDED, outcome=run.outcome)
        elif run.incident is not None:
            self._stand_still()
        scene.session.add_all(opened)
        self._chain()
        scene.session.flush()  # before the events, which point to the tasks
        scene.session.add_all(scene.events)
        scene.session.flush()
        scene.events.clear()
        return opened

    def stop(self, element_id: str | None, message: Text) -> None:
        """Make the instance stand still as an incident. Its task rows stay as they are: they may be what failed."""
        self.run.stop(element_id, message)
        self.instance.snapshot, self.instance.wake_at = self.run.snapshot(), None
        self._stand_still()
        self._chain()
        self.scene.session.add_all(self.scene.events)
        self.scene.session.flush()
        self.scene.events.clear()

    def _chain(self) -> None:
        """Hang the events into the case's chain, so that its head goes to the database with what else changed there."""
        session = self.scene.session
        audit.extend(session, audit.hold(session, self.scene.case.id), self.scene.events)

    def _stand_still(self) -> None:
        incident = self.run.incident
        assert incident is not None
        _note_incident(self.instance, incident.element_id, incident.message, self.scene.now)
        self.scene.record(Kind.INSTANCE_INCIDENT, element=incident.element_id)


def mark_damaged(session: Session, *, instance_id: UUID, message: Text, now: datetime) -> None:
    """Make an instance whose snapshot cannot be read an incident, once; the snapshot stays as it is, as evidence."""
    instance = session.get(Instance, instance_id)
    if instance is None:
        return
    audit.hold(session, instance.case_id)
    session.refresh(instance, with_for_update={"key_share": True})
    if instance.state is not InstanceState.ACTIVE:
        return
    instance.wake_at = None
    _note_incident(instance, None, message, now)
    audit.record(
        session,
        Kind.INSTANCE_INCIDENT,
        at=now,
        actor_id=None,
        case_id=instance.case_id,
        instance_id=instance.id,
        details={"element": None},
    )
    session.flush()


def _note_incident(instance: Instance, element_id: str | None, message: Text, now: datetime) -> None:
    instance.state = InstanceState.INCIDENT
    instance.incident = {"element_id": element_id, "zh": message.zh, "en": message.en, "at": now.isoformat()}


def lock_task(session: Session, task_id: UUID, actor_id: UUID, now: datetime) -> tuple[Held, Task]:
    """Hold the instance of this task. Raises NotFound."""
    owner = select(Task.instance_id).where(Task.id == task_id).scalar_subquery()
    held = _hold(session, Instance.id == owner, actor_id, now, also=task_id)
    return held, next(task for task in held.tasks if task.id == task_id)


def lock(session: Session, instance_id: UUID, actor_id: UUID | None, now: datetime) -> Held:
    """Hold this instance; `actor_id` None: the system. Raises NotFound."""
    return _hold(session, Instance.id == instance_id, actor_id, now)


def look(session: Session, case: Case, instance: Instance, now: datetime) -> Held:
    """An instance only to look at: nothing is locked, and it must not be saved."""
    content_hash = session.scalars(
        select(ProcessVersion.content_hash).where(ProcessVersion.id == instance.version_id)
    ).one()
    return Held(
        Scene(session, case, instance, None, now), versions.compiled(session, instance.version_id, content_hash), []
    )


def _hold(
    session: Session, which: ColumnElement[bool], actor_id: UUID | None, now: datetime, *, also: UUID | None = None
) -> Held:
    """Lock the case, then the instance (the order is that of `of`), and restore, in two statements.

    Two, because rows joined in the locking statement without a lock would be those from before the wait for it.
    """
    found = session.execute(
        select(Instance, Case, ProcessVersion.content_hash)
        .join(Case, Case.id == Instance.case_id)
        .join(ProcessVersion, ProcessVersion.id == Instance.version_id)
        .where(which)
        .with_for_update(of=[Case, Instance], key_share=True)
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise NotFound("instance_not_found")
    instance, case, content_hash = found
    audit.holds(session, case)
    tasks = session.scalars(
        select(Task)
        .where(Task.instance_id == instance.id, or_(Task.state == TaskState.OPEN, Task.id == also))
        .execution_options(populate_existing=True)
    ).all()
    compiled = versions.compiled(session, instance.version_id, content_hash)
    return Held(Scene(session, case, instance, actor_id, now), compiled, list(tasks))


def world(scene: Scene) -> World:
    """The clock with its calendar, the operations acting on this scene, settings and the case for formulas to read."""
    given = settings.Given(scene.session, scene.case)
    return World(clock.moment(scene.now), operations.bind(scene), given)
