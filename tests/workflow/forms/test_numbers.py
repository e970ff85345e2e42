"""Numbers keep all their figures, whatever way they go: typed, drawn, stored, said in an error, read back."""

import pytest

from tests.workflow.forms.samples import component, errors_of, form_of, send
from workflow.engine import Moment
from workflow.forms.figures import figures


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


@pytest.mark.parametrize("typed", ["1,5", "1,20", "1234,567", "1,2345", ",500", "1_000", "0x1F", "1e5", ".", "", "+"])
def test_what_could_mean_two_numbers_is_refused(moment: Moment, typed: str) -> None:
    form = form_of(component("number", "a", decimalDigits=3, validate={"required": True}))
    assert set(errors_of(send(form, moment, a=typed))) == {"a"}


@pytest.mark.parametrize(
    ("number", "written"),
    [(123456.78, "123456.78"), (0.00001, "0.00001"), (1e12, "1000000000000"), (-0.5, "-0.5"), (1200, "1200"), (0, "0")],
)
def test_figures_have_no_exponent(number: float, written: str) -> None:
    assert figures(number) == written
