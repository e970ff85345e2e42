"""A form filled in field by field: the order, what is asked again, tables, and choices that nobody knows."""

from typing import Any

import pytest

from tests.workflow.forms.samples import ANSWERS, CHOICES, EVERYTHING, component, form_of
from workflow import forms
from workflow.engine import Moment
from workflow.forms.options import ATTACHMENTS
from workflow.studio.filling import Filling


def filling_of(form: forms.Form, moment: Moment, *, known: bool = True) -> Filling:
    choices = {source: list(found) for source, found in CHOICES.items()} if known else {}
    sources = form.choice_sources | {ATTACHMENTS}
    for source in sources:
        choices.setdefault(source, [])
    open_sources = frozenset() if known else sources
    return Filling(form, context={}, choices=choices, open_sources=open_sources, moment=moment)


def answer(filling: Filling, **values: Any) -> list[str]:
    """Answer the fields that come until one is not among `values`; give the names that came."""
    came = []
    while (part := filling.next()) is not None and part.name in values:
        came.append(part.name)
        assert filling.answer(part, values[part.name]) == []
    return came


def test_every_field_comes_once_and_what_is_entered_is_what_a_page_sends(moment: Moment) -> None:
    form = forms.load(EVERYTHING.read_text(encoding="utf-8"))
    filling = filling_of(form, moment)
    sent, rows = {name: list(values) for name, values in ANSWERS.items()}, dict[str, int]()
    while (part := filling.next()) is not None:
        assert part.field.kind not in {"expression", "group", "text", "separator"}
        if part.field.is_table:
            value: Any = rows.setdefault(part.name, 0) < len(forms.raw.row_numbers(sent, part.name))
            rows[part.name] += 1
        elif part.field.kind in {"checklist", "filepicker"}:
            value = sent.get(part.name, [])
        elif part.field.kind == "checkbox":
            value = bool(sent.get(part.name))
        else:
            value = sent.get(part.name, [""])[0]
        assert filling.answer(part, value) == [], part.name
    result = filling.submit()
    assert result.ok
    assert result.values == form.submit(sent, context={}, choices=CHOICES, moment=moment).values


def test_a_refused_answer_is_asked_for_again_and_the_others_stay(moment: Moment) -> None:
    form = form_of(component("textfield", "a"), {**component("number", "b"), "validate": {"required": True, "max": 3}})
    filling = filling_of(form, moment)
    assert answer(filling, a="x") == ["a"]
    part = filling.next()
    assert part is not None
    assert [error.code for error in filling.answer(part, "4")] == ["too_large"]
    again = filling.next()
    assert again is not None
    assert (again.name, again.value) == ("b", "4")
    assert filling.answer(again, "3") == []
    assert filling.next() is None
    assert filling.submit().values == {"a": "x", "b": 3}


def test_when_it_cannot_be_told_which_field_is_wrong_all_are_asked_again(moment: Moment) -> None:
    form = form_of(component("textfield", "a"), {**component("expression", "twice"), "expression": "=a * 2"})
    filling = filling_of(form, moment)
    assert answer(filling, a="x") == ["a"]
    assert [error.code for error in filling.submit().errors] == ["not_computed"]
    again = filling.next()
    assert again is not None
    assert (again.name, again.value) == ("a", "x")


def test_a_table_takes_no_more_rows_than_it_may_have(moment: Moment) -> None:
    table = {
        "type": "dynamiclist", "id": "t", "path": "t", "label": "t", "components": [component("textfield", "x")],
        "properties": {"max_items": "1", "min_items": "1"},
    }  # fmt: skip
    filling = filling_of(form_of(table), moment)
    part = filling.next()
    assert part is not None
    assert filling.answer(part, True) == []
    assert answer(filling, **{"t.0.x": "one"}) == ["t.0.x"]
    part = filling.next()
    assert part is not None
    assert [error.code for error in filling.answer(part, True)] == ["too_many_rows"]
    assert filling.answer(part, False) == []
    assert filling.submit().values == {"t": [{"x": "one"}]}


@pytest.mark.parametrize("known", [True, False])
def test_choices_that_nobody_knows_are_what_is_typed(moment: Moment, known: bool) -> None:
    who = {**component("select", "who"), "values": None, "properties": {"choices": "people:supervisor"}}
    filling = filling_of(form_of({key: value for key, value in who.items() if value is not None}), moment, known=known)
    part = filling.next()
    assert part is not None
    assert filling.takes_any(part) is not known
    assert [error.code for error in filling.answer(part, "somebody")] == (["not_an_option"] if known else [])
    if not known:
        assert filling.submit().values == {"who": "somebody"}
        assert [choice.value for choice in filling.choices["people:supervisor"]] == ["somebody"]
