"""Where plain feelin quietly answers "false" or "null", ours says what is wrong (feel-zeebe.md §1.3)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from workflow.engine import feel

DAY = date(2026, 1, 1)
EVENING = datetime(2026, 1, 1, 19, 0, tzinfo=UTC)  # already 2 January in Shanghai


@pytest.mark.parametrize(
    ("source", "data"),
    [
        ("x < 3", {"x": "abc"}),
        ('"a" < 5', {}),
        ("x = 3", {"x": "3"}),
        ("x != 3", {"x": "3"}),
        ("x = true", {"x": "yes"}),
        ("x in [1..5]", {"x": "3"}),
        ("x in (1, 2)", {"x": "1"}),
        ("x between 1 and 5", {"x": "3"}),
        ('x between 1 and "z"', {"x": 3}),
        ('d < date("2026-02-01")', {"d": "2026-01-01"}),
        ('d = date("2026-02-01")', {"d": "2026-02-01"}),
        ("t >= today()", {"t": EVENING}),
        ("t = today()", {"t": EVENING}),
        ('xs[item < "b"]', {"xs": [1, 2]}),
        ("yes = 1", {"yes": True}),
        ('min(x, "a")', {"x": 1}),
    ],
)
def test_values_of_different_types_are_not_compared(refusal, source, data):
    assert refusal(source, **data) == "type"


def test_the_sentence_names_the_types_and_never_the_values(moment):
    with pytest.raises(feel.FeelError) as caught:
        feel.evaluate("x < 3", {"x": "王小明"}, moment)
    assert caught.value.message.en == "cannot compare string with number"
    assert caught.value.message.zh == "文字与数字不能相比"


@pytest.mark.parametrize(
    ("source", "data", "kind"),
    [
        ("d + d", {"d": DAY}, "arithmetic"),
        ("x + 1", {"x": "1"}, "arithmetic"),
        ("x + 1", {"x": None}, "arithmetic"),
        ('duration("PT1H") - d', {"d": DAY}, "arithmetic"),  # plain feelin: -1767222000000
        ("t - d", {"t": EVENING, "d": DAY}, "arithmetic"),
        ('d + duration("PT5H")', {"d": DAY}, "hours"),
        ("string length(x)", {"x": 5}, "argument"),
        ('contains("abc", x)', {"x": 5}, "argument"),
        ('sum([1, "a"])', {}, "argument"),
        ("not(x)", {"x": "yes"}, "boolean"),
        ('contains("abc")', {}, "missing"),
        ('matches("a", "(")', {}, "pattern"),
        ("for i in 5 return i", {}, "list"),
        ("some i in 5 satisfies i > 3", {}, "list"),
        ('xs["a"]', {"xs": ["a"]}, "filter"),
        ("x and true", {"x": "yes"}, "boolean"),
        ("true and x", {"x": 1}, "boolean"),
        ("false or x", {"x": "no"}, "boolean"),
        ("xs[item]", {"xs": ["a"]}, "boolean"),
        ("every i in xs satisfies i", {"xs": ["a"]}, "boolean"),
    ],
)
def test_what_does_not_go_together_is_an_error(refusal, source, data, kind):
    assert refusal(source, **data) == kind


@pytest.mark.parametrize("x", [None, "yes", 1])
def test_if_needs_yes_or_no(refusal, x):
    assert refusal("if x then 1 else 2", x=x) == "if"


def test_if_on_a_comparison_with_nothing_is_an_error(refusal):
    assert refusal("if x < 3 then 1 else 2", x=None) == "if"


@pytest.mark.parametrize(
    ("source", "data"),
    [
        ("x < 3", {"x": None}),
        ("x", {"x": "true"}),
        ("1", {}),
        ("null", {}),
        ("[true, false]", {}),
        ("1 / 0", {}),
        ('number("abc") > 3', {}),
    ],
)
def test_a_condition_answers_yes_or_no_and_nothing_else(moment, source, data):
    with pytest.raises(feel.FeelError) as caught:
        feel.condition(source, data, moment)
    assert caught.value.kind == "condition"


def test_a_condition_that_holds(moment):
    assert feel.condition("x < 3", {"x": 2}, moment) is True
    assert feel.condition("x < 3", {"x": 3}, moment) is False


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("nobody < 3", "name"),
        ("child.nobody", "name"),
        ("child.name.length", "property"),
        ("empty.age", "property"),
        ("nobody()", "name"),
        ("xs[nobody = 3]", "name"),
        ("abs(1, 2)", "arguments"),
    ],
)
def test_what_is_not_there_is_an_error(refusal, source, kind):
    assert refusal(source, child={"name": "x"}, empty=None, xs=[{"a": 1}]) == kind


def test_the_missing_name_is_named(moment):
    with pytest.raises(feel.FeelError, match="no value named “年龄”"):
        feel.evaluate("年龄 < 3", {}, moment)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = null", True),
        ("x.y.z = null", True),
        ("null != x.y", False),
        ("is defined(x.y)", False),
        ("x != null and x.age < 3", False),
        ("x = null or x.age < 3", True),
        ("if x = null then 0 else x.age", 0),
        ("child.nobody = null", True),
        ("child.age != null and child.age < 14", True),
        ("every c in children satisfies c.nobody = null", True),
        ("children[nobody = null].age", [9]),
        ("is defined(child.age)", True),
        ("child.age = null or child.age > 3", True),
        ("child.b.c = null or child.b.c > 3", True),
    ],
)
def test_what_is_asked_for_by_a_null_check_may_be_missing(value, source, expected):
    assert value(source, child={"age": 12}, children=[{"age": 9}]) == expected


def test_and_or_keep_to_three_values(value):
    assert value("x < 3 and false", x=None) is False
    assert value("x < 3 and true", x=None) is None
    assert value("x < 3 or true", x=None) is True
    assert value("x < 3 or false", x=None) is None
    assert value("some i in xs satisfies i > 1", xs=[None, 2]) is True
    assert value("some i in xs satisfies i > 1", xs=[None, 0]) is None
    assert value("every i in xs satisfies i > 1", xs=[None, 2]) is None
    assert value("every i in xs satisfies i > 1", xs=[None, 0]) is False


def test_date_of_an_instant_is_the_local_day(value):
    three_in_the_morning = datetime.fromisoformat("2026-01-02T03:00:00+08:00")
    assert value("date(t)", t=three_in_the_morning) == date(2026, 1, 2)
    assert value("date(t)", t=EVENING) == date(2026, 1, 2)


def test_an_instant_at_midnight_in_utc_stays_an_instant(value):
    midnight = datetime(2026, 1, 1, tzinfo=UTC)
    assert value("t", t=midnight) == midnight
    assert value('date and time("2026-01-01T00:00:00Z")') == midnight
    assert value('date and time("2026-01-01T00:00:00Z") = t', t=midnight) is True


def test_an_instant_without_offset_is_local_time(value):
    assert value('date and time("2026-01-01T10:00:00")') == datetime(2026, 1, 1, 2, 0, tzinfo=UTC)
    assert value('date and time(d, time("10:00:00"))', d=DAY) == datetime(2026, 1, 1, 2, 0, tzinfo=UTC)


def test_the_first_day_of_1900_is_a_date(value):
    placeholder = date(1900, 1, 1)
    assert value("d", d=placeholder) == placeholder
    assert value("d < today()", d=placeholder) is True


def test_lengths_of_time_are_equal_only_when_they_are(value):
    assert value('duration("PT5000H") = duration("PT5001H")') is False  # plain feelin: true
    assert value('duration("P1D") = duration("PT24H")') is True
    assert value('duration("P1Y") = duration("P12M")') is True
    assert value('a - b = duration("P30D")', a=date(2026, 1, 31), b=DAY) is True


@pytest.mark.parametrize("number", [2**53 + 1, -(2**53) - 1, 123456789012345678])
def test_whole_numbers_that_javascript_cannot_hold_are_refused(refusal, number):
    assert refusal("x", x=number) == "large"
    assert refusal("x.rows", x={"rows": [[number]]}) == "large"


def test_the_largest_exact_number_goes_both_ways(value):
    assert value("x", x=2**53 - 1) == 2**53 - 1


@pytest.mark.parametrize("source", ["2 ** 60", "10 ** 400", "9007199254740991 * 3"])
def test_results_too_large_to_be_exact_are_refused(refusal, source):
    assert refusal(source) == "large"


@pytest.mark.parametrize(
    "source", ["1 / 0", 'number("abc", ",", ".")', 'date("2026-02-30")', "date(2026, 2, 30)", "sum([])", "count(null)"]
)
def test_what_stays_null(value, source):
    assert value(source) is None


def test_known_and_not_corrected(value):
    assert value("0.1 + 0.2 = 0.3") is False  # doubles: money in whole units or with decimal()
    assert value("decimal(0.1 + 0.2, 2) = 0.3") is True
    assert value('["a"] = "a"') is True


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("median([10, 9, 1])", 9),
        ('list contains([d], date("2026-01-01"))', True),
        ("index of([d, d], d)", [1, 2]),
        ('min(d, date("2027-01-01"))', DAY),
        ("max([1, 3, 2])", 3),
        ("day of week(d)", "Thursday"),
        ("month of year(d)", "January"),
        ('years and months duration(d, date("2027-03-15")) = duration("P1Y2M")', True),
        ("rows[list contains(tags, b)].a", [1]),
        ("rows[yes].a", [2]),
        ("rows[i].b", "v"),
        ("rows[-1].a", 2),
        ("rows[9]", None),
        ("[false, true][item = false]", [False]),
        ("d.year * 100 + d.month", 202601),
        ("dates[item < c]", [DAY]),
    ],
)
def test_what_plain_feelin_gets_wrong(value, source, expected):
    rows = [{"a": 1, "b": "u", "yes": False}, {"a": 2, "b": "v", "yes": True}]
    assert value(source, d=DAY, rows=rows, tags=["u"], i=2, dates=[DAY], c=date(2026, 2, 1)) == expected


@pytest.mark.parametrize(
    ("cell", "given", "expected"),
    [
        ("< 3", None, False),
        ("not(< 3)", None, False),
        ("? > 2", None, False),
        ('contains(?, "a")', None, False),
        ("null", None, True),
        ("-", None, True),
        ('"a"', None, False),
        ("null", 3, False),
        ('"a","b"', "b", True),
        ('not("low")', "high", True),
        ('not("low")', "low", False),
        ('not("a","b")', "c", True),
        ("not(< 3)", 5, True),
        ("[1..5]", 5, True),
        ("[1..5)", 5, False),
        ("true", False, False),
        ("false", False, True),
        ("< 3, > 7", 8, True),
        ("? > 2 and ? < 5", 3, True),
        ("allowed", 2, True),
        ("not(allowed)", 3, True),
        ("limit", 9, True),
        ('date("2026-01-01")', DAY, True),
        ('> date("2025-12-31")', DAY, True),
        ("days", DAY, True),
        ('duration("P1D")', timedelta(days=1), True),
    ],
)
def test_cells_of_decision_tables(passes, cell, given, expected):
    assert passes(cell, given, allowed=[1, 2], limit=9, days=[DAY]) is expected


@pytest.mark.parametrize(
    ("cell", "given"), [("< 3", "2"), ('"3"', 3), ("true", "true"), ('date("2026-01-01")', "2026-01-01")]
)
def test_a_cell_of_another_type_is_an_error_and_not_a_miss(moment, cell, given):
    with pytest.raises(feel.FeelError) as caught:
        feel.test(cell, given, {}, moment)
    assert caught.value.kind == "type"
