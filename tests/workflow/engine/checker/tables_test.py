"""Decision tables: gaps and overlaps with an example, rows that are never used, nothing on tables that are right."""

import time
from typing import Any

import pytest

from tests.workflow.engine.checker.drawing import bundle
from tests.workflow.engine.checker.tables import table
from workflow.engine.checker import analyse

FORM: dict[str, Any] = {
    "risk": ["low", "high"],
    "score": {"type": "number", "validate": {"required": True, "min": 0, "max": 27}},
    "free": {"type": "number", "decimalDigits": 2, "validate": {"required": True}},
    "note": {"type": "number"},
    "reasons": {"type": "checklist", "values": [{"label": each, "value": each} for each in ("money", "home")]},
    "born": {"type": "datetime", "subtype": "date", "validate": {"required": True}},
}


def found(policy: str, inputs: list[tuple[str, str]], *rows: list[str]) -> list[tuple[str, str]]:
    text = "start s\nuser ask form=ask\nrule r decides=level sets=level\nstop e\ns -> ask -> r -> e"
    files = bundle(text, forms={"ask": FORM}, level__dmn=table(policy, inputs, list(rows)))
    return [(each.rule, each.message.en) for each in analyse(files)]


@pytest.mark.parametrize(
    ("policy", "inputs", "rows"),
    [
        ("UNIQUE", [("risk", "string")], [['"low"', '"a"'], ['"high"', '"b"']]),
        ("UNIQUE", [("risk", "string")], [['"low"', '"a"'], ['not("low")', '"b"']]),
        ("UNIQUE", [("score", "number")], [["[0..9]", '"a"'], ["[10..19]", '"b"'], [">= 20", '"c"']]),
        ("UNIQUE", [("free", "number")], [["< 10", '"a"'], ["[10..20)", '"b"'], [">= 20", '"c"']]),
        (
            "UNIQUE",
            [("risk", "string"), ("score", "number")],
            [['"low"', "-", '"a"'], ['"high"', "< 10", '"b"'], ['"high"', ">= 10", '"c"']],
        ),
        ("FIRST", [("reasons", "string")], [['list contains(?, "money")', '"a"'], ["-", '"b"']]),
        (
            "FIRST",
            [("risk", "string"), ("score", "number")],
            [['"high"', "-", '"a"'], ["-", "> 20", '"b"'], ["-", "-", '"c"']],
        ),
        ("ANY", [("score", "number")], [["< 20", '"a"'], ["> 10", '"a"']]),
        ("COLLECT", [("score", "number")], [["> 20", '"a"'], ["> 10", '"b"']]),
        ("UNIQUE", [("born", "date")], [['< date("2010-01-01")', '"a"'], ['>= date("2010-01-01")', '"b"']]),
        ("UNIQUE", [("score > 10", "boolean")], [["true", '"a"'], ["false", '"b"']]),
        ("UNIQUE", [("score", "number"), ("score", "number")], [["< 10", "-", '"a"'], ["-", ">= 10", '"b"']]),
    ],
)
def test_complete_tables_are_left_alone(policy: str, inputs: list[tuple[str, str]], rows: list[list[str]]) -> None:
    assert found(policy, inputs, *rows) == []


@pytest.mark.parametrize(
    ("inputs", "rows", "example"),
    [
        ([("risk", "string")], [['"low"', '"a"']], "“risk” is high"),
        ([("score", "number")], [["< 10", '"a"'], ["> 10", '"b"']], "“score” is 10"),
        ([("free", "number")], [["<= 10", '"a"'], [">= 11", '"b"']], "“free” is 10.5"),
        ([("note", "number")], [["<= 10", '"a"'], ["> 10", '"b"']], "“note” is left empty"),
        ([("reasons", "string")], [['list contains(?, "money")', '"a"']], "“reasons” holds nothing"),
        (
            [("risk", "string"), ("score", "number")],
            [['"low"', "-", '"a"'], ['"high"', "< 10", '"b"']],
            "“risk” is high and “score” is 10",
        ),
    ],
)
@pytest.mark.parametrize("policy", ["UNIQUE", "FIRST"])
def test_a_gap_is_shown_with_an_example(
    policy: str,
    inputs: list[tuple[str, str]],
    rows: list[list[str]],
    example: str,
) -> None:
    assert found(policy, inputs, *rows) == [
        ("table-gap", f"The decision table “level” has a gap: if {example}, no row applies.")
    ]


def test_overlaps_are_shown_with_an_example() -> None:
    rules = found(
        "UNIQUE",
        [("risk", "string"), ("score", "number")],
        ['"low"', "<= 10", '"a"'],
        ['"low"', ">= 10", '"b"'],
        ['"high"', "-", '"c"'],
    )
    assert rules == [
        ("table-overlap", "Rows 1 and 2 of the decision table “level” both apply if “risk” is low and “score” is 10.")
    ]


def test_any_may_overlap_only_with_the_same_answer() -> None:
    rules = found("ANY", [("score", "number")], ["< 20", '"a"'], ["> 10", '"b"'])
    assert [rule for rule, _ in rules] == ["table-overlap"]


def test_a_row_that_others_cover_together_is_found() -> None:
    rules = found("FIRST", [("score", "number")], ["<= 10", '"a"'], ["> 10", '"b"'], ["[5..15]", '"c"'])
    assert [rule for rule, _ in rules] == ["table-row-unreachable"]


def test_values_that_are_no_option_are_named() -> None:
    rules = found("FIRST", [("risk", "string")], ['"hihg"', '"a"'], ["-", '"b"'])
    assert "option-unknown" in [rule for rule, _ in rules]


def test_columns_of_the_wrong_type_are_named() -> None:
    assert "type-mismatch" in [rule for rule, _ in found("FIRST", [("risk", "number")], ["> 3", '"a"'], ["-", '"b"'])]


def test_a_large_table_is_checked_quickly_or_given_up() -> None:
    inputs = [("risk", "string"), ("score", "number"), ("note", "number"), ("free", "number")]
    rows = [['"high"', f"[{number}..{number + 1})", f"[{number}..{number + 1})", "-", '"a"'] for number in range(40)]
    assert "table-gap" in [rule for rule, _ in found("FIRST", inputs, *rows)]
    many = [[f"{number}", '"a"'] for number in range(2_000)]
    began = time.process_time()
    assert [rule for rule, _ in found("UNIQUE", [("free", "number")], *many)] == ["table-not-checked"]
    assert time.process_time() - began < 2


def test_of_very_many_overlaps_the_first_are_shown() -> None:
    rows = [["-", f'"{number}"'] for number in range(60)]
    assert [rule for rule, _ in found("UNIQUE", [("free", "number")], *rows)] == ["table-overlap"] * 20
