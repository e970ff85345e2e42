"""The script engine handed to SpiffWorkflow: every formula is FEEL, and no Python of a diagram is ever run."""

from typing import Any, NoReturn

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment

from workflow.engine.errors import EngineError
from workflow.engine.expressions import Formula
from workflow.engine.moment import Moment, World
from workflow.engine.text import Text


def _refuse() -> NoReturn:
    raise EngineError(Text("流程图中的程序代码不会执行。", "Program code in a diagram is never executed."))


class NoPython(TaskDataEnvironment):  # type: ignore[misc]
    """An environment in which the library's own `eval` and `exec` cannot be reached."""

    def evaluate(self, expression: Any, context: Any, external_context: Any = None) -> NoReturn:
        """Refuse: formulas are evaluated by FeelEngine with the token that asks."""
        _refuse()

    def execute(self, script: Any, context: Any, external_context: Any = None) -> NoReturn:
        """Refuse."""
        _refuse()

    def call_service(self, context: Any, **kwargs: Any) -> NoReturn:
        """Refuse: operations are called by the service task itself."""
        _refuse()


class FeelEngine(PythonScriptEngine):  # type: ignore[misc]
    """Evaluates formulas in FEEL, and carries the world a run works in."""

    def __init__(self, world: World) -> None:
        super().__init__(environment=NoPython())
        self.world = world

    @property
    def moment(self) -> Moment:
        """The clock and calendar of this run."""
        return self.world.moment

    def validate(self, expression: Any) -> None:
        """Formulas are checked when a bundle is checked, not by SpiffWorkflow's Python parser."""

    def evaluate(self, task: Any, expression: Any, external_context: Any = None) -> Any:
        """The value of a formula at a token. Raises StepFailed; refuses a text that is no formula of ours."""
        if not isinstance(expression, Formula):
            _refuse()
        return task.evaluate(expression)

    def execute(self, task: Any, script: Any, external_context: Any = None) -> NoReturn:
        """Refuse."""
        _refuse()

    def call_service(self, task: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        _refuse()
