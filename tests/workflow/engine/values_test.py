"""Values: kept as they are, through JSON and back; merged and compared field by field."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.engine import reads, values

KEYS = st.sampled_from(["a", "b", "c", "$at", "$date", "$map", "$"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.dates()
    | st.datetimes(timezones=st.just(UTC) | st.just(timezone(timedelta(hours=8))))
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)
RECORDS = st.dictionaries(KEYS, VALUES, max_size=4)


@given(VALUES)
def test_json_brings_back_what_was_kept(value: Any) -> None:
    back = values.from_json(json.loads(json.dumps(values.to_json(value))))
    assert values.same(back, value)
    assert type(back) is type(value)


@given(RECORDS, RECORDS)
def test_a_difference_laid_over_its_base_is_the_changed_state(base: dict[str, Any], mine: dict[str, Any]) -> None:
    assert values.difference(base, values.keep(base)) == {}
    changed = values.keep(base)
    values.merge(changed, mine)
    target = values.keep(base)
    values.merge(target, values.difference(base, changed))
    assert values.same(target, changed)


@given(RECORDS, RECORDS, RECORDS)
def test_a_merge_keeps_what_only_the_other_side_set(
    base: dict[str, Any],
    mine: dict[str, Any],
    theirs: dict[str, Any],
) -> None:
    changed, target = values.keep(base), values.keep(base)
    values.merge(changed, mine)
    values.merge(target, theirs)
    merged = values.keep(target)
    values.merge(merged, values.difference(base, changed))
    assert all(values.same(merged[key], target[key]) for key in theirs if key not in mine)
    assert all(values.same(merged[key], changed[key]) for key in mine if key not in theirs)


def test_both_sides_of_a_merge_keep_what_they_set() -> None:
    base = {"record": {"one": 1, "two": 2, "list": [1]}, "flag": 1}
    left, right = values.keep(base), values.keep(base)
    values.merge(left, {"record": {"one": 10}})
    values.merge(right, {"record": {"two": 20, "list": [1, 2]}, "flag": True})
    values.merge(left, values.difference(base, right))
    assert left == {"record": {"one": 10, "two": 20, "list": [1, 2]}, "flag": True}
    assert left["flag"] is True


def test_merging_copies() -> None:
    given_list = [1]
    target: dict[str, Any] = {}
    values.merge(target, {"a": given_list})
    given_list.append(2)
    assert target == {"a": [1]}


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ({"a.b"}, {"a": {"b": 1}}),
        ({"a"}, {"a": {"b": 1, "c": 2}}),
        ({"a", "a.b"}, {"a": {"b": 1, "c": 2}}),
        ({"rows.x"}, {"rows": [{"x": 1}, {"x": 3}]}),
        ({"day.year"}, {"day": date(2026, 1, 1)}),
        ({"none"}, {}),
        ({"a.none"}, {}),
    ],
)
def test_select_keeps_what_is_read(paths: set[str], expected: dict[str, Any]) -> None:
    record = {"a": {"b": 1, "c": 2}, "rows": [{"x": 1, "y": 2}, {"x": 3}], "day": date(2026, 1, 1), "story": "…"}
    assert reads.select(record, paths) == expected


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(values.ValueRefused):
        values.keep({"at": datetime(2026, 1, 1)})
