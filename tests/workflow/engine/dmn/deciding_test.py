"""Taking a decision: cells, types, results of several columns, formulas, decisions that need others."""

import time
from datetime import UTC, date, datetime

import pytest

from tests.workflow.engine.dmn.conftest import file, formula, table
from workflow.engine import dmn


def decide(moment, drawn, *, take="d", **data):
    return dmn.read(drawn).decide(take, data, moment)


@pytest.mark.parametrize(
    ("cell", "x", "fits"),
    [
        ("< 3", 2, True),
        ("< 3", 3, False),
        ("[1..5]", 5, True),
        ("]1..5[", 5, False),
        ("1,2,3", 2, True),
        ("not(1,2)", 3, True),
        ("not(1,2)", 2, False),
        ("-", 9, True),
        ("", 9, True),
        ("-", None, True),
        ("< 3", None, False),
        ("null", None, True),
        ("? > 2 and ? < 5", 3, True),
        ("? > 2", None, False),
        ("not(< 3)", None, False),
        ("limit", 7, True),
        ("> limit", 8, True),
    ],
)
def test_cells_as_dmn_js_writes_them(moment, cell, x, fits):
    assert decide(moment, file(table([[cell, '"hit"']])), x=x, limit=7).value == ("hit" if fits else None)


@pytest.mark.parametrize(
    ("kind", "cell", "x"),
    [
        ("string", '"high","middle"', "middle"),
        ("string", 'not("low")', "high"),
        ("boolean", "true", True),
        ("boolean", "false", False),
        ("date", '< date("2026-02-01")', date(2026, 1, 1)),
        ("date", '< date("2026-02-01")', "2026-01-01"),
        ("date", 'date("2026-01-02")', datetime(2026, 1, 1, 20, 0, tzinfo=UTC)),
        ("dateTime", "< now()", "2026-09-30T08:59:00+08:00"),
        ("dateTime", "< now()", "2026-09-30T08:59:00"),
        ("number", "> 38", 38.5),
        ("Any", 'list contains(?, "a")', ["a", "b"]),
        ("Any", "count(?) > 1", ["a", "b"]),
    ],
)
def test_inputs_of_every_type(moment, kind, cell, x):
    assert decide(moment, file(table([[cell, '"hit"']], inputs=[f"x:{kind}"])), x=x).value == "hit"


@pytest.mark.parametrize(
    ("kind", "x"),
    [
        ("number", "38.5"),
        ("number", True),
        ("boolean", "true"),
        ("string", 3),
        ("date", "soon"),
        ("date", "2026-02-30"),
        ("dateTime", 3),
    ],
)
def test_an_input_of_the_wrong_type_is_an_error_at_its_column(moment, kind, x):
    with pytest.raises(dmn.DmnError) as caught:
        decide(moment, file(table([["-", '"hit"']], inputs=[f"x:{kind}"])), x=x)
    assert caught.value.element_id == "in0"
    assert caught.value.message.zh
    assert caught.value.message.en


def test_a_cell_that_does_not_fit_its_value_is_an_error_at_the_cell(moment):
    with pytest.raises(dmn.DmnError, match="cannot compare") as caught:
        decide(moment, file(table([['"a"', '"hit"']], inputs=["x:Any"])), x=3)
    assert caught.value.element_id == "r1i0"


def test_a_result_that_fails_is_an_error_at_its_cell(moment):
    with pytest.raises(dmn.DmnError) as caught:
        decide(moment, file(table([["-", "nobody"]])), x=3)
    assert caught.value.element_id == "r1o0"


def test_a_missing_variable_is_an_error_and_not_a_miss(moment):
    with pytest.raises(dmn.DmnError, match="no value named “x”"):
        decide(moment, file(table([["-", '"hit"']])))


def test_several_columns_give_a_group_of_values(moment):
    drawn = table(
        [['"a"', "< 3", '"yes"', "x + 1"]], inputs=["k:string", "x:number"], outputs=["level:string", "score:number"]
    )
    assert decide(moment, file(drawn), k="a", x=2).value == {"level": "yes", "score": 3}


def test_every_input_must_fit(moment):
    drawn = file(
        table([["> 1", "true", '"a"'], ["-", "", '"b"']], inputs=["x:number", "minor:boolean"], policy="FIRST")
    )
    assert decide(moment, drawn, x=2, minor=True).value == "a"
    assert decide(moment, drawn, x=2, minor=False).value == "b"


def test_results_are_brought_to_their_type(moment):
    assert decide(moment, file(table([["-", '"2026-01-05"']], outputs=["y:date"])), x=1).value == date(2026, 1, 5)
    with pytest.raises(dmn.DmnError):
        decide(moment, file(table([["-", '"five"']], outputs=["y:number"])), x=1)


def test_a_formula(moment):
    assert decide(moment, file(formula("x * 2")), x=4).value == 8
    assert decide(moment, file(formula("x * 2")), x=4).rows == ()


def test_decisions_that_need_others(moment):
    drawn = file(
        formula("age in years(birth)", id="age", kind="number"),
        table([["< 18", '"child"'], [">= 18", '"adult"']], inputs=["age:number"], id="group", needs=["age"]),
        table(
            [['"child"', "base * 2"], ["-", "base"]],
            inputs=["group:string"],
            outputs=["y:number"],
            policy="FIRST",
            needs=["group", "age"],
        ),
    )
    result = decide(moment, drawn, birth=date(2012, 1, 1), base=5)
    assert (result.value, result.rows) == (10, (1,))
    assert decide(moment, drawn, birth=date(1980, 1, 1), base=5).value == 5
    assert decide(moment, drawn, take="group", birth=date(1980, 1, 1)).value == "adult"


def test_a_needed_decision_hides_a_variable_of_its_name_and_leaves_the_data_alone(moment):
    drawn = file(formula("1 + 1", id="base"), formula("base + 1", needs=["base"]))
    data = {"base": 100}
    assert dmn.read(drawn).decide("d", data, moment).value == 3
    assert data == {"base": 100}


def test_a_diamond_of_needs_is_taken_once_each(moment):
    drawn = file(
        formula("x", id="a"),
        formula("a + 1", id="b", needs=["a"]),
        formula("a + 2", id="c", needs=["a"]),
        formula("b * c", needs=["b", "c"]),
    )
    assert decide(moment, drawn, x=1).value == 6


def test_an_unknown_decision(moment):
    with pytest.raises(dmn.DmnError, match="nobody"):
        decide(moment, file(formula("1")), take="nobody")


def test_a_table_takes_at_most_some_milliseconds(moment):
    rows = [[f"{n}", f'"{n}"'] for n in range(50)]
    decisions = dmn.read(file(table(rows)))
    decisions.decide("d", {"x": 1}, moment)
    began = time.perf_counter()
    for _ in range(20):
        assert decisions.decide("d", {"x": 49}, moment).value == "49"
    assert (time.perf_counter() - began) / 20 < 0.03
