"""A formula that is asked again and again costs a tenth of a millisecond at most."""

import time
from datetime import UTC, datetime

from workflow.engine import feel
from workflow.engine.moment import Moment

AT_MOST = 100e-6
ROUNDS, EACH = 10, 500


def test_a_condition_asked_again_costs_a_tenth_of_a_millisecond() -> None:
    moment = Moment(datetime(2026, 1, 15, 4, tzinfo=UTC))
    data = {"risk": "high", "child": {"age": 9}, "unread": [{"a": number} for number in range(2_000)]}
    spent = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(EACH):
            assert feel.condition('risk = "high" and child.age < 14', data, moment)
        spent.append((time.perf_counter() - began) / EACH)
    print(f"condition: {min(spent) * 1e6:.0f} us")
    # What else goes on in the machine shows in some rounds only.
    assert min(spent) < AT_MOST
