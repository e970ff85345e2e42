"""The working-day calendar of China, with public holidays and make-up workdays, as expressions and lists need it."""

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from chinese_calendar.constants import holidays, workdays

from workflow.engine import Moment

TIMEZONE = "Asia/Shanghai"
SATURDAY = 5
SOON = 2
"""Working days before the due time from which a task counts as due soon (domain.md §3.5)."""
CRITICAL = 1
"""Working days after the due time from which a task is badly overdue: when the supervisor is told (domain.md §3.5)."""


def moment(now: datetime) -> Moment:
    """The instant with its calendar, as the engine wants it. Years without published holidays have weekends only."""
    off, on = _calendar()
    return Moment(now=now, holidays=off, workdays=on, timezone=TIMEZONE)


def local_day(instant: datetime) -> date:
    """The calendar day on which an instant falls here."""
    return instant.astimezone(ZoneInfo(TIMEZONE)).date()


def is_workday(day: date) -> bool:
    """Whether people work on this day: a weekday that is no holiday, or a make-up workday."""
    off, on = _calendar()
    return day in on or (day.weekday() < SATURDAY and day not in off)


def working_days_after(instant: datetime, days: int) -> datetime:
    """The same local time, this many working days later; on a day off, counting starts with the next working day."""
    local = instant.astimezone(ZoneInfo(TIMEZONE))
    day = local.date()
    while days > 0:
        day += timedelta(days=1)
        if is_workday(day):
            days -= 1
    return datetime.combine(day, time(local.hour, local.minute, local.second), local.tzinfo)


def due_group(due_at: datetime | None, now: datetime) -> str:
    """How pressing a due time is: "critical", "overdue", "soon", "later", or "none" when there is none."""
    if due_at is None:
        return "none"
    if due_at < now:
        return "critical" if working_days_after(due_at, CRITICAL) < now else "overdue"
    return "soon" if due_at <= working_days_after(now, SOON) else "later"


@cache
def _calendar() -> tuple[frozenset[date], frozenset[date]]:
    """Weekdays off and weekend days worked, as the State Council announces them each year."""
    off = frozenset(day for day in holidays if day.weekday() < SATURDAY)
    on = frozenset(day for day in workdays if day.weekday() >= SATURDAY)
    return off, on
