"""What may be compared with what: kinds of value, options of a choice, answers of decisions and scripts."""

from typing import Any

import pytest

from tests.workflow.engine.checker.drawing import bundle
from tests.workflow.engine.checker.tables import table
from workflow.engine.checker import analyse

OPTIONS = [
    {"label": "接收", "value": "accept", "label_en": "Accept"},
    {"label": "退回", "value": "decline", "label_en": "Decline"},
]
FORM: dict[str, Any] = {
    "kind": {"type": "select", "values": OPTIONS, "validate": {"required": True}},
    "risk": {"type": "radio", "values": [{"label": "是", "value": "yes"}, {"label": "否", "value": "no"}]},
    "score": {"type": "number"},
    "ticked": {"type": "checkbox"},
    "text": {"type": "textfield"},
    "day": {"type": "datetime", "subtype": "date"},
    "moment": {"type": "datetime", "subtype": "datetime"},
    "marks": {"type": "checklist", "values": OPTIONS},
    "person": {"type": "select", "properties": {"choices": "people:x"}},
}
TABLE = table("FIRST", [("score", "number")], [["> 3", '"high"'], ["-", '"low"']])


def found(condition: str) -> list[tuple[str, str]]:
    text = f"""start s\nuser ask form=ask\nrule r decides=level sets=level\nscript c is=2 sets=counted
        xor x default=x_e\nuser a\nstop e\ns -> ask -> r -> c -> x\nx -> a : {condition}\nx -> e\na -> e"""
    findings = analyse(bundle(text, forms={"ask": FORM}, level__dmn=TABLE))
    return [(each.rule, each.message.en) for each in findings if each.rule in {"type-mismatch", "option-unknown"}]


@pytest.mark.parametrize(
    "condition",
    [
        'kind = "accept"',
        'kind in ("accept", "decline")',
        'not(kind = "decline")',
        'risk = "yes"',
        "score > 3",
        "score = null",
        "ticked",
        "ticked = false",
        'text = "anything"',
        'day < date("2026-01-01")',
        "day < today()",
        "moment <= now()",
        'list contains(marks, "accept")',
        "count(marks) > 1",
        'person = "someone"',
        'level = "high"',
        "counted = 2",
        'some m in marks satisfies m = "accept"',
        "score + 1 > 3",
        'kind = null or kind = "accept"',
        '"accept" = kind',
        "moment < date and time(day, time(moment))",
    ],
)
def test_what_fits_is_left_alone(condition: str) -> None:
    assert found(condition) == []


@pytest.mark.parametrize(
    ("condition", "rule"),
    [
        ('kind = "acept"', "option-unknown"),
        ('"acept" = kind', "option-unknown"),
        ('kind in ("accept", "x")', "option-unknown"),
        ('not(kind != "x")', "option-unknown"),
        ("risk = true", "type-mismatch"),
        ('risk = "是"', "option-unknown"),
        ('score > "3"', "type-mismatch"),
        ('score in ["1".."3"]', "type-mismatch"),
        ('ticked = "yes"', "type-mismatch"),
        ("text > 3", "type-mismatch"),
        ('day < "2026-01-01"', "type-mismatch"),
        ("day < now()", "type-mismatch"),
        ("moment > today()", "type-mismatch"),
        ('marks = "accept"', "type-mismatch"),
        ('list contains(kind, "accept")', "type-mismatch"),
        ('list contains(marks, "x")', "option-unknown"),
        ('level = "hihg"', "option-unknown"),
        ("level > 3", "type-mismatch"),
        ('counted = "2"', "type-mismatch"),
        ('if kind = "x" then true else false', "option-unknown"),
    ],
)
def test_what_never_fits_is_found(condition: str, rule: str) -> None:
    assert [each for each, _ in found(condition)] == [rule]


def test_the_options_are_named_as_people_know_them() -> None:
    text = """start s\nuser ask form=ask\nxor x default=x_e\nuser a\nstop e
        s -> ask -> x\nx -> a : kind = "acept"\nx -> e\na -> e"""
    (finding,) = analyse(bundle(text, forms={"ask": FORM}))
    assert finding.hint is not None
    assert finding.hint.zh == "可用的选项:accept(接收)、decline(退回)。"
    assert finding.hint.en == "The options are: accept (Accept), decline (Decline)."
