"""The seven hit policies and the aggregations of COLLECT: what comes out, and which rows it came from."""

import pytest

from tests.workflow.engine.dmn.conftest import file, table
from workflow.engine import dmn

OVERLAPPING = [["< 5", '"small"'], ["< 10", '"middle"'], ["> 100", '"large"']]
AGREEING = [["< 5", '"few"'], ["< 10", '"few"'], ["> 100", '"many"']]
NUMBERS = [["< 5", "7"], ["< 10", "2"], ["> 100", "3"]]
RANKS = ['"large","middle","small","few"']


def decide(moment, drawn, **data):
    result = dmn.read(file(drawn)).decide("d", data, moment)
    return result.value, result.rows


@pytest.mark.parametrize(
    ("policy", "rows", "x", "expected"),
    [
        ("UNIQUE", OVERLAPPING, 7, ("middle", (2,))),
        ("UNIQUE", OVERLAPPING, 500, ("large", (3,))),
        ("FIRST", OVERLAPPING, 3, ("small", (1,))),
        ("FIRST", OVERLAPPING, 7, ("middle", (2,))),
        ("ANY", AGREEING, 3, ("few", (1, 2))),
        ("PRIORITY", OVERLAPPING, 3, ("middle", (2,))),
        ("RULE ORDER", OVERLAPPING, 3, (["small", "middle"], (1, 2))),
        ("OUTPUT ORDER", OVERLAPPING, 3, (["middle", "small"], (2, 1))),
        ("COLLECT", OVERLAPPING, 3, (["small", "middle"], (1, 2))),
    ],
)
def test_hit_policies(moment, policy, rows, x, expected):
    assert decide(moment, table(rows, policy=policy, values=RANKS), x=x) == expected


@pytest.mark.parametrize("policy", ["UNIQUE", "FIRST", "ANY", "PRIORITY"])
def test_no_rule_that_fits_is_nothing(moment, policy):
    assert decide(moment, table(OVERLAPPING, policy=policy, values=RANKS), x=50) == (None, ())


@pytest.mark.parametrize("policy", ["RULE ORDER", "OUTPUT ORDER", "COLLECT"])
def test_no_rule_that_fits_is_an_empty_list(moment, policy):
    assert decide(moment, table(OVERLAPPING, policy=policy, values=RANKS), x=50) == ([], ())


def test_unique_names_the_rows_that_fit_together(moment):
    with pytest.raises(dmn.DmnError, match="rules 1, 2") as caught:
        decide(moment, table(OVERLAPPING), x=3)
    assert "第 1、2 条" in caught.value.message.zh
    assert caught.value.element_id == "d"


def test_any_refuses_rows_that_differ(moment):
    with pytest.raises(dmn.DmnError, match="rules 1, 2"):
        decide(moment, table(OVERLAPPING, policy="ANY"), x=3)


@pytest.mark.parametrize(("aggregation", "expected"), [("SUM", 9), ("MIN", 2), ("MAX", 7), ("COUNT", 2)])
def test_aggregations(moment, aggregation, expected):
    drawn = table(NUMBERS, outputs=["y:number"], policy="COLLECT", aggregation=aggregation)
    assert decide(moment, drawn, x=3) == (expected, (1, 2))


@pytest.mark.parametrize(("aggregation", "expected"), [("SUM", None), ("MIN", None), ("MAX", None), ("COUNT", 0)])
def test_aggregations_of_nothing(moment, aggregation, expected):
    drawn = table(NUMBERS, outputs=["y:number"], policy="COLLECT", aggregation=aggregation)
    assert decide(moment, drawn, x=50) == (expected, ())


def test_texts_are_not_summed_up(moment):
    with pytest.raises(dmn.DmnError, match="Only numbers"):
        decide(moment, table(OVERLAPPING, policy="COLLECT", aggregation="SUM"), x=3)


def test_priority_of_several_columns_goes_from_left_to_right(moment):
    rows = [["-", '"b"', "1"], ["-", '"a"', "2"], ["-", '"a"', "1"]]
    drawn = table(rows, outputs=["p:string", "q:number"], policy="OUTPUT ORDER", values=['"a","b"', "1,2"])
    value, fitting = decide(moment, drawn, x=3)
    assert fitting == (3, 2, 1)
    assert value[0] == {"p": "a", "q": 1}


def test_a_result_that_is_not_listed_has_no_priority(moment):
    with pytest.raises(dmn.DmnError, match="rule 1"):
        decide(moment, table([["-", '"odd"']], policy="PRIORITY", values=RANKS), x=3)
