"""Faults of forms that are known and not yet mended: each test says what is right, and fails loudly once it is.

When one is mended, take its mark away and move the test to the module of its subject.
"""

import re
import time
from typing import Any

import pytest

from tests.workflow.forms.samples import component, errors_of, form_of, form_text
from workflow import forms
from workflow.engine import Moment
from workflow.forms.patterns import PatternRefused, compile_pattern

TABLE = {"type": "dynamiclist", "id": "t", "path": "t", "label": "表", "properties": {"label_en": "Table"}}


def open_defect(why: str, **more: Any) -> pytest.MarkDecorator:
    """Mark a test of what is not yet right."""
    return pytest.mark.xfail(strict=True, reason=why, **more)


def send(form: forms.Form, moment: Moment, **raw: str) -> forms.Submitted:
    """Send one text for each name."""
    return form.submit(
        {name.replace("__", "."): [value] for name, value in raw.items()}, context={}, choices={}, moment=moment
    )


def rules(*components: Any) -> list[str]:
    """The rules that a form breaks."""
    return [finding.rule for finding in forms.check("f.form.json", form_text(*components))]


def test_many_optional_characters_are_no_safe_pattern() -> None:
    with pytest.raises(PatternRefused):
        compile_pattern("a?" * 40 + "a" * 40)


def test_many_counted_repeats_are_no_safe_pattern() -> None:
    with pytest.raises(PatternRefused):
        compile_pattern(r"\w{0,99}" * 6 + "!")


def test_no_accepted_pattern_keeps_the_server_busy(moment: Moment) -> None:
    text = form_text(component("textfield", "a", validate={"pattern": "a?" * 20 + "a" * 20}))
    if forms.check("f.form.json", text):
        return
    form, started = forms.load(text), time.process_time()
    send(form, moment, a="a" * 19 + "b")
    assert time.process_time() - started < 0.02


def test_a_decimal_comma_is_never_read_as_another_number(moment: Moment) -> None:
    result = send(form_of(component("number", "a", decimalDigits=1)), moment, a="1,5")
    assert result.values["a"] == 1.5 or errors_of(result) == {"a": "not_a_number"}


def test_a_number_is_drawn_with_all_its_figures(moment: Moment) -> None:
    bound = form_of(component("number", "a", decimalDigits=2)).bind(
        {"a": 123456.78}, context={}, choices={}, moment=moment
    )
    assert bound.components[0].value == "123456.78"


def test_a_number_is_read_back_with_all_its_figures() -> None:
    (row,) = form_of(component("number", "a", decimalDigits=2)).rows({"a": 123456.78})
    assert row.display.zh == "123456.78"


def test_a_limit_is_said_in_figures(moment: Moment) -> None:
    (error,) = send(form_of(component("number", "a", validate={"max": 1234567})), moment, a="9999999").errors
    assert "1234567" in error.message.zh


@pytest.mark.parametrize("typed", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:00-12:00"])
def test_a_date_time_outside_the_calendar_is_refused(moment: Moment, typed: str) -> None:
    assert errors_of(send(form_of(component("datetime", "a", subtype="datetime")), moment, a=typed))


def test_what_was_typed_can_always_be_stored_as_a_draft() -> None:
    assert "\x00" not in str(form_of(component("textarea", "a")).typed({"a": ["x\x00y"]})["a"])


def test_a_row_computes_its_values(moment: Moment) -> None:
    inner = [component("number", "n"), {**component("expression", "twice"), "expression": "=n * 2"}]
    assert send(form_of({**TABLE, "components": inner}), moment, t__0__n="4").values["t"] == [{"n": 4, "twice": 8}]


def test_a_blank_row_hides_what_its_condition_hides(moment: Moment) -> None:
    inner = [component("textfield", "x"), component("textfield", "y", conditional={"hide": '=x != "more"'})]
    form = form_of({**TABLE, "components": inner})
    (row,) = form.bind({}, context={}, choices={}, moment=moment).components[0].rows
    assert [cell.name for cell in row] == ["t.0.x"]


def test_a_row_is_drawn_as_it_is_checked(moment: Moment) -> None:
    inner = [component("number", "n"), component("textfield", "y", conditional={"hide": "=n < 5"})]
    form = form_of({**TABLE, "components": inner})
    assert "y" not in send(form, moment, t__0__n="4").values["t"][0]
    (row,) = form.bind(form.typed({"t.0.n": ["4"]}), context={}, choices={}, moment=moment).components[0].rows
    assert [cell.name for cell in row] == ["t.0.n"]


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


def test_chinese_sentences_have_chinese_punctuation() -> None:
    from workflow.forms.errors import SENTENCES

    beside = re.compile(r"[\u4e00-\u9fff”}][,:;()]|[,:;()][\u4e00-\u9fff“{]")
    assert not [code for code, (zh, _) in SENTENCES.items() if beside.search(zh)]


def test_an_error_in_a_row_names_its_table(moment: Moment) -> None:
    inner = [component("textfield", "x", validate={"required": True}), component("textfield", "y")]
    (error,) = send(form_of({**TABLE, "components": inner}), moment, t__0__y="1").errors
    assert "表" in error.message.zh.replace("“x”的标签", "")
