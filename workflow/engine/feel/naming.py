"""Which names an expression takes from its surroundings, found from its parse tree."""

import json
from dataclasses import dataclass
from functools import lru_cache

from workflow.engine.feel.errors import FeelError
from workflow.engine.feel.interpreter import call

MAX_LENGTH = 4_000


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


@lru_cache(maxsize=10_000)
def names(source: str, unary: bool = False) -> Names:
    """The free names of an expression, or of the unary tests of a table cell. Raises FeelError for what is not read."""
    if len(source) > MAX_LENGTH:
        raise FeelError.of("length")
    found = json.loads(call("names", source, unary)[1:])
    return Names(**{key: frozenset(value) for key, value in found.items()})
