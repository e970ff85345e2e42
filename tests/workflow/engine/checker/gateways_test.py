"""Conditions that cover every case are left alone; the rest is shown with the case that falls through."""

from typing import Any

import pytest

from tests.workflow.engine.checker.drawing import bundle
from workflow.engine.checker import analyse

YES_NO = {"type": "radio", "values": [{"label": "是", "value": "yes"}, {"label": "否", "value": "no"}]}
FORM: dict[str, Any] = {
    "a.kind": ["accept", "decline", "ask"],
    "a.met": {**YES_NO, "validate": {"required": True}},
    "a.maybe": YES_NO,
    "a.reason": {**YES_NO, "validate": {"required": True}, "conditional": {"hide": '=a.kind != "decline"'}},
    "a.score": {"type": "number", "validate": {"required": True, "min": 0, "max": 10}},
    "a.share": {"type": "number", "decimalDigits": 1, "validate": {"required": True, "min": 0, "max": 10}},
    "a.open": {"type": "number"},
    "a.ticked": {"type": "checkbox", "validate": {"required": True}},
    "a.list": {"type": "checklist", "values": [{"label": each, "value": each} for each in ("x", "y", "z")]},
    "a.day": {"type": "datetime", "subtype": "date", "validate": {"required": True}},
    "a.text": {"type": "textfield", "validate": {"required": True}},
}


def found(*conditions: str, kind: str = "xor", before: str = "") -> list[tuple[str, str]]:
    """Rules and messages for a gateway with these conditions behind a form; `before` is a condition passed first."""
    steps = "\n".join(
        f"user t{number}\nx -> t{number} : {condition}\nt{number} -> j" for number, condition in enumerate(conditions)
    )
    way = (
        f"xor first default=first_stop\nstop stop\nask -> first\nfirst -> x : {before}\nfirst -> stop"
        if before
        else "ask -> x"
    )
    text = (
        f"start s\nuser ask form=ask\n{kind} x\n{'or' if kind == 'or' else 'xor'} j\nstop e\n"
        f"s -> ask\n{way}\n{steps}\nj -> e"
    )
    return [(each.rule, each.message.en) for each in analyse(bundle(text, forms={"ask": FORM}))]


@pytest.mark.parametrize(
    "conditions",
    [
        ('a.kind = "accept"', 'a.kind = "decline"', 'a.kind = "ask"'),
        ('a.kind = "accept"', 'a.kind in ("decline", "ask")'),
        ('a.kind = "accept"', 'a.kind != "accept"'),
        ('a.kind = "accept"', 'not(a.kind = "accept")'),
        ('a.met = "yes"', 'a.met = "no"'),
        ('a.maybe = "yes"', 'a.maybe = "no"', "a.maybe = null"),
        ('a.met = "yes" and a.kind = "ask"', 'a.met = "no" or a.kind != "ask"'),
        ("a.score < 3", "a.score in [3..7]", "a.score > 7"),
        ("a.score <= 3", "a.score >= 4"),
        ("a.share <= 3", "a.share > 3"),
        ("a.score between 0 and 5", "a.score between 6 and 10"),
        ("a.ticked", "not(a.ticked)"),
        ("a.ticked = true", "a.ticked = false"),
        ('list contains(a.list, "x")', 'not(list contains(a.list, "x"))'),
        ("count(a.list) = 0", "count(a.list) in [1..2]", "count(a.list) > 2"),
        ('count(a.list) > 1 and list contains(a.list, "x")', 'count(a.list) <= 1 or not(list contains(a.list, "x"))'),
        ('a.day < date("2026-01-01")', 'a.day >= date("2026-01-01")'),
        ("a.open = null", "a.open != null and a.open > 3", "a.open != null and a.open <= 3"),
        ('a.text = "x"', 'a.text != "x"'),
    ],
)
def test_complete_conditions_are_left_alone(conditions: tuple[str, ...]) -> None:
    assert found(*conditions) == []


@pytest.mark.parametrize(
    ("conditions", "example"),
    [
        (('a.kind = "accept"', 'a.kind = "ask"'), "“a.kind” is decline"),
        (('a.maybe = "yes"', 'a.maybe = "no"'), "“a.maybe” is left empty"),
        (("a.score < 3", "a.score > 3"), "“a.score” is 3"),
        (("a.share < 3", "a.share >= 4"), "“a.share” is 3"),
        (("a.open <= 3", "a.open > 3"), "“a.open” is left empty"),
        (("a.ticked", "a.ticked = true"), "“a.ticked” is no"),
        (('a.day < date("2026-01-01")', 'a.day > date("2026-01-01")'), "“a.day” is 2026-01-01"),
        (('list contains(a.list, "x")', 'list contains(a.list, "y")'), "“a.list” holds nothing"),
        (('a.text = "x"', 'a.text = "y"'), "“a.text” is something else"),
        (("count(a.list) < 2", "count(a.list) > 2"), "“a.list” holds others (2 in all)"),
        (('a.met = "yes" and a.kind = "ask"', 'a.met = "no"'), "“a.met” is yes and “a.kind” is accept"),
    ],
)
def test_the_case_that_falls_through_is_named(conditions: tuple[str, ...], example: str) -> None:
    rules = found(*conditions)
    sentence = f"If {example}, no branch of the exclusive gateway “x” can be taken and the case stops."
    assert ("gateway-incomplete", sentence) in rules


def test_what_was_decided_before_counts() -> None:
    assert found('a.kind = "ask"', 'a.kind = "decline"', before='a.kind != "accept"') == []
    assert found('a.kind = "ask"', 'a.kind = "accept"', before='a.kind != "accept"') != []


BRANCHES = """
    start s\nuser ask form=ask\nxor first default=first_stop\nstop stop\n{kind} split\nuser again form=ask
    xor x\nuser a\nuser b\nxor j\n{kind} join\nstop e\ns -> ask -> first -> stop
    first -> split : a.kind != "accept"\nsplit -> again{one}\nagain -> join -> e\nsplit -> x{other}
    x -> a : a.kind = "ask"\nx -> b : a.kind = "decline"\na -> j\nb -> j -> join"""


def test_what_another_branch_may_change_meanwhile_does_not_count() -> None:
    beside = bundle(BRANCHES.format(kind="and", one="", other=""), forms={"ask": FORM})
    instead = bundle(BRANCHES.format(kind="xor", one=' : a.met = "yes"', other=' : a.met = "no"'), forms={"ask": FORM})
    assert [(each.rule, each.element_id) for each in analyse(beside)] == [("gateway-incomplete", "x")]
    assert analyse(instead) == []


def test_a_required_field_is_empty_only_while_it_is_hidden() -> None:
    assert found('a.reason = "yes"', 'a.reason = "no"', before='a.kind = "decline"') == []
    assert [rule for rule, _ in found('a.reason = "yes"', 'a.reason = "no"')] == ["gateway-incomplete"]


def test_an_inclusive_gateway_needs_one_true_condition() -> None:
    assert found('a.met = "yes"', 'a.met = "no"', kind="or") == []
    assert [rule for rule, _ in found('a.met = "yes"', 'a.kind = "ask"', kind="or")] == ["gateway-incomplete"]


def test_conditions_on_the_arrows_of_a_task_count_like_those_of_a_gateway() -> None:
    text = """start s\nuser ask form=ask\nuser a\nuser b\nor j\nstop e\ns -> ask\nask -> a : a.met = "yes"
        ask -> b : a.met = {other}\na -> j\nb -> j -> e"""
    right, wrong = (bundle(text.format(other=other), forms={"ask": FORM}) for other in ('"no"', '"yes"'))
    assert analyse(right) == []
    assert [(each.rule, each.element_id) for each in analyse(wrong)] == [("gateway-incomplete", "ask")]


def test_what_cannot_be_shown_is_only_a_warning() -> None:
    assert [rule for rule, _ in found("a.score * 2 > 5", "a.score * 2 <= 5")] == ["gateway-unproven"]
    assert [rule for rule, _ in found("a.score > a.open", "a.score <= a.open")] == ["gateway-unproven"]


def test_a_branch_that_an_earlier_one_leaves_nothing_for_is_found() -> None:
    assert [rule for rule, _ in found("a.score <= 10", "a.score > 2")] == ["condition-never"]
