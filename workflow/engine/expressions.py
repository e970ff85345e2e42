"""Formulas of a diagram: FEEL or a constant, as the vocabulary of feel-zeebe.md §1.3 and §5 tells them apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflow.engine import feel
from workflow.engine.errors import StepFailed
from workflow.engine.moment import Moment
from workflow.engine.text import Text

MAX_LENGTH = 4_000
NOT_THERE_YET = frozenset({"name", "property"})
"""Kinds of FeelError that say that a value is missing, not that a formula is wrong."""


@dataclass(frozen=True)
class Formula:
    """The text of an attribute: FEEL, or a constant where `constant` is true."""

    text: str
    constant: bool = False

    @classmethod
    def read(cls, text: str | None, *, always: bool = False) -> "Formula | None":
        """A text with a leading `=` is FEEL, one without is a constant; `always` makes both FEEL.

        Conditions, scripts, input collections, output elements and completion conditions are always FEEL.
        None or blank text gives None.
        """
        text = (text or "").strip()
        if not text:
            return None
        if text.startswith("="):
            return cls(text[1:].strip())
        return cls(text, constant=not always)


@dataclass(frozen=True)
class Mapped:
    """One line of an input or output mapping: the value of `source` goes to the dotted path `target`."""

    source: Formula
    target: str


def evaluate(formula: Formula, data: Mapping[str, Any], moment: Moment, element_id: str) -> Any:
    """The value of a formula. Raises StepFailed, in the words of the FEEL interpreter, if it has none."""
    if formula.constant:
        return formula.text
    try:
        return feel.evaluate(formula.text, data, moment)
    except feel.FeelError as error:
        raise failure(formula, element_id, error) from error


def condition(
    formula: Formula,
    data: Mapping[str, Any],
    moment: Moment,
    element_id: str,
) -> bool:
    """True or false. Raises StepFailed for anything else, null included."""
    try:
        return feel.condition(formula.text, data, moment)
    except feel.FeelError as error:
        raise failure(formula, element_id, error) from error


def has_come_true(formula: Formula, data: Mapping[str, Any], moment: Moment, element_id: str) -> bool:
    """Whether what a conditional event waits for is true by now; what is not filled in yet makes it not true yet.

    Raises StepFailed for a value that is neither true, false nor null, and for every other failure.
    """
    try:
        if feel.evaluate(formula.text, data, moment) is None:
            return False
        return feel.condition(formula.text, data, moment)
    except feel.FeelError as error:
        if error.kind in NOT_THERE_YET:
            return False
        raise failure(formula, element_id, error) from error


def failure(formula: Formula, element_id: str, error: feel.FeelError) -> StepFailed:
    """What to say when a formula failed; the values it worked on are not repeated."""
    return StepFailed(
        Text(
            f"公式“{formula.text}”算不出来：{error.message.zh}",
            f"The formula “{formula.text}” failed: {error.message.en}",
        ),
        element_id,
    )
