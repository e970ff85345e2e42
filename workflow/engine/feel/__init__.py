"""FEEL, the one expression language: checked before a version is published, evaluated in a fenced-in interpreter.

feel-zeebe.md §1 holds the reasons and the measurements. Sources are given without the leading `=`.
"""

from collections.abc import Mapping
from typing import Any

from workflow.engine.feel.errors import FeelError
from workflow.engine.feel.interpreter import call
from workflow.engine.feel.naming import Names, names
from workflow.engine.feel.rules import check
from workflow.engine.feel.scope import encode_moment, encode_scope
from workflow.engine.feel.values import decode
from workflow.engine.moment import Moment

__all__ = ["FeelError", "Names", "check", "condition", "evaluate", "names", "test"]


def evaluate(source: str, data: Mapping[str, Any], moment: Moment) -> Any:
    """The value of an expression: None, bool, int, float, str, list, dict, date, time, aware datetime or timedelta.

    A duration of years and months is given as its ISO text. Raises FeelError for a syntax error, a name that is not
    in `data`, types that do not go together, and when the limit of time or memory is reached.
    """
    return decode(call("evaluate", source, encode_scope(source, False, data, moment), encode_moment(moment)), moment)


def condition(source: str, data: Mapping[str, Any], moment: Moment) -> bool:
    """The answer of a condition; raises FeelError for anything but true or false."""
    value = evaluate(source, data, moment)
    if isinstance(value, bool):
        return value
    raise FeelError.of("condition", [type(value).__name__ if value is not None else "null"])


def test(cell: str, value: Any, data: Mapping[str, Any], moment: Moment) -> bool:
    """Whether `value` passes the unary tests of a cell of a decision table; null passes only `-` and `null`."""
    scope = encode_scope(cell, True, data, moment, value)
    return decode(call("test", cell, scope, encode_moment(moment)), moment) is True
