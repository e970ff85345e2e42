"""When a formula is worked out, and what it must give there: what has to be known by then, and of which kind."""

from typing import Any

import pytest

from tests.workflow.engine.build import bundle as built
from tests.workflow.engine.build import end, start, user
from tests.workflow.engine.checker.drawing import bundle, draw
from workflow.engine import Bundle
from workflow.engine.checker import analyse

ASK: dict[str, Any] = {
    "ok": ["yes", "no"],
    "score": {"type": "number", "validate": {"required": True}},
    "urgent": {"type": "checkbox"},
    "note": {"type": "textfield", "validate": {"required": True}},
    "needs": {"type": "checklist", "values": [{"label": "钱", "value": "money"}]},
    "day": {"type": "datetime", "subtype": "date", "validate": {"required": True}},
}
BRANCHES = """
    start s\nuser ask form=ask\nxor x{default}\nuser a\nuser b\nxor j\nstop e
    s -> ask -> x\nx -> a : {one}\nx -> b{two}\na -> j -> e\nb -> j"""
HANDLER = """
    start s\nuser ask form=ask\nuser c\nstop e
    sub h handler\nstart m {event}\nuser b\nstop f\nm -> b -> f\nend sub
    s -> ask -> c -> e"""


def told(of: Bundle, variables: frozenset[str] = frozenset()) -> set[tuple[str, str | None]]:
    found = analyse(of, variables=variables)
    return {(each.rule, each.element_id) for each in found if each.rule != "name-missing"}


def drawn(text: str, variables: frozenset[str] = frozenset(), **files: str) -> set[tuple[str, str | None]]:
    return told(bundle(text, forms={"ask": ASK}, **files), variables)


def branches(one: str, two: str = "") -> set[tuple[str, str | None]]:
    return drawn(BRANCHES.format(one=one, two=f" : {two}" if two else "", default="" if two else " default=x_b"))


def test_what_is_not_ticked_is_no_and_not_empty() -> None:
    assert branches("urgent", "not(urgent)") == set()
    assert branches("urgent = true", "urgent = false") == set()
    assert branches("urgent", "urgent = true") == {("gateway-incomplete", "x"), ("condition-never", "x")}


@pytest.mark.parametrize("event", ["message=x key==ok", "timer==day as=timeDate", "message=x key==nobody"])
def test_an_event_subprocess_reads_its_key_and_its_time_before_anything_is_filled_in(event: str) -> None:
    assert drawn(HANDLER.format(event=event)) == {("field-unknown", "m")}


def test_what_is_there_from_the_beginning_may_be_a_key() -> None:
    assert drawn(HANDLER.format(event="message=x key==number"), frozenset({"number"})) == set()


def test_the_condition_of_an_event_subprocess_may_wait_for_what_is_filled_in_later() -> None:
    assert drawn(HANDLER.format(event="""when='ok = "no"'""")) == set()
    assert drawn(HANDLER.format(event="""when='okk = "no"'""")) == {("field-unknown", "m")}


def test_a_subprocess_does_not_answer_for_the_conditions_of_events_inside_it() -> None:
    inside = """start i\nuser ask form=ask\ncatch c when='ok = "no"'\nstop f\ni -> ask -> c -> f"""
    assert drawn(f"start s\nsub p\n{inside}\nend sub\nstop e\ns -> p -> e") == set()


def looped(content: str, kind: str = "userTask") -> set[tuple[str, str | None]]:
    step = user("a", content) if kind == "userTask" else f'<{kind} id="a" name="a">{user("b")}{content}</{kind}>'
    return told(built(start("s"), step, end("e"), flows="s > a > e"), frozenset({"x"}))


@pytest.mark.parametrize(("condition", "found"), [
    ("x = 1", set()),
    ("loopCounter &lt; 3", set()),
    ("nobody = 1", {("field-unknown", "a")}),
])  # fmt: skip
def test_the_condition_of_a_loop_is_read_too(condition: str, found: set[tuple[str, str | None]]) -> None:
    loop = f"<standardLoopCharacteristics><loopCondition>={condition}</loopCondition></standardLoopCharacteristics>"
    assert looped(loop) == found


def test_the_condition_of_an_adhoc_subprocess_is_read_too() -> None:
    assert looped("<completionCondition>=x = 1</completionCondition>", "adHocSubProcess") == set()
    found = looped("<completionCondition>=nobody = 1</completionCondition>", "adHocSubProcess")
    assert found == {("field-unknown", "a")}


def test_a_message_that_is_sent_needs_no_key() -> None:
    assert drawn("start s\nuser ask form=ask\nstop e message=x key==nobody\ns -> ask -> e") == set()
    wrong = drawn("start s\nuser ask form=ask\ncatch e message=x key==nobody\ns -> ask -> e")
    assert wrong == {("field-unknown", "e")}


CALLED = """
    start s9\nuser ask form=ask\nxor x9 default=x9_e9\nstop e9\nstop f9 error=refused
    s9 -> ask -> x9 -> e9\nx9 -> f9 : ok = "no\""""


@pytest.mark.parametrize(("boundary", "found"), [
    ("error=refused", set()),
    ("error=any", set()),
    ("error=other", {("error-uncaught", "f9")}),
])  # fmt: skip
def test_an_error_of_a_called_process_is_caught_where_it_is_called(
    boundary: str, found: set[tuple[str, str | None]]
) -> None:
    called = draw(CALLED, process="other")
    calling = (
        f"start s\ncall c calls=other\nboundary k on=c {boundary}\nuser u\nstop e\nstop f\ns -> c -> e\nk -> u -> f"
    )
    assert drawn(calling, other__bpmn=called) == found


@pytest.mark.parametrize("condition", ["ok", "score", "score + 1", "note", '"yes"', 'ok = "yes" and note', "not(day)"])
def test_a_condition_that_gives_something_else_than_yes_or_no(condition: str) -> None:
    assert branches(condition) == {("value-kind", "x_a")}


@pytest.mark.parametrize("condition", [
    "urgent", 'ok = "yes" or urgent', 'contains(note, "a")', "score between 1 and 3", "true", "is defined(note)",
    "day < today()", 'if urgent then score > 3 else true', "needs != []",
])  # fmt: skip
def test_a_condition_that_gives_yes_or_no(condition: str) -> None:
    assert not branches(condition) & {("value-kind", "x_a"), ("type-mismatch", "x_a"), ("kind-calculated", "x_a")}


def test_a_multi_instance_needs_a_list() -> None:
    text = "start s\nuser ask form=ask\nuser a each=i:{} collect=r gives=i\nstop e\ns -> ask -> a -> e"
    assert drawn(text.format("needs")) == set()
    assert drawn(text.format("[1,2]")) == set()
    assert drawn(text.format("score")) == {("value-kind", "a")}
    assert drawn(text.format('urgent="yes"')) >= {("value-kind", "a")}


@pytest.mark.parametrize("condition", ["note + 1 > 3", "score * note > 3", "urgent + 1 > 2", "score - needs > 1"])
def test_a_calculation_that_can_only_fail(condition: str) -> None:
    assert branches(condition) == {("kind-calculated", "x_a")}


@pytest.mark.parametrize("condition", [
    'note + "a" = "b"', "score * 2 + 1 > 3", 'day + duration("P1D") > today()', "number(note) + 1 > 3",
])  # fmt: skip
def test_a_calculation_that_works(condition: str) -> None:
    assert branches(condition) == set()


def test_the_way_to_a_fault_is_told_in_plain_words() -> None:
    text = """
        start s\nand x\nuser a\nboundary t on=a timer=PT1H\nuser b\nxor q default=q_j\nand j\nstop e\nstop f
        s -> x -> a -> q -> j -> e\nq -> f : go = 1\nx -> b -> j\nt -> f"""
    [message] = [each.message for each in analyse(bundle(text), variables={"go"}) if each.rule == "join-waits"]
    assert message.en.endswith((
        "For example: the exclusive gateway “q” leads to the end “f”.",
        "For example: the boundary event “t” of the step “a” happens.",
    ))  # fmt: skip
    assert message.zh.endswith(("例如:从排他网关“q”走到结束“f”。", "例如:办理步骤“a”时发生边界事件“t”。"))
