"""Brings a value to the type that a column names; what does not fit is an error, never a silent miss."""

from datetime import date, datetime, time, timedelta
from typing import Any

from workflow.engine.dmn.model import DmnError
from workflow.engine.moment import Moment
from workflow.engine.text import Text

NAMES = {
    "string": Text("文字", "text"), "number": Text("数字", "a number"), "boolean": Text("是/否", "yes or no"),
    "date": Text("日期", "a date"), "dateTime": Text("日期时间", "a date and time"), "time": Text("时刻", "a time"),
    "dayTimeDuration": Text("时长", "a duration"), "yearMonthDuration": Text("年月时长", "years and months"),
}  # fmt: skip
CLASSES: dict[str, tuple[type, ...]] = {
    "string": (str,), "number": (int, float), "boolean": (bool,), "date": (date,), "dateTime": (datetime,),
    "time": (time,), "dayTimeDuration": (timedelta,),
}  # fmt: skip


def convert(value: Any, kind: str, moment: Moment) -> Any:
    """The value as the type `kind`; None stays None, and a list is brought item by item.

    A text that is an ISO date or date-time becomes one; anything else that does not fit raises DmnError.
    """
    if value is None or kind == "Any":
        return value
    if isinstance(value, list):
        return [convert(item, kind, moment) for item in value]
    if isinstance(value, str) and kind in {"date", "dateTime"}:
        return _read(value, kind, moment)
    if kind == "date" and isinstance(value, datetime):
        return value.astimezone(moment.zone).date()
    if not _fits(value, kind):
        raise _mismatch(kind)
    return value


def _fits(value: Any, kind: str) -> bool:
    if kind == "yearMonthDuration":  # has no fixed length, so it stays a text
        return isinstance(value, str) and value.lstrip("-").startswith("P")
    return isinstance(value, CLASSES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _read(text: str, kind: str, moment: Moment) -> date | datetime:
    try:
        if kind == "date":
            return date.fromisoformat(text)
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise _mismatch(kind) from None
    return instant if instant.tzinfo else instant.replace(tzinfo=moment.zone)


def _mismatch(kind: str) -> DmnError:
    name = NAMES[kind]
    return DmnError(Text(f"这里需要{name.zh}。", f"This needs to be {name.en}."))
