"""Plays one case of a process without a database: forms are checked, operations written down, the clock is its own.

Scenarios and the simulation at the terminal move the case through this one class.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflow import engine, forms, lists
from workflow.engine import Text, xml
from workflow.forms.options import ATTACHMENTS
from workflow.studio.filling import Filling
from workflow.studio.scenario_files import LAST_YEAR, Scenario

CASE = {
    "id": "00000000-0000-7000-8000-000000000001",
    "number": "CR2026-000001",
    "opened_by": "00000000-0000-7000-8000-000000000002",
    "responsible": "00000000-0000-7000-8000-000000000003",
}
"""What formulas read of the case itself while it is only played."""
STARTER = {"id": "00000000-0000-7000-8000-000000000002", "role": "hospital_referrer"}
LONGEST_WAIT = 1000
"""Timers that may fire in one wait; a drawing that wants more goes round in circles."""


@dataclass(frozen=True)
class Called:
    """An operation that the diagram called; it was written down instead of done."""

    operation: str
    inputs: Mapping[str, Any]


@dataclass(frozen=True)
class ClockMoved:
    """Time has passed: it is `now`."""

    now: datetime


Happening = engine.Passage | Called | ClockMoved


class Refused(Exception):
    """The case cannot go on like this; `message` says why."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


class Player:
    """One case in play; `scenario` says when it begins and what the world answers, its steps are taken by others.

    `watch` is told what happens, in order. Every method that moves the case raises Refused if it cannot, for reasons of
    the process too; the run is of no further use then, unless it was a form that was refused.
    """

    def __init__(
        self,
        scenario: Scenario,
        bundle: engine.Bundle,
        process: engine.Process,
        watch: Callable[[Happening], None] | None = None,
    ) -> None:
        self.scenario, self.process, self._watch = scenario, process, watch
        self.path: list[str] = []
        """The elements passed, in order."""
        self.calls: list[dict[str, Any]] = []
        """The operations called, each with its inputs."""
        self.now = scenario.start
        self._run: engine.Run | None = None
        self.choices = {
            source: [forms.Choice(value, Text(value, value)) for value in values]
            for source, values in scenario.choices.items()
        }
        self._forms = {form.id: form for form in map(forms.load, bundle.named(".form.json").values())}
        self._callers = callers(bundle)
        self._operations = {name: self._operation(name) for name in self._callers.values()}
        self._untold: list[Called] = []

    @property
    def run(self) -> engine.Run:
        """The case as the engine has it. Raises RuntimeError before `begin`."""
        if self._run is None:
            raise RuntimeError("the case has not begun")
        return self._run

    @property
    def has_begun(self) -> bool:
        """Whether there is a run: a process may fail before its first step waits."""
        return self._run is not None

    @property
    def moment(self) -> engine.Moment:
        """The clock and the calendar of this case."""
        return engine.Moment(self.now, self.scenario.holidays, self.scenario.workdays)

    @property
    def outcome(self) -> str | None:
        """The end event reached; None while the case is open."""
        return self.run.outcome if self.run.state is engine.RunState.COMPLETED else None

    def begin(self) -> None:
        """Start the case."""
        with self._moving():
            self._run = engine.Run.start(self.process, self._world(), {"starter": STARTER, **self.scenario.data})

    def reload(self, state: Mapping[str, Any]) -> None:
        """Go on with the run of a snapshot, as the service does between two requests, and with the clock of now."""
        self._run = engine.Run.restore(self.process, self._world(), state)

    def task(self, element_id: str) -> engine.OpenTask:
        """The oldest open task of this element. Raises Refused when there is none."""
        tasks = self.run.open_tasks()
        found = next((task for task in tasks if task.element_id == element_id), None)
        if found is None:
            standing = "、".join(each.element_id for each in tasks) or "-"
            raise Refused(
                Text(
                    f"没有待办“{element_id}”，当前待办：{standing}", f"Nothing to do at {element_id}; open: {standing}"
                )
            )
        return found

    def fill(self, task: engine.OpenTask) -> Filling:
        """The form of an open task, to be filled in field by field.

        Of choices that the scenario does not give any answer is taken.
        """
        form = self._forms[task.form_key or ""]
        sources = form.choice_sources | {ATTACHMENTS}
        given = {source for source in sources if source in self.scenario.choices or lists.name_of(source)}
        open_sources = frozenset(sources - given)
        for source in sources:
            self.choices.setdefault(source, _of_list(source))
        return Filling(
            form,
            context=self.run.task_variables(task.id),
            choices=self.choices,
            open_sources=open_sources,
            moment=self.moment,
        )

    def enter(self, task: engine.OpenTask, values: Mapping[str, Any]) -> None:
        """Complete an open task with nested values. Raises Refused, when the form refuses them too."""
        filling = self.fill(task)
        try:
            filling.typed = filling.form.typed(filling.form.to_raw(values))
        except (LookupError, TypeError) as error:  # a number where rows are meant, a mapping without the id of a file
            raise Refused(
                Text(
                    f"“{task.element_id}”的值不合表单的结构。", f"The values of {task.element_id} do not fit its form."
                )
            ) from error
        result = filling.check()
        if not result.ok:
            zh = "；".join(f"{error.label.zh}（{error.path}）：{error.message.zh}" for error in result.errors)
            en = "; ".join(f"{error.label.en} ({error.path}): {error.message.en}" for error in result.errors)
            raise Refused(
                Text(f"“{task.element_id}”的表单没有通过：{zh}", f"The form of {task.element_id} was refused: {en}")
            )
        self.complete(task, result)

    def complete(self, task: engine.OpenTask, submitted: forms.Submitted) -> None:
        """Complete an open task with what passed the check of its form."""
        with self._moving():
            self.run.complete(task.id, self.process.select(submitted.variables))

    def advance(self, target: datetime) -> None:
        """Move the clock, stopping at each timer on the way as the service's wake-ups do."""
        if target < self.now or target.year > LAST_YEAR:
            raise Refused(
                Text(
                    f"时间只能往前走，最远到{LAST_YEAR}年：{target.isoformat()}",
                    f"Time goes forward only, and to the year {LAST_YEAR} at most: {target.isoformat()}",
                )
            )
        for _ in range(LONGEST_WAIT):
            due = self.run.wake_at()
            self._set_clock(target if due is None or due > target else max(due, self.now))
            with self._moving():
                self.reload(self.run.snapshot())
                self.run.wake()
            following = self.run.wake_at()
            if self.now == target and (following is None or following > target):
                return
        raise Refused(Text("等待中计时不断触发。", "Timers keep firing during this wait."))

    def _set_clock(self, now: datetime) -> None:
        if now != self.now:
            self.now = now
            self._tell(ClockMoved(now))

    @contextmanager
    def _moving(self) -> Iterator[None]:
        """Note what was passed, as far as it came; what the engine cannot do, and an incident, are a refusal."""
        try:
            yield
        except engine.EngineError as error:
            self._note()
            raise Refused(
                Text(
                    f"运行中断（{error.element_id or '?'}）：{error.message.zh}",
                    f"The run broke off at {error.element_id or '?'}: {error.message.en}",
                )
            ) from error
        self._note()
        incident = self.run.incident
        if incident is not None:
            where = incident.element_id or "?"
            raise Refused(
                Text(
                    f"案例停在“{where}”：{incident.message.zh}",
                    f"The case stands still at {where}: {incident.message.en}",
                )
            )

    def _note(self) -> None:
        """Tell what was passed, each step with the operation that it called."""
        for passage in self._run.take_trace() if self._run is not None else ():
            self.path.append(passage.element_id)
            self._tell(passage)
            called = self._callers.get(passage.element_id)
            own = next((call for call in self._untold if call.operation == called), None)
            if own is not None:
                self._untold.remove(own)
                self._tell(own)
        for call in self._untold:  # of a step that was left through an error, or that the run broke off at
            self._tell(call)
        self._untold.clear()

    def _tell(self, happening: Happening) -> None:
        if self._watch is not None:
            self._watch(happening)

    def _world(self) -> engine.World:
        return engine.World(self.moment, self._operations, {"setting": self.scenario.settings, "case": CASE})

    def send(self, message: str, payload: Mapping[str, Any]) -> None:
        """Bring a message to the step that waits for it, whatever key it has. Raises Refused when none does."""
        awaited = next((each for each in self.run.awaited() if each.message == message), None)
        if awaited is None:
            waiting = "、".join(each.message for each in self.run.awaited()) or "-"
            raise Refused(
                Text(
                    f"没有步骤在等消息“{message}”，在等：{waiting}",
                    f"Nothing waits for {message}; waited for: {waiting}",
                )
            )
        with self._moving():
            self.run.receive(message, awaited.key, payload)

    def _operation(self, name: str) -> Callable[[dict[str, Any]], Any]:
        answer = self.scenario.operations.get(name, {})

        def called(inputs: dict[str, Any]) -> Any:
            self.calls.append({"operation": name, **inputs})
            self._untold.append(Called(name, dict(inputs)))
            if "error" in answer:
                raise engine.BusinessError(answer["error"])
            return answer.get("returns")

        return called


def callers(bundle: engine.Bundle) -> dict[str, str]:
    """The operation that each element calls, by element id, over all diagrams of a bundle."""
    found = {}
    for text in bundle.named(".bpmn").values():
        for definition in xml.read(text).iter(f"{{{xml.ZEEBE}}}taskDefinition"):
            *_, owner = [*definition.iterancestors()][:2]
            found[str(owner.get("id"))] = str(definition.get("type"))
    return found


def _of_list(source: str) -> list[forms.Choice]:
    """The answers of a lookup list as the service comes with it; of any other source none is known."""
    name = lists.name_of(source)
    return [forms.Choice(code, words) for code, words in lists.LISTS[name].items.items()] if name else []


def operations_of(bundle: engine.Bundle) -> frozenset[str]:
    """The names of the operations that the diagrams of a bundle call."""
    return frozenset(callers(bundle).values())
