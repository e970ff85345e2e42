"""Tables of rows: added and taken away by buttons, checked row by row, blank rows dropped."""

from collections.abc import Callable

import pytest

from tests.workflow.forms.samples import component, errors_of, form_of, send
from workflow import forms
from workflow.engine import Moment

Submit = Callable[..., forms.Submitted]
TABLE = {"type": "dynamiclist", "id": "t", "path": "t", "label": "表", "properties": {"label_en": "Table"}}
ROW = {"pa.needs.0.need": None, "pa.needs.0.weight": None, "pa.needs.0.why": None, "pa.needs.0.until": None}


def test_a_required_table_needs_a_row(submit: Submit) -> None:
    assert errors_of(submit(ROW)) == {"pa.needs": "required_rows"}
    assert errors_of(submit({**ROW, "pa.needs.0._row": [""], "pa.needs.0.need": [""]})) == {"pa.needs": "required_rows"}


def test_blank_rows_are_dropped_and_the_rest_keep_their_order(submit: Submit) -> None:
    result = submit({**ROW, "pa.needs.10.need": ["乙"], "pa.needs.2.need": ["甲"], "pa.needs.5.need": [""]})
    assert result.ok
    assert [row["need"] for row in result.values["pa"]["needs"]] == ["甲", "乙"]


def test_an_error_in_a_row_names_the_row_and_its_field(submit: Submit) -> None:
    result = submit({"pa.needs.1.need": [""], "pa.needs.1.weight": ["low"], "pa.needs.2.need": ["字" * 41]})
    assert errors_of(result) == {"pa.needs.1.need": "required", "pa.needs.2.need": "too_long"}
    first = result.errors[0]
    assert first.message.zh.startswith("“需求排序”第 2 行：")
    assert first.message.en.startswith("“Ranked needs”, row 2: ")
    assert "“需求”" in first.message.zh


def test_a_row_has_conditions_of_its_own(submit: Submit) -> None:
    result = submit({"pa.needs.0.weight": ["low"], "pa.needs.1.need": ["住处"], "pa.needs.1.weight": ["high"]})
    assert errors_of(result) == {"pa.needs.1.why": "required"}
    assert "why" not in result.values["pa"]["needs"][0]


def test_there_are_only_so_many_rows(submit: Submit) -> None:
    rows = {f"pa.needs.{number}.need": ["x"] for number in range(4)}
    assert errors_of(submit({**ROW, **rows})) == {"pa.needs": "too_many_rows"}


def test_a_row_is_added_behind_the_last(everything: forms.Form) -> None:
    raw = {"pa.needs.0.need": ["甲"], "pa.needs.4.need": ["乙"], "_add": ["pa.needs"]}
    assert forms.wants_row(raw)
    changed = forms.row_action(raw)
    assert not forms.wants_row(changed)
    assert [row["need"] for row in everything.typed(changed)["pa"]["needs"]] == ["甲", "乙", None]


def test_adding_to_a_fresh_table_gives_two_rows(everything: forms.Form) -> None:
    # An empty table is drawn with one blank row: the press must be seen to do something.
    assert len(everything.typed(forms.row_action({"_add": ["pa.needs"]}))["pa"]["needs"]) == 2


def test_a_row_is_taken_away_with_all_it_holds(everything: forms.Form) -> None:
    raw = {
        "pa.needs.0.need": ["甲"],
        "pa.needs.1.need": ["乙"],
        "pa.needs.1.weight": ["low"],
        "_remove": ["pa.needs.0"],
    }
    assert [row["need"] for row in everything.typed(forms.row_action(raw))["pa"]["needs"]] == ["乙"]


@pytest.mark.parametrize("asked", ["", "nonsense", "pa.needs.x", "pa.needs.-1", "pa.needs.99999", ".0", "pa.needs."])
def test_nonsense_from_a_button_changes_nothing(asked: str, everything: forms.Form) -> None:
    raw = {"pa.needs.0.need": ["甲"], "subject.name": ["李某"]}
    assert everything.typed(forms.row_action({**raw, "_remove": [asked]})) == everything.typed(raw)


def test_a_button_never_changes_what_it_was_given() -> None:
    raw = {"pa.needs.0.need": ["甲"], "_add": ["pa.needs"]}
    forms.row_action(raw)
    assert raw == {"pa.needs.0.need": ["甲"], "_add": ["pa.needs"]}


def test_a_table_never_grows_past_fifty_rows(everything: forms.Form) -> None:
    raw = {f"pa.needs.{number}.need": ["x"] for number in range(50)}
    assert len(everything.typed(forms.row_action({**raw, "_add": ["pa.needs"]}))["pa"]["needs"]) == 50


def test_a_row_computes_its_values(moment: Moment) -> None:
    inner = [component("number", "n"), {**component("expression", "twice"), "expression": "=n * 2"}]
    assert send(form_of({**TABLE, "components": inner}), moment, t__0__n="4").values["t"] == [{"n": 4, "twice": 8}]


def test_a_blank_row_hides_what_its_condition_hides(moment: Moment) -> None:
    inner = [component("textfield", "x"), component("textfield", "y", conditional={"hide": '=x != "more"'})]
    form = form_of({**TABLE, "components": inner})
    (row,) = form.bind({}, context={}, choices={}, moment=moment).components[0].rows
    assert [cell.name for cell in row] == ["t.0.x"]


def test_a_row_is_drawn_as_it_is_checked(moment: Moment) -> None:
    inner = [component("number", "n"), component("textfield", "y", conditional={"hide": "=n < 5"})]
    form = form_of({**TABLE, "components": inner})
    assert "y" not in send(form, moment, t__0__n="4").values["t"][0]
    (row,) = form.bind(form.typed({"t.0.n": ["4"]}), context={}, choices={}, moment=moment).components[0].rows
    assert [cell.name for cell in row] == ["t.0.n"]


def test_an_error_in_a_row_names_its_table(moment: Moment) -> None:
    inner = [component("textfield", "x", validate={"required": True}), component("textfield", "y")]
    (error,) = send(form_of({**TABLE, "components": inner}), moment, t__0__y="1").errors
    assert "表" in error.message.zh.replace("“x”的标签", "")


def test_the_form_adds_up_what_its_rows_compute_and_a_row_sees_the_sum(moment: Moment) -> None:
    computed = [("expression", "cost", "=n * 2"), ("expression", "share", "=cost / total")]
    inner = [component("number", "n"), *[{**component(kind, key), "expression": f} for kind, key, f in computed]]
    total = {**component("expression", "total"), "expression": "=sum(t.cost)"}
    form = form_of({**TABLE, "components": inner}, total)
    result = send(form, moment, t__0__n="3", t__1__n="1")
    assert errors_of(result) == {}
    assert result.values == {"t": [{"n": 3, "cost": 6, "share": 0.75}, {"n": 1, "cost": 2, "share": 0.25}], "total": 8}


def test_a_column_that_cannot_be_computed_is_said_at_its_row(moment: Moment) -> None:
    inner = [component("textfield", "x"), {**component("expression", "twice"), "expression": "=x * 2"}]
    result = send(form_of({**TABLE, "components": inner}), moment, t__0__x="a")
    assert errors_of(result) == {"t.0.twice": "not_computed"}


def test_a_hidden_table_is_nothing_to_other_conditions_even_when_its_rows_compute(moment: Moment) -> None:
    inner = [component("number", "n"), {**component("expression", "twice"), "expression": "=n * 2"}]
    shut = {**TABLE, "components": inner, "conditional": {"hide": '=a = "shut"'}}
    form = form_of(component("textfield", "a"), shut, component("textfield", "b", conditional={"hide": "=t = null"}))
    assert send(form, moment, a="shut", t__0__n="1", b="x").values == {"a": "shut"}
    assert send(form, moment, a="open", t__0__n="1", b="x").values["b"] == "x"
