"""The names an expression takes from its surroundings, without which nothing may be kept or checked."""

import pytest

from workflow.engine import feel


@pytest.mark.parametrize(
    ("source", "required"),
    [
        ("a.b.c > 3", {"a.b.c"}),
        ("for x in xs, y in x.ys return x.a + y + z", {"xs", "z"}),
        ("some x in xs satisfies x.a > limit", {"xs", "limit"}),
        ("{a: 1, b: a + c}.b", {"c"}),
        ("count(a.xs) > 2", {"a.xs"}),
        ("working days after(due, 3)", {"due"}),
        ("sort(list: xs, precedes: function(a, b) a < b)", {"xs"}),
        ('个案.风险 = "高"', {"个案.风险"}),
        ("(a.b).c", {"a.b.c"}),
        ("if a then b else c", {"a", "b", "c"}),
        ("not(a)", {"a"}),
        ("now() > t", {"t"}),
        ("`first name` = x", {"first name", "x"}),
    ],
)
def test_required_names(source: str, required: set[str]) -> None:
    assert feel.names(source).required == required


def test_names_only_compared_with_null_are_optional() -> None:
    names = feel.names("a.b = null or c != null or is defined(d.e)")
    assert names.optional == {"a.b", "c", "d.e"}
    assert not names.required
    assert "is defined" in names.functions


def test_a_name_in_a_filter_may_be_either() -> None:
    names = feel.names("xs[age > limit and item.kind = k]")
    assert names.required == {"xs"}
    assert names.maybe == {"age", "limit", "k"}


def test_cells_of_tables() -> None:
    assert feel.names("> limit", unary=True).required == {"limit"}
    assert feel.names('"a", "b"', unary=True).required == set()
    assert feel.names("list contains(?, x)", unary=True).required == {"x"}


def test_top_names_the_variables() -> None:
    assert feel.names("a.b > c and d.e = null").top == {"a", "c", "d"}
