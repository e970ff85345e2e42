"""Multi-instance and looped activities: a wrapper under the diagram's id, instances below it (D8, D17)."""

from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import ParallelMultiInstanceTask, SequentialMultiInstanceTask, StandardLoopTask
from SpiffWorkflow.util.task import TaskState

from workflow.engine import marks, values
from workflow.engine.errors import StepFailed
from workflow.engine.expressions import Formula
from workflow.engine.specs.activities import Activity
from workflow.engine.text import Text
from workflow.engine.token import Token

MAX_INSTANCES = 5_000


class Wrapper(Activity):
    """The activity as others see it: it carries the boundary events and the flows, its instances do the work."""

    inner = ""
    """Name of the node of an instance."""

    def _on_complete(self, my_task: Token) -> None:
        # Each instance was recorded when it was done; the wrapper itself is no element of the diagram.
        workflow = my_task.workflow
        for child in my_task.children:
            workflow.drop(child)
        self.leave(my_task)
        workflow._task_completed_notify(my_task)

    def instances(self, token: Token) -> list[Token]:
        """The instances that are running."""
        return [child for child in token.children if child.is_instance]

    def instance_finished(self, token: Token, instance: Token) -> None:
        """An instance is done: take its result, then begin the next or finish."""
        raise NotImplementedError


class Instances(Wrapper):
    """One instance for each item of a collection, evaluated once when the activity begins."""

    memories = Wrapper.memories | {"count", "done", "results", "rest"}
    collection: Formula
    item: str | None = None
    output: str | None = None
    output_item: Formula | None = None
    until: Formula | None = None
    sequential = False

    def enter(self, token: Token) -> bool:
        """Begin all instances, or the first one; an empty collection is passed at once."""
        items = token.evaluate(self.collection)
        if not isinstance(items, list) or len(items) > MAX_INSTANCES:
            raise StepFailed(
                Text(
                    f"公式“{self.collection.text}”应给出一个列表（最多 {MAX_INSTANCES} 项）。",
                    f"The formula “{self.collection.text}” must give a list (of at most {MAX_INSTANCES} items).",
                ),
                token.element_id,
            )
        state = token.internal_data
        state.update(count=len(items), done=0, results=[None] * len(items))
        token._set_state(TaskState.STARTED)
        if self.sequential:
            state["rest"] = values.keep(items)
            self._next(token)
        else:
            for position, item in enumerate(values.keep(items)):
                if not token.is_alive:
                    return False
                self._begin(token, position, item)
        return not items

    def remembers(self, memo: dict[str, Any]) -> bool:
        """Its counters and results."""
        count, done, results = memo.get("count"), memo.get("done"), memo.get("results")
        return (
            isinstance(count, int)
            and isinstance(done, int)
            and 0 <= done <= count
            and isinstance(results, list)
            and len(results) == count
            and (not self.sequential or isinstance(memo.get("rest"), list))
        )

    def stands(self, token: Token) -> bool:
        """Started, with an instance for each item that is not done; of sequential ones with the next."""
        state, running = token.internal_data, self.instances(token)
        turns = {instance.internal_data["turn"] for instance in running}
        left = state["count"] - state["done"]
        return (
            bool(token.has_state(TaskState.STARTED))
            and len(turns) == len(running) == (1 if self.sequential else left)
            and turns <= set(range(state["count"]))
            and all("fence" in instance.internal_data for instance in running)
            and (not self.sequential or turns == {state["done"]} and len(state["rest"]) == left - 1)
        )

    def perform(self, token: Token) -> bool:
        """Hand on the collected results (only reached directly for an empty collection)."""
        self._collect(token)
        return True

    def _collect(self, token: Token) -> None:
        if self.output is not None:
            token.write({self.output: token.internal_data["results"]})

    def _begin(self, token: Token, position: int, item: Any) -> None:
        local = {"loopCounter": position + 1}
        if self.item is not None:
            local[self.item] = item
        token.workflow.spawn(self.inner, token, data=local, turn=position, fence=True)

    def _next(self, token: Token) -> bool:
        rest = token.internal_data["rest"]
        if not rest:
            return False
        self._begin(token, token.internal_data["count"] - len(rest), rest.pop(0))
        return True

    def instance_finished(self, token: Token, instance: Token) -> None:
        """Keep the result at the place of its item; finish when all are done or the condition is met."""
        state = token.internal_data
        if self.output_item is not None:
            state["results"][instance.internal_data["turn"]] = values.keep(instance.evaluate(self.output_item))
        state["done"] += 1
        enough = self.until is not None and instance.holds(self.until, self._counters(token))
        token.workflow.drop(instance)
        if enough or state["done"] == state["count"]:
            self._collect(token)
            token.complete()
        elif self.sequential:
            self._next(token)

    def _counters(self, token: Token) -> dict[str, Any]:
        state = token.internal_data
        active = len(self.instances(token)) - 1
        known: dict[str, Any] = {
            "numberOfInstances": state["count"],
            "numberOfCompletedInstances": state["done"],
            "numberOfActiveInstances": active,
            "numberOfTerminatedInstances": 0,
        }
        if self.output is not None:
            known[self.output] = state["results"]
        return known


class ParallelInstances(Instances, ParallelMultiInstanceTask):  # type: ignore[misc]
    """All at the same time."""


class SequentialInstances(Instances, SequentialMultiInstanceTask):  # type: ignore[misc]
    """One after the other."""

    sequential = True


class Loop(Wrapper, StandardLoopTask):  # type: ignore[misc]
    """The activity again and again while a condition is true, at most `at_most` times."""

    shares_turns = True
    memories = Wrapper.memories | {"turns"}
    again: Formula | None = None
    at_most: int | None = None
    tests_first = False

    def enter(self, token: Token) -> bool:
        """Begin the first turn, unless the condition is asked first and is false."""
        token.internal_data["turns"] = 0
        if self.at_most == 0 or (self.tests_first and self.again is not None and not token.holds(self.again)):
            return True
        token._set_state(TaskState.STARTED)
        self._begin(token)
        return False

    def remembers(self, memo: dict[str, Any]) -> bool:
        """Its counter."""
        return isinstance(memo.get("turns"), int)

    def stands(self, token: Token) -> bool:
        """Started, with one turn."""
        turns = [instance.internal_data["turn"] for instance in self.instances(token)]
        return bool(token.has_state(TaskState.STARTED)) and turns == [token.internal_data["turns"]]

    def _begin(self, token: Token) -> None:
        turn = token.internal_data["turns"]
        token.workflow.spawn(self.inner, token, data={"loopCounter": turn + 1}, turn=turn, **marks.inherited(token))

    def instance_finished(self, token: Token, instance: Token) -> None:
        """Another turn if the condition is still true and the limit is not reached."""
        token.internal_data["turns"] += 1
        limit = self.at_most is not None and token.internal_data["turns"] >= self.at_most
        more = not limit and (self.again is None or instance.holds(self.again))
        token.workflow.drop(instance)
        if more:
            self._begin(token)
        else:
            token.complete()
