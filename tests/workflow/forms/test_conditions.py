"""Which fields are shown: decided on the server, from every field of the form and what the case knows."""

from collections.abc import Callable
from typing import Any

from tests.workflow.forms.samples import CHOICES, component, errors_of, form_of
from workflow import forms
from workflow.engine import Moment

Submit = Callable[..., forms.Submitted]


def hidden_if(condition: str, key: str = "b", **settings: Any) -> dict[str, Any]:
    """A text that a condition hides."""
    return component("textfield", key, conditional={"hide": f"={condition}"}, **settings)


def send(form: forms.Form, moment: Moment, context: dict[str, Any] | None = None, **raw: str) -> forms.Submitted:
    """Send one text for each name."""
    given = {name.replace("__", "."): [value] for name, value in raw.items()}
    return form.submit(given, context=context or {}, choices={}, moment=moment)


def test_a_shown_field_is_required_and_a_hidden_one_is_not(submit: Submit) -> None:
    assert errors_of(submit({"flag.self_harm": ["yes"]})) == {"flag.self_harm_when": "required_choice"}
    assert errors_of(submit({"flag.self_harm": ["no"]})) == {}


def test_the_value_of_a_hidden_field_is_dropped_but_known_as_none_to_the_process(submit: Submit) -> None:
    result = submit({"flag.self_harm": ["no"], "flag.self_harm_when": ["current"], "flag.plan": ["陪护"]})
    assert result.ok
    assert result.values["flag"] == {"self_harm": "no"}
    assert result.variables["flag"] == {"self_harm": "no", "self_harm_when": None, "plan": None}


def test_a_dropped_value_counts_as_empty_for_the_next_condition(submit: Submit) -> None:
    # safety_plan depends on self_harm_when, which self_harm hides: a stale answer must not open it.
    result = submit({"flag.self_harm": ["no"], "flag.self_harm_when": ["current"]})
    assert "plan" not in result.values["flag"]
    shown = submit({"flag.self_harm": ["yes"], "flag.self_harm_when": ["current"]})
    assert errors_of(shown) == {"flag.plan": "required"}


def test_a_hidden_answer_is_not_checked(moment: Moment) -> None:
    form = form_of(component("textfield", "a"), component("number", "b", conditional={"hide": '=a = "x"'}))
    assert errors_of(send(form, moment, a="x", b="no number")) == {}
    assert errors_of(send(form, moment, a="y", b="no number")) == {"b": "not_a_number"}


def test_a_condition_sees_what_the_case_knows(moment: Moment) -> None:
    form = form_of(hidden_if('level != "urgent"'))
    assert "b" not in send(form, moment, {"level": "routine"}, b="x").values
    assert send(form, moment, {"level": "urgent"}, b="x").values == {"b": "x"}


def test_a_field_goes_before_a_value_of_the_case_with_its_name(moment: Moment) -> None:
    form = form_of(component("textfield", "a"), hidden_if("a = null"))
    assert "b" not in send(form, moment, {"a": "old"}, b="x").values
    assert send(form, moment, {"a": "old"}, a="new", b="x").values["b"] == "x"


def test_a_field_does_not_wipe_out_its_neighbours_in_the_case(moment: Moment) -> None:
    form = form_of(component("textfield", "p.a"), hidden_if('p.other != "yes"'))
    assert send(form, moment, {"p": {"other": "yes"}}, b="x").values["b"] == "x"


def test_a_condition_without_an_answer_shows_the_field(moment: Moment) -> None:
    form = form_of(component("number", "a"), hidden_if("a < 18"))
    assert send(form, moment, b="x").values["b"] == "x"
    assert "b" not in send(form, moment, a="17", b="x").values


def test_an_answer_that_cannot_be_read_counts_as_none(moment: Moment) -> None:
    form = form_of(component("number", "a"), hidden_if("a = null"))
    result = send(form, moment, a="many", b="x")
    assert errors_of(result) == {"a": "not_a_number"}
    assert "b" not in result.values


def test_a_hidden_group_takes_its_fields_with_it(moment: Moment) -> None:
    group = {"type": "group", "id": "g", "components": [component("textfield", "b", validate={"required": True})]}
    form = form_of(component("textfield", "a"), {**group, "conditional": {"hide": '=a != "open"'}})
    assert send(form, moment, a="shut", b="x").values == {"a": "shut"}
    assert errors_of(send(form, moment, a="open")) == {"b": "required"}


def test_a_hidden_table_takes_its_rows_with_it(moment: Moment) -> None:
    table = {"type": "dynamiclist", "id": "t", "path": "t", "label": "表", "components": [component("textfield", "x")]}
    form = form_of(component("textfield", "a"), {**table, "conditional": {"hide": '=a != "open"'}})
    result = form.submit({"a": ["shut"], "t.0.x": ["1"]}, context={}, choices={}, moment=moment)
    assert (result.values, result.variables) == ({"a": "shut"}, {"a": "shut", "t": []})
    opened = form.submit({"a": ["open"], "t.0.x": ["1"]}, context={}, choices={}, moment=moment)
    assert opened.values["t"] == [{"x": "1"}]


def test_an_unticked_box_is_no_and_a_checklist_is_countable(moment: Moment) -> None:
    answers = [{"label": "甲", "value": "a"}, {"label": "乙", "value": "b"}]
    form = form_of(
        component("checkbox", "tick"), component("checklist", "many", values=answers), hidden_if("tick = false")
    )
    assert send(form, moment, b="x").values == {"tick": False, "many": []}
    assert send(form, moment, tick="true", b="x").values["b"] == "x"


def test_a_row_sees_the_form_and_the_form_its_rows(moment: Moment) -> None:
    inner = [component("textfield", "x"), hidden_if('a = "shut"', "y")]
    table = {"type": "dynamiclist", "id": "t", "path": "t", "label": "表", "components": inner}
    form = form_of(component("textfield", "a"), table, hidden_if("count(t) < 2"))
    raw = {"a": ["shut"], "t.0.x": ["1"], "t.0.y": ["2"], "b": ["z"]}
    assert form.submit(raw, context={}, choices={}, moment=moment).values == {"a": "shut", "t": [{"x": "1"}]}
    more = {**raw, "a": ["open"], "t.1.x": ["3"]}
    assert form.submit(more, context={}, choices={}, moment=moment).values["b"] == "z"


def test_binding_shows_the_same_fields_as_checking(everything: forms.Form, moment: Moment) -> None:
    for answer in ("yes", "no"):
        bound = everything.bind({"flag": {"self_harm": answer}}, context={}, choices=CHOICES, moment=moment)
        names = {part.name for part in bound.components}
        assert ("flag.self_harm_when" in names) == (answer == "yes")


def test_the_case_is_never_changed(moment: Moment) -> None:
    context = {"p": {"a": "old", "other": 1}}
    send(form_of(component("textfield", "p.a")), moment, context, p__a="new")
    assert context == {"p": {"a": "old", "other": 1}}
