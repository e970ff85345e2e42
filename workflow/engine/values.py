"""Values of a case: what may be kept, how they go into JSON and back, how they are merged and compared."""

import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from workflow.engine.errors import EngineError
from workflow.engine.text import Text

LARGEST_INTEGER = 2**53


class ValueRefused(EngineError):
    """A value that a case cannot keep."""


def keep(value: Any) -> Any:
    """A copy of a value in the types a case keeps: None, bool, int, float, str, list, dict, date, aware datetime.

    Raises ValueRefused for anything else, for naive date-times, for NaN, and for whole numbers beyond 2^53, which
    an expression could not tell apart (feel-zeebe.md §1.3).
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueRefused(Text("日期时间没有时区。", "A date-time has no time zone."))
    if isinstance(value, date):
        return value
    if isinstance(value, Mapping):
        return {_key(key): keep(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [keep(entry) for entry in value]
    kind = type(value).__name__
    raise ValueRefused(Text(f"案例不能保存这种值（{kind}）。", f"A case cannot keep a value of this kind ({kind})."))


def _number(value: float) -> float:
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise ValueRefused(
                Text(
                    f"整数 {value} 太大，编号请用文字。", f"The number {value} is too large; keep identifiers as text."
                )
            )
        return int(value)
    if not math.isfinite(value):
        raise ValueRefused(Text("数值无效。", "The number is not a finite one."))
    return float(value)


def to_json(value: Any) -> Any:
    """A kept value as JSON; dates and instants are tagged so that they come back as what they were."""
    if isinstance(value, datetime):
        return {"$at": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, dict):
        plain = {key: to_json(entry) for key, entry in value.items()}
        return {"$map": plain} if any(key.startswith("$") for key in plain) else plain
    if isinstance(value, list):
        return [to_json(entry) for entry in value]
    return value


def from_json(value: Any) -> Any:
    """The inverse of to_json. Raises ValueError or TypeError if the text of a tag is damaged."""
    if isinstance(value, list):
        return [from_json(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        [(tag, content)] = value.items()
        if tag == "$at":
            return datetime.fromisoformat(content)
        if tag == "$date":
            return date.fromisoformat(content)
        if tag == "$map":
            return {key: from_json(entry) for key, entry in content.items()}
    return {key: from_json(entry) for key, entry in value.items()}


def merge(target: dict[str, Any], changes: Mapping[str, Any]) -> None:
    """Lay `changes` over `target` in place: dicts field by field, everything else (lists too) as a whole."""
    for key, value in changes.items():
        old = target.get(key)
        if isinstance(old, dict) and isinstance(value, Mapping):
            merge(old, value)
        else:
            target[key] = keep(value)


def difference(base: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """What was set in `changed` since it was copied from `base`, field by field.

    Laid over a third state it is the three-way merge that separate copies need (engine-defects.md D1): what this
    side never touched is not written. Nothing takes a field away, so there are no removals to carry over.
    """
    found: dict[str, Any] = {}
    for key, value in changed.items():
        old = base.get(key)
        if key in base and same(old, value):
            continue
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            inner = difference(old, value)
            if inner:
                found[key] = inner
        else:
            found[key] = value
    return found


def same(left: Any, right: Any) -> bool:
    """Equality that tells true from 1, as FEEL and JSON do."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(same(one, other) for one, other in zip(left, right, strict=True))
    return bool(left == right)


def nested(path: str, value: Any) -> dict[str, Any]:
    """{"a": {"b": value}} for the path "a.b"."""
    result: Any = value
    for key in reversed(path.split(".")):
        result = {key: result}
    return dict(result)


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise ValueRefused(Text("字段名必须是文字。", "A field's name must be text."))
    return key
