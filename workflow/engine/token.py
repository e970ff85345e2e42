"""A token: SpiffWorkflow's task object, cut down to what still stands somewhere in the diagram.

A scope's tree has two levels: its root, and the tokens. What is finished leaves the tree at once, so the cost of a
step and the size of a snapshot do not depend on the age of a case, and no iterator can run out of depth
(engine-defects.md D15). Only two things hang below a token: the boundary events waiting beside an open activity, and
the instances of a multi-instance or looped activity.

Case data lives once, in the root scope of a process; a token's own `data` holds nothing but the local variables of
its activity (input mappings, the item of a multi-instance). So branches carry no copies that could overwrite each
other at a join, and a boundary event or a condition sees what was entered meanwhile (D1, D13).
"""

from collections import ChainMap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from workflow.engine import expressions, laying, values
from workflow.engine.errors import EngineError, StepFailed
from workflow.engine.expressions import Formula, Mapped
from workflow.engine.text import Text

if TYPE_CHECKING:
    from workflow.engine.scopes import ScopeMixin
    from workflow.engine.script import FeelEngine

Frame = dict[str, Any]
NOTHING: frozenset[str] = frozenset()


class Token(Task):  # type: ignore[misc]
    """One place where a case stands; `internal_data` holds what its node needs to remember about it."""

    def _set_state(self, value: int) -> None:
        # The stock method logs every change together with the task's data; case data must not reach a log.
        self._state = value

    def run(self) -> bool | None:
        """Do the step; a token that was interrupted by its own step does not go on."""
        try:
            done: bool | None = self.task_spec._run(self)
            if done and self.is_alive:
                self.complete()
        except StepFailed:
            raise
        except EngineError as error:
            raise StepFailed(error.message, error.element_id or self.element_id) from error
        return done

    @property
    def is_alive(self) -> bool:
        """False once the token has left the tree: finished, or taken away by an interruption."""
        return self.workflow.tasks.get(self.id) is self and not self.has_state(TaskState.FINISHED_MASK)

    @property
    def element_id(self) -> str:
        """The id of the element in the diagram, also for an instance of a multi-instance activity."""
        return str(self.task_spec.bpmn_id or self.task_spec.name)

    @property
    def name(self) -> Text:
        """How a sentence speaks of the element: its name, or its id where it has none."""
        title, identifier = self.task_spec.title, self.element_id
        return Text(title.zh or identifier, title.en or title.zh or identifier)

    @property
    def engine(self) -> "FeelEngine":
        """The script engine of the run, with its clock and operations."""
        engine: FeelEngine = self.workflow.script_engine
        return engine

    @property
    def is_instance(self) -> bool:
        """True for one instance of a multi-instance activity or one turn of a looped one."""
        return "turn" in self.internal_data

    @property
    def is_boundary(self) -> bool:
        """True for a boundary event waiting beside an open activity."""
        return "boundary" in self.internal_data

    @property
    def is_armed(self) -> bool:
        """True for an event subprocess that waits for its event: it does not keep its scope open."""
        return "armed" in self.internal_data

    @property
    def locals(self) -> Frame | None:
        """The frame that results must not be written into because it ends with the activity.

        None for an instance: its frame holds its results until its output is collected.
        """
        return None if self.is_instance else self.data

    def frames(self) -> Iterator[Frame]:
        """The variables in sight, innermost first; the last one is the case data of the process."""
        return (frame for frame, _, _ in self.framed())

    def framed(self) -> "Iterator[tuple[Frame, bool, Token | ScopeMixin]]":
        """The frames in sight, each with whether results stop there at the latest, and with whose data it is."""
        token: Token | None = self
        while token is not None:
            workflow = token.workflow
            while token is not None and token is not workflow.task_tree:
                if token.data:
                    yield token.data, "fence" in token.internal_data, token
                token = token.parent
            if workflow.holds_case_data:
                yield workflow.data, True, workflow
                return
            token = workflow.host

    def view(self, extra: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """All variables in sight as one mapping; `extra` hides what lies below it."""
        frames = list(self.frames())
        return ChainMap(dict(extra), *frames) if extra else ChainMap(*frames)

    def sight(self, extra: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """What a formula reads: the variables in sight, and behind them what the world gives."""
        seen = self.view(extra)
        given = self.engine.world.given
        return ChainMap(seen, given) if given else seen  # type: ignore[arg-type]  # only read

    def evaluate(self, formula: Formula, extra: Mapping[str, Any] | None = None) -> Any:
        """The value of a formula at this token. Raises StepFailed."""
        value = expressions.evaluate(formula, self.sight(extra), self.engine.moment, self.element_id)
        laying.has_read(self, formula, extra)
        return value

    def holds(self, formula: Formula, extra: Mapping[str, Any] | None = None) -> bool:
        """Whether a condition is true at this token. Raises StepFailed if it is neither true nor false."""
        answer = expressions.condition(formula, self.sight(extra), self.engine.moment, self.element_id)
        laying.has_read(self, formula, extra)
        return answer

    def has_come_true(self, formula: Formula) -> bool:
        """Whether what a conditional event waits for is true by now. Raises StepFailed."""
        return expressions.has_come_true(formula, self.sight(), self.engine.moment, self.element_id)

    def write(self, changes: Mapping[str, Any], *, skip: Frame | None = None, copied: frozenset[str] = NOTHING) -> None:
        """Lay values over the variables in sight: each into the innermost frame that knows its name.

        A name that no frame knows goes into the case data, or stops at the instance of a multi-instance activity:
        what an instance enters stays with it until its output is collected. `skip` leaves one frame out; `copied`
        fields (dotted paths) come from a copy taken when the step began: what is as it was then changes nothing.
        """
        frames = [framed for framed in self.framed() if framed[0] is not skip]
        for name, value in changes.items():
            self._write_one(frames, name, value, copied)
        if changes:
            self.workflow.top_workflow.data_changed = True

    def _write_one(
        self, frames: "list[tuple[Frame, bool, Token | ScopeMixin]]", name: str, value: Any, copied: frozenset[str]
    ) -> None:
        for position, (frame, fence, owner) in enumerate(frames):
            if name in frame or fence:
                if name not in frame and isinstance(value, Mapping):
                    # An instance changes a field of an outer record: it gets the record as it stands, to itself.
                    outer = next((outer[name] for outer, _, _ in frames[position:] if name in outer), None)
                    if isinstance(outer, Mapping):
                        frame[name] = values.keep(outer)
                laying.lay(self, frame, owner, name, value, copied)
                return

    def conclude(self, results: Mapping[str, Any], outputs: list[Mapped], copied: frozenset[str] = NOTHING) -> None:
        """Hand on what the activity produced: through its output mappings if it has any, else all of it.

        With output mappings nothing but their targets leaves the activity. `copied`: as `write` has it; an output
        mapping hands on a copy if it reads one, or one of the activity's own variables.
        """
        if not outputs:
            self.write(results, copied=copied)
            return
        seen = self.view()
        local = {name: _laid_over(seen.get(name), value) for name, value in results.items()}
        for output in outputs:
            own = {*self.data, *(path.partition(".")[0] for path in copied)}
            copy = laying.EVERYTHING if laying.is_copied(output.source, own) else NOTHING
            value = self.evaluate(output.source, local)
            self.write(values.nested(output.target, value), skip=self.locals, copied=copy)


def _laid_over(old: Any, new: Any) -> Any:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        result = dict(values.keep(old))
        values.merge(result, new)
        return result
    return new
