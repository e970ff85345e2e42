"""Lookup lists in forms: offered as they hold now, retired answers still readable, defaults when a case is played."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from models import LookupItem
from workflow import forms, lists
from workflow.forms import Form
from workflow.records import choices, lookups

DOMAIN = {
    "L-PRIO": 2, "L-TRIAGE": 4, "L-RISK": 4, "L-REFREASON": 16, "L-DECLINE": 12, "L-OUTCOME": 9, "L-CLOSE": 10,
    "L-FIELD": 12, "L-APPEAL": 13, "L-APPEALKIND": 5, "L-VISIT": 6, "L-SAT": 5, "L-SOLVED": 4, "L-CERT": 3,
    "L-LEVEL": 3,
}  # fmt: skip


def definition(source: str) -> str:
    field = {
        "type": "select", "id": "why", "key": "why", "label": "原因",
        "properties": {"label_en": "Why", "choices": source},
    }  # fmt: skip
    return json.dumps({"type": "default", "id": "decline", "components": [field]})


@pytest.fixture
def form() -> Form:
    return forms.load(definition("list:L-DECLINE"))


def test_every_list_of_the_domain_is_there_in_both_languages() -> None:
    assert {name: len(each.items) for name, each in lists.LISTS.items()} == DOMAIN
    for each in lists.LISTS.values():
        assert all(words.zh and words.en for words in each.items.values())
        assert all(code != "other" or number == len(each.items) for number, code in enumerate(each.items, start=1))


def test_a_form_may_name_only_a_list_that_exists() -> None:
    assert forms.check("", definition("list:L-DECLINE")) == []
    for wrong in ("list:L-NOTHING", "list:DECLINE", "list:L-DECLINEX", "L-DECLINE"):
        assert [each.rule for each in forms.check("", definition(wrong))] == ["form-choices"]


def look_up(session: Session, form: Form) -> list[Any]:
    found = choices.look_up(session, form, user_id=uuid4(), station_id=None)
    return list(found["list:L-DECLINE"])


def test_a_list_is_offered_in_its_order_with_what_was_changed(session: Session, form: Form) -> None:
    assert [choice.value for choice in look_up(session, form)] == list(lists.LISTS["L-DECLINE"].items)
    session.add_all([
        LookupItem(list="L-DECLINE", code="no_bed", name="无床位", name_en="No bed", position=15),
        LookupItem(list="L-DECLINE", code="safety", name="不安全", name_en="Unsafe", position=1),
        LookupItem(list="L-DECLINE", code="other", name="其他", name_en="Other", position=120, is_active=False),
    ])  # fmt: skip
    session.flush()
    offered = look_up(session, form)
    assert [choice.value for choice in offered[:3]] == ["safety", "no_capacity", "no_bed"]
    assert offered[0].label.en == "Unsafe"
    assert "other" not in [choice.value for choice in offered]


def test_a_retired_answer_stays_readable(session: Session, form: Form) -> None:
    session.add(LookupItem(list="L-DECLINE", code="safety", name="不安全", name_en="Unsafe", is_active=False))
    session.flush()
    known = choices.of_entries(session, [(form, {"why": "safety"})])
    assert form.rows({"why": "safety"}, choices=known)[0].display.zh == "不安全"


def test_lists_cost_one_statement(session: Session) -> None:
    read = lookups.read_all(session, ["L-PRIO", "L-CLOSE"])
    assert [item.code for item in read["L-PRIO"]] == ["urgent", "routine"]
    assert all(item.is_default and not item.is_changed for item in read["L-CLOSE"])


def test_a_played_case_knows_the_defaults(tmp_path: Path) -> None:
    from workflow.studio import playing

    assert [choice.value for choice in playing._of_list("list:L-SOLVED")] == ["yes", "partly", "no", "unreached"]
    assert playing._of_list("stations") == []
