"""Defects of the bare engine in flows, joins and repetition (engine-defects.md): one drawing each, from what was seen.

Every test of a run is made twice: straight through, and saved and restored after every step.
"""

import pytest

from tests.workflow.engine.build import (
    ROLES,
    bundle,
    each,
    element,
    end,
    gateway,
    play,
    script,
    service,
    start,
    sub,
    user,
)
from workflow.engine import BundleRefused, StepFailed, compile

# Drawings are laid out by hand.
# fmt: off

# D1 -----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("kind", ["parallel", "inclusive"])
def test_d1_a_branch_that_does_not_touch_a_value_does_not_bring_the_old_one_back(kind: str, reload: bool) -> None:
    conditions = ": true" if kind == "inclusive" else ""
    run = play(bundle(
        start("s"), gateway(kind, "split"), user("a"), user("b"), gateway(kind, "join"), user("z"), end("e"),
        flows=f"s > split; split > a {conditions}; split > b {conditions}; a > join; b > join; join > z > e",
    ), reload, variables={"v": "old", "record": {"one": 1, "two": 2}})
    run.do("a", {"v": "new", "record": {"one": 10}}).do("b", {"record": {"two": 20}})
    assert run.open() == ["z"]
    assert run.data == {"v": "new", "record": {"one": 10, "two": 20}}


# D2 -----------------------------------------------------------------------------------------------------------------

def test_d2_several_flows_out_of_a_task_run_in_parallel(reload: bool) -> None:
    run = play(bundle(start("s"), user("a"), user("b"), user("c"), end("e"), flows="s > a > b > e; a > c > e"), reload)
    run.do("a")
    assert run.open() == ["b", "c"]


def test_d2_several_flows_out_of_a_subprocess_run_in_parallel(reload: bool) -> None:
    inside = sub("inside", start("is"), user("a"), end("ie"), flows="is > a > ie")
    run = play(bundle(start("s"), inside, user("b"), user("c"), end("e"),
                      flows="s > inside > b > e; inside > c > e"), reload)
    assert run.do("a").open() == ["b", "c"]


def test_d2_conditions_behind_a_task_are_kept(reload: bool) -> None:
    drawing = bundle(
        start("s"), user("a", default="a_d"), user("b"), user("c"), user("d"), end("e"),
        flows="s > a; a > b : x > 1; a > c : x > 2; a > d; b > e; c > e; d > e")
    assert play(drawing, reload).do("a", {"x": 3}).open() == ["b", "c"]
    assert play(drawing, reload).do("a", {"x": 2}).open() == ["b"]
    assert play(drawing, reload).do("a", {"x": 1}).open() == ["d"]


def test_d2_a_single_conditional_flow_is_not_taken_when_false(reload: bool) -> None:
    run = play(bundle(start("s"), user("a"), user("b"), end("e"), flows="s > a; a > b : x > 1; b > e"), reload)
    with pytest.raises(StepFailed) as raised:
        run.do("a", {"x": 0})
    assert raised.value.element_id == "a"


# D3 -----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("kind", ["parallel", "inclusive"])
def test_d3_a_join_in_a_loop_waits_for_all_in_every_round(kind: str, reload: bool) -> None:
    conditions = ": true" if kind == "inclusive" else ""
    run = play(bundle(
        start("s"), gateway("exclusive", "again"), gateway(kind, "split"), user("a"), user("b"), gateway(kind, "join"),
        user("judge"), gateway("exclusive", "good", "good_e"), end("e"),
        flows=f"s > again > split; split > a {conditions}; split > b {conditions}; a > join; b > join;"
              "join > judge > good; good > again : ok = false; good > e",
    ), reload)
    run.do("a")
    assert run.open() == ["b"]
    run.do("b").do("judge", {"ok": False})
    for first, second in (("b", "a"), ("a", "b"), ("b", "a")):
        assert run.open() == ["a", "b"]
        run.do(first)
        assert run.open() == [second], "the join waits for the other reviewer"
        run.do(second)
        assert run.open() == ["judge"], "and fires once"
        run.do("judge", {"ok": first == "a"})
        if first == "a":
            break
    assert run.state == "completed"
    assert run.path.count("join") == run.path.count("judge") == 3


# D5 -----------------------------------------------------------------------------------------------------------------

def test_d5_a_process_and_a_subprocess_without_start_and_end_events(reload: bool) -> None:
    run = play(bundle(sub("inside", user("a"), user("b")), user("z"), flows="inside > z"), reload)
    assert run.open() == ["a", "b"]
    run.do("a")
    assert run.open() == ["b"]
    run.do("b").do("z")
    assert run.state == "completed"


# D14 ----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("repeat", ["", each("[1]", output="got", output_item="1")], ids=["subprocess", "instances"])
def test_d14_an_inclusive_join_waits_for_a_token_inside_a_subprocess(repeat: str, reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("inclusive", "split"), user("a"),
        sub("inside", start("is"), user("b"), end("ie"), flows="is > b > ie", repeat=repeat),
        gateway("exclusive", "x", "x_c"), user("c"), user("d"), gateway("inclusive", "join"), user("z"), end("e"),
        flows="s > split; split > a : true; split > inside : true; a > join; inside > x; x > d : false; x > c;"
              "c > join; d > join; join > z > e"), reload)
    run.do("a")
    assert run.open() == ["b"]
    run.do("b")
    assert run.open() == ["c"]
    run.do("c")
    assert run.open() == ["z"]
    assert run.do("z").state == "completed"


def test_d14_an_inclusive_join_waits_for_a_token_that_comes_over_the_second_flow_of_a_merge(reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("inclusive", "split"), user("a"), user("b"), user("c"),
        gateway("exclusive", "x", "x_merge"), gateway("exclusive", "merge"), gateway("inclusive", "join"), user("z"),
        end("e"),
        flows="s > split; split > a : true; split > b : false; split > c : true; a > join; b > merge; c > x;"
              "x > e : false; x > merge; merge > join; join > z > e"), reload)
    run.do("a")
    assert run.open() == ["c"]
    run.do("c")
    assert run.open() == ["z"]
    assert run.path.count("join") == 1


# D15 ----------------------------------------------------------------------------------------------------------------

def test_d15_a_loop_can_be_turned_beyond_any_depth(reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("exclusive", "again"), user("a"), service("count", "count"), gateway("exclusive", "g",
                                                                                                 "g_again"),
        end("e"), flows="s > again > a > count > g; g > e : done; g > again"),
        reload, operations={"count": lambda inputs: None}, variables={"done": False})
    for _ in range(400):
        run.do("a")
        assert run.state == "active"
    assert run.open() == ["a"]
    assert run.do("a", {"done": True}).state == "completed"


# D17 ----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("sequential", [False, True])
def test_d17_two_of_three_can_be_said(sequential: bool, reload: bool) -> None:
    run = play(bundle(
        start("s"), user("vote", each(
            '["x","y","z"]', output="votes", output_item="answer", until="numberOfCompletedInstances >= 2",
            sequential=sequential)),
        user("z"), end("e"), flows="s > vote > z > e"), reload)
    assert len(run.open()) == (1 if sequential else 3)
    run.do("vote", {"answer": "yes"})
    run.do("vote", {"answer": "no"})
    assert run.open() == ["z"]
    assert run.data["votes"] == ["yes", "no", None]


def test_d17_an_instance_knows_its_number_and_its_item(reload: bool) -> None:
    seen: list[object] = []
    run = play(bundle(
        start("s"), service("tell", "tell", '<zeebe:ioMapping><zeebe:input source="=loopCounter" target="n" />'
                            '<zeebe:input source="=who" target="who" /></zeebe:ioMapping>',
                            each('["x","y"]', "who")), end("e"), flows="s > tell > e"),
        reload, operations={"tell": lambda inputs: seen.append((inputs["n"], inputs["who"]))})
    assert run.state == "completed"
    assert seen == [(1, "x"), (2, "y")]


@pytest.mark.parametrize(("repeat", "rule"), [
    ('<standardLoopCharacteristics loopMaximum="-1" />', "loop-count"),
    ("<multiInstanceLoopCharacteristics><loopCardinality>-1</loopCardinality></multiInstanceLoopCharacteristics>",
     "not-supported"),
    (each("xs", output="got", output_item="1").replace("isSequential", 'behavior="One" isSequential'), "not-supported"),
])
def test_d17_a_negative_count_and_what_we_do_not_read_are_refused(repeat: str, rule: str) -> None:
    with pytest.raises(BundleRefused) as raised:
        compile(bundle(start("s"), user("a", repeat), end("e"), flows="s > a > e"), operations=(), roles=ROLES)
    assert ("a", rule) in [(finding.element_id, finding.rule) for finding in raised.value.findings]


# D21 ----------------------------------------------------------------------------------------------------------------

def test_d21_elements_may_be_called_start_and_end(reload: bool) -> None:
    run = play(bundle(
        start("Start"), gateway("parallel", "g"), user("End"), user("a"), element("task", "p.EndJoin"), end("e"),
        flows="Start > g > End > e; g > a > p.EndJoin > e"), reload)
    run.do("End")
    assert run.state == "active"
    assert run.open() == ["a"]
    assert run.do("a").state == "completed"


# D22 ----------------------------------------------------------------------------------------------------------------

def adhoc(*content: str, condition: str = "", **attributes: str) -> str:
    inner = f"<completionCondition>={condition}</completionCondition>" if condition else ""
    return element("adHocSubProcess", "free", content="".join(content) + inner, **attributes)


def test_d22_without_condition_an_adhoc_subprocess_ends_when_all_is_done(reload: bool) -> None:
    run = play(bundle(start("s"), adhoc(user("a"), user("b"), user("c")), user("z"), end("e"),
                      flows="s > free > z > e"), reload)
    assert run.open() == ["a", "b", "c"]
    run.do("b").do("a")
    assert run.open() == ["c"]
    assert run.do("c").open() == ["z"]


def test_d22_ordering_sequential_offers_one_at_a_time(reload: bool) -> None:
    run = play(bundle(start("s"), adhoc(user("a"), user("b"), ordering="Sequential"), user("z"), end("e"),
                      flows="s > free > z > e"), reload)
    assert run.open() == ["a"]
    assert run.do("a").open() == ["b"]
    assert run.do("b").open() == ["z"]


@pytest.mark.parametrize(("cancel", "left"), [("true", ["z"]), ("false", ["b"])])
def test_d22_the_condition_ends_it_and_takes_the_rest_away_or_not(cancel: str, left: list[str], reload: bool) -> None:
    run = play(bundle(
        start("s"), adhoc(user("a"), user("b"), condition="enough", cancelRemainingInstances=cancel), user("z"),
        end("e"),
        flows="s > free > z > e"), reload, variables={"enough": False})
    assert run.do("a", {"enough": True}).open() == left
    if left == ["b"]:
        assert run.do("b").open() == ["z"]


# D24 ----------------------------------------------------------------------------------------------------------------

def test_d24_an_instantiating_receive_task_starts_a_case(reload: bool) -> None:
    run = play(bundle(
        element("receiveTask", "r", instantiate="true", messageRef="call"), user("a"), end("e"), flows="r > a > e",
        declarations='<message id="call" name="call" />'), reload, variables={"from": "ward"})
    assert run.open() == ["a"]
    assert run.path == ["r"]


def test_results_of_a_script_are_case_data(reload: bool) -> None:
    run = play(bundle(start("s"), script("c", "sum_of", "1 + 2"), user("a"), end("e"), flows="s > c > a > e"), reload)
    assert run.data == {"sum_of": 3}
