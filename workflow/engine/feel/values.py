"""Values across the border to JavaScript: JSON, with dates, instants, times and durations as tagged texts."""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from workflow.engine.feel.errors import FeelError
from workflow.engine.moment import Moment

EXACT = 2**53
CONSTANTS = {"t": True, "f": False, "n": None}
DURATION = re.compile(
    r"(?P<sign>-?)P(?:(?P<weeks>-?[\d.]+)W)?(?:(?P<days>-?[\d.]+)D)?"
    r"(?:T(?:(?P<hours>-?[\d.]+)H)?(?:(?P<minutes>-?[\d.]+)M)?(?:(?P<seconds>-?[\d.]+)S)?)?"
)


def encode(value: Any, moment: Moment) -> Any:
    """A value as JSON can hold it; instants go in local time, since UTC midnight would be taken for a date.

    Raises FeelError for a whole number that JavaScript cannot hold exactly, and for what FEEL does not know.
    """
    match value:
        case None | bool() | str():
            return value
        case int():
            if abs(value) > EXACT:
                raise FeelError.of("large")
            return value
        case float() | Decimal():
            return float(value)
        case Mapping():
            return {str(key): encode(entry, moment) for key, entry in value.items()}
        case list() | tuple() | set() | frozenset():
            return [encode(entry, moment) for entry in value]
        case _:
            return _encode_time(value, moment)


def _encode_time(value: Any, moment: Moment) -> dict[str, str]:
    match value:
        case datetime():
            if value.tzinfo is None:
                raise FeelError.of("naive")
            return {"$t": _local(value, moment).isoformat()}
        case date():
            if value.year < 1000:  # year 1 marks a time of day
                raise FeelError.of("early")
            return {"$d": value.isoformat()}
        case time():
            return {"$h": value.replace(microsecond=0).isoformat()}
        case timedelta():
            length = abs(value)
            seconds = f"{length.seconds}.{length.microseconds // 1000:03d}"
            return {"$p": f"{'-' if value < timedelta() else ''}P{length.days}DT{seconds}S"}
    raise FeelError.of("result", [type(value).__name__])


def _local(instant: datetime, moment: Moment) -> datetime:
    """The instant in local time; offsets of a century ago had seconds, which JavaScript's ISO texts have not."""
    try:
        local = instant.astimezone(moment.zone)
    except OverflowError as error:
        raise FeelError.of("beyond") from error
    offset = local.utcoffset() or timedelta()
    if offset.seconds % 60 == 0:
        return local
    return instant.astimezone(timezone(timedelta(minutes=round(offset.total_seconds() / 60))))


def decode(answer: str, moment: Moment) -> Any:
    """The value of a coded answer of the interpreter. Raises FeelError for a time that Python has no value for."""
    if answer in CONSTANTS:
        return CONSTANTS[answer]
    try:
        return _revive(json.loads(answer[1:]), moment)
    except (OverflowError, ValueError) as error:
        raise FeelError.of("beyond") from error


def _revive(value: Any, moment: Moment) -> Any:
    if isinstance(value, list):
        return [_revive(entry, moment) for entry in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((tag, text),) = value.items()
        if tag == "$d":
            return date.fromisoformat(text)
        if tag == "$t":
            return datetime.fromisoformat(text).astimezone(moment.zone)
        if tag == "$h":
            return time.fromisoformat(text)
        if tag == "$p":
            return _duration(text)
    return {key: _revive(entry, moment) for key, entry in value.items()}


def _duration(text: str) -> timedelta | str:
    found = DURATION.fullmatch(text)
    if found is None:
        return text  # years and months have no fixed length
    parts = {key: float(part) for key, part in found.groupdict().items() if key != "sign" and part}
    return timedelta(**parts) * (-1 if found["sign"] else 1)
