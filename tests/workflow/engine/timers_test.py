"""Timer texts and what they mean by the calendar."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from workflow.engine import timers
from workflow.engine.timers import Cycle, Duration, TimerUnreadable

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT5M", Duration(seconds=300)),
        ("P1D", Duration(days=1)),
        ("P2W", Duration(days=14)),
        ("P1Y2M", Duration(months=14)),
        ("P1M", Duration(months=1)),
        ("PT1M", Duration(seconds=60)),
        ("P1DT2H3M4.5S", Duration(days=1, seconds=7384.5)),
        (" PT0S ", Duration()),
    ],
)
def test_durations(text: str, expected: Duration) -> None:
    assert timers.duration(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "1 hour",
        "PT1",
        "P1H",
        "-PT1H",
        "P-1D",
        "PT1H30",
        "P1DT",
        "pt1h",
        "P1.5D",
        "P9999Y",
        "PT1H\n;",
        "P１D1",
    ],
)
def test_unreadable_durations(text: str) -> None:
    with pytest.raises(TimerUnreadable):
        timers.duration(text)


def test_cycles() -> None:
    assert timers.cycle("R3/PT1H") == Cycle(3, Duration(seconds=3600))
    assert timers.cycle("R/P1D") == Cycle(None, Duration(days=1))
    for text in ("R0/PT1H", "R-1/PT1H", "R/PT0S", "R3", "PT1H", "0 0 9 * * *", "R3/2026-01-01"):
        with pytest.raises(TimerUnreadable):
            timers.cycle(text)


@pytest.mark.parametrize(
    ("start", "text", "expected"),
    [
        ("2026-01-31T09:00", "P1M", "2026-02-28T09:00"),
        ("2028-01-31T09:00", "P1M", "2028-02-29T09:00"),
        ("2026-03-31T09:00", "P1M", "2026-04-30T09:00"),
        ("2026-10-31T09:00", "P4M", "2027-02-28T09:00"),
        ("2028-02-29T09:00", "P1Y", "2029-02-28T09:00"),
        ("2026-12-15T09:00", "P1M", "2027-01-15T09:00"),
        ("2026-01-31T09:00", "P1M1D", "2026-03-01T09:00"),
    ],
)
def test_months_end_where_the_month_ends(start: str, text: str, expected: str) -> None:
    begin = datetime.fromisoformat(start).replace(tzinfo=SHANGHAI)
    assert timers.duration(text).after(begin, SHANGHAI) == datetime.fromisoformat(expected).replace(tzinfo=SHANGHAI)


def test_days_keep_the_time_of_day_across_a_clock_change_and_hours_do_not() -> None:
    before = datetime(2026, 3, 28, 9, 0, tzinfo=BERLIN)
    assert timers.duration("P1D").after(before, BERLIN) == datetime(2026, 3, 29, 9, 0, tzinfo=BERLIN)
    assert timers.duration("P1D").after(before, BERLIN) - before.astimezone(UTC) == timedelta(hours=23)
    assert timers.duration("PT24H").after(before, BERLIN) == datetime(2026, 3, 29, 10, 0, tzinfo=BERLIN)


def test_a_local_time_that_the_clock_skips_is_moved_on() -> None:
    before = datetime(2026, 3, 28, 2, 30, tzinfo=BERLIN)
    assert timers.duration("P1D").after(before, BERLIN) == datetime(2026, 3, 29, 3, 30, tzinfo=BERLIN)


def test_a_local_time_that_comes_twice_is_the_first() -> None:
    before = datetime(2026, 10, 24, 2, 30, tzinfo=BERLIN)
    assert timers.duration("P1D").after(before, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_instants() -> None:
    assert timers.instant("2026-05-01T09:00:00", SHANGHAI) == datetime(2026, 5, 1, 1, 0, tzinfo=UTC)
    assert timers.instant("2026-05-01T09:00:00Z", SHANGHAI) == datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
    assert timers.instant("2026-05-01", SHANGHAI) == datetime(2026, 4, 30, 16, 0, tzinfo=UTC)
    assert timers.instant(date(2026, 5, 1), BERLIN) == datetime(2026, 4, 30, 22, 0, tzinfo=UTC)
    for text in ("2026-02-30", "tomorrow", "2026-05-01T25:00", "09:00"):
        with pytest.raises(TimerUnreadable):
            timers.instant(text, SHANGHAI)


def test_a_day_is_in_time_until_its_last_second() -> None:
    assert timers.end_of_day(date(2026, 5, 1), SHANGHAI) == datetime(2026, 5, 1, 15, 59, 59, tzinfo=UTC)
    assert timers.end_of_day("2026-05-01", SHANGHAI) == datetime(2026, 5, 1, 15, 59, 59, tzinfo=UTC)
    assert timers.end_of_day(date(2026, 3, 29), BERLIN) == datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC)
    exact = datetime(2026, 5, 1, 9, 0, tzinfo=SHANGHAI)
    assert timers.end_of_day(exact, SHANGHAI) == exact
