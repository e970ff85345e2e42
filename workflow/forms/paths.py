"""Reads and writes nested dicts by dotted path."""

from collections.abc import Mapping
from typing import Any


def get(values: Mapping[str, Any], path: str, default: Any = None) -> Any:
    """The value at a dotted path, or the default when something on the way is missing."""
    place: Any = values
    for key in path.split("."):
        if not isinstance(place, Mapping) or key not in place:
            return default
        place = place[key]
    return place


def put(values: dict[str, Any], path: str, value: Any) -> None:
    """Set the value at a dotted path; what stands in the way is replaced."""
    *way, last = path.split(".")
    place = values
    for key in way:
        inner = place.get(key)
        if not isinstance(inner, dict):
            inner = place[key] = {}
        place = inner
    place[last] = value


def overlay(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Nested values of `above` laid over those of `below`; neither is changed."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = overlay(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged
