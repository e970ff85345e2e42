"""Behaviour of the standard that the bare engine had right and ours must keep, and combinations of constructs.

Every test runs twice: straight through, and saved and restored after every step.
"""

import pytest

from tests.workflow.engine.build import (
    Bundle,
    Play,
    boundary,
    bundle,
    catch,
    conditional,
    each,
    element,
    end,
    gateway,
    message,
    refer,
    service,
    start,
    sub,
    throw,
    timer,
    user,
)
from workflow.engine import StepFailed

# Drawings are laid out by hand.
# fmt: off

SIGNALS = '<signal id="alarm" name="alarm" /><signal id="bell" name="bell" />'
ERROR = '<error id="refused" name="refused" errorCode="refused" />'
ESCALATION = '<escalation id="rise" name="rise" escalationCode="rise" />'


@pytest.fixture(params=[False, True], ids=["straight", "reloaded"])
def reload(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def play(of: Bundle, reload: bool, **more: object) -> Play:
    return Play(of, reload=reload, **more)  # type: ignore[arg-type]


# gateways ---------------------------------------------------------------------------------------------------------

def test_the_first_true_condition_wins_and_the_default_stands_in(reload: bool) -> None:
    drawing = bundle(
        start("s"), user("a"), gateway("exclusive", "g", "g_d"), user("b"), user("c"), user("d"), end("e"),
        flows="s > a > g; g > d; g > b : x > 1; g > c : x > 2; b > e; c > e; d > e")
    assert play(drawing, reload).do("a", {"x": 3}).open() == ["b"]
    assert play(drawing, reload).do("a", {"x": 0}).open() == ["d"]


@pytest.mark.parametrize(("x", "opened"), [(3, ["b", "c"]), (2, ["b"]), (0, ["d"])])
def test_an_inclusive_block(x: int, opened: list[str], reload: bool) -> None:
    run = play(bundle(
        start("s"), user("a"), gateway("inclusive", "g", "g_d"), user("b"), user("c"), user("d"), gateway("inclusive",
                                                                                                          "j"),
        user("z"), end("e"), flows="s > a > g; g > b : x > 1; g > c : x > 2; g > d; b > j; c > j; d > j; j > z > e"),
        reload)
    run.do("a", {"x": x})
    for name in opened:
        assert run.open() == opened[opened.index(name):]
        run.do(name)
    assert run.open() == ["z"]


def test_an_exclusive_merge_lets_every_token_pass(reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("parallel", "g"), user("a"), user("b"), gateway("exclusive", "m"), user("z"), end("e"),
        flows="s > g > a > m; g > b > m; m > z > e"), reload)
    run.do("a").do("b")
    assert run.open() == ["z", "z"]
    assert run.do("z").state == "active"
    assert run.do("z").state == "completed"


def test_a_fast_branch_may_overtake_a_slow_one_by_a_whole_round(reload: bool) -> None:
    # b goes round before a has come: its second token waits on the same flow and is not taken for a's.
    run = play(bundle(
        start("s"), gateway("parallel", "g"), user("a"), gateway("exclusive", "m"), user("b"), gateway("parallel", "h"),
        gateway("parallel", "j"), user("z"), end("e"),
        flows="s > g > a > j; g > m > b > h; h > j; h > m; j > z > e"), reload)
    run.do("b").do("b")
    assert run.open() == ["a", "b"]
    run.do("a")
    assert run.open().count("z") == 1


def test_an_event_gateway_in_a_loop(reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("exclusive", "m"), gateway("eventBased", "g"), catch("t", timer("PT1H")),
        catch("c", refer("message", "m1")), user("a"), end("e"), flows="s > m > g > t > a > m; g > c > e",
        declarations=message("m1")), reload, variables={"case_key": 1})
    for _ in range(3):
        run.later(hours=1)
        assert run.open() == ["a"]
        assert not run.send("m1", 1), "the gateway has decided"
        run.do("a")
    assert run.send("m1", 1)
    assert run.state == "completed"


def test_receive_tasks_behind_an_event_gateway(reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("eventBased", "g"), element("receiveTask", "r", messageRef="m1"), catch("c",
                                                                                                    refer("signal",
                                                                                                          "alarm")),
        user("x"), user("y"), end("e"), flows="s > g > r > x > e; g > c > y > e", declarations=message("m1") + SIGNALS),
        reload, variables={"case_key": 1})
    assert run.send("m1", 1, {"got": 1})
    assert run.open() == ["x"]
    assert run.data["got"] == 1


# ends -------------------------------------------------------------------------------------------------------------

def test_terminate_ends_the_process(reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("parallel", "g"), user("a"), user("b"), end("t", "<terminateEventDefinition />"), end("e"),
        flows="s > g > a > t; g > b > e"), reload)
    run.do("a")
    assert (run.state, run.open(), run.run.outcome) == ("completed", [], "t")


def test_terminate_in_a_subprocess_ends_only_that(reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("parallel", "g"), user("other"), sub(
            "inside", start("is"), gateway("parallel", "ig"), user("a"), user("b"), end("t",
                                                                                        "<terminateEventDefinition />"),
            end("ie"), flows="is > ig > a > t; ig > b > ie"),
        user("z"), end("e"), flows="s > g > other > e; g > inside > z > e"), reload)
    run.do("a")
    assert run.open() == ["other", "z"]


def test_a_process_path_may_just_stop(reload: bool) -> None:
    run = play(bundle(start("s"), gateway("parallel", "g"), user("a"), user("b"), flows="s > g > a; g > b"), reload)
    assert run.do("a").state == "active"
    assert run.do("b").state == "completed"


# boundary events --------------------------------------------------------------------------------------------------

def test_an_interrupting_boundary_closes_the_task_and_its_other_boundaries(reload: bool) -> None:
    run = play(bundle(
        start("s"), user("a"), boundary("t", "a", timer("PT1H")), boundary("m", "a", refer("message", "m1")), user("x"),
        user("y"), end("e"), flows="s > a > e; t > x > e; m > y > e", declarations=message("m1")), reload,
        variables={"case_key": 1})
    run.later(hours=1)
    assert run.open() == ["x"]
    assert not run.send("m1", 1)
    assert run.run.wake_at() is None


def test_boundaries_of_nested_subprocesses(reload: bool) -> None:
    deep = sub("deep", start("ds"), user("a"), end("de"), flows="ds > a > de")
    run = play(bundle(
        start("s"), sub("inside", start("is"), deep, boundary("db", "deep", timer("PT2H")), user("dz"), end("ie"),
                        flows="is > deep > ie; db > dz > ie"),
        boundary("b", "inside", timer("PT3H")), user("z"), end("e"), flows="s > inside > e; b > z > e"), reload)
    run.later(hours=2)
    assert run.open() == ["dz"]
    run.later(hours=1)
    assert run.open() == ["z"]


def test_a_timer_starts_anew_when_its_task_is_visited_again(reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("exclusive", "m"), user("a"), boundary("t", "a", timer("PT2H")), user("b"), user("z"),
        end("e"),
        flows="s > m > a > b > m; t > z > e"), reload)
    run.later(hours=1)
    run.do("a").do("b")
    run.later(hours=1)
    assert run.open() == ["a"], "an hour is left"
    run.later(hours=1)
    assert run.open() == ["z"]


def test_a_timeout_path_may_merge_back_before_a_join(reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("parallel", "g"), user("a"), boundary("t", "a", timer("PT1H")), user("b"),
        gateway("exclusive", "m"), gateway("parallel", "j"), user("z"), end("e"),
        flows="s > g > a > m > j; t > m; g > b > j; j > z > e"), reload)
    run.later(hours=1)
    run.do("b")
    assert run.open() == ["z"]


@pytest.mark.parametrize("sequential", [False, True])
def test_a_boundary_on_a_multi_instance_task(sequential: bool, reload: bool) -> None:
    run = play(bundle(
        start("s"), user("a", each("[1,2]", output="got", output_item="item", sequential=sequential)),
        boundary("t", "a", timer("PT1H")), boundary("r", "a", timer("R2/PT20M", "timeCycle"), interrupting=False),
        service("n", "count"), user("z"), end("e"), flows="s > a > e; t > z > e; r > n"), reload,
        operations={"count": lambda inputs: None})
    run.do("a").later(minutes=20)
    run.later(minutes=20)
    run.later(minutes=20)
    assert run.path.count("n") == 2
    assert run.open() == ["z"]


# repetition -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("sequential", [False, True])
def test_no_instances_at_all(sequential: bool, reload: bool) -> None:
    run = play(bundle(start("s"), user("a", each("[]", output="got", output_item="item", sequential=sequential)),
                      user("z"),
                      end("e"), flows="s > a > z > e"), reload)
    assert run.open() == ["z"]
    assert run.data == {"got": []}


def test_standard_loops(reload: bool) -> None:
    def loop(attributes: str, condition: str = "") -> Play:
        inner = f"<loopCondition>={condition}</loopCondition>" if condition else ""
        loop_of = f"<standardLoopCharacteristics {attributes}>{inner}</standardLoopCharacteristics>"
        return play(bundle(start("s"), user("a", loop_of), user("z"), end("e"), flows="s > a > z > e"), reload,
                    variables={"more": True})

    counted = loop('loopMaximum="2"')
    assert counted.do("a").open() == ["a"]
    assert counted.do("a").open() == ["z"]
    asked = loop("", "more")
    assert asked.do("a", {"more": True}).open() == ["a"]
    assert asked.do("a", {"more": False}).open() == ["z"]
    assert loop('testBefore="true"', "more = false").open() == ["z"]
    assert loop('loopMaximum="0"').open() == ["z"]


def test_instances_of_a_subprocess_with_instances_inside(reload: bool) -> None:
    inner = user("a", each("[1,2]", "n", output="inner_got", output_item="answer"))
    run = play(bundle(
        start("s"), sub("outer", start("os"), inner, end("oe"), flows="os > a > oe",
                        repeat=each('["x","y"]', "who", output="got", output_item="inner_got")),
        end("e"), flows="s > outer > e"), reload)
    for answer in (1, 2, 3, 4):
        run.do("a", {"answer": answer})
    assert run.data == {"got": [[1, 2], [3, 4]]}


# events -----------------------------------------------------------------------------------------------------------

def test_a_multiple_event_fires_on_any_and_a_parallel_multiple_on_all(reload: bool) -> None:
    both = refer("signal", "alarm") + refer("signal", "bell")

    def waiting(**attributes: str) -> Play:
        return play(bundle(start("s"), element("intermediateCatchEvent", "c", content=both, **attributes), user("z"),
                           end("e"),
                           flows="s > c > z > e", declarations=SIGNALS), reload)

    any_of = waiting()
    any_of.signal("bell")
    assert any_of.open() == ["z"]
    all_of = waiting(parallelMultiple="true")
    all_of.signal("bell")
    all_of.signal("bell")
    assert all_of.open() == []
    all_of.signal("alarm")
    assert all_of.open() == ["z"]


def test_catch_events_in_a_loop(reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("exclusive", "m"), catch("c", refer("message", "m1")), user("a"),
        flows="s > m > c > a > m", declarations=message("m1")), reload, variables={"case_key": 1})
    for _ in range(3):
        assert run.send("m1", 1)
        run.do("a")


def test_a_top_level_message_event_subprocess_runs_each_time(reload: bool) -> None:
    run = play(bundle(
        start("s"), user("a"), end("e"), sub(
            "h", start("hs", refer("message", "m1"), isInterrupting="false"), user("note"), end("he"),
            flows="hs > note > he",
            triggeredByEvent="true"), flows="s > a > e", declarations=message("m1")), reload, variables={"case_key": 1})
    assert run.send("m1", 1)
    assert run.send("m1", 1)
    assert run.open() == ["a", "note", "note"]
    run.do("a").do("note")
    assert run.state == "active"
    assert run.do("note").state == "completed"


def test_an_interrupting_event_subprocess_disarms_the_others(reload: bool) -> None:
    def handler(name: str, content: str) -> str:
        return sub(name, start(f"{name}s", content), user(f"{name}t"), end(f"{name}e"),
                   flows=f"{name}s > {name}t > {name}e",
                   triggeredByEvent="true")

    run = play(bundle(
        start("s"), user("a"), end("e"), handler("h", refer("signal", "alarm")), handler("k", refer("signal", "bell")),
        flows="s > a > e", declarations=SIGNALS), reload)
    run.signal("alarm")
    assert run.open() == ["ht"]
    assert run.signal("bell") == 0


def test_an_error_in_an_event_subprocess_goes_to_the_activity_around(reload: bool) -> None:
    handler = sub("h", start("hs", refer("signal", "alarm")), end("he", refer("error", "refused")), flows="hs > he",
                  triggeredByEvent="true")
    run = play(bundle(
        start("s"), sub("inside", start("is"), user("a"), end("ie"), handler, flows="is > a > ie"),
        boundary("b", "inside", refer("error", "refused")), user("z"), end("e"), flows="s > inside > e; b > z > e",
        declarations=ERROR + SIGNALS), reload)
    run.signal("alarm")
    assert run.open() == ["z"]


def test_an_escalation_goes_outwards_until_somebody_cares(reload: bool) -> None:
    deep = sub("deep", start("ds"), throw("t", refer("escalation", "rise")), user("a"), end("de"),
               flows="ds > t > a > de")
    run = play(bundle(
        start("s"), sub("inside", start("is"), deep, end("ie"), flows="is > deep > ie"),
        boundary("b", "inside", refer("escalation"), interrupting=False), user("note"), end("e"),
        flows="s > inside > e; b > note > e", declarations=ESCALATION), reload)
    assert sorted(run.open()) == ["a", "note"]


def test_an_escalation_nobody_cares_for_is_no_incident(reload: bool) -> None:
    run = play(bundle(start("s"), throw("t", refer("escalation", "rise")), user("a"), end("e"), flows="s > t > a > e",
                      declarations=ESCALATION), reload)
    assert run.open() == ["a"]


def test_a_catch_all_takes_every_error(reload: bool) -> None:
    run = play(bundle(
        start("s"), sub("inside", start("is"), end("ie", refer("error", "refused")), flows="is > ie"),
        boundary("b", "inside", refer("error")), user("z"), end("e"), flows="s > inside > e; b > z > e",
        declarations=ERROR), reload)
    assert run.open() == ["z"]


def test_a_signal_to_a_boundary_and_to_what_is_inside_interrupts(reload: bool) -> None:
    run = play(bundle(
        start("s"), sub("inside", start("is"), catch("c", refer("signal", "alarm")), user("a"), end("ie"),
                        flows="is > c > a > ie"),
        boundary("b", "inside", refer("signal", "alarm")), user("z"), end("e"), flows="s > inside > e; b > z > e",
        declarations=SIGNALS), reload)
    run.signal("alarm")
    assert run.open() == ["z"]


@pytest.mark.parametrize("before", [{}, {"flag": None}, {"flag": False}, {"record": None}])
def test_what_is_not_filled_in_yet_makes_a_condition_not_true_yet(before: dict[str, object], reload: bool) -> None:
    run = play(bundle(
        start("s"), user("a"), boundary("b", "a", conditional("flag and record.ready")), user("z"), end("e"),
        flows="s > a > e; b > z > e"), reload, variables=before)
    assert run.open() == ["a"]


def test_a_condition_that_is_neither_true_nor_false_fails_the_step() -> None:
    with pytest.raises(StepFailed):
        Play(bundle(start("s"), user("a"), boundary("b", "a", conditional("flag")), user("z"), flows="s > a; b > z"),
             {"flag": "yes"})


def test_a_condition_fires_when_it_turns_true_not_as_long_as_it_is(reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("parallel", "g"), user("a"), boundary("b", "a", conditional("flag"), interrupting=False),
        user("z"), user("c", '<standardLoopCharacteristics loopMaximum="9" />'), end("e"),
        flows="s > g > a > e; g > c > e; b > z > e"), reload, variables={"flag": False})
    for flag, opened in ((True, 1), (True, 1), (False, 1), (True, 2)):
        run.do("c", {"flag": flag})
        assert run.open().count("z") == opened


def test_nothing_is_left_of_a_finished_case(reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("parallel", "g"), user("a", each("[1,2]", output="r", output_item="1")),
        sub("inside", start("is"), user("b"), end("ie"), flows="is > b > ie"), gateway("parallel", "j"), end("e"),
        flows="s > g > a > j; g > inside > j; j > e"), reload)
    run.do("a").do("b").do("a")
    [scope] = run.run.snapshot()["scopes"]
    assert (run.state, scope["tokens"]) == ("completed", [])
