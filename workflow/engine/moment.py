"""What the world outside lends a run: the clock, the working-day calendar and the operations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Moment:
    """The clock and the calendar as expressions see them; the engine never reads a clock of its own."""

    now: datetime
    """An aware instant."""
    holidays: frozenset[date] = frozenset()
    """Days off that fall on a weekday."""
    workdays: frozenset[date] = frozenset()
    """Make-up working days that fall on a weekend (调休)."""
    timezone: str = "Asia/Shanghai"

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("a moment needs an aware instant")

    @property
    def zone(self) -> tzinfo:
        """The time zone that local days and local times mean."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True)
class World:
    """A moment and the operations that service tasks may call by name.

    An operation gets one flat dict, the headers of the task overlaid by its input mappings. A dict that it returns
    becomes variables, any other value the variable `result`. It may raise BusinessError.
    """

    moment: Moment
    operations: Mapping[str, Callable[[dict[str, Any]], Any]] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    """What every formula may read besides the data, in called processes too, e.g. settings; never part of a snapshot.

    Looked into by name only, so that a mapping may fetch a value when it is first asked for.
    """
