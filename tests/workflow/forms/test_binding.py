"""A form bound to values for drawing: nothing typed is lost, each error at its field."""

from datetime import date, datetime
from typing import Any

import pytest

from tests.workflow.forms.samples import ANSWERS, CHOICES, FILE_ONE, component, form_of
from workflow import forms
from workflow.engine import Moment


def bind(form: forms.Form, values: dict[str, Any], moment: Moment, **more: Any) -> dict[str, forms.Component]:
    """All drawn parts by name, those in groups and rows included."""
    bound = form.bind(values, context={}, choices=CHOICES, moment=moment, **more)
    found: dict[str, forms.Component] = {}

    def add(parts: Any) -> None:
        for part in parts:
            found[part.name or part.field.element_id] = part
            add(part.children)
            for row in part.rows:
                add(row)

    add(bound.components)
    return found


def test_typed_values_are_drawn_as_inputs_show_them(everything: forms.Form, moment: Moment) -> None:
    values = {
        "subject": {"age": 34},
        "referral": {"expected_discharge": date(2026, 3, 12), "reasons": ["finance"]},
        "contact": {"at": datetime.fromisoformat("2026-03-09T01:30+00:00")},
        "told": True,
    }
    parts = bind(everything, values, moment)
    assert parts["subject.age"].value == "34"
    assert parts["referral.expected_discharge"].value == "2026-03-12"
    assert parts["referral.reasons"].value == ["finance"]
    assert parts["contact.at"].value == "2026-03-09T09:30"
    assert parts["told"].value is True
    assert parts["days_left"].value == "3"


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("subject.age", "三十"),
        ("referral.expected_discharge", "下周"),
        ("contact.at", "上午"),
        ("referral.bed_no", " 七床 "),
    ],
)
def test_what_cannot_be_read_is_drawn_as_typed(everything: forms.Form, moment: Moment, path: str, typed: str) -> None:
    raw = {**{name: list(values) for name, values in ANSWERS.items()}, path: [typed]}
    result = everything.submit(raw, context={}, choices=CHOICES, moment=moment)
    part = bind(everything, result.typed, moment, errors=result.errors)[path]
    assert part.value == typed
    assert part.error is not None
    assert part.error.path == path


def test_everything_typed_comes_back_from_a_refused_form(everything: forms.Form, moment: Moment) -> None:
    raw = {name: list(values) for name, values in ANSWERS.items() if name != "told"}
    result = everything.submit(raw, context={}, choices=CHOICES, moment=moment)
    parts = bind(everything, result.typed, moment, errors=result.errors)
    for name, values in raw.items():
        drawn = parts[name].value
        assert drawn == (values if parts[name].widget in ("checklist", "filepicker") else values[0]), name


def test_errors_stand_at_their_field_in_rows_too(everything: forms.Form, moment: Moment) -> None:
    raw = {"pa.needs.1.need": [""], "pa.needs.1.weight": ["low"]}
    result = everything.submit(raw, context={}, choices=CHOICES, moment=moment)
    parts = bind(everything, result.typed, moment, errors=result.errors)
    # A single row was sent, so it is the first one in the redrawn table.
    assert parts["pa.needs.0.need"].error is not None
    assert parts["pa.needs.0.weight"].error is None
    assert parts["subject.name"].error is not None


def test_errors_can_be_added_later(everything: forms.Form, moment: Moment) -> None:
    result = everything.submit({}, context={}, choices=CHOICES, moment=moment)
    bound = everything.bind({}, context={}, choices=CHOICES, moment=moment)
    assert bound.errors == ()
    assert bound.with_errors(result.errors).errors == tuple(result.errors)


def test_up_to_five_answers_are_radio_buttons_and_more_a_list(everything: forms.Form, moment: Moment) -> None:
    parts = bind(everything, {}, moment)
    assert parts["priority_asked"].widget == "radio"
    assert parts["referral.source"].widget == "select"


def test_looked_up_answers_come_with_their_note(everything: forms.Form, moment: Moment) -> None:
    options = bind(everything, {}, moment)["intake.worker"].options
    assert [option.value for option in options] == ["w1", "w2"]
    assert options[0].note is not None
    assert options[0].note.en == "3 open cases"


def test_only_fields_that_others_depend_on_are_controlling(everything: forms.Form, moment: Moment) -> None:
    controls = {
        name for name, part in bind(everything, {"flag": {"self_harm": "yes"}}, moment).items() if part.controls
    }
    assert {"flag.self_harm", "flag.self_harm_when", "referral.expected_discharge"} <= controls
    assert not controls & {"subject.name", "referral.summary", "money.amount", "told"}


def test_a_fresh_table_shows_one_blank_row(everything: forms.Form, moment: Moment) -> None:
    parts = bind(everything, {}, moment)
    assert len(parts["pa.needs"].rows) == 1
    assert parts["pa.needs.0.need"].value == ""


def test_today_and_now_stand_in_a_fresh_field_only(moment: Moment) -> None:
    form = form_of(
        component("datetime", "d", subtype="date", properties={"default": "today"}),
        component("datetime", "t", subtype="datetime", properties={"default": "now"}),
    )
    parts = bind(form, {}, moment)
    assert (parts["d"].value, parts["t"].value) == ("2026-03-09", "2026-03-09T10:00")
    assert bind(form, {"d": None, "t": ""}, moment)["d"].value == ""


def test_kept_files_are_drawn_by_id(everything: forms.Form, moment: Moment) -> None:
    stored = [{"id": FILE_ONE, "name": "转介单.pdf"}]
    assert bind(everything, {"attach": stored}, moment)["attach"].value == [FILE_ONE]


def test_a_form_says_whether_it_has_files_and_whether_there_is_anything_to_fill_in(
    everything: forms.Form, moment: Moment
) -> None:
    bound = everything.bind({}, context={}, choices=CHOICES, moment=moment)
    assert (bound.has_files, bound.is_empty) == (True, False)
    words = form_of({"type": "text", "id": "t", "text": "好"}).bind({}, context={}, choices={}, moment=moment)
    assert (words.has_files, words.is_empty) == (False, True)


def test_a_choice_that_a_field_begins_with_counts_for_conditions_from_the_start(moment: Moment) -> None:
    form = form_of(
        component(
            "radio", "reach", values=[{"value": each, "label": "甲", "label_en": "A"} for each in ("P2", "P3")],
            validate={"required": True}, properties={"default": "P2"},
        ),
        component("textfield", "process", conditional={"hide": '=reach != "P2"'}),
    )  # fmt: skip
    assert set(bind(form, {}, moment)) == {"reach", "process"}
    # Sent without it, as when it was hidden until now.
    assert bind(form, {"reach": None}, moment)["reach"].value == "P2"
