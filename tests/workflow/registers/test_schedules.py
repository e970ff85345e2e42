"""Rules of RFC 5545: made from what is ticked, said in words, and the next day."""

from datetime import date

import pytest

from workflow.registers import schedules

MONDAY = date(2026, 3, 9)


@pytest.mark.parametrize(
    ("repeats", "days", "rule", "zh", "en", "following"),
    [
        ("daily", [], "FREQ=DAILY", "每天", "every day", MONDAY),
        ("weekly", ["WE", "MO"], "FREQ=WEEKLY;BYDAY=MO,WE", "每周一、周三", "every Monday, Wednesday", MONDAY),
        ("weekly", ["TU"], "FREQ=WEEKLY;BYDAY=TU", "每周二", "every Tuesday", date(2026, 3, 10)),
        ("1", ["MO"], "FREQ=MONTHLY;BYDAY=1MO", "每月第一个周一", "the first Monday of each month", date(2026, 4, 6)),
        (
            "-1",
            ["FR"],
            "FREQ=MONTHLY;BYDAY=-1FR",
            "每月最后一个周五",
            "the last Friday of each month",
            date(2026, 3, 27),
        ),
    ],
)
def test_what_is_ticked_becomes_a_rule_with_words_and_a_next_day(
    repeats: str, days: list[str], rule: str, zh: str, en: str, following: date
) -> None:
    assert schedules.make(repeats, days) == rule
    assert schedules.ticked(rule) == (repeats, sorted(days, key=schedules.DAYS.index))
    words = schedules.in_words(rule)
    assert words is not None
    assert (words.zh, words.en) == (zh, en)
    assert schedules.following(rule, MONDAY) == following


@pytest.mark.parametrize(("repeats", "days"), [(None, []), ("", ["MO"]), ("weekly", []), ("weekly", ["XX"])])
def test_nothing_ticked_is_no_rule(repeats: str | None, days: list[str]) -> None:
    assert schedules.make(repeats, days) == ""
    assert schedules.in_words("") is None


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
        "FREQ=NEVER",
        "nonsense",
        "FREQ=DAILY;COUNT=3",
        "FREQ=SECONDLY",
        "FREQ=WEEKLY;BYDAY=ZZ",
    ],
)
def test_a_rule_of_others_stays_as_it_is_without_a_date(rule: str) -> None:
    words = schedules.in_words(rule)
    assert words is not None
    assert rule in (words.zh, "FREQ=WEEKLY;BYDAY=ZZ")
    assert schedules.following(rule, MONDAY) is None
    assert schedules.ticked(rule) == (None, [])


def test_a_rule_that_names_no_day_within_a_year_has_no_next_day() -> None:
    assert schedules.following("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", MONDAY) is None
