"""The clock and calendar under which the formulas of these tests are worked out."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from workflow.engine import feel
from workflow.engine.moment import Moment

# 30 September 2026, 9 in the morning in Shanghai; the golden week of October with its two make-up Saturdays.
MOMENT = Moment(
    now=datetime(2026, 9, 30, 1, 0, tzinfo=UTC),
    holidays=frozenset(date(2026, 10, day) for day in range(1, 8)),
    workdays=frozenset({date(2026, 9, 26), date(2026, 10, 10)}),
)


@pytest.fixture
def moment() -> Moment:
    """The moment that `now()` answers."""
    return MOMENT


@pytest.fixture
def value() -> Callable[..., Any]:
    """Work out a formula with the variables given."""
    return lambda source, **data: feel.evaluate(source, data, MOMENT)


@pytest.fixture
def refusal() -> Callable[..., str]:
    """The kind of error that a formula ends with, given the variables."""

    def kind(source: str, **data: Any) -> str:
        with pytest.raises(feel.FeelError) as caught:
            feel.evaluate(source, data, MOMENT)
        assert caught.value.message.zh
        assert caught.value.message.en
        assert caught.value.message.zh != caught.value.message.en
        return caught.value.kind

    return kind


@pytest.fixture
def passes() -> Callable[..., bool]:
    """Whether a value passes the cell of a decision table."""
    return lambda cell, value, **data: feel.test(cell, value, data, MOMENT)
