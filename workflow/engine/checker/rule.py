"""What a rule of the checker is: its severity, what it looks for, and the sentences it speaks."""

from dataclasses import dataclass

from workflow.engine.findings import Severity
from workflow.engine.text import Text


@dataclass(frozen=True)
class Rule:
    """One rule: `finds` describes it, `message` and `hint` have {places} that a finding fills in."""

    id: str
    severity: Severity
    finds: Text
    message: Text
    hint: Text


def error(rule_id: str, finds: tuple[str, str], message: tuple[str, str], hint: tuple[str, str]) -> Rule:
    """A rule whose findings forbid publishing."""
    return Rule(rule_id, Severity.ERROR, Text(*finds), Text(*message), Text(*hint))


def warning(rule_id: str, finds: tuple[str, str], message: tuple[str, str], hint: tuple[str, str]) -> Rule:
    """A rule whose findings a person should look at."""
    return Rule(rule_id, Severity.WARNING, Text(*finds), Text(*message), Text(*hint))
