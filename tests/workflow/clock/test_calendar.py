"""Working days in China: holidays, make-up workdays, and how pressing a due time is."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from workflow import clock
from workflow.engine import feel

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 3, 9), True),  # an ordinary Monday
        (date(2026, 3, 7), False),  # an ordinary Saturday
        (date(2025, 10, 1), False),  # National Day, a Wednesday
        (date(2025, 9, 28), True),  # a Sunday worked in exchange
        (date(2099, 1, 5), True),  # a Monday of a year without published holidays
    ],
)
def test_workdays(day: date, worked: bool) -> None:
    assert clock.is_workday(day) is worked


@pytest.mark.parametrize(
    ("start", "days"), [("2025-09-26", 1), ("2025-09-30", 1), ("2026-03-06", 3), ("2025-09-27", 2)]
)
def test_lists_and_expressions_count_the_same_days(start: str, days: int) -> None:
    noon = datetime.fromisoformat(f"{start}T12:00:00").replace(tzinfo=SHANGHAI)
    moment = clock.moment(noon)
    counted = feel.evaluate(f"working days after(now(), {days})", {}, moment)
    assert clock.working_days_after(noon, days) == counted


def test_the_local_time_of_day_stays() -> None:
    friday = datetime(2026, 3, 6, 8, 30, tzinfo=UTC)
    assert clock.working_days_after(friday, 1) == friday + timedelta(days=3)


@pytest.mark.parametrize(
    ("hours", "group"), [(-100, "critical"), (-2, "overdue"), (2, "soon"), (47, "soon"), (400, "later")]
)
def test_due_groups(now: datetime, hours: int, group: str) -> None:
    assert clock.due_group(now + timedelta(hours=hours), now) == group
    assert clock.due_group(None, now) == "none"
