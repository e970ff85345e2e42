"""When a service recurs: an RFC 5545 rule made from what people tick, put into words, and the next day it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from dateutil.rrule import rrulestr

from workflow.engine.text import Text

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
AHEAD = timedelta(days=366)
_DAY_WORDS = dict(
    zip(
        DAYS,
        (
            Text("周一", "Monday"), Text("周二", "Tuesday"), Text("周三", "Wednesday"), Text("周四", "Thursday"),
            Text("周五", "Friday"), Text("周六", "Saturday"), Text("周日", "Sunday"),
        ),
        strict=True,
    )
)  # fmt: skip
_NTH = {
    "1": Text("第一个", "first"),
    "2": Text("第二个", "second"),
    "3": Text("第三个", "third"),
    "4": Text("第四个", "fourth"),
    "-1": Text("最后一个", "last"),
}


def make(repeats: str | None, days: Sequence[str]) -> str:
    """The rule for what was ticked: every day, every week on days, or the nth weekday of a month; "" for none."""
    chosen = [day for day in DAYS if day in days]
    if repeats == "daily":
        return "FREQ=DAILY"
    if not repeats or not chosen:
        return ""
    if repeats == "weekly":
        return f"FREQ=WEEKLY;BYDAY={','.join(chosen)}"
    return f"FREQ=MONTHLY;BYDAY={','.join(f'{repeats}{day}' for day in chosen)}"


def ticked(rule: str) -> tuple[str | None, list[str]]:
    """What has to be ticked to get this rule again; (None, []) for a rule that the form cannot show."""
    parts = _parts(rule)
    days = [day for day in parts.get("BYDAY", "").split(",") if day]
    if parts == {"FREQ": "DAILY"}:
        return "daily", []
    if parts.keys() != {"FREQ", "BYDAY"}:
        return None, []
    if parts["FREQ"] == "WEEKLY" and all(day in DAYS for day in days):
        return "weekly", days
    numbers = {day[:-2] for day in days}
    if parts["FREQ"] == "MONTHLY" and len(numbers) == 1 and numbers <= _NTH.keys():
        return numbers.pop(), [day[-2:] for day in days]
    return None, []


def in_words(rule: str) -> Text | None:
    """The rule as people say it; a rule that we have no words for as it stands; None when there is none."""
    if not rule:
        return None
    repeats, days = ticked(rule)
    zh = "、".join(_DAY_WORDS[day].zh for day in days)
    en = ", ".join(_DAY_WORDS[day].en for day in days)
    if repeats == "daily":
        return Text("每天", "every day")
    if repeats == "weekly":
        return Text(f"每{zh}", f"every {en}")
    if repeats is not None:
        return Text(f"每月{_NTH[repeats].zh}{zh}", f"the {_NTH[repeats].en} {en} of each month")
    return Text(rule, rule)


def following(rule: str, day: date) -> date | None:
    """The first day from this one on that the rule names, within a year.

    None also for a rule that no reader of RFC 5545 understands, or that needs a start to count from.
    """
    parts = _parts(rule)
    if not parts or parts.get("INTERVAL", "1") != "1" or "COUNT" in parts or parts.get("FREQ") not in _DATED:
        return None
    start = datetime.combine(day, time())
    try:
        found: datetime | None = rrulestr(rule, dtstart=start).after(start, inc=True)
    except (ValueError, TypeError):
        return None
    return found.date() if found is not None and found - start <= AHEAD else None


_DATED = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})


def _parts(rule: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in rule.upper().split(";"))
    return {name: value for name, equals, value in pairs if equals}


def form_values(rule: str) -> Mapping[str, Any]:
    """The two fields of the service form for a rule."""
    repeats, days = ticked(rule)
    return {"repeats": repeats, "days": days}
