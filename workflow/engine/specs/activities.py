"""Steps that do something: by people, by the service, by a formula, by a decision table."""

from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import ManualTask, NoneTask, ScriptTask, ServiceTask, UserTask
from SpiffWorkflow.util.task import TaskState

from workflow.engine import dmn, timers, values
from workflow.engine.definitions import unreadable
from workflow.engine.errors import BusinessError, EngineError, StepFailed
from workflow.engine.expressions import Formula
from workflow.engine.specs.node import Node
from workflow.engine.text import Text
from workflow.engine.token import Token

DEFAULT_PRIORITY = 50
NO_MATCH = "carerelay:no_match"
"""Property of a business rule task: "null" lets a decision that gives nothing pass as null (feel-zeebe.md §2.3)."""

ORGANISATION = "carerelay:organisation"
"""Property of a user task: the id of the organisation that has it, where the party of the case does not say."""
NOT_BY = "carerelay:not_by"
"""Property of a user task: the id of a person who may not do it, because it is about their own work."""


class Activity(Node):
    """A step that can carry boundary events."""

    is_activity = True


class Plain(Activity, NoneTask):  # type: ignore[misc]
    """An abstract task: a drawing of something that needs nobody, passed at once."""

    def __init__(self, wf_spec: Any, bpmn_id: str, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.manual = False  # the stock class waits for a person here, although nobody is named


class Human(Activity, UserTask):  # type: ignore[misc]
    """A step for a person: open until somebody completes it."""

    memories = Activity.memories | {"task"}
    role: Formula | None = None
    roles: frozenset[str] = frozenset()
    form_key: str | None = None
    assignee: Formula | None = None
    due: Formula | None = None
    follow_up: Formula | None = None
    priority: Formula | None = None

    @property
    def shows_all(self) -> bool:
        """A person sees the case as it stands when the task opens."""
        return True

    def enter(self, token: Token) -> bool:
        """Evaluate who, until when and how urgent; these stay as they are while the task is open."""
        facts = {
            "role": self._role(token),
            "assignee": self._text(token, self.assignee),
            "due": self._instant(token, self.due),
            "follow_up": self._instant(token, self.follow_up),
            "priority": self._priority(token),
            "organisation": self._text(token, self._property(ORGANISATION)),
            "not_by": self._text(token, self._property(NOT_BY)),
        }
        token.internal_data["task"] = {name: fact for name, fact in facts.items() if fact is not None}
        return True

    def remembers(self, memo: dict[str, Any]) -> bool:
        """What `enter` computed is there and of the right kind."""
        task = memo.get("task")
        return (
            isinstance(task, dict)
            and isinstance(task.get("role"), str)
            and isinstance(task.get("priority"), int)
            and all(isinstance(task.get(name), str | None) for name in ("assignee", "organisation", "not_by"))
            and all(isinstance(task.get(name), datetime | None) for name in ("due", "follow_up"))
        )

    def stands(self, token: Token) -> bool:
        """Open for a person."""
        return bool(token.has_state(TaskState.READY))

    def perform(self, token: Token) -> bool:
        """Take over what the person entered."""
        entered, shown = token.internal_data.pop("entered", ({}, ()))
        token.conclude(entered, self.outputs_mapped, frozenset(shown))
        return True

    def _property(self, name: str) -> Formula | None:
        return Formula.read(self.properties.get(name))

    def _role(self, token: Token) -> str:
        value = token.evaluate(self.role) if self.role is not None else ""
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        is_computed = self.role is not None and not self.role.constant
        if not isinstance(value, str) or (is_computed and value not in self.roles):
            raise StepFailed(
                Text("公式给出的角色不存在。", "The formula for the role gives no role that exists."), token.element_id
            )
        return value

    def _text(self, token: Token, formula: Formula | None) -> str | None:
        value = token.evaluate(formula) if formula is not None else None
        if value is not None and not isinstance(value, str):
            raise StepFailed(
                Text("公式给出的人员不是文字编号。", "The formula for the person gives no text."), token.element_id
            )
        return value or None

    def _instant(self, token: Token, formula: Formula | None) -> datetime | None:
        value = token.evaluate(formula) if formula is not None else None
        if value is None:
            return None
        try:
            return timers.end_of_day(value, token.engine.moment.zone)
        except (timers.TimerUnreadable, TypeError) as error:
            raise unreadable(value, token) from error

    def _priority(self, token: Token) -> int:
        value: Any = token.evaluate(self.priority) if self.priority is not None else DEFAULT_PRIORITY
        if isinstance(value, str) and value.isdigit():
            value = int(value)
        if not isinstance(value, int | float) or isinstance(value, bool) or value not in range(101):
            raise StepFailed(
                Text("优先级必须是 0 到 100 的整数。", "A priority is a whole number from 0 to 100."), token.element_id
            )
        return int(value)


class Manual(Activity, ManualTask):  # type: ignore[misc]
    """A step outside the system, passed at once: nobody could report it done."""

    def __init__(self, wf_spec: Any, bpmn_id: str, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.manual = False


class Service(Activity, ServiceTask):  # type: ignore[misc]
    """Calls an operation of the service by name with its headers and local inputs."""

    operation = ""
    headers: dict[str, str] = {}

    def perform(self, token: Token) -> bool | None:
        """Call, and take over the result; a BusinessError looks for an error boundary event."""
        try:
            result = call(token, self.operation, self.headers)
        except BusinessError as error:
            token.workflow.top_workflow.events.raise_error(token, error.code, str(error))
            return None
        token.conclude(result, self.outputs_mapped)
        return True


class Script(Activity, ScriptTask):  # type: ignore[misc]
    """Computes one variable from a FEEL expression."""

    formula: Formula
    result = ""

    def perform(self, token: Token) -> bool:
        """Evaluate and store."""
        token.conclude({self.result: token.evaluate(self.formula)}, self.outputs_mapped)
        return True


class Rule(Activity, ServiceTask):  # type: ignore[misc]
    """Takes a decision from a decision table into one variable."""

    decision = ""
    result = ""
    decisions: dmn.Decisions | None = None

    def perform(self, token: Token) -> bool:
        """Decide and store.

        Raises StepFailed in the words of the decision engine, and if the decision gives nothing: a triage that falls
        through must not pass for a decision, unless the property NO_MATCH says that nothing is an answer too.
        """
        if self.decisions is None:
            raise StepFailed(Text("决策表不存在。", "The decision is not there."), token.element_id)
        try:
            outcome = self.decisions.decide(self.decision, token.view(), token.engine.moment)
        except StepFailed:
            raise
        except EngineError as error:
            raise StepFailed(error.message, token.element_id) from error
        if outcome.value is None and not self.properties.get(NO_MATCH) == "null":
            raise StepFailed(
                Text("决策没有给出结果：没有一行适用。", "The decision gave no result: no row applies."),
                token.element_id,
            )
        token.conclude({self.result: outcome.value}, self.outputs_mapped)
        return True


def call(token: Token, operation: str, headers: dict[str, str]) -> dict[str, Any]:
    """Call an operation; what it returns as variables. Raises BusinessError, or StepFailed for any other failure."""
    function = token.engine.world.operations.get(operation)
    if function is None:
        raise StepFailed(
            Text(f"操作“{operation}”不存在。", f"The operation “{operation}” does not exist."), token.element_id
        )
    names = {mapped.target.partition(".")[0] for mapped in token.task_spec.inputs_mapped}
    inputs = {**headers, **{name: values.keep(token.data[name]) for name in names}}
    try:
        result = function(inputs)
    except (BusinessError, EngineError):
        raise
    except Exception as error:
        raise StepFailed(
            Text(f"操作“{operation}”失败。", f"The operation “{operation}” failed."), token.element_id
        ) from error
    if result is None:
        return {}
    return dict(result) if isinstance(result, dict) else {"result": result}
