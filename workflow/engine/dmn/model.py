"""A decision as data: a table of cells, or one formula, and the decisions that it needs first."""

from dataclasses import dataclass, field

from workflow.engine.errors import EngineError

HIT_POLICIES = ("UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER")
AGGREGATIONS = ("SUM", "MIN", "MAX", "COUNT")
TYPES = ("string", "number", "boolean", "date", "dateTime", "time", "dayTimeDuration", "yearMonthDuration", "Any")


class DmnError(EngineError):
    """A decision that cannot be read or taken; the element is a decision, a row or a cell."""


@dataclass(frozen=True)
class Input:
    """A column of conditions: what it asks for, as FEEL, and the type that the answer must have."""

    element_id: str
    label: str
    source: str
    kind: str


@dataclass(frozen=True)
class Output:
    """A column of results; `values` in order of priority, as FEEL texts."""

    element_id: str
    name: str
    kind: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """The FEEL text of a cell."""

    element_id: str
    source: str

    @property
    def accepts_all(self) -> bool:
        """Whether an input cell lets every value pass."""
        return self.source in {"", "-"}


@dataclass(frozen=True)
class Row:
    """A rule: one cell for each column."""

    element_id: str
    inputs: tuple[Cell, ...]
    outputs: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """A decision table with its hit policy."""

    policy: str
    aggregation: str | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Decision:
    """A decision: a table or a formula (`source`), and the ids of the decisions whose results it uses."""

    element_id: str
    name: str
    variable: str
    requires: tuple[str, ...] = ()
    table: Table | None = None
    source: str | None = None
    kind: str = "Any"
    extra: tuple[str, ...] = field(default=(), compare=False)
    """Names of elements that were found and are not supported; the reader refuses them."""
