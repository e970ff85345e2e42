"""An entry read back: labels and answers in words, and no more than the reader may see."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.workflow.forms.samples import CHOICES, FILE_ONE, component, form_of
from workflow import forms

Submit = Callable[..., forms.Submitted]
YES = {"flag.self_harm": ["yes"], "flag.self_harm_when": ["current"], "flag.plan": ["专人陪护"]}


def read(form: forms.Form, values: dict[str, Any], **more: Any) -> dict[str, forms.Row]:
    """The lines of an entry by their Chinese label."""
    return {row.label.zh: row for row in form.rows(values, choices=CHOICES, **more)}


def test_answers_are_read_back_in_words(everything: forms.Form, submit: Submit) -> None:
    rows = read(everything, submit().values)
    assert (rows["转介来源"].display.zh, rows["转介来源"].display.en) == ("病区", "Ward")
    assert [item.zh for item in rows["转介原因"].display] == ["经济困难", "情绪心理困扰"]
    assert (rows["责任社工"].display.zh, rows["责任社工"].display.en) == ("林社工", "Lin")
    assert (rows["年龄"].display.zh, rows["年龄"].display.en) == ("34岁", "34 years")
    assert rows["预计出院日期"].display == date(2026, 3, 12)
    assert (rows["已告知本人"].display.zh, rows["已告知本人"].display.en) == ("是", "yes")
    assert rows["附件"].display == [(FILE_ONE, "转介单.pdf")]
    assert rows["情况简述"].kind == "long"


def test_a_table_is_read_back_as_headings_and_rows(everything: forms.Form, submit: Submit) -> None:
    headings, lines = read(everything, submit().values)["需求排序"].display
    assert [heading.en for heading in headings] == ["Need", "How much it matters", "Why it matters so much", "By when"]
    assert [cell.display.zh for cell in lines[0][:3]] == ["医疗费用", "很重要", "怕拖累家人"]
    assert (lines[0][3].kind, lines[0][3].display) == ("date", date(2026, 4, 1))


def test_a_column_that_is_not_for_the_reader_is_masked_or_left_out() -> None:
    inner = [
        component("textfield", key, properties={"class": info_class})
        for key, info_class in (("open", "P0"), ("named", "P1"), ("secret", "P3"))
    ]
    table = {"type": "dynamiclist", "id": "t", "path": "t", "label": "表", "components": inner}
    values = {"t": [{"open": "甲", "named": "李某", "secret": "险情"}]}
    ((row,),) = [form_of(table).rows(values, visible_classes=frozenset({"P0"}))]
    headings, lines = row.display
    assert [heading.en for heading in headings] == ["Label of open", "Label of named"]
    assert [cell.display.zh for cell in lines[0]] == ["甲", "（您无权查看）"]
    assert "李某" not in repr(row)
    assert "险情" not in repr(row)


def test_unanswered_fields_and_empty_groups_are_left_out(everything: forms.Form) -> None:
    assert read(everything, {}) == {}
    assert list(read(everything, {"subject": {"name": "李某", "mrn": None}})) == ["服务对象", "姓名或化名"]


@pytest.mark.parametrize(
    ("classes", "shown", "masked", "left_out"),
    [
        ({"P0", "P1", "P2", "P3", "P4"}, {"姓名或化名", "情况简述", "已采取的保护措施"}, set(), set()),
        ({"P0", "P1", "P2"}, {"姓名或化名", "情况简述"}, set(), {"已采取的保护措施"}),
        ({"P0"}, {"转介来源"}, {"姓名或化名", "情况简述", "附件"}, {"已采取的保护措施"}),
        (set(), set(), {"转介来源", "姓名或化名", "情况简述"}, {"已采取的保护措施"}),
    ],
)
def test_a_reader_sees_the_classes_that_are_theirs(
    everything: forms.Form, submit: Submit, classes: set[str], shown: set[str], masked: set[str], left_out: set[str]
) -> None:
    rows = read(everything, submit(YES).values, visible_classes=frozenset(classes))
    for label in shown:
        assert getattr(rows[label].display, "zh", "") != "（您无权查看）"
    for label in masked:
        assert (rows[label].kind, rows[label].display.zh, rows[label].display.en) == (
            "text",
            "（您无权查看）",
            "(not for you to read)",
        )
    assert not left_out & rows.keys()


def test_nothing_of_a_masked_answer_is_in_the_lines(everything: forms.Form, submit: Submit) -> None:
    lines = repr(everything.rows(submit(YES).values, visible_classes=frozenset({"P0"}), choices=CHOICES))
    for secret in ("李某", "医疗费用来源不明", "专人陪护", FILE_ONE, "转介单"):
        assert secret not in lines


def test_an_answer_that_is_no_longer_offered_is_still_shown(everything: forms.Form) -> None:
    assert read(everything, {"intake": {"worker": "w9"}})["责任社工"].display.zh == "w9"
    assert read(everything, {"referral": {"source": "prison"}})["转介来源"].display.zh == "prison"
