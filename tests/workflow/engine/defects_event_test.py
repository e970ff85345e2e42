"""Defects of the bare engine in events and messages (engine-defects.md): one drawing each, from what was seen.

Every test of a run is made twice: straight through, and saved and restored after every step.
"""

from datetime import UTC, datetime

import pytest

from tests.workflow.engine.build import (
    ERROR,
    ESCALATION,
    ROLES,
    SIGNAL,
    boundary,
    bundle,
    catch,
    conditional,
    each,
    element,
    end,
    gateway,
    message,
    play,
    refer,
    service,
    start,
    sub,
    throw,
    timer,
    user,
)
from workflow.engine import BundleRefused, BusinessError, compile

# Drawings are laid out by hand.
# fmt: off

# D6 -----------------------------------------------------------------------------------------------------------------

def test_d6_a_signal_end_event_sends(reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("parallel", "g"), catch("c", refer("signal", "alarm")), user("z"), user("a"),
        end("e", refer("signal", "alarm")), end("f"), flows="s > g > c > z > f; g > a > e", declarations=SIGNAL),
        reload)
    run.do("a")
    assert run.open() == ["z"]
    assert run.signals == ["alarm"]


def test_d6_a_link_leads_on(reload: bool) -> None:
    link = '<linkEventDefinition name="over" />'
    run = play(bundle(start("s"), throw("t", link), catch("c", link), user("z"), end("e"), flows="s > t; c > z > e"),
               reload)
    assert run.open() == ["z"]
    assert run.path == ["s", "t", "c"]


def test_d6_a_referenced_timer_and_a_referenced_error_work(reload: bool) -> None:
    reference = "<eventDefinitionRef>{}</eventDefinitionRef>"
    run = play(bundle(
        start("s"), catch("wait", reference.format("soon")),
        sub("inside", start("is"), end("ie", reference.format("bad")), flows="is > ie"),
        boundary("caught", "inside", reference.format("bad")), user("z"), end("e"), end("f"),
        flows="s > wait > inside > f; caught > z > e",
        declarations=ERROR + '<timerEventDefinition id="soon"><timeDuration>PT1H</timeDuration></timerEventDefinition>'
        '<errorEventDefinition id="bad" errorRef="refused" />'), reload)
    assert run.open() == []
    assert run.run.wake_at() == datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    run.later(hours=1)
    assert run.open() == ["z"]


def test_d6_a_definition_that_nobody_would_follow_is_refused() -> None:
    with pytest.raises(BundleRefused) as raised:
        compile(bundle(start("s"), throw("t", "<compensateEventDefinition />"), end("e"), flows="s > t > e"),
                operations=(), roles=ROLES)
    assert [finding.element_id for finding in raised.value.findings] == ["t"]


# D7 -----------------------------------------------------------------------------------------------------------------

def handler(content: str, *, interrupting: bool = True, id: str = "handler") -> str:
    return sub(id, start(f"{id}_s", content, isInterrupting=str(interrupting).lower()), user(f"{id}_task"),
               end(f"{id}_e"),
               flows=f"{id}_s > {id}_task > {id}_e", triggeredByEvent="true")


def test_d7_an_error_event_subprocess_runs_only_when_the_error_happens(reload: bool) -> None:
    def fail(inputs: dict[str, object]) -> None:
        raise BusinessError("refused")

    run = play(bundle(
        start("s"), user("a"), service("work", "fail"), end("e"), handler(refer("error", "refused")),
        flows="s > a > work > e", declarations=ERROR), reload, operations={"fail": fail})
    assert run.open() == ["a"]
    run.do("a")
    assert run.open() == ["handler_task"]
    assert run.do("handler_task").state == "completed"
    assert run.run.outcome == "handler_e"


def test_d7_an_escalation_event_subprocess_runs_only_when_it_is_thrown(reload: bool) -> None:
    run = play(bundle(
        start("s"), user("a"), throw("t", refer("escalation", "rise")), user("b"), end("e"),
        handler(refer("escalation", "rise"), interrupting=False), flows="s > a > t > b > e", declarations=ESCALATION),
        reload)
    assert run.open() == ["a"]
    assert sorted(run.do("a").open()) == ["b", "handler_task"]
    assert run.do("b").do("handler_task").state == "completed"


def test_d7_an_interrupting_event_subprocess_takes_the_main_path_away(reload: bool) -> None:
    run = play(bundle(
        start("s"), user("a"), end("e"), handler(refer("message", "stop")), flows="s > a > e",
        declarations=message("stop")), reload, variables={"case_key": 7})
    assert not run.send("stop", 8)
    assert run.send("stop", 7, {"why": "moved"})
    assert run.open() == ["handler_task"]
    assert run.data["why"] == "moved"
    assert run.do("handler_task").state == "completed"


@pytest.mark.parametrize("definition", [refer("message", "stop"), refer("signal", "alarm"), conditional("flag"),
                                        timer("PT1H")])
def test_d7_event_subprocesses_inside_a_subprocess_start(definition: str, reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("parallel", "g"), user("other"),
        sub("inside", start("is"), user("a"), end("ie"), handler(definition), flows="is > a > ie"),
        gateway("parallel", "j"), end("e"), flows="s > g > inside > j > e; g > other > j",
        declarations=message("stop") + SIGNAL), reload, variables={"case_key": 1, "flag": False})
    assert run.open() == ["other", "a"]
    if "message" in definition:
        run.send("stop", 1)
    elif "signal" in definition:
        run.signal("alarm")
    elif "timer" in definition:
        run.later(hours=1)
    else:
        run.do("other", {"flag": True})
    assert "handler_task" in run.open()
    assert "a" not in run.open()


def test_d7_a_waiting_timer_start_does_not_keep_a_finished_process_open(reload: bool) -> None:
    run = play(bundle(
        start("s"), user("a"), end("e"), handler(timer("R/PT1H", "timeCycle"), interrupting=False),
        flows="s > a > e"), reload)
    run.later(hours=1).later(hours=1)
    assert run.open() == ["a", "handler_task", "handler_task"]
    run.do("handler_task").do("handler_task").do("a")
    assert run.state == "completed"
    assert run.run.wake_at() is None


# D12 ----------------------------------------------------------------------------------------------------------------

def test_d12_a_non_interrupting_message_boundary_works_every_time(reload: bool) -> None:
    run = play(bundle(
        start("s"), user("a"), boundary("calls", "a", refer("message", "call"), interrupting=False), user("note"),
        end("e"),
        flows="s > a > e; calls > note > e", declarations=message("call")), reload, variables={"case_key": 1})
    for _ in range(3):
        assert run.send("call", 1)
    assert run.open() == ["a", "note", "note", "note"]
    run.do("a")
    assert not run.send("call", 1)


def test_d12_escalations_of_two_instances_both_arrive(reload: bool) -> None:
    run = play(bundle(
        start("s"), sub("many", start("is"), user("a"), throw("t", refer("escalation", "rise")), user("b"), end("ie"),
                        flows="is > a > t > b > ie", repeat=each("[1,2]", output="got", output_item="1")),
        boundary("up", "many", refer("escalation", "rise"), interrupting=False), user("note"), end("e"),
        flows="s > many > e; up > note > e", declarations=ESCALATION), reload)
    run.do("a").do("a")
    assert run.open().count("note") == 2
    assert run.open().count("b") == 2


# D18 ----------------------------------------------------------------------------------------------------------------

def test_d18_a_signal_caught_inside_still_goes_out(reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("parallel", "g"), catch("c", refer("signal", "alarm")), user("a"), throw("t",
                                                                                                     refer("signal",
                                                                                                           "alarm")),
        end("e"), flows="s > g > c > e; g > a > t > e", declarations=SIGNAL), reload)
    run.do("a")
    assert run.path.count("c") == 1
    assert run.signals == ["alarm"]


def test_d18_a_message_wakes_one(reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("parallel", "g"), catch("c", refer("message", "call")), catch("d", refer("message",
                                                                                                     "call")),
        user("x"), user("y"), end("e"), flows="s > g > c > x > e; g > d > y > e", declarations=message("call")),
        reload, variables={"case_key": "k"})
    assert not run.send("call", "other")
    assert run.send("call", "k")
    assert run.open() == ["x"]
    assert run.send("call", "k")
    assert run.open() == ["x", "y"]
    assert not run.send("call", "k")


def test_d18_a_message_nobody_waits_for_is_told_so_that_it_can_be_kept(reload: bool) -> None:
    run = play(bundle(start("s"), user("a"), catch("c", refer("message", "call")), user("z"), end("e"),
                      flows="s > a > c > z > e", declarations=message("call")), reload, variables={"case_key": "k"})
    assert not run.send("call", "k")
    run.do("a")
    assert run.open() == []
    assert run.send("call", "k"), "sent again, as the service does that kept it"
    assert run.open() == ["z"]


# D19 ----------------------------------------------------------------------------------------------------------------

def test_d19_a_process_starts_where_it_is_told_to(reload: bool) -> None:
    drawing = bundle(
        start("plain"), start("asked", refer("message", "call")), user("a"), user("b"), end("e"),
        flows="plain > a > e; asked > b > e", declarations='<message id="call" name="call" />')
    assert play(drawing, reload).open() == ["a"]
    assert play(drawing, reload, start_id="asked").open() == ["b"]
    assert play(drawing, reload, start_id="plain").open() == ["a"]


# D20 ----------------------------------------------------------------------------------------------------------------

def test_d20_each_timer_behind_an_event_gateway_has_its_own_time(reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("eventBased", "g"), catch("long", timer("P3D")), catch("short", timer("PT1H")), user("x"),
        user("y"),
        end("e"), flows="s > g > long > x > e; g > short > y > e"), reload)
    assert run.run.wake_at() == datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    run.later(hours=1)
    assert run.open() == ["y"]
    run.later(days=5)
    assert run.open() == ["y"]


def test_d20_a_condition_behind_an_event_gateway_is_looked_at(reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("parallel", "fork"), user("a"), gateway("eventBased", "g"), catch("c",
                                                                                              conditional("ready")),
        catch("m", refer("message", "call")), user("x"), end("e"),
        flows="s > fork > a > e; fork > g > c > x > e; g > m > e",
        declarations=message("call")), reload, variables={"ready": False, "case_key": 1})
    run.do("a", {"ready": True})
    assert run.open() == ["x"]
    assert not run.send("call", 1)


# D23 ----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("kind", ["receiveTask", "sendTask"])
def test_d23_a_task_without_message_is_refused(kind: str) -> None:
    with pytest.raises(BundleRefused) as raised:
        compile(bundle(start("s"), element(kind, "r"), user("a"), end("e"), flows="s > r > a > e"), operations=(),
                roles=ROLES)
    assert {finding.element_id for finding in raised.value.findings} == {"r"}


def test_d23_a_receive_task_waits_for_its_message(reload: bool) -> None:
    run = play(bundle(start("s"), element("receiveTask", "r", messageRef="call"), user("a"), end("e"),
                      flows="s > r > a > e", declarations=message("call")), reload, variables={"case_key": "k"})
    assert run.open() == []
    assert run.state == "active"
    assert run.send("call", "k")
    assert run.open() == ["a"]
