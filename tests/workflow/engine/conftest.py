"""What the tests of defects share: run with and without reload, and the clock of the bare engine."""

from collections.abc import Callable
from datetime import datetime, tzinfo

import pytest
from SpiffWorkflow.bpmn.specs.event_definitions import timer


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets the clock that the timers of the bare engine read."""

    def set_clock(instant: datetime) -> None:
        class Clock(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return instant.astimezone(tz)

        monkeypatch.setattr(timer, "datetime", Clock)

    return set_clock


@pytest.fixture(params=[False, True], ids=["straight", "reloaded"])
def reload(request: pytest.FixtureRequest) -> bool:
    """Runs a test twice, the second time for a case that is saved and restored after every step."""
    return bool(request.param)
