"""The parts that a FEEL expression consists of, as far as the checker tells them apart."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Literal:
    """A constant; `kind` is text, number, yes_no or null."""

    kind: str
    value: str | float | bool | None


@dataclass(frozen=True)
class Path:
    """A variable or a part of one: `referral.source`."""

    name: str


@dataclass(frozen=True)
class Call:
    """A function with its arguments; date("2026-01-31") is one too."""

    function: str
    arguments: "tuple[Node, ...]"


@dataclass(frozen=True)
class Compare:
    """`left op right` with one of = != < <= > >=."""

    op: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Among:
    """`value in (tests)`; `value between a and b` is a range of it; in a table cell `value` is the input."""

    value: "Node"
    tests: "tuple[Node, ...]"


@dataclass(frozen=True)
class Logic:
    """`and`, `or` and `not` over parts."""

    op: str
    parts: "tuple[Node, ...]"


@dataclass(frozen=True)
class ListOf:
    """`[a, b]`."""

    items: "tuple[Node, ...]"


@dataclass(frozen=True)
class Range:
    """`[low..high]`; None at an open end, as in `< 5`."""

    low: "Node | None"
    high: "Node | None"


@dataclass(frozen=True)
class Arithmetic:
    """`a + b - c`: the parts and the signs between them."""

    parts: "tuple[Node, ...]"
    signs: tuple[str, ...]


@dataclass(frozen=True)
class Other:
    """If, for and the like: the parts are understood, the whole is not judged."""

    parts: "tuple[Node, ...]"


Node = Literal | Path | Call | Compare | Among | Logic | ListOf | Range | Arithmetic | Other
INPUT = Path("?")


def parts(node: Node) -> tuple[Node, ...]:
    """The direct parts of a node."""
    match node:
        case (
            Call(arguments=found)
            | ListOf(items=found)
            | Other(parts=found)
            | Logic(parts=found)
            | Arithmetic(parts=found)
        ):
            return found
        case Compare(left=left, right=right):
            return left, right
        case Among(value=value, tests=tests):
            return value, *tests
        case Range(low=low, high=high):
            return tuple(end for end in (low, high) if end is not None)
    return ()


def walk(node: Node) -> list[Node]:
    """A node and everything in it."""
    found = [node]
    for part in found:
        found.extend(parts(part))
    return found
