"""What pages want to know from a drawing that running it does not need: its text, its order, what may come next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

from lxml import etree

from workflow.engine import Step, Text, xml

PEOPLE = frozenset({"userTask"})
STOPS = frozenset({"userTask", "endEvent"})


class Diagram:
    """One drawing and the steps of its process."""

    def __init__(self, text: str, steps: Mapping[str, Step]) -> None:
        self.text = text
        self.steps = steps

    @cached_property
    def order(self) -> list[str]:
        """The element ids of steps for people and of ends, in the order in which they can first be reached."""
        seen: list[str] = []
        waiting = [identifier for identifier, step in self.steps.items() if step.kind == "startEvent"]
        visited = set(waiting)
        while waiting:
            here = waiting.pop(0)
            if self.steps[here].kind in STOPS:
                seen.append(here)
            for target in [*self._flows[here], *self._attached[here]]:
                if target in self.steps and target not in visited:
                    visited.add(target)
                    waiting.append(target)
        return seen

    def next_steps(self, element_id: str) -> list[Text]:
        """What may happen once this step is done: the people's steps and ends reached without another in between.

        A part drawn as a box of its own is entered at its start and left behind its ends. Timers and other events
        attached to the step are left out: they happen instead of its completion.
        """
        found: list[Text] = []
        waiting, visited = list(self._flows[element_id]), {element_id}
        while waiting:
            here = waiting.pop(0)
            step = self.steps.get(here)
            if step is None or here in visited:
                continue
            visited.add(here)
            if here in self._around:
                waiting += self._flows[self._around[here]]
            elif step.kind in STOPS:
                found.append(_with_lane(step))
            else:
                waiting += self._entered[here] or self._flows[here]
        return found

    @cached_property
    def _flows(self) -> Mapping[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for flow in self._root.iter(f"{{{xml.BPMN}}}sequenceFlow"):
            found[flow.get("sourceRef", "")].append(flow.get("targetRef", ""))
        return found

    @cached_property
    def _boxes(self) -> list[etree._Element]:
        """The parts drawn as boxes that the flow runs through."""
        found = self._root.iter(f"{{{xml.BPMN}}}subProcess")
        return [box for box in found if box.get("triggeredByEvent") != "true"]

    @cached_property
    def _entered(self) -> Mapping[str, list[str]]:
        """The start events of each box."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for box in self._boxes:
            found[box.get("id", "")] = [each.get("id", "") for each in box.iterchildren(f"{{{xml.BPMN}}}startEvent")]
        return found

    @cached_property
    def _around(self) -> Mapping[str, str]:
        """The box that each end event in one leads out of."""
        return {
            each.get("id", ""): box.get("id", "")
            for box in self._boxes
            for each in box.iterchildren(f"{{{xml.BPMN}}}endEvent")
        }

    @cached_property
    def _attached(self) -> Mapping[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for event in self._root.iter(f"{{{xml.BPMN}}}boundaryEvent"):
            found[event.get("attachedToRef", "")].append(event.get("id", ""))
        return found

    @cached_property
    def _root(self) -> etree._Element:
        return xml.read(self.text)


def _with_lane(step: Step) -> Text:
    if step.kind == "endEvent":
        return Text(f"结束：{step.name.zh}", f"End: {step.name.en or step.name.zh}")
    if step.lane is None:
        return step.name
    return Text(f"{step.name.zh}（{step.lane.zh}）", f"{step.name.pick('en')} ({step.lane.pick('en')})")
