"""Values go in and come out as they were: dates as dates, instants as instants, with any text and any nesting."""

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.workflow.engine.feel.conftest import MOMENT
from workflow.engine import feel

EXACT = 2**53 - 1
instants = some.datetimes(datetime(1000, 1, 2), datetime(9998, 1, 1), timezones=some.just(UTC)).map(
    lambda instant: instant.replace(microsecond=instant.microsecond // 1000 * 1000)
)
plain = (
    some.none()
    | some.booleans()
    | some.integers(-EXACT, EXACT)
    | some.text()
    | some.dates(date(1000, 1, 1))
    | instants
    | some.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not number.is_integer())
)
keys = some.text(min_size=1).filter(lambda key: not key.startswith("$") and key != "__proto__")
values = some.recursive(
    plain, lambda inner: some.lists(inner, max_size=4) | some.dictionaries(keys, inner, max_size=4), max_leaves=12
)


@given(values)
def test_what_goes_in_comes_out(given_value: Any) -> None:
    assert feel.evaluate("x", {"x": given_value}, MOMENT) == given_value


@pytest.mark.parametrize(
    "given_value",
    [
        timedelta(0),
        timedelta(days=3, hours=2),
        timedelta(days=-1),
        timedelta(hours=-30),
        timedelta(days=40, milliseconds=5),
        time(10, 30),
        datetime(2026, 1, 1, tzinfo=UTC),
        date(1900, 1, 1),
        "x" * 100_000,
        ["a" * 1000] * 20,
    ],
)
def test_values_with_a_catch(value, given_value):
    assert value("x", x=given_value) == given_value


def test_calculated_lengths_of_time(value):
    assert value('duration("PT90M")') == timedelta(minutes=90)
    assert value("a - b", a=date(2026, 1, 3), b=date(2026, 1, 1)) == timedelta(days=2)
    assert value("b - a", a=date(2026, 1, 3), b=date(2026, 1, 1)) == timedelta(days=-2)
    assert value('duration("P1Y2M")') == "P1Y2M"  # has no fixed length


def test_instants_come_back_in_local_time(value):
    back = value("x", x=datetime(2026, 1, 1, 20, 0, tzinfo=UTC))
    assert (back.day, back.hour) == (2, 4)


@pytest.mark.parametrize(
    ("given_value", "kind"),
    [
        (datetime(2026, 1, 1), "naive"),
        (date(1, 1, 1), "early"),
        (object(), "result"),
        (b"x", "result"),
        (2**53 + 1, "large"),
    ],
)
def test_what_has_no_place_in_a_formula(refusal, given_value, kind):
    assert refusal("x", x=given_value) == kind


@pytest.mark.parametrize(
    "source", ["[1..5]", "function(a) a", "[1, function(a) a]", "count", 'context put({}, "__proto__", {a: 1})']
)
def test_results_that_cannot_be_kept(refusal, source):
    assert refusal(source) == "result"


def test_results_are_json_but_for_dates(value):
    assert (
        json.dumps(value('{a: [1, "二", null, true], b: {c: 1.5}}'), ensure_ascii=False)
        == '{"a": [1, "二", null, true], "b": {"c": 1.5}}'
    )
