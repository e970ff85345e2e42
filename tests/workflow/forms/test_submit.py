"""What was sent becomes typed values, or one sentence in both languages at the right field."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.workflow.forms.samples import (
    ANSWERS,
    CHOICES,
    FILE_ONE,
    FILE_THREE,
    FILE_TWO,
    component,
    errors_of,
    form_of,
    send,
)
from workflow import forms
from workflow.engine import Moment

Submit = Callable[..., forms.Submitted]


def one(field: dict[str, Any], typed: str, moment: Moment) -> tuple[Any, dict[str, str]]:
    """The value and the errors of a form with a single field `a`."""
    result = form_of(field).submit({"a": [typed]}, context={}, choices={}, moment=moment)
    return result.values["a"], errors_of(result)


def test_a_complete_answer_becomes_typed_nested_values(submit: Submit) -> None:
    result = submit()
    assert errors_of(result) == {}
    assert result.ok
    assert result.values["subject"] == {"name": "李某", "mrn": None, "age": 34}
    assert result.values["money"] == {"amount": 2500.5}
    assert result.values["referral"]["expected_discharge"] == date(2026, 3, 12)
    assert result.values["referral"]["reasons"] == ["finance", "emotional"]
    assert result.values["contact"]["call_at"] == "14:30"
    assert result.values["days_left"] == 3
    assert result.values["told"] is True
    assert result.values["pa"]["needs"] == [
        {"need": "医疗费用", "weight": "high", "why": "怕拖累家人", "until": date(2026, 4, 1)}
    ]


def test_a_date_time_is_local_time_in_shanghai(submit: Submit) -> None:
    met = submit().values["contact"]["at"]
    assert met == datetime.fromisoformat("2026-03-09T09:30+08:00")
    assert met.utcoffset() == timedelta(hours=8)


def test_an_unanswered_field_is_none_and_an_unanswered_list_empty(submit: Submit) -> None:
    values = submit({"attach": None, "referral.bed_no": ["  "], "priority_asked": [""]}).values
    assert values["attach"] == []
    assert values["referral"]["bed_no"] is None
    assert values["priority_asked"] is None


REQUIRED = {
    "subject.name": ("required", "请填写“姓名或化名”。", "Fill in “Name or alias”."),
    "referral.source": ("required_choice", "请选择“转介来源”。", "Choose an answer for “Source”."),
    "referral.reasons": ("required_choice", "请选择“转介原因”。", "Choose an answer for “Reasons”."),
    "told": ("required_tick", "请勾选“已告知本人”。", "Tick “The person has been told”."),
}


@pytest.mark.parametrize("path", REQUIRED)
def test_a_missing_answer_is_named_in_both_languages(submit: Submit, path: str) -> None:
    for empty in (None, [""]):
        result = submit({path: empty})
        assert not result.ok
        (error,) = result.errors
        assert (error.path, error.code, error.message.zh, error.message.en) == (path, *REQUIRED[path])


def test_blanks_are_no_answer(submit: Submit) -> None:
    assert errors_of(submit({"subject.name": [" \t "], "referral.summary": ["\r\n\u3000"]})) == {
        "subject.name": "required",
        "referral.summary": "required",
    }


def test_errors_come_in_the_order_of_the_form(everything: forms.Form, moment: Moment) -> None:
    result = everything.submit({}, context={}, choices=CHOICES, moment=moment)
    assert [error.path for error in result.errors] == [
        "subject.name",
        "referral.source",
        "flag.self_harm",
        "referral.reasons",
        "referral.summary",
        "pa.needs",
        "told",
    ]


def test_spaces_and_line_ends_are_tidied_but_lines_are_kept(submit: Submit) -> None:
    values = submit({"referral.summary": ["  第一行，情况说明。\r\n第二行，补充说明。\r "]}).values
    assert values["referral"]["summary"] == "第一行，情况说明。\n第二行，补充说明。"


@pytest.mark.parametrize(
    ("path", "typed", "code"),
    [
        ("subject.name", "字" * 51, "too_long"),
        ("subject.mrn", "字" * 201, "too_long"),
        ("referral.summary", "太短", "too_short"),
        ("referral.summary", "字" * 10_001, "too_long"),
        ("referral.bed_no", "七床", "pattern_named"),
        ("referral.bed_no", "7-12\n7-13", "pattern_named"),
        ("subject.age", "三十", "not_a_number"),
        ("subject.age", "NaN", "not_a_number"),
        ("subject.age", "Infinity", "not_a_number"),
        ("subject.age", "34.5", "not_whole"),
        ("subject.age", "-1", "too_small"),
        ("subject.age", "121", "too_large"),
        ("money.amount", "1.005", "decimals"),
        ("referral.expected_discharge", "2026-02-30", "not_a_date"),
        ("referral.expected_discharge", "明天", "not_a_date"),
        ("referral.expected_discharge", "2026-03-08", "too_early"),
        ("referral.expected_discharge", "1900-01-01", "placeholder_date"),
        ("contact.at", "2026-03-09", None),
        ("contact.at", "昨天下午", "not_a_moment"),
        ("contact.at", "2026-03-10T00:30", "too_late"),
        ("contact.call_at", "25:00", "not_a_time"),
        ("referral.source", "prison", "not_an_option"),
        ("intake.worker", "w3", "not_an_option"),
        ("subject.mrn", "a\x00b", "bad_text"),
        ("subject.mrn", "a\ud800b", "bad_text"),
    ],
)
def test_a_wrong_answer_is_refused_with_its_reason(submit: Submit, path: str, typed: str, code: str | None) -> None:
    assert errors_of(submit({path: [typed]})) == ({path: code} if code else {})


def test_a_day_is_judged_by_the_clock_of_shanghai(everything: forms.Form, now: datetime) -> None:
    # 16:30 UTC on the 9th is already the 10th in Shanghai.
    late = Moment(now=now.replace(hour=16, minute=30))
    raw = {name: list(values) for name, values in ANSWERS.items()}
    raw["contact.at"] = ["2026-03-10T00:10"]
    assert errors_of(everything.submit(raw, context={}, choices=CHOICES, moment=late)) == {}
    raw["referral.expected_discharge"] = ["2026-03-09"]
    result = everything.submit(raw, context={}, choices=CHOICES, moment=late)
    assert errors_of(result) == {"referral.expected_discharge": "too_early"}


def test_the_wanted_pattern_is_said_in_words(submit: Submit) -> None:
    (error,) = submit({"referral.bed_no": ["7"]}).errors
    assert "病区号-床号，例如 7-12" in error.message.zh
    assert "ward number, hyphen, bed number" in error.message.en


def test_limits_are_named_with_their_number(submit: Submit) -> None:
    (error,) = submit({"subject.name": ["字" * 53]}).errors
    assert "50" in error.message.zh
    assert "53" in error.message.zh
    assert error.message.en == "“Name or alias” can have 50 characters at most; it has 53."


@pytest.mark.parametrize(
    ("typed", "value"), [("7", 7), (" 7 ", 7), ("７", 7), ("-3", -3), ("1,200", 1200), ("1，200", 1200)]
)
def test_numbers_are_read_as_people_type_them(typed: str, value: int, moment: Moment) -> None:
    assert one(component("number", "a"), typed, moment) == (value, {})


@pytest.mark.parametrize(("typed", "value"), [("0.5", 0.5), ("2.50", 2.5), ("3.00", 3)])
def test_decimals_are_kept_as_far_as_the_form_says(typed: str, value: float, moment: Moment) -> None:
    assert one(component("number", "a", decimalDigits=2), typed, moment) == (value, {})


def test_a_checklist_keeps_each_answer_once_and_has_a_limit(submit: Submit) -> None:
    assert submit({"referral.reasons": ["family", "family", ""]}).values["referral"]["reasons"] == ["family"]
    assert errors_of(submit({"referral.reasons": ["family", "finance", "emotional"]})) == {
        "referral.reasons": "too_many"
    }
    assert errors_of(submit({"referral.reasons": ["family", "x"]})) == {"referral.reasons": "not_an_option"}


def test_files_are_those_this_person_may_use_and_not_too_many(submit: Submit) -> None:
    assert [file["id"] for file in submit().values["attach"]] == [FILE_ONE]
    assert errors_of(submit({"attach": ["01890000-0000-7000-8000-0000000000ff"]})) == {"attach": "not_an_option"}
    assert errors_of(submit({"attach": [FILE_ONE, FILE_TWO, FILE_THREE]})) == {"attach": "too_many"}


def test_a_form_without_its_list_of_answers_is_the_callers_mistake(everything: forms.Form, moment: Moment) -> None:
    with pytest.raises(LookupError):
        everything.submit({"intake.worker": ["w1"]}, context={}, choices={}, moment=moment)


def test_names_that_are_no_fields_are_ignored(submit: Submit) -> None:
    result = submit(
        {"csrf_token": ["x"], "_add": ["y"], "is_admin": ["true"], "subject": ["z"], "subject.name.x": ["z"]}
    )
    assert result.values == submit().values


def test_a_computed_value_is_never_taken_from_the_browser(submit: Submit) -> None:
    assert submit({"days_left": ["999"]}).values["days_left"] == 3


def test_a_formula_that_fails_is_said_and_not_stored_as_nothing(moment: Moment) -> None:
    computed = {**component("expression", "twice"), "expression": "=a * 2"}
    form = form_of(component("textfield", "a"), computed)
    result = form.submit({"a": ["x"]}, context={}, choices={}, moment=moment)
    assert errors_of(result) == {"twice": "not_computed"}


def test_what_was_typed_stays_as_it_was(submit: Submit) -> None:
    typed = submit({"subject.age": [" 三十 "], "pa.needs.0.until": ["明年"], "told": None}).typed
    assert typed["subject"]["age"] == " 三十 "
    assert typed["pa"]["needs"][0]["until"] == "明年"
    assert typed["told"] is False


@pytest.mark.parametrize("typed", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:00-12:00"])
def test_a_date_time_outside_the_calendar_is_refused(moment: Moment, typed: str) -> None:
    assert errors_of(send(form_of(component("datetime", "a", subtype="datetime")), moment, a=typed))


def test_what_was_typed_can_always_be_stored_as_a_draft() -> None:
    assert "\x00" not in str(form_of(component("textarea", "a")).typed({"a": ["x\x00y"]})["a"])


def test_a_half_character_is_not_kept_either_and_the_check_refuses_its_stand_in(moment: Moment) -> None:
    form = form_of(component("textarea", "a"))
    result = form.submit({"a": ["x\ud800y"]}, context={}, choices={}, moment=moment)
    assert result.typed["a"].encode() == "x\ufffdy".encode()
    assert errors_of(result) == {"a": "bad_text"}
