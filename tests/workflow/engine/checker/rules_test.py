"""Every rule of the catalogue finds its own seeded fault, says where and why in both languages, and is else silent."""

import pytest

from tests.workflow.engine.checker.examples import EXAMPLES
from workflow.engine import check
from workflow.engine.checker import RULES, analyse


def test_every_rule_has_a_right_and_a_wrong_example() -> None:
    assert set(EXAMPLES) == set(RULES)


@pytest.mark.parametrize("rule", EXAMPLES)
def test_the_wrong_example_is_found_by_its_rule_alone(rule: str) -> None:
    example = EXAMPLES[rule]
    found = analyse(example.wrong, variables=example.variables)
    assert [(each.rule, each.element_id) for each in found] == [(rule, example.element)]
    finding = found[0]
    assert finding.severity is RULES[rule].severity
    assert finding.hint is not None
    for text in (finding.message, finding.hint):
        assert "{" not in text.zh + text.en
        assert text.zh != text.en
        assert not text.en[0].islower()


@pytest.mark.parametrize("rule", EXAMPLES)
def test_the_right_example_is_left_alone(rule: str) -> None:
    example = EXAMPLES[rule]
    assert [(each.rule, each.element_id) for each in analyse(example.right, variables=example.variables)] == []


@pytest.mark.parametrize("rule", EXAMPLES)
def test_the_one_check_for_all_levels_says_it_once(rule: str) -> None:
    example = EXAMPLES[rule]
    known = {"operations": {"notify"}, "roles": {"nurse"}, "variables": example.variables}
    assert check(example.right, **known) == []  # type: ignore[arg-type]
    found = [each.element_id for each in check(example.wrong, **known) if each.rule == rule]  # type: ignore[arg-type]
    assert found == [example.element]
