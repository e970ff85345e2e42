"""Hands an expression just the variables that it names, the clock and the calendar, as JSON text."""

import json
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

from workflow.engine.feel.naming import names
from workflow.engine.feel.values import encode
from workflow.engine.moment import Moment


def encode_scope(source: str, unary: bool, data: Mapping[str, Any], moment: Moment, value: Any = None) -> str:
    """The named variables of `data` as JSON; a path that is only compared with null is there, as null if need be."""
    read = names(source, unary)
    scope = {name: encode(data[name], moment) for name in read.top if name in data}
    for path in read.optional:
        _ensure(scope, path.split("."))
    if unary:
        scope["?"] = encode(value, moment)
    return json.dumps(scope, ensure_ascii=False)


def _ensure(place: dict[str, Any], keys: list[str]) -> None:
    """Let a path exist, without touching a value that is there."""
    for key in keys[:-1]:
        inner = place.get(key)
        if inner is None:
            inner = place[key] = {}
        if not isinstance(inner, dict):
            return  # a list or a plain value: reading on from it is an error that the interpreter names
        place = inner
    place.setdefault(keys[-1], None)


@lru_cache(maxsize=64)
def encode_moment(moment: Moment) -> str:
    """The clock in local time and the calendar; the same text for the same moment, so that it is read only once."""
    local = moment.now.astimezone(moment.zone)
    return json.dumps({
        "now": local.isoformat(),
        "offset": round((local.utcoffset() or timedelta()).total_seconds() / 60),  # of instants written without one
        "holidays": sorted(day.isoformat() for day in moment.holidays),
        "workdays": sorted(day.isoformat() for day in moment.workdays),
    })  # fmt: skip
