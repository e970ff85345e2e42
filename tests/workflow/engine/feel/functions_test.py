"""The functions of our own: working days, days between, age, clock; all from the moment handed in."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from workflow.engine import feel
from workflow.engine.moment import Moment

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_now_and_today_are_those_of_the_moment_in_local_time(value):
    assert value("now()") == datetime(2026, 9, 30, 1, 0, tzinfo=UTC)
    assert value("now()").utcoffset() == SHANGHAI.utcoffset(datetime(2026, 9, 30))
    assert value("today()") == date(2026, 9, 30)


def test_today_is_the_local_day_and_not_that_of_utc():
    late = Moment(datetime(2026, 9, 30, 17, 0, tzinfo=UTC))
    assert feel.evaluate("today()", {}, late) == date(2026, 10, 1)
    assert feel.evaluate("today()", {}, Moment(late.now, timezone="America/New_York")) == date(2026, 9, 30)


def test_another_moment_is_another_clock():
    answers = [feel.evaluate("today()", {}, Moment(datetime(2026, 1, day, tzinfo=UTC))) for day in (5, 6, 5)]
    assert answers == [date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 5)]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, date(2026, 9, 30)),
        (1, date(2026, 10, 8)),  # the whole golden week lies between
        (2, date(2026, 10, 9)),
        (3, date(2026, 10, 10)),  # the Saturday that is worked
        (4, date(2026, 10, 12)),
        (-1, date(2026, 9, 29)),
        (-3, date(2026, 9, 26)),  # a worked Saturday too
        (-4, date(2026, 9, 25)),
    ],
)
def test_working_days_know_holidays_and_make_up_days(value, days, expected):
    assert value("working days after(today(), n)", n=days) == expected


def test_without_a_calendar_only_weekends_are_off():
    friday = Moment(datetime(2026, 10, 2, 4, 0, tzinfo=UTC))
    assert feel.evaluate("working days after(today(), 1)", {}, friday) == date(2026, 10, 5)


def test_an_instant_keeps_its_time_of_day(value):
    assert value("working days after(now(), 2)") == datetime(2026, 10, 9, 9, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize("n", [1.5, 5001, -5001])
def test_working_days_are_whole_and_bounded(refusal, n):
    assert refusal("working days after(today(), n)", n=n) == "days"


@pytest.mark.parametrize(
    ("day", "expected"), [(date(2026, 10, 5), False), (date(2026, 10, 10), True), (date(2026, 10, 11), False)]
)
def test_is_working_day(value, day, expected):
    assert value("is working day(d)", d=day) is expected


def test_days_between_counts_calendar_days(value):
    evening, morning = datetime(2026, 1, 1, 23, 0, tzinfo=SHANGHAI), datetime(2026, 1, 2, 1, 0, tzinfo=SHANGHAI)
    assert value("days between(a, b)", a=date(2026, 1, 1), b=date(2026, 3, 1)) == 59
    assert value("days between(b, a)", a=date(2026, 1, 1), b=date(2026, 3, 1)) == -59
    assert value("days between(a, b)", a=evening, b=morning) == 1
    assert value("days between(a, b)", a=date(2026, 1, 1), b=evening) == 0


@pytest.mark.parametrize(
    ("birth", "on", "expected"),
    [
        (date(2012, 5, 1), date(2026, 4, 30), 13),
        (date(2012, 5, 1), date(2026, 5, 1), 14),
        (date(2012, 2, 29), date(2026, 2, 28), 13),
        (date(2012, 2, 29), date(2026, 3, 1), 14),
        (date(2012, 10, 1), None, 13),
        (date(2012, 9, 30), None, 14),
    ],
)
def test_age_in_whole_years(value, birth, on, expected):
    assert value("age in years(birth, on)", birth=birth, on=on) == expected
    if on is None:
        assert value("age in years(birth)", birth=birth) == expected


def test_nobody_is_born_in_the_future(refusal):
    assert refusal("age in years(d)", d=date(2026, 10, 1)) == "birth"


@pytest.mark.parametrize(
    "source",
    [
        "working days after(x, 1)",
        "working days after(today(), x)",
        "days between(x, today())",
        "age in years(x)",
        "is working day(x)",
        "date(x)",
        "time(x)",
        "date and time(x)",
        "min(1, x)",
        "not(x)",
    ],
)
def test_nothing_in_nothing_out(value, source):
    assert value(source, x=None) is None


@pytest.mark.parametrize(
    "source",
    [
        'working days after("2026-01-01", 1)',
        'days between("a", today())',
        "age in years(3)",
    ],
)
def test_a_text_is_not_a_day(refusal, source):
    assert refusal(source) == "type"


def test_is_defined(value):
    assert value("[is defined(x), is defined(y), is defined(z)]", x=0, y=None) == [True, False, False]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("count(xs)", 3),
        ("sum(xs)", 6),
        ("xs[item > 1]", [2, 3]),
        ("for x in xs return x * 2", [2, 4, 6]),
        ("some x in xs satisfies x = 2", True),
        ("{a: 1, b: a + 1}.b", 2),
        ('if 3 in xs then "yes" else "no"', "yes"),
        ('upper case("abc") + "d"', "ABCd"),
        ('"孩子" in ["孩子"]', True),
        ('date("2026-01-31") + duration("P1M")', date(2026, 2, 28)),
        ('个案.风险 = "高" and 个案.年龄 < 14', True),
        ('now() + duration("PT2H") > now()', True),
        ("5 between 1 and 10", True),
        ('string join(["a", "b"], ", ")', "a, b"),
        ('get value({a: 1}, "a")', 1),
    ],
)
def test_what_ordinary_formulas_answer(value, source, expected):
    assert value(source, xs=[1, 2, 3], 个案={"风险": "高", "年龄": 9}) == expected
