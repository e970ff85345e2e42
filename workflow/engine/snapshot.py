"""The state of a case as JSON, without the specification, and back.

A snapshot names its format; an older one is brought up to date by one step for each format in between (UPGRADES).
It holds only what still stands somewhere: history is kept by the service, not here.
"""

from collections.abc import Callable, Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from workflow.engine import marks, standing, values
from workflow.engine.case import Case
from workflow.engine.errors import SnapshotUnreadable
from workflow.engine.process import Process
from workflow.engine.scopes import Scope, ScopeMixin
from workflow.engine.script import FeelEngine
from workflow.engine.text import Text
from workflow.engine.token import Token

FORMAT = 3

UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {
    1: lambda state: {**state, "format": 2},  # tokens have marks since: none means that nothing has changed beside them
    2: lambda state: {**state, "format": 3, "count": sum(len(scope["tokens"]) for scope in state["scopes"])},
}
"""Format -> the step that turns a snapshot of that format into the next one. A step is never changed again."""

State = dict[str, Any]


def save(case: Case, process: Process) -> State:
    """The state as JSON-able values; `restore` of it gives the same case."""
    return {
        "format": FORMAT,
        "process": process.process_id,
        "version": process.content_hash,
        "serial": case.serial,
        "completed": case.completed,
        "outcome": case.outcome,
        "incident": None if case.incident is None else [case.incident[0], case.incident[1].zh, case.incident[1].en],
        "count": len(case.index),
        "scopes": [_scope(scope) for scope in sorted(case.every_scope(), key=_order)],
    }


def _order(scope: ScopeMixin) -> int:
    """The process first, inner scopes by the age of their activity: the same before and after a restore."""
    return -1 if scope.host is None else int(scope.host.id)


def _scope(scope: ScopeMixin) -> State:
    state: State = {
        "of": scope.host.id if scope.host is not None else None,
        "spec": scope.spec.name,
        "tokens": [_token(token) for token in scope.tokens],
    }
    if scope.holds_case_data:
        state["data"] = values.to_json(scope.data)
    if getattr(scope, "base", None) is not None:
        state["base"] = values.to_json(scope.base)  # type: ignore[attr-defined]
    if scope.offers or scope.enough:
        state["adhoc"] = [scope.offers, scope.enough]
    return state


def _token(token: Token) -> State:
    state: State = {"id": token.id, "at": token.task_spec.name, "state": token.state}
    if token.parent is not token.workflow.task_tree:
        state["under"] = token.parent.id
    if token.data:
        state["data"] = values.to_json(token.data)
    if token.internal_data:
        state["memo"] = values.to_json(token.internal_data)
    return state


def restore(state: Mapping[str, Any], process: Process, engine: FeelEngine) -> Case:
    """The case of a snapshot. Raises SnapshotUnreadable if it is damaged, newer, or of another process version."""
    state = upgraded(state)
    if state.get("process") != process.process_id or state.get("version") != process.content_hash:
        raise SnapshotUnreadable(
            Text("保存的状态属于流程的另一个版本。", "The saved state belongs to another version of the process.")
        )
    try:
        return _restored(state, process, engine)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
        raise _damaged() from error


def _damaged() -> SnapshotUnreadable:
    return SnapshotUnreadable(Text("保存的状态已损坏，读不出来。", "The saved state is damaged."))


def upgraded(state: Mapping[str, Any]) -> State:
    """The snapshot in today's format. Raises SnapshotUnreadable."""
    current = dict(state) if isinstance(state, Mapping) else {}
    while isinstance(current.get("format"), int) and current["format"] in UPGRADES:
        try:
            current = UPGRADES[current["format"]](current)
        except (KeyError, TypeError) as error:
            raise _damaged() from error
    if current.get("format") != FORMAT:
        raise SnapshotUnreadable(
            Text(
                "保存的状态格式不认识，可能由更新的程序写成。",
                "The format of the saved state is unknown; a newer program may have written it.",
            )
        )
    return current


def _restored(state: State, process: Process, engine: FeelEngine) -> Case:
    case = Case(process.main, process.scopes, engine)
    first, *others = state["scopes"]
    _fill(case, first)
    # An inner scope can only be opened when the token it belongs to is there.
    waiting = list(others)
    while waiting:
        ready = [scope for scope in waiting if scope["of"] in case.index]
        if not ready:
            raise ValueError("a scope without its activity")
        for entry in ready:
            host = case.index[entry["of"]]
            if host.task_spec.spec != entry["spec"] or host.id in case.subprocesses:
                raise ValueError("a scope that is not the inside of its activity")
            scope = Scope(process.scopes[entry["spec"]], host, holds_case_data=host.task_spec.has_own_data)
            case.subprocesses[host.id] = scope
            _fill(scope, entry)
        waiting = [scope for scope in waiting if scope not in ready]
    case.serial = _typed(state["serial"], int)
    if any(int(identifier) > case.serial for identifier in case.index):
        raise ValueError("a token newer than the newest")
    case.completed, case.outcome = _typed(state["completed"], bool), _typed(state["outcome"], str | None)
    if state["incident"] is not None:
        element_id, zh, en = state["incident"]
        case.incident = (_typed(element_id, str | None), Text(_typed(zh, str), _typed(en, str)))
    if len(case.index) != state["count"]:
        raise ValueError("a token too few or too many")
    standing.check(case)
    _take_note(case)
    return case


def _fill(scope: ScopeMixin, state: State) -> None:
    scope.data = _record(state["data"]) if scope.holds_case_data else {}
    if "base" in state:
        scope.base = _record(state["base"])  # type: ignore[attr-defined]
    if "adhoc" in state:
        scope.offers, scope.enough = state["adhoc"]
    for entry in state["tokens"]:
        parent = scope.tasks[entry["under"]] if "under" in entry else scope.task_tree
        if entry["id"] in scope.top_workflow.index or entry["state"] not in _STATES:
            raise ValueError("a token twice, or in no state")
        identifier = _typed(entry["id"], str)
        token = Token(scope, scope.spec.task_specs[entry["at"]], parent, entry["state"], id=identifier)
        token.data = _record(entry.get("data", {}))
        token.internal_data = _record(entry.get("memo", {}))
        if not token.task_spec.remembers(token.internal_data) or not marks.are_marks(marks.of(token)):
            raise ValueError("a token that does not know what it waits for")
        scope.top_workflow.index[token.id] = token


def _record(state: Any) -> dict[str, Any]:
    record: dict[str, Any] = _typed(values.from_json(state), dict)
    return record


def _typed(value: Any, kind: Any) -> Any:
    """The value. Raises TypeError if it is of another kind."""
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
        raise TypeError(f"not of the kind {kind}")
    return value


def _take_note(case: Case) -> None:
    """Rebuild the queues that are derived from the tokens."""
    for token in case.every_token():
        if token.has_state(TaskState.READY) and not token.task_spec.manual:
            case.ready.append(token)
        elif token.has_state(TaskState.WAITING):
            case.watch(token)
            token.task_spec.resume(token)
    case.data_changed = False


_STATES = {TaskState.WAITING, TaskState.READY, TaskState.STARTED, TaskState.ERROR}
