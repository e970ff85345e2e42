"""Plays scenarios: what people enter and when, the path the process takes, and every difference. No database.

What is entered passes the same form check as on a page, operations are written down instead of done, and the clock
moves only when the scenario says so. One code for the tests, the command line and the studio.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from workflow import engine, forms
from workflow.engine import Text, xml
from workflow.studio.expectations import compare, compare_calls, compare_step
from workflow.studio.scenario_files import Scenario, ScenarioInvalid, Step, read, read_folder

__all__ = ["Played", "Scenario", "ScenarioInvalid", "Step", "operations_of", "play", "read", "read_folder"]

LONGEST_WAIT = 1000
"""Timers that may fire in one wait; a drawing that wants more goes round in circles."""


@dataclass
class Played:
    """What happened: the elements passed in order, the operations called, and every difference from the scenario."""

    path: list[str] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    outcome: str | None = None
    differences: list[Text] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether everything went as the scenario says."""
        return not self.differences


def play(scenario: Scenario, bundle: engine.Bundle, process: engine.Process, *, reload: bool = False) -> Played:
    """Play a scenario from its first step to its last.

    `reload`: between all steps the run is turned into text and read back, as between two requests of the service.
    Never raises for what the process does; that is told in `differences`.
    """
    player = _Player(scenario, bundle, process, reload=reload)
    try:
        player.play()
    except engine.EngineError as error:
        player.played.differences.append(
            Text(
                f"运行中断（{error.element_id or '?'}）：{error.message.zh}",
                f"The run broke off at {error.element_id or '?'}: {error.message.en}",
            )
        )
    except _Refused as refused:
        player.played.differences.append(refused.args[0])
    return player.played


class _Refused(Exception):
    """The scenario cannot go on; the argument is the Text that says why."""


class _Player:
    def __init__(self, scenario: Scenario, bundle: engine.Bundle, process: engine.Process, *, reload: bool) -> None:
        self.scenario, self.process, self.reload = scenario, process, reload
        self.played = Played()
        self.forms = {
            name.removesuffix(".form.json"): text for name, text in bundle.files.items() if name.endswith(".form.json")
        }
        self.operations = {name: self._operation(name) for name in operations_of(bundle)}
        self.now = scenario.start
        self.run = engine.Run.start(process, self._world(), {})

    def play(self) -> None:
        self._note()
        for number, step in enumerate(self.scenario.steps, start=1):
            if self.reload:
                self._restore(json.loads(json.dumps(self.run.snapshot())))
            if step.complete is not None:
                self._complete(step.complete, step.values)
            if step.wait is not None or step.until is not None:
                self._advance(step.until or self.now + (step.wait or timedelta()))
            self._must_not_stand_still()
            self.played.differences += compare_step(number, step.then, self.run)
        self.played.outcome = self.run.outcome if self.run.state is engine.RunState.COMPLETED else None
        self.played.differences += compare(self.scenario.path, self.scenario.outcome, self.played.path, self.run)
        self.played.differences += compare_calls(self.scenario.calls, self.played.calls)

    def _must_not_stand_still(self) -> None:
        incident = self.run.incident
        if incident is not None:
            where = incident.element_id or "?"
            raise _Refused(
                Text(
                    f"案例停在“{where}”：{incident.message.zh}",
                    f"The case stands still at {where}: {incident.message.en}",
                )
            )

    def _complete(self, element_id: str, values: Mapping[str, Any]) -> None:
        task = next((task for task in self.run.open_tasks() if task.element_id == element_id), None)
        if task is None:
            standing = "、".join(each.element_id for each in self.run.open_tasks()) or "-"
            raise _Refused(
                Text(
                    f"没有待办“{element_id}”，当前待办：{standing}", f"Nothing to do at {element_id}; open: {standing}"
                )
            )
        self.run.complete(task.id, self._submitted(task, values))
        self._note()

    def _submitted(self, task: engine.OpenTask, values: Mapping[str, Any]) -> dict[str, Any]:
        form = forms.load(self.forms[task.form_key or ""])
        choices = {
            source: [forms.Choice(value, Text(value, value)) for value in self.scenario.choices.get(source, ())]
            for source in form.choice_sources
        }
        result = form.submit(
            form.to_raw(dict(values)), context=self.run.task_variables(task.id), choices=choices, moment=self._moment()
        )
        if not result.ok:
            zh = "；".join(f"{error.label.zh}（{error.path}）：{error.message.zh}" for error in result.errors)
            en = "; ".join(f"{error.label.en} ({error.path}): {error.message.en}" for error in result.errors)
            raise _Refused(
                Text(f"“{task.element_id}”的表单没有通过：{zh}", f"The form of {task.element_id} was refused: {en}")
            )
        return self.process.select(result.variables)

    def _advance(self, target: datetime) -> None:
        """Move the clock, stopping at each timer on the way as the service's wake-ups do."""
        for _ in range(LONGEST_WAIT):
            due = self.run.wake_at()
            self.now = target if due is None or due > target else max(due, self.now)
            self._restore(self.run.snapshot())
            self.run.wake()
            self._note()
            following = self.run.wake_at()
            if self.now == target and (following is None or following > target):
                return
        raise _Refused(Text("等待中计时不断触发。", "Timers keep firing during this wait."))

    def _restore(self, state: Mapping[str, Any]) -> None:
        self.run = engine.Run.restore(self.process, self._world(), state)

    def _note(self) -> None:
        self.played.path += [passage.element_id for passage in self.run.take_trace()]

    def _moment(self) -> engine.Moment:
        return engine.Moment(self.now, self.scenario.holidays, self.scenario.workdays)

    def _world(self) -> engine.World:
        return engine.World(self._moment(), self.operations)

    def _operation(self, name: str) -> Callable[[dict[str, Any]], Any]:
        answer = self.scenario.operations.get(name, {})

        def called(inputs: dict[str, Any]) -> Any:
            self.played.calls.append({"operation": name, **inputs})
            if "error" in answer:
                raise engine.BusinessError(answer["error"])
            return answer.get("returns")

        return called


def operations_of(bundle: engine.Bundle) -> frozenset[str]:
    """The names of the operations that the diagrams of a bundle call."""
    roots = [xml.read(text) for name, text in bundle.files.items() if name.endswith(".bpmn")]
    tag = f"{{{xml.ZEEBE}}}taskDefinition"
    return frozenset(str(element.get("type")) for root in roots for element in root.iter(tag))
