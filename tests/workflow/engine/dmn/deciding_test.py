"""Hit policies, aggregations, types and required decisions, as the standard and Camunda 8 have them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from workflow.engine import Moment, dmn

MOMENT = Moment(datetime(2026, 3, 9, 2, 0, tzinfo=UTC))
HEAD = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
    '<decision id="level" name="Level">'
)
TAIL = "</decision></definitions>"


def table(
    policy: str,
    rows: list[tuple[str, ...]],
    *,
    inputs: tuple[tuple[str, str], ...] = (("x", "number"),),
    outputs: tuple[tuple[str, str, str], ...] = (("out", "string", ""),),
) -> str:
    """A table; each row holds the input cells, then the output cells."""
    name, _, aggregation = policy.partition("/")
    extra = f' aggregation="{aggregation}"' if aggregation else ""
    parts = [f'<decisionTable id="t" hitPolicy="{name}"{extra}>']
    for source, kind in inputs:
        parts.append(f'<input id="i_{source}"><inputExpression typeRef="{kind}"><text>{source}</text></inputExpression></input>')
    for output, kind, values in outputs:
        listed = f"<outputValues><text>{values}</text></outputValues>" if values else ""
        parts.append(f'<output id="o_{output}" name="{output}" typeRef="{kind}">{listed}</output>')
    for number, row in enumerate(rows, 1):
        cells = "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in row[: len(inputs)])
        cells += "".join(f"<outputEntry><text>{escape(cell)}</text></outputEntry>" for cell in row[len(inputs) :])
        parts.append(f'<rule id="r{number}">{cells}</rule>')
    return HEAD + "".join(parts) + "</decisionTable>" + TAIL


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def decide(text: str, **data: Any) -> dmn.DecisionResult:
    return dmn.read(text).decide("level", data, MOMENT)


SIMPLE = [("< 3", '"low"'), ("[3..5]", '"middle"'), ("> 4", '"high"')]


def test_unique_answers_when_one_row_fits_and_names_the_rows_when_more_do() -> None:
    assert decide(table("UNIQUE", SIMPLE), x=1) == dmn.DecisionResult("low", (1,))
    with pytest.raises(dmn.DmnError, match="2, 3"):
        decide(table("UNIQUE", SIMPLE), x=5)


def test_first_takes_the_first() -> None:
    assert decide(table("FIRST", SIMPLE), x=5) == dmn.DecisionResult("middle", (2,))


def test_any_needs_equal_results() -> None:
    assert decide(table("ANY", [("> 1", '"a"'), ("> 2", '"a"')]), x=3) == dmn.DecisionResult("a", (1, 2))
    with pytest.raises(dmn.DmnError, match="agree"):
        decide(table("ANY", SIMPLE), x=5)


def test_priority_and_output_order_follow_the_list_of_values() -> None:
    outputs = (("out", "string", '"high","middle","low"'),)
    rows = [("> 0", '"low"'), ("> 1", '"high"'), ("> 2", '"middle"')]
    assert decide(table("PRIORITY", rows, outputs=outputs), x=3) == dmn.DecisionResult("high", (2,))
    assert decide(table("OUTPUT ORDER", rows, outputs=outputs), x=3).value == ["high", "middle", "low"]
    with pytest.raises(dmn.DmnError, match="output values"):
        decide(table("PRIORITY", rows), x=3)


def test_collect_and_rule_order_give_lists() -> None:
    assert decide(table("COLLECT", SIMPLE), x=5).value == ["middle", "high"]
    assert decide(table("RULE ORDER", SIMPLE), x=5) == dmn.DecisionResult(["middle", "high"], (2, 3))
    assert decide(table("COLLECT", [("> 9", '"a"')]), x=1).value == []


@pytest.mark.parametrize(("aggregation", "value"), [("SUM", 12), ("MIN", 2), ("MAX", 7), ("COUNT", 3)])
def test_aggregations(aggregation: str, value: int) -> None:
    rows = [("> 0", "7"), ("> 1", "2"), ("> 2", "3")]
    assert decide(table(f"COLLECT/{aggregation}", rows, outputs=(("out", "number", ""),)), x=3).value == value


def test_no_row_gives_nothing() -> None:
    assert decide(table("FIRST", [("> 9", '"a"')]), x=1) == dmn.DecisionResult(None, ())


def test_several_outputs_give_a_group() -> None:
    outputs = (("level", "string", ""), ("hours", "number", ""))
    assert decide(table("FIRST", [("-", '"urgent"', "4")], outputs=outputs), x=1).value == {"level": "urgent", "hours": 4}


def test_several_inputs_must_all_fit() -> None:
    inputs = (("x", "number"), ("minor", "boolean"))
    text = table("FIRST", [("> 1", "true", '"a"'), ("-", "", '"b"')], inputs=inputs)
    assert decide(text, x=2, minor=True).value == "a"
    assert decide(text, x=2, minor=False).value == "b"


@pytest.mark.parametrize(
    ("kind", "cell", "value", "fits"),
    [
        ("date", '< date("2026-01-01")', "2025-01-01", True),
        ("date", '< date("2026-01-01")', date(2026, 5, 1), False),
        ("string", '"x","y"', "y", True),
        ("string", 'not("x")', "y", True),
        ("number", "1,2,3", 2, True),
        ("number", "[1..5]", 5, True),
        ("number", "]1..5[", 5, False),
        ("boolean", "true", False, False),
        ("string", "null", None, True),
        ("Any", 'list contains(?, "b")', ["a", "b"], True),
    ],
)
def test_ordinary_cells(kind: str, cell: str, value: object, fits: bool) -> None:
    text = table("FIRST", [(cell, '"yes"'), ("-", '"no"')], inputs=(("x", kind),))
    assert decide(text, x=value).value == ("yes" if fits else "no")


@pytest.mark.parametrize(("kind", "value"), [("number", "38.5"), ("boolean", "true"), ("string", 3), ("date", "tomorrow"), ("number", True)])
def test_an_input_of_the_wrong_type_is_an_error_with_its_place(kind: str, value: object) -> None:
    with pytest.raises(dmn.DmnError) as caught:
        decide(table("FIRST", [("-", '"a"')], inputs=(("x", kind),)), x=value)
    assert caught.value.element_id == "i_x"


def test_an_input_that_is_not_there_is_an_error() -> None:
    with pytest.raises(dmn.DmnError, match="x"):
        decide(table("FIRST", SIMPLE))


def test_required_decisions_are_taken_first() -> None:
    text = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
        '<decision id="b" name="Base"><variable name="base" typeRef="number"/>'
        '<literalExpression><text>x * 2</text></literalExpression></decision>'
        '<decision id="level" name="Level"><informationRequirement><requiredDecision href="#b"/></informationRequirement>'
        "<literalExpression><text>base + 1</text></literalExpression></decision></definitions>"
    )
    assert decide(text, x=3).value == 7


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("<x/>", "dmn-not-dmn"),
        (table("UNIQUE", SIMPLE).replace("<text>x</text>", "<text/>"), "dmn-empty-input"),
        (table("UNIQUE", [("> 1", "")]), "dmn-empty-output"),
        (table("PRIORITY", SIMPLE), "dmn-no-priorities"),
        (table("BEST", SIMPLE), "dmn-hit-policy"),
        (HEAD + "<context/>" + TAIL, "dmn-unsupported"),
        (HEAD.replace("<decision ", '<businessKnowledgeModel id="k"/><decision ') + TAIL, "dmn-unsupported"),
        (HEAD.replace("<decision ", '<import name="i" namespace="n" importType="t"/><decision ') + TAIL, "dmn-unsupported"),
        (table("FIRST", SIMPLE).replace("<inputExpression", '<inputExpression expressionLanguage="juel"'), "dmn-language"),
        (table("FIRST", [("foo(?)", '"a"')]), "feel-function"),
        (table("FIRST", [("> ", '"a"')]), "feel-syntax"),
        (table("FIRST", [("> 1", "${x}")]), "feel-foreign"),
        ('<!DOCTYPE d [<!ENTITY e "x">]>' + table("FIRST", SIMPLE), "xml-doctype"),
        (table("FIRST", SIMPLE)[:-5], "xml-broken"),
        (HEAD + '<informationRequirement><requiredDecision href="#level"/></informationRequirement>'
         "<literalExpression><text>1</text></literalExpression>" + TAIL, "dmn-circle"),
        (HEAD + '<informationRequirement><requiredDecision href="#gone"/></informationRequirement>'
         "<literalExpression><text>1</text></literalExpression>" + TAIL, "dmn-missing"),
    ],
)  # fmt: skip
def test_what_cannot_be_decided_is_found_before(text: str, rule: str) -> None:
    assert rule in {finding.rule for finding in dmn.check(text, "t.dmn")}


def test_a_right_table_has_no_findings() -> None:
    assert dmn.check(table("FIRST", [*SIMPLE, ("-", '"none"')]), "t.dmn") == []
