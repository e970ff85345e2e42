"""What would mislead the author of a form is a finding, never passed in silence."""

from typing import Any

import pytest

from tests.workflow.forms.samples import component, form_text, rules, send
from workflow import forms
from workflow.engine import Moment, Severity


def test_two_components_never_share_an_id() -> None:
    assert rules(component("textfield", "a"), {**component("textfield", "b"), "id": "id_a"})


def test_groups_without_an_id_are_told_apart(moment: Moment) -> None:
    shut = {"type": "group", "components": [component("textfield", "a")], "conditional": {"hide": "=true"}}
    text = form_text(shut, {"type": "group", "components": [component("textfield", "b")]})
    assert forms.check("f.form.json", text) or send(forms.load(text), moment, b="x").values == {"b": "x"}


def test_conditions_in_a_ring_are_refused() -> None:
    assert rules(
        component("textfield", "a", conditional={"hide": "=b = null"}),
        component("textfield", "b", conditional={"hide": "=a != null"}),
    )


def test_a_limit_beyond_all_numbers_is_a_finding() -> None:
    assert rules(component("number", "a", validate={"min": 10**400}))


def test_a_limit_that_is_no_number_is_a_finding() -> None:
    assert rules(component("number", "a", validate={"min": float("nan")}))


def test_a_key_given_twice_is_a_finding() -> None:
    text = form_text(component("textfield", "a")).replace('"key": "a"', '"key": "a", "key": "b"')
    assert forms.check("f.form.json", text)


def test_script_in_a_label_is_a_finding() -> None:
    assert rules({**component("textfield", "a"), "label": "<script>alert(1)</script>"})


def test_a_missing_translation_is_a_finding() -> None:
    assert rules({"type": "textfield", "id": "a", "key": "a", "label": "床号"})


def test_an_answer_without_a_value_is_a_finding() -> None:
    assert rules(component("radio", "a", values=[{"label": "甲", "label_en": "A"}]))


@pytest.mark.parametrize("key", ["if", "function", "_add", "csrf_token"])
def test_a_key_that_means_something_else_is_a_finding(key: str) -> None:
    assert rules(component("textfield", key))


@pytest.mark.parametrize(
    "field",
    [
        component("textfield", "a", validate={"validationType": "email"}),
        component("datetime", "a", subtype="date", disallowPassedDates=True),
        component("datetime", "a", subtype="date", properties={"not_after": "yesterday"}),
        component("select", "a", properties={"choices": "everybody"}),
        component("number", "a", validate={"min": "five"}),
    ],
)
def test_a_setting_either_works_or_is_a_finding(field: dict[str, Any]) -> None:
    assert rules(field)


def test_a_file_is_called_as_its_form() -> None:
    assert forms.check("other.form.json", form_text(component("textfield", "a")))


def test_missing_english_warns_but_does_not_forbid() -> None:
    text = form_text({"type": "textfield", "id": "a", "key": "a", "label": "床号"})
    assert [finding.severity for finding in forms.check("f.form.json", text)] == [Severity.WARNING]
    assert forms.load(text).fields[0].label.zh == "床号"


@pytest.mark.parametrize(
    "field",
    [
        component("textfield", "a", validate={"max": 5}),
        component("number", "a", validate={"maxLength": 5}),
        component("number", "a", validate={"min": 5, "max": 4}),
        component("number", "a", decimalDigits=-1),
        component("textfield", "a", validate={"maxLength": 2.5}),
        component("textfield", "a", properties={"max_items": 2}),
        component("number", "a", increment=5),
        component("datetime", "a", subtype="datetime", properties={"default": "today"}),
        {**component("textfield", "a"), "serializeToString": True},
    ],
)
def test_a_limit_that_can_never_be_kept_is_a_finding(field: dict[str, Any]) -> None:
    assert rules(field)


@pytest.mark.parametrize("condition", ["=a = null", "=c.x = 1", "=count(t) = 0"])
def test_longer_rings_are_found_through_groups_tables_and_parts(condition: str) -> None:
    inner = component("textfield", "y", conditional={"hide": "=parent.b = null"})
    table = {"type": "dynamiclist", "id": "t", "path": "t", "label": "表", "components": [inner]}
    inside = [component("textfield", "c.x")]
    group = {"type": "group", "id": "g", "conditional": {"hide": "=b = null"}, "components": inside}
    found = rules(
        component("textfield", "a", conditional={"hide": "=b = 1"}),
        component("textfield", "b", conditional={"hide": condition}),
        {**table, "properties": {"label_en": "Table"}},
        group,
    )
    assert found == ["form-ring"]
