"""Timer texts (ISO 8601) and the instants they mean, in a real time zone and by the calendar, not by counting hours."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_DURATION = re.compile(
    r"P(?=\d|T\d)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_CYCLE = re.compile(r"R(?P<times>\d*)/(?P<every>P.+)")
MAX_YEARS = 200


class TimerUnreadable(ValueError):
    """A text that is no duration, date or cycle."""


@dataclass(frozen=True)
class Duration:
    """A span of calendar time: months and days follow the local calendar, seconds are exact."""

    months: int = 0
    days: int = 0
    seconds: float = 0

    def after(self, start: datetime, zone: tzinfo) -> datetime:
        """The instant (UTC) this span after `start`.

        Months keep the day of the month, or fall on the last day of a shorter one; days keep the local time of day,
        also across a clock change; a local time that the clock skips is read with the offset before the change.
        Raises TimerUnreadable beyond the calendar.
        """
        try:
            return self._after(start, zone)
        except (OverflowError, ValueError) as error:
            raise TimerUnreadable(str(start)) from error

    def _after(self, start: datetime, zone: tzinfo) -> datetime:
        local = start.astimezone(zone)
        if self.months or self.days:
            year, month = divmod(local.year * 12 + local.month - 1 + self.months, 12)
            day = min(local.day, calendar.monthrange(year, month + 1)[1])
            wall = local.replace(tzinfo=None, year=year, month=month + 1, day=day) + timedelta(days=self.days)
            local = wall.replace(tzinfo=zone)
        return local.astimezone(UTC) + timedelta(seconds=self.seconds)

    @property
    def is_zero(self) -> bool:
        """True if it passes at once."""
        return not (self.months or self.days or self.seconds)


@dataclass(frozen=True)
class Cycle:
    """A repeated span: `times` firings, or without end if None."""

    times: int | None
    every: Duration


def duration(text: str) -> Duration:
    """Read `PT1H`, `P2W`, `P1M`... Raises TimerUnreadable."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise TimerUnreadable(text)
    part = {key: float(value) for key, value in match.groupdict().items() if value}
    months = int(part.get("years", 0)) * 12 + int(part.get("months", 0))
    days = int(part.get("weeks", 0)) * 7 + int(part.get("days", 0))
    seconds = part.get("hours", 0) * 3600 + part.get("minutes", 0) * 60 + part.get("seconds", 0)
    if months / 12 + days / 365 + seconds / 31_536_000 > MAX_YEARS:
        raise TimerUnreadable(text)
    return Duration(months, days, seconds)


def cycle(text: str) -> Cycle:
    """Read `R3/PT1H` or `R/P1D`. Raises TimerUnreadable, also for R0 and for a span of nothing."""
    match = _CYCLE.fullmatch(text.strip())
    if match is None:
        raise TimerUnreadable(text)
    times = int(match["times"]) if match["times"] else None
    every = duration(match["every"])
    if times == 0 or every.is_zero:
        raise TimerUnreadable(text)
    return Cycle(times, every)


def instant(value: str | date | datetime, zone: tzinfo) -> datetime:
    """The instant (UTC) of a date-time, or the beginning of a local day; texts without offset are local time.

    Raises TimerUnreadable.
    """
    if isinstance(value, str):
        text = value.strip()
        try:
            value = date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
        except ValueError as error:
            raise TimerUnreadable(text) from error
    if not isinstance(value, datetime):
        value = datetime.combine(value, time.min)
    if value.tzinfo is None:
        value = value.replace(tzinfo=zone)
    try:
        return value.astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise TimerUnreadable(str(value)) from error


def end_of_day(value: str | date | datetime, zone: tzinfo) -> datetime:
    """The instant until which something is in time: a bare day lasts until its last second.

    Raises TimerUnreadable.
    """
    is_day = not isinstance(value, datetime) and (not isinstance(value, str) or len(value.strip()) == 10)
    start = instant(value, zone)
    return Duration(days=1).after(start, zone) - timedelta(seconds=1) if is_day else start
