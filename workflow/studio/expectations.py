"""What a scenario expects, compared with what a run did; each difference is one sentence in both languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from workflow import engine
from workflow.engine import Text

MISSING = object()


@dataclass(frozen=True)
class Expected:
    """What must hold after a step; what is not given is not looked at.

    `open`: element ids of the open tasks in any order; `due`, `priority`, `assignee`: of open tasks by element id;
    `variables`: case data by dotted path; `wake_at`: the next timer.
    """

    open: Sequence[str] | None = None
    due: Mapping[str, datetime] = field(default_factory=dict)
    priority: Mapping[str, int] = field(default_factory=dict)
    assignee: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    wake_at: datetime | None = None


def compare_step(number: int, expected: Expected, run: engine.Run) -> list[Text]:
    """How the run stands after step `number` (from 1), where it differs from what is expected."""
    tasks = {task.element_id: task for task in run.open_tasks()}
    found: list[tuple[tuple[str, str], Any, Any]] = []
    if expected.open is not None:
        found.append((("待办", "open tasks"), sorted(expected.open), sorted(tasks)))
    for what, attribute in (
        (("期限", "due"), "due_at"),
        (("优先级", "priority"), "priority"),
        (("办理人", "assignee"), "assignee"),
    ):
        wanted: Mapping[str, Any] = getattr(expected, attribute.removesuffix("_at"))
        for element_id, value in wanted.items():
            seen = getattr(tasks[element_id], attribute) if element_id in tasks else MISSING
            found.append(((f"{element_id}的{what[0]}", f"{what[1]} of {element_id}"), value, seen))
    for path, value in expected.variables.items():
        found.append(((path, path), value, at(run.variables, path)))
    if expected.wake_at is not None:
        found.append((("下一次计时", "next timer"), expected.wake_at, run.wake_at()))
    return [
        _difference(f"第{number}步：{what[0]}", f"step {number}: {what[1]}", wanted, seen)
        for what, wanted, seen in found
        if wanted != seen
    ]


def compare_path(path: Sequence[str], taken: Sequence[str]) -> list[Text]:
    """Where the whole way begins to differ from the scenario's."""
    if list(path) == list(taken):
        return []
    here = next((n for n, (a, b) in enumerate(zip(path, taken, strict=False)) if a != b), min(len(path), len(taken)))
    return [_difference(f"路径第{here + 1}处起", f"path from place {here + 1}", list(path[here:]), list(taken[here:]))]


def compare_outcome(outcome: str | None, reached: str | None) -> list[Text]:
    """Whether the end reached is the scenario's; None: the case is still open."""
    return [] if outcome == reached else [_difference("结果", "outcome", outcome, reached)]


def compare_calls(expected: Sequence[Mapping[str, Any]], calls: Sequence[Mapping[str, Any]]) -> list[Text]:
    """Whether the expected calls of operations came in this order, among others; inputs not given are not looked at."""
    rest = iter(calls)
    for wanted in expected:
        if not any(all(call.get(name) == value for name, value in wanted.items()) for call in rest):
            return [_difference("自动步骤", "operation called", dict(wanted), [dict(call) for call in calls])]
    return []


def at(values: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path; MISSING if there is none."""
    here: Any = values
    for name in path.split("."):
        if not isinstance(here, Mapping) or name not in here:
            return MISSING
        here = here[name]
    return here


def _difference(zh: str, en: str, wanted: Any, seen: Any) -> Text:
    return Text(
        f"{zh}：应为 {_shown(wanted)}，实际 {_shown(seen)}", f"{en}: expected {_shown(wanted)}, got {_shown(seen)}"
    )


def _shown(value: Any) -> str:
    if value is MISSING or value is None:
        return "—"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="minutes")
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return str(value)
