"""Numbers of identity documents, with the examples of the standard."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.records import identity_numbers as numbers

TODAY = date(2026, 3, 9)


@pytest.mark.parametrize(
    "number", ["11010519491231002X", "11010519491231002x", "440524188001010014", "110105 19491231 002X"]
)
def test_the_examples_of_the_standard_are_right(number: str) -> None:
    assert numbers.problem("resident_id", number, TODAY) is None


@pytest.mark.parametrize(
    ("kind", "number", "about"),
    [
        ("resident_id", "110105194912310021", "校验码"),
        ("resident_id", "11010519491231002", "18"),
        ("resident_id", "1101051949123100211", "18"),
        ("resident_id", "X1010519491231002X", "18"),
        ("resident_id", "110105194902300022", "出生日期"),
        ("resident_id", "11010520270101002X", "出生日期"),
        ("resident_id", "11010518000101002X", "出生日期"),
        ("resident_id", "王小明", "18"),
        ("passport", "？", "5"),
        (None, "11010519491231002X", "证件类型"),
        ("passport", "G1", "5"),
        ("passport", "G" * 16, "15"),
        ("hk_macao_permit", "H123", "8"),
        ("unheard_of", "A", "3"),
    ],
)
def test_what_is_wrong_is_said(kind: str | None, number: str, about: str) -> None:
    wrong = numbers.problem(kind, number, TODAY)
    assert wrong is not None
    assert about in wrong.zh
    assert wrong.en


@pytest.mark.parametrize(("kind", "number"), [("passport", "G12345678"), ("other", "ABC-1"), (None, ""), (None, None)])
def test_other_kinds_are_only_measured(kind: str | None, number: str | None) -> None:
    assert numbers.problem(kind, number, TODAY) is None


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(born: date, serial: int, place: int, by: int) -> None:
    first = f"522401{born:%Y%m%d}{serial:03}"
    number = first + numbers.check_character(first)
    assert numbers.problem("resident_id", number, TODAY) is None
    assert numbers.born("resident_id", number) == born
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert numbers.problem("resident_id", wrong, TODAY) is not None
