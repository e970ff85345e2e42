"""A form definition is hostile input: what is not drawn and checked by us is refused, in both languages."""

import json
from typing import Any

import pytest

from tests.workflow.forms.samples import EVERYTHING, component, form_of, form_text
from workflow import forms

OPTIONS = [{"label": "甲", "value": "a", "label_en": "A"}, {"label": "乙", "value": "b", "label_en": "B"}]


def rules(text: str) -> list[str]:
    """The rules that a form breaks; every finding must speak both languages."""
    found = forms.check("f.form.json", text)
    assert all(finding.message.zh and finding.message.en for finding in found)
    assert all(finding.file == "f.form.json" for finding in found)
    return [finding.rule for finding in found]


def test_the_form_with_every_component_has_no_findings() -> None:
    assert forms.check("everything.form.json", EVERYTHING.read_text(encoding="utf-8")) == []


def test_a_loaded_form_knows_its_id_title_and_fields(everything: forms.Form) -> None:
    assert everything.id == "everything"
    assert everything.title is not None
    assert everything.title.zh == "首次接触记录"
    assert [field.key for field in everything.fields][:3] == ["subject.name", "referral.bed_no", "subject.mrn"]
    assert everything.choice_sources == {"people:medical_social_worker"}
    assert len(everything.version) == 64


def test_the_same_text_gives_the_same_form_and_another_text_another_version() -> None:
    text = form_text(component("textfield", "a"))
    assert forms.load(text) is forms.load(text)
    assert forms.load(text).version != forms.load(text + " ").version


def test_the_class_of_a_group_is_inherited_unless_a_field_says_otherwise(everything: forms.Form) -> None:
    classes = {field.key: field.info_class for field in everything.fields}
    assert (classes["subject.name"], classes["subject.mrn"], classes["priority_asked"]) == ("P1", "P2", "P0")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{",
        '{"type": "default"}',
        '{"type": "default", "id": "f", "components": {}}',
        "[" * 100_000,
        "1" * 5_000,
    ],
)
def test_what_is_no_form_is_refused(text: str) -> None:
    assert rules(text)
    with pytest.raises(forms.FormInvalid) as refusal:
        forms.load(text)
    assert refusal.value.findings


def test_a_form_that_is_too_large_too_deep_or_too_long_is_refused() -> None:
    assert "form-too-large" in rules(form_text(component("textarea", "a", description="字" * 600_000)))
    nested: dict[str, Any] = component("textfield", "a")
    for number in range(30):
        nested = {"type": "group", "id": f"g{number}", "components": [nested]}
    assert "form-too-deep" in rules(form_text(nested))
    assert "form-too-many" in rules(form_text(*[component("textfield", f"a{number}") for number in range(500)]))


@pytest.mark.parametrize(
    "kind", ["html", "iframe", "button", "image", "script", "documentPreview", "", None, 7, ["text"]]
)
def test_other_kinds_of_components_are_refused_by_name(kind: Any) -> None:
    assert rules(form_text({**component("textfield", "a"), "type": kind})) == ["form-unsupported"]


@pytest.mark.parametrize("setting", ["readonly", "disabled", "valuesKey", "valuesExpression", "onclick", "content"])
def test_settings_without_a_meaning_here_are_refused(setting: str) -> None:
    assert rules(form_text(component("textfield", "a", **{setting: "x"}))) == ["form-unsupported"]


@pytest.mark.parametrize(
    "key", ["", "a b", "a-b", "a..b", ".a", "1a", "a.0", "a[0]", "a/b", "<a>", "x" * 200, None, 3, []]
)
def test_keys_that_no_condition_could_name_are_refused(key: Any) -> None:
    assert rules(form_text({**component("textfield", "a"), "key": key})) == ["form-key"]


@pytest.mark.parametrize("other", ["a", "a.b"])
def test_two_values_never_share_a_place(other: str) -> None:
    second = {**component("textfield", other), "id": "second"}
    assert rules(form_text(component("textfield", "a"), second)) == ["form-duplicate-key"]


def test_a_table_may_use_keys_of_the_form_but_not_twice_and_holds_no_table() -> None:
    def table(*inner: Any) -> dict[str, Any]:
        named = {"label": "表", "properties": {"label_en": "Table"}}
        return {"type": "dynamiclist", "id": "t", "path": "t", **named, "components": list(inner)}

    again = {**component("textfield", "a"), "id": "again"}
    assert rules(form_text(component("textfield", "a"), table(again))) == []
    assert rules(form_text(table(component("textfield", "a"), {**component("textfield", "a"), "id": "b"})))
    assert rules(form_text(table({**table(), "id": "u", "path": "u"}))) == ["form-unsupported"]


@pytest.mark.parametrize(
    "formula",
    ["a = 1", "=", "=a = ", "=a +", "=launch missiles(1)", "=a." + "constructor" * 500, 5, ["=a"]],
)
def test_formulas_that_cannot_be_read_are_refused(formula: Any) -> None:
    assert rules(form_text(component("textfield", "a", conditional={"hide": formula})))


@pytest.mark.parametrize(
    "values", [None, [], "ab", [{"value": "a"}], [{"label": "甲", "value": ""}], [OPTIONS[0], OPTIONS[0]]]
)
def test_choosing_needs_answers_with_a_label_and_a_value_of_their_own(values: Any) -> None:
    assert "form-options" in rules(form_text(component("radio", "a", values=values)))


@pytest.mark.parametrize("klass", ["P5", "p1", "secret", None, 1])
def test_information_classes_are_the_five_known_ones(klass: Any) -> None:
    assert rules(form_text(component("textfield", "a", properties={"class": klass}))) == ["form-class"]


@pytest.mark.parametrize("label", [None, "", "=secret"])
def test_a_field_has_a_label_that_is_plain_text(label: Any) -> None:
    assert rules(form_text({**component("textfield", "a"), "label": label}))


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+",
        r"(a|a)*",
        r"(\d+)*x",
        r"(.*)(.*)(.*)(.*)x",
        r"a*a*a*x",
        r"(?=a)b",
        r"(?P<n>a)",
        r"\1",
        "[",
        "(",
        "a{2,1}",
        "*",
    ],
)
def test_patterns_that_could_hang_or_cannot_be_read_are_refused(pattern: str) -> None:
    assert rules(form_text(component("textfield", "a", validate={"pattern": pattern}))) == ["form-pattern"]


@pytest.mark.parametrize("pattern", [r"^\d{17}[\dXx]$", r"1[3-9]\d{9}", r"[A-Z]{2}-?\d+", r"(ab|cd)?\d", r"[^\s]+"])
def test_ordinary_patterns_are_accepted(pattern: str) -> None:
    assert rules(form_text(component("textfield", "a", validate={"pattern": pattern}))) == []


def test_a_select_with_looked_up_answers_needs_no_fixed_ones() -> None:
    form = form_of(component("select", "a", properties={"choices": "departments"}))
    assert form.choice_sources == {"departments"}


def test_looked_up_answers_in_a_table_are_named_to_the_caller_too() -> None:
    inner = component("select", "who", properties={"choices": "stations"})
    assert form_of(
        {"type": "dynamiclist", "id": "t", "path": "t", "label": "表", "components": [inner]}
    ).choice_sources == {"stations"}


def test_every_finding_names_the_element_it_is_about() -> None:
    found = forms.check("f.form.json", form_text({**component("textfield", "a"), "onload": "x"}))
    assert [finding.element_id for finding in found] == ["id_a"]


def test_a_text_without_components_is_a_form_to_read_and_press_on() -> None:
    assert form_of({"type": "text", "id": "t", "text": json.loads('"\\u4f60\\u597d"')}).fields == ()
