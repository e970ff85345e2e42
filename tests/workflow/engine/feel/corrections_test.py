"""Where plain FEEL answers "false" or "null" without a word, ours says what is wrong (feel-zeebe.md §1.3)."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from workflow.engine import Moment, feel

EAST = timezone(timedelta(hours=8))
MOMENT = Moment(
    datetime(2026, 9, 30, 2, 0, tzinfo=UTC),
    holidays=frozenset(date(2026, 10, day) for day in range(1, 8)),
    workdays=frozenset({date(2026, 10, 10)}),
)


def kind_of(source: str, **data: Any) -> str:
    with pytest.raises(feel.FeelError) as caught:
        feel.evaluate(source, data, MOMENT)
    assert caught.value.message.zh
    assert caught.value.message.en
    return caught.value.kind


@pytest.mark.parametrize(
    ("source", "data"),
    [
        ("x < 3", {"x": "abc"}),
        ('"a" < 5', {}),
        ("x = 3", {"x": "3"}),
        ("x != 3", {"x": "3"}),
        ('d < date("2026-02-01")', {"d": "2026-01-01"}),
        ("t >= today()", {"t": datetime(2026, 9, 30, 9, 0, tzinfo=EAST)}),
        ("x between 1 and 3", {"x": "2"}),
        ("x in [1..3]", {"x": "2"}),
        ("yes = 1", {"yes": True}),
    ],
)
def test_values_of_different_types_are_never_compared(source: str, data: dict[str, Any]) -> None:
    assert kind_of(source, **data) == "type"


def test_an_unequal_cell_of_another_type_is_an_error_too() -> None:
    with pytest.raises(feel.FeelError, match="compare"):
        feel.test("< 3", "abc", {}, MOMENT)
    with pytest.raises(feel.FeelError, match="compare"):
        feel.test('"3"', 3, {}, MOMENT)


@pytest.mark.parametrize(("source", "data"), [("if x < 3 then 1 else 2", {"x": None}), ("if x then 1 else 2", {"x": "yes"})])
def test_if_needs_yes_or_no(source: str, data: dict[str, Any]) -> None:
    assert kind_of(source, **data) == "if"


@pytest.mark.parametrize(("source", "data"), [("x < 3", {"x": None}), ('"yes"', {}), ("1", {}), ("[true, false]", {})])
def test_a_condition_is_true_or_false_and_nothing_else(source: str, data: dict[str, Any]) -> None:
    with pytest.raises(feel.FeelError) as caught:
        feel.condition(source, data, MOMENT)
    assert caught.value.kind == "condition"


def test_the_date_of_an_instant_is_the_local_day() -> None:
    early = datetime(2026, 1, 2, 3, 0, tzinfo=EAST)
    assert feel.evaluate("date(t)", {"t": early}, MOMENT) == date(2026, 1, 2)
    assert feel.evaluate("date(t)", {"t": early.astimezone(UTC)}, MOMENT) == date(2026, 1, 2)


def test_midnight_in_utc_stays_an_instant() -> None:
    midnight = datetime(2026, 1, 2, 0, 0, tzinfo=UTC)
    assert feel.evaluate("t", {"t": midnight}, MOMENT) == midnight
    assert feel.evaluate("date(t)", {"t": midnight}, MOMENT) == date(2026, 1, 2)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("(today() - d).days > 30", "component"),
        ('duration("P1Y").months', "component"),
        ('date and time("2026-01-01T00:00:00@Asia/Shanghai")', "zone"),
        ('@"2026-01-01T00:00:00@Asia/Shanghai"', "zone"),
        ("x = 123456789012345678", "large"),
        ("`case-number` = 3", "operator"),
        ("foo(1)", "function"),
        ("${x > 3}", "foreign"),
        ("#{x}", "foreign"),
        ("dateTime().plusWeeks(1)", "foreign"),
        ("1 +", "syntax"),
        ("", "syntax"),
        ('"' + "a" * 4_000 + '"', "length"),
    ],
)
def test_what_misleads_is_refused_before_it_is_published(source: str, kind: str) -> None:
    with pytest.raises(feel.FeelError) as caught:
        feel.check(source)
    assert caught.value.kind == kind


@pytest.mark.parametrize("source", ['x.a = "3.days"', '"${x}" = x', "days between(d, today()) > 30", "-x < 9007199254740992"])
def test_what_only_looks_like_it_is_not_refused(source: str) -> None:
    feel.check(source)


def test_a_whole_number_too_large_to_be_exact_is_refused() -> None:
    assert kind_of("x = 1", x=2**53 + 1) == "large"
    assert kind_of("x * 3", x=2**53 - 1) == "large"
    assert feel.evaluate("x", {"x": 2**53 - 1}, MOMENT) == 2**53 - 1


@pytest.mark.parametrize("source", ["1/0", 'number("abc")', 'date("2026-02-30")', "date(2026, 2, 30)", "sum([])"])
def test_no_result_is_null_and_fails_a_condition(source: str) -> None:
    assert feel.evaluate(source, {}, MOMENT) is None
    with pytest.raises(feel.FeelError):
        feel.condition(source, {}, MOMENT)


@pytest.mark.parametrize(
    ("source", "data", "kind"),
    [
        ("y + 1", {}, "name"),
        ("a.b", {"a": {}}, "name"),
        ("a.b", {"a": None}, "property"),
        ("x + 1", {"x": "a"}, "arithmetic"),
        ("x + 1", {"x": None}, "arithmetic"),
    ],
)
def test_what_is_missing_is_named(source: str, data: dict[str, Any], kind: str) -> None:
    assert kind_of(source, **data) == kind


@pytest.mark.parametrize(
    ("source", "data", "value"),
    [
        ("x = null", {}, True),
        ("a.b.c = null or a.b.c > 3", {"a": {}}, True),
        ("a.b.c = null or a.b.c > 3", {"a": {"b": {"c": 4}}}, True),
        ("is defined(x)", {}, False),
        ("is defined(x)", {"x": 0}, True),
        ("x != null and x > 3", {"x": None}, False),
    ],
)
def test_usual_null_checks_still_run(source: str, data: dict[str, Any], value: bool) -> None:
    assert feel.condition(source, data, MOMENT) is value


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("today()", date(2026, 9, 30)),
        ("now()", datetime(2026, 9, 30, 10, 0, tzinfo=EAST)),
        ("working days after(today(), 1)", date(2026, 10, 8)),
        ("working days after(today(), 3)", date(2026, 10, 10)),  # a Saturday worked instead of a holiday
        ("working days after(now(), 2)", datetime(2026, 10, 9, 10, 0, tzinfo=EAST)),
        ("working days after(today(), -1)", date(2026, 9, 29)),
        ("is working day(date(2026, 10, 10))", True),
        ("is working day(date(2026, 10, 11))", False),
        ('days between(date("2026-09-01"), today())', 29),
        ('age in years(date("2012-09-30"))', 14),
        ('age in years(date("2012-10-01"))', 13),
        ('age in years(date("2012-02-29"), date("2030-02-28"))', 17),
        ("age in years(null)", None),
        ('now() + duration("PT2H")', datetime(2026, 9, 30, 12, 0, tzinfo=EAST)),
        ('duration("P1DT1H")', timedelta(days=1, hours=1)),
        ('duration("P1M")', "P1M"),
    ],
)
def test_clock_and_calendar_come_from_the_moment(source: str, value: object) -> None:
    assert feel.evaluate(source, {}, MOMENT) == value


def test_chinese_names_and_values() -> None:
    assert feel.condition('个案.风险 = "高" and 个案.年龄 < 14', {"个案": {"风险": "高", "年龄": 9}}, MOMENT)


def test_dates_lists_and_groups_survive_the_way_there_and_back() -> None:
    value = {"d": date(2026, 2, 28), "t": datetime(2026, 2, 28, 23, 30, tzinfo=EAST), "xs": [1, 2.5, None, "文"], "b": {"c": True}}
    assert feel.evaluate("x", {"x": value}, MOMENT) == value
