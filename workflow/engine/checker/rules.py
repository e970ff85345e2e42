"""The catalogue of the checker's rules, as data: rule id to what it finds."""

from workflow.engine.checker import rules_flow, rules_names
from workflow.engine.checker.rule import Rule

RULES: dict[str, Rule] = {rule.id: rule for rule in (*rules_names.RULES, *rules_flow.RULES)}
