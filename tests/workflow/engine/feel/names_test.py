"""Which names a formula takes from its surroundings, and what a formula may not contain."""

import pytest

from workflow.engine import feel


@pytest.mark.parametrize(
    ("source", "required", "optional", "maybe"),
    [
        ('risk = "high" and child.age < 14', {"risk", "child.age"}, set(), set()),
        ("孩子.年龄 < 3 and 风险 = 1", {"孩子.年龄", "风险"}, set(), set()),
        ("birth date < d", {"birth date", "d"}, set(), set()),
        ("a.b.c + a.d", {"a.b.c", "a.d"}, set(), set()),
        ("x = null", set(), {"x"}, set()),
        ("null != x.y", set(), {"x.y"}, set()),
        ("is defined(x.y)", set(), {"x.y"}, set()),
        ("x != null and x.age < 3", {"x.age"}, {"x"}, set()),
        ("for x in xs return x.a + y", {"xs", "y"}, set(), set()),
        ("for x in xs, y in x.ys return x + y", {"xs"}, set(), set()),
        ("some x in xs satisfies x > limit", {"xs", "limit"}, set(), set()),
        ("every x in xs satisfies x.a", {"xs"}, set(), set()),
        ("rows[a > 2]", {"rows"}, set(), {"a"}),
        ("rows[item.a > 2].b", {"rows"}, set(), set()),
        ("rows[a.b = c][1].d", {"rows"}, set(), {"a.b", "c"}),
        ("{a: 1, b: a + x}.b", {"x"}, set(), set()),
        ("function(a, b) a + b + c", {"c"}, set(), set()),
        ("working days after(referral.at, n)", {"referral.at", "n"}, set(), set()),
        ('date("2026-01-01") < d', {"d"}, set(), set()),
        ("date and time(d, t)", {"d", "t"}, set(), set()),
        ("if a then b else c", {"a", "b", "c"}, set(), set()),
        ("substring(string: s, start position: n)", {"s", "n"}, set(), set()),
        ("[x, y][1]", {"x", "y"}, set(), set()),
        ("x in (a, [b..c])", {"x", "a", "b", "c"}, set(), set()),
        ("1 + 2", set(), set(), set()),
        ('"x.y"', set(), set(), set()),
        ("rows[age > limit and item.kind = k]", {"rows"}, set(), {"age", "limit", "k"}),
        ("count(a.xs) > 2", {"a.xs"}, set(), set()),
        ("sort(list: xs, precedes: function(a, b) a < b)", {"xs"}, set(), set()),
        ("(a.b).c", {"a.b.c"}, set(), set()),
        ("not(a) and now() > t", {"a", "t"}, set(), set()),
        ("`first visit` = 1", {"first visit"}, set(), set()),
    ],
)
def test_free_names(source, required, optional, maybe):
    found = feel.names(source)
    assert (found.required, found.optional, found.maybe) == (required, optional, maybe)


@pytest.mark.parametrize(
    ("cell", "required"),
    [
        ("< limit", {"limit"}),
        ('"a", other', {"other"}),
        ("? > x.y", {"x.y"}),
        ("[a..b]", {"a", "b"}),
        ("-", set()),
        ("not(x)", {"x"}),
        ("> date(d)", {"d"}),
        ("list contains(?, x)", {"x"}),
    ],
)
def test_free_names_of_cells(cell, required):
    assert feel.names(cell, unary=True).required == required


def test_top_names_the_variables():
    assert feel.names("a.b > c and d.e = null and xs[f = 1] != null").top == {"a", "c", "d", "xs", "f"}


def test_functions_are_named():
    assert feel.names("count(xs) + age in years(b) + unknown(1)").functions == {"count", "age in years", "unknown"}
    assert feel.names('date("2026-01-01") - date and time(t)').functions == {"date", "date and time"}


def test_only_the_variables_that_are_named_are_handed_over(moment):
    class Unreadable:
        """No value of FEEL: handing it over would be an error."""

    assert feel.evaluate("x + 1", {"x": 1, "y": Unreadable()}, moment) == 2
    with pytest.raises(feel.FeelError):
        feel.evaluate("y", {"y": Unreadable()}, moment)


@pytest.mark.parametrize(
    "source",
    [
        'risk = "high" and child.age < 14',
        "leave.days > 3",
        "referral.months + 1",
        "date(d).year",
        "(x).days",
        "rows[1].days",
        'contains(note, "${")',
        '"a@Europe"',
        "working days after(now(), 2)",
        "days between(a, b) > 30",
        "xs[> 3]",
        "x in [1..5]",
        "before([1..5], 7)",
        "123456789012345 = x",
        "{days: 3}.days",
        "-x < 9007199254740992",
        'x.a = "3.days"',
        'x = "18000000000000000"',
    ],
)
def test_what_may_be_published(source):
    feel.check(source)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("x <", "syntax"),
        ("", "syntax"),
        ("   ", "syntax"),
        ("= x", "syntax"),
        ("x = = 3", "syntax"),
        ('a.k = = "no"', "syntax"),
        ("x and", "syntax"),
        ("if x then 1", "syntax"),
        ("x == 3", "syntax"),
        ("x = 'a'", "syntax"),
        ("x = < 3", "syntax"),
        ("unknown(1)", "function"),
        ("x > 3 and shell(1)", "function"),
        ("overlaps before(a, b)", "function"),
        ("during(a, b)", "function"),
        ("(today() - d).days > 30", "component"),
        ('duration("P1D").hours', "component"),
        ("(a - b).months", "component"),
        ('@"2026-01-01T10:00:00@Asia/Shanghai"', "zone"),
        ('date and time("2026-01-01T10:00:00@Asia/Shanghai")', "zone"),
        ("`a-b` = 1", "operator"),
        ("`a.b` = 1", "operator"),
        ("`a*b` + 1", "operator"),
        ("${x > 3}", "foreign"),
        ("#{x}", "foreign"),
        ("dateTime().plusWeeks(1)", "foreign"),
        ("x.trim()", "foreign"),
        ("execution.getVariable(1)", "foreign"),
        ("x instance of number", "unsupported"),
        ('"' + "a" * 4000 + '"', "length"),
        ("x = 9007199254740993", "large"),
        ("1 + " * 1000 + "1", "length"),
    ],
)
def test_what_may_not_be_published(source, kind):
    with pytest.raises(feel.FeelError) as caught:
        feel.check(source)
    assert caught.value.kind == kind
    assert caught.value.message.zh
    assert caught.value.message.en


@pytest.mark.parametrize(
    ("cell", "kind"),
    [("<", "syntax"), ("", "syntax"), ("not(", "syntax"), ("> nonsense(3)", "function"), ('"a" "b"', "syntax")],
)
def test_cells_that_may_not_be_published(cell, kind):
    with pytest.raises(feel.FeelError) as caught:
        feel.check(cell, unary=True)
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    "cell", ["-", '"a"', '"a","b"', 'not("a")', "< 3", "[1..5]", "true", "null", "? > 2", 'date("2026-01-01")']
)
def test_cells_that_may_be_published(cell):
    feel.check(cell, unary=True)


def test_a_fault_is_located_in_both_languages():
    with pytest.raises(feel.FeelError) as caught:
        feel.check("age < 14 and and b")
    assert "14" in caught.value.message.zh
    assert "14" in caught.value.message.en
