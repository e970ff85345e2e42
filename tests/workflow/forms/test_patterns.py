"""Patterns are matched against what anybody types: no accepted one may keep the server busy."""

import time

import pytest

from tests.workflow.forms.samples import component, errors_of, form_of, form_text, send
from workflow import forms
from workflow.engine import Moment
from workflow.forms.patterns import PatternRefused, compile_pattern


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


@pytest.mark.parametrize(
    "pattern", ["a?" * 18 + "a" * 18, r"\w*\w*!", r"\d{0,50}\d{0,50}\d{0,50}!", "(a|a)" * 17 + "b"]
)
def test_the_slowest_accepted_patterns_are_quick(pattern: str) -> None:
    matcher, started = compile_pattern(pattern), time.process_time()
    for text in ("a" * 500, "1" * 500, "a" * 17):
        matcher.fullmatch(text)
    assert time.process_time() - started < 0.3


def test_a_field_with_a_pattern_is_never_long(moment: Moment) -> None:
    form = form_of(component("textarea", "a", validate={"pattern": r"\w+", "maxLength": 9000}))
    assert errors_of(send(form, moment, a="x" * 501)) == {"a": "too_long"}
    assert errors_of(send(form, moment, a="x" * 500)) == {}
    assert form.bind({}, context={}, choices={}, moment=moment).components[0].max_length == 500
