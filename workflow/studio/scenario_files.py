"""Reads scenarios: the YAML files of a process's folder `scenarios/`, whose language bpmn/README.md describes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from workflow.engine import Text
from workflow.studio.expectations import Expected

ANSWERS = "_answers.yaml"
"""Ordinary answers by element id, shared by the scenarios of a folder; a scenario names only what differs."""

_SCENARIO = {"name", "start", "holidays", "workdays", "choices", "operations", "steps", "path", "outcome", "calls"}
_STEP = {"complete", "values", "wait", "until", "then"}
_THEN = {"open", "due", "priority", "assignee", "variables", "wake_at"}


class ScenarioInvalid(Exception):
    """The file is no scenario; `message` says why."""

    def __init__(self, file: str, message: Text) -> None:
        super().__init__(f"{file}: {message.en}")
        self.file, self.message = file, message


@dataclass(frozen=True)
class Step:
    """One thing that happens: a task is completed, or time passes (`wait` from now, or `until` an instant)."""

    complete: str | None
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
    calls: tuple[Mapping[str, Any], ...]


def read_folder(folder: Path) -> list[Scenario]:
    """The scenarios of a process folder by file name. Raises ScenarioInvalid."""
    files = sorted((folder / "scenarios").glob("*.yaml"))
    shared = next((_yaml(file) for file in files if file.name == ANSWERS), {})
    return [read(file, shared) for file in files if file.name != ANSWERS]


def read(file: Path, shared: Mapping[str, Any] | None = None) -> Scenario:
    """One scenario, its values laid over the `answers` and `choices` shared in the folder. Raises ScenarioInvalid."""
    given, shared = _yaml(file), shared or {}
    _known(file, given, _SCENARIO)
    answers = shared.get("answers", {})
    try:
        return Scenario(
            file=file.name,
            name=Text(given["name"]["zh"], given["name"]["en"]),
            start=_instant(file, given["start"]),
            holidays=frozenset(given.get("holidays", ())),
            workdays=frozenset(given.get("workdays", ())),
            choices={**shared.get("choices", {}), **given.get("choices", {})},
            operations=given.get("operations", {}),
            steps=tuple(_step(file, each, answers) for each in given["steps"]),
            path=tuple(given["path"]),
            outcome=given.get("outcome"),
            calls=tuple(given.get("calls", ())),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ScenarioInvalid(
            file.name, Text(f"情景文件有误：{error}", f"The scenario cannot be read: {error}")
        ) from error


def _yaml(file: Path) -> dict[str, Any]:
    try:
        given = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ScenarioInvalid(
            file.name, Text(f"不是有效的YAML：{error}", f"This is not valid YAML: {error}")
        ) from error
    if not isinstance(given, dict):
        raise ScenarioInvalid(file.name, Text("文件中没有内容。", "There is nothing in the file."))
    return given


def _step(file: Path, given: Mapping[str, Any], answers: Mapping[str, Any]) -> Step:
    _known(file, given, _STEP)
    then = dict(given.get("then", {}))
    _known(file, then, _THEN)
    task = given.get("complete")
    if (task is None) == ("wait" not in given and "until" not in given):
        raise ScenarioInvalid(
            file.name,
            Text(
                f"每一步要么完成任务，要么让时间过去：{dict(given)}",
                f"A step either completes a task or lets time pass: {dict(given)}",
            ),
        )
    then["due"] = {key: _instant(file, value) for key, value in then.get("due", {}).items()}
    if then.get("wake_at") is not None:
        then["wake_at"] = _instant(file, then["wake_at"])
    values = laid_over(answers.get(task, {}), given.get("values", {})) if task else {}
    hours = given.get("wait")
    return Step(
        task,
        values,
        None if hours is None else timedelta(hours=hours),
        None if given.get("until") is None else _instant(file, given["until"]),
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


def _instant(file: Path, value: Any) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ScenarioInvalid(
            file.name,
            Text(
                f"时刻要写日期、时间和时差，例如 2026-03-09T10:00:00+08:00：{value}",
                f"An instant needs date, time and offset, e.g. 2026-03-09T10:00:00+08:00: {value}",
            ),
        )
    return value.astimezone(UTC)


def _known(file: Path, given: Mapping[str, Any], names: Iterable[str]) -> None:
    unknown = set(given) - set(names)
    if unknown:
        listed = ", ".join(sorted(unknown))
        raise ScenarioInvalid(file.name, Text(f"不认识的项目：{listed}", f"Unknown entries: {listed}"))
