"""Reads scenarios: the YAML files of a process's folder `scenarios/`, whose language bpmn/README.md describes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from workflow.engine import Text
from workflow.settings import DEFAULTS
from workflow.studio.expectations import Expected
from workflow.studio.shapes import LAST_YEAR, ScenarioInvalid, read_text, read_yaml, require

__all__ = [
    "ANSWERS", "LAST_YEAR", "Scenario", "ScenarioInvalid", "Step", "laid_over", "read", "read_answers", "read_folder",
    "read_values", "unscripted",
]  # fmt: skip

ANSWERS = "_answers.yaml"
"""Ordinary answers by element id, shared by the scenarios of a folder; a scenario names only what differs."""
LONGEST_HOURS = 1_000_000

_THEN = {
    "open": [str],
    "due": {str: datetime},
    "priority": {str: float},
    "assignee": {str: object},
    "variables": {str: object},
    "wake_at": datetime,
}
_STEP = {
    "complete": str, "values": {str: object}, "send": str, "wait": float, "until": datetime, "then": _THEN,
}  # fmt: skip
_OPERATIONS = {str: {"returns": object, "error": str}}
_SHARED = {"choices": {str: [str]}, "answers": {str: {str: object}}, "operations": _OPERATIONS}
_SCENARIO = {
    "name": {"zh": str, "en": str},
    "start": datetime,
    "holidays": [date],
    "workdays": [date],
    "choices": {str: [str]},
    "operations": _OPERATIONS,
    "settings": {str: object},
    "data": {str: object},
    "steps": [_STEP],
    "path": [str],
    "outcome": str,
    "calls": [{str: object}],
}
_NEEDED = ("name", "start", "steps", "path")


@dataclass(frozen=True)
class Step:
    """One thing that happens: a task is completed, a message sent, or time passes (`wait` hours, or `until` then)."""

    complete: str | None
    send: str | None
    """The name of a message; `values` is what it carries."""
    values: Mapping[str, Any]
    wait: timedelta | None
    until: datetime | None
    then: Expected


@dataclass(frozen=True)
class Scenario:
    """A scenario as read; `operations` says what an operation gives back, or which business error it raises."""

    file: str
    name: Text
    start: datetime
    holidays: frozenset[date]
    workdays: frozenset[date]
    choices: Mapping[str, Sequence[str]]
    operations: Mapping[str, Mapping[str, Any]]
    steps: tuple[Step, ...]
    path: tuple[str, ...]
    outcome: str | None
    """The end event; None: the case is still open."""
    calls: tuple[Mapping[str, Any], ...]
    expects: frozenset[str] = frozenset({"path", "outcome"})
    """Which of these two are looked at."""
    settings: Mapping[str, Any] = field(default_factory=lambda: dict(DEFAULTS))
    data: Mapping[str, Any] = field(default_factory=dict)
    """What a caller hands in, of a process that others call."""


def read_folder(folder: Path) -> list[Scenario]:
    """The scenarios of a process folder by file name. Raises ScenarioInvalid."""
    files = sorted((folder / "scenarios").glob("*.yaml"))
    return [read(file) for file in files if file.name != ANSWERS]


def read(file: Path) -> Scenario:
    """One scenario, laid over the `answers` and `choices` shared in its folder. Raises ScenarioInvalid."""
    given = read_yaml(file)
    for name in _NEEDED:
        if given.get(name) is None:
            raise ScenarioInvalid(file.name, Text(f"情景文件缺少'{name}'。", f"The scenario lacks '{name}'."))
    return _scenario(file, given, {"path", "outcome"})


def read_answers(file: Path, now: datetime) -> Scenario:
    """Answers for a simulation: a scenario that may leave everything out. Raises ScenarioInvalid.

    It begins `now` unless it says when, and expects only what it states.
    """
    given = read_yaml(file)
    if given.get("start") is None:
        given["start"] = now
    return _scenario(file, given, {"path", "outcome"} & set(given))


def read_values(name: str, text: str) -> dict[str, Any]:
    """What a message carries, typed as in a scenario; `name` says whose it is. Raises ScenarioInvalid."""
    values: dict[str, Any] = read_text(name, text.encode(errors="replace"))
    require(name, values, {str: object})
    return values


def unscripted(now: datetime) -> Scenario:
    """A case that begins now and of which nothing more is known."""
    return Scenario("", Text("", ""), now, frozenset(), frozenset(), {}, {}, (), (), None, (), frozenset())


def _scenario(file: Path, given: Mapping[str, Any], expects: set[str]) -> Scenario:
    beside = file.with_name(ANSWERS)
    shared = read_yaml(beside) if beside.is_file() and beside != file else {}
    require(ANSWERS, shared, _SHARED)
    # An entry without a value says nothing, and `outcome: null` that there is none yet.
    given = {name: value for name, value in given.items() if value is not None}
    require(file.name, given, _SCENARIO)
    name = given.get("name", {})
    return Scenario(
        file=file.name,
        name=Text(name.get("zh", file.stem), name.get("en", file.stem)),
        start=given["start"].astimezone(UTC),
        holidays=frozenset(given.get("holidays", ())),
        workdays=frozenset(given.get("workdays", ())),
        choices={**shared.get("choices", {}), **given.get("choices", {})},
        operations={**shared.get("operations", {}), **given.get("operations", {})},
        settings={**DEFAULTS, **given.get("settings", {})},
        data=given.get("data", {}),
        steps=tuple(
            _step(file, number, each, shared.get("answers", {}))
            for number, each in enumerate(given.get("steps", ()), 1)
        ),
        path=tuple(given.get("path", ())),
        outcome=given.get("outcome"),
        calls=tuple(given.get("calls", ())),
        expects=frozenset(expects),
    )


def _step(file: Path, number: int, given: Mapping[str, Any], answers: Mapping[str, Any]) -> Step:
    task, message, hours = given.get("complete"), given.get("send"), given.get("wait")
    if [task, message].count(None) + (hours is None and "until" not in given) != 2:
        raise ScenarioInvalid(
            file.name,
            Text(
                f"steps.{number}：每一步要么完成任务，要么发送消息，要么让时间过去。",
                f"steps.{number}: a step completes a task, sends a message or lets time pass.",
            ),
        )
    if hours is not None and not 0 <= hours <= LONGEST_HOURS:
        raise ScenarioInvalid(
            file.name,
            Text(
                f"steps.{number}.wait：等待 0 到 {LONGEST_HOURS} 小时。",
                f"steps.{number}.wait: wait for 0 to {LONGEST_HOURS} hours.",
            ),
        )
    then = dict(given.get("then", {}))
    then["due"] = {key: value.astimezone(UTC) for key, value in then.get("due", {}).items()}
    if "wake_at" in then:
        then["wake_at"] = then["wake_at"].astimezone(UTC)
    return Step(
        task,
        message,
        laid_over(answers.get(task, {}), given.get("values", {})) if task else given.get("values", {}),
        None if hours is None else timedelta(hours=hours),
        given["until"].astimezone(UTC) if "until" in given else None,
        Expected(**then),
    )


def laid_over(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `changes` laid over it, mapping by mapping; null takes a value away, a list replaces a list."""
    merged = dict(base)
    for key, value in changes.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, Mapping):
            below = merged.get(key)
            merged[key] = laid_over(below if isinstance(below, Mapping) else {}, value)
        else:
            merged[key] = value
    return merged
