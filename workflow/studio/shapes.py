"""Reads a YAML file that anybody may have written, and compares it with the shape that it should have.

A shape is a type; `[shape]` is a list of it, `{"name": shape}` a mapping with these entries and no others, and
`{str: shape}` one with any names. `object` is any value that JSON has, or a date or an instant.
"""

import math
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from workflow.engine import Text

MAX_BYTES = 500_000
MOST_VALUES = 20_000
"""With aliases a file of one kilobyte can hold millions of values, or itself."""
LONGEST_FIGURE = 100
"""Characters of a number or an instant; YAML also reads numbers to the base of 60, which takes long for long ones."""
LARGEST = 10**15
"""Whole numbers beyond are not exact in FEEL."""
FIRST_YEAR, LAST_YEAR = 1900, 2999

_TEXT = "tag:yaml.org,2002:str"
_NAMES = {
    str: Text("文字", "a text"),
    bool: Text("true 或 false", "true or false"),
    float: Text("数字", "a number"),
    date: Text("日期，例如 2026-03-09", "a date such as 2026-03-09"),
    dict: Text("名称和值", "names with values"),
    list: Text("列表", "a list"),
    object: Text("简单的值", "a plain value"),
}


class ScenarioInvalid(Exception):
    """The file is no scenario; `message` says why."""

    def __init__(self, file: str, message: Text) -> None:
        super().__init__(f"{file}: {message.en}")
        self.file, self.message = file, message


def read_yaml(file: Path) -> dict[str, Any]:
    """The mapping that a YAML file holds. Raises ScenarioInvalid."""
    try:
        with file.open("rb") as source:
            data = source.read(MAX_BYTES + 1)
    except OSError as error:
        raise ScenarioInvalid(
            file.name, Text(f"文件不能读取：{error.strerror}", f"The file cannot be read: {error.strerror}")
        ) from error
    if len(data) > MAX_BYTES:
        raise ScenarioInvalid(
            file.name,
            Text(
                f"文件超过 {MAX_BYTES // 1000} kB，不能读取。",
                f"The file is larger than {MAX_BYTES // 1000} kB and is not read.",
            ),
        )
    given = read_text(file.name, data)
    if not isinstance(given, dict):
        raise ScenarioInvalid(file.name, Text("文件中没有内容。", "There is nothing in the file."))
    return given


def read_text(name: str, data: bytes) -> Any:
    """The value of a YAML text; `name` stands for it in the refusal. Raises ScenarioInvalid."""
    try:
        return _loaded(data.decode())
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
        zh, en = (f"（第{mark.line + 1}行）", f" (line {mark.line + 1})") if mark else ("", "")
        why = error.problem if isinstance(error, yaml.MarkedYAMLError) else _first_line(error)
        raise ScenarioInvalid(name, Text(f"不是有效的YAML{zh}：{why}", f"This is not valid YAML{en}: {why}")) from error


def _loaded(text: str) -> Any:
    """The value of a YAML text. Raises YAMLError, also for one that aliases make endless."""
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        _count(node, {})
        return loader.construct_document(node) if node is not None else None
    finally:
        loader.dispose()


def _count(node: yaml.Node | None, counted: dict[int, float]) -> float:
    """How many values a node holds when every alias is written out; one that holds itself holds too many."""
    if isinstance(node, yaml.CollectionNode) and id(node) not in counted:
        counted[id(node)] = math.inf
        pairs = node.value if isinstance(node, yaml.SequenceNode) else [each for pair in node.value for each in pair]
        counted[id(node)] = 1 + sum(_count(each, counted) for each in pairs)
        if counted[id(node)] > MOST_VALUES:
            raise yaml.MarkedYAMLError(problem=f"> {MOST_VALUES} values / 值太多", problem_mark=node.start_mark)
    if isinstance(node, yaml.ScalarNode) and node.tag != _TEXT and len(node.value) > LONGEST_FIGURE:
        raise yaml.MarkedYAMLError(problem="number too long / 数字太长", problem_mark=node.start_mark)
    return counted.get(id(node), 1)


def require(file: str, value: Any, shape: Any, place: str = "") -> None:
    """Compare a value with a shape. Raises ScenarioInvalid with the place, such as `steps.2.wait`."""
    if isinstance(shape, list):
        _expect(file, value, list, place)
        for number, each in enumerate(value, start=1):
            require(file, each, shape[0], f"{place}.{number}".lstrip("."))
    elif isinstance(shape, dict):
        _expect(file, value, dict, place)
        for name, each in value.items():
            here = f"{place}.{_short(name)}".lstrip(".")
            _expect(file, name, str, here)
            require(file, each, shape[name] if name in shape else _of_any_name(file, shape, here), here)
    elif shape is datetime:
        _require_instant(file, value, place)
    elif shape is object and isinstance(value, dict | list):
        require(file, value, {str: object} if isinstance(value, dict) else [object], place)
    elif shape is object and value is None:
        return
    else:
        _expect(file, value, shape, place)


def _of_any_name(file: str, shape: dict[Any, Any], place: str) -> Any:
    if str not in shape:
        raise ScenarioInvalid(file, Text(f"不认识的项目：{place}", f"Unknown entries: {place}"))
    return shape[str]


def _expect(file: str, value: Any, kind: type, place: str) -> None:
    if _is_a(value, kind):
        return
    wanted, where = _NAMES[kind], place or "."
    raise ScenarioInvalid(
        file, Text(f"“{where}”应当是{wanted.zh}：{_short(value)}", f"{where} must be {wanted.en}: {_short(value)}")
    )


def _is_a(value: Any, kind: type) -> bool:
    """Python's own subtypes mislead: true is no number, and an instant is no day."""
    if kind is float:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and math.isfinite(value) and abs(value) <= LARGEST
    if kind is date:
        return isinstance(value, date) and not isinstance(value, datetime)
    if kind is object:
        in_calendar = isinstance(value, date) and FIRST_YEAR <= value.year <= LAST_YEAR
        return in_calendar or isinstance(value, str | bool) or _is_a(value, float)
    return isinstance(value, kind)


def _require_instant(file: str, value: Any, place: str) -> None:
    if not isinstance(value, datetime) or value.tzinfo is None or not FIRST_YEAR < value.year < LAST_YEAR:
        raise ScenarioInvalid(
            file,
            Text(
                f"“{place}”要写日期、时间和时差，例如 2026-03-09T10:00:00+08:00：{_short(value)}",
                f"{place}: an instant needs date, time and offset, e.g. 2026-03-09T10:00:00+08:00: {_short(value)}",
            ),
        )


def _short(value: Any) -> str:
    try:
        text = str(value)
    except ValueError:  # Python writes no number of thousands of figures
        return "…"
    return text if len(text) <= 80 else f"{text[:80]}…"


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
