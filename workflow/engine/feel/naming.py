"""Which names an expression takes from its surroundings, found from its parse tree."""

import json
from dataclasses import dataclass
from functools import lru_cache

from workflow.engine.feel.errors import FeelError
from workflow.engine.feel.interpreter import call

MAX_LENGTH = 4_000
MAX_DEPTH = 200
"""Brackets inside brackets; beyond it the interpreter runs out of stack, and finds out late."""


@dataclass(frozen=True)
class Names:
    """The free names of an expression, as dotted paths."""

    required: frozenset[str]
    """Missing ones are an error."""
    optional: frozenset[str]
    """Only compared with null, or asked for by `is defined`: missing ones count as null."""
    maybe: frozenset[str]
    """Inside a filter: a field of the item, or a name from outside."""
    functions: frozenset[str]

    @property
    def top(self) -> frozenset[str]:
        """The variables that are named, without what follows the first dot."""
        return frozenset(path.partition(".")[0] for path in self.required | self.optional | self.maybe)


def names(source: str, unary: bool = False) -> Names:
    """The free names of an expression, or of the unary tests of a table cell. Raises FeelError for what is not read."""
    found = _names(source, unary)
    if isinstance(found, FeelError):
        raise found.with_traceback(None)
    return found


@lru_cache(maxsize=10_000)
def _names(source: str, unary: bool) -> Names | FeelError:
    # A refusal is kept as well: to run into a limit is the dearest answer, and it is asked for several times.
    if len(source) > MAX_LENGTH:
        return FeelError.of("length")
    if _depth(source) > MAX_DEPTH:
        return FeelError.of("limit")
    try:
        found = json.loads(call("names", source, unary)[1:])
    except FeelError as error:
        return error
    return Names(**{key: frozenset(value) for key, value in found.items()})


def _depth(source: str) -> int:
    """How deep brackets are nested; those inside a text count too, which no formula of use has by the hundred."""
    depth = deepest = 0
    for character in source:
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth -= 1
    return deepest
