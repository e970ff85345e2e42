"""That the defects in events and messages are there in the bare engine (D6, D7, D12, D18-D20, D23).

If a test here fails, the library has mended that defect, and our repair can be looked at again. The drawings are those
of defects_event_test.py, without what only we read.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.workflow.engine.bare import Bare, repeated
from tests.workflow.engine.build import (
    ERROR,
    ESCALATION,
    NOW,
    SIGNAL,
    boundary,
    bundle,
    catch,
    conditional,
    element,
    end,
    gateway,
    message,
    refer,
    start,
    sub,
    throw,
    timer,
    user,
)

Clock = Callable[[datetime], None]

# Drawings are laid out by hand.
# fmt: off

REFERENCE = "<eventDefinitionRef>{}</eventDefinitionRef>"
REFERENCED = ('<timerEventDefinition id="soon"><timeDuration>\'PT1H\'</timeDuration></timerEventDefinition>'
              '<errorEventDefinition id="bad" errorRef="refused" />')


def handler(content: str, *, interrupting: bool = True) -> str:
    """An event subprocess with one task."""
    return sub("handler", start("handler_s", content, isInterrupting=str(interrupting).lower()), user("handler_task"),
               end("handler_e"), flows="handler_s > handler_task > handler_e", triggeredByEvent="true")


def test_d6_a_signal_end_event_sends_nothing() -> None:
    """D6: the end is passed, and neither this case nor anybody outside gets the signal."""
    run = Bare(bundle(
        start("s"), gateway("parallel", "g"), catch("c", refer("signal", "alarm")), user("z"), user("a"),
        end("e", refer("signal", "alarm")), end("f"), flows="s > g > c > z > f; g > a > e", declarations=SIGNAL))
    assert run.do("a").open() == []
    assert run.workflow.get_events() == []


def test_d6_a_link_ends_the_path() -> None:
    """D6: the part behind the link catch never runs, and the case counts as complete."""
    link = '<linkEventDefinition name="over" />'
    run = Bare(bundle(start("s"), throw("t", link), catch("c", link), user("z"), end("e"), flows="s > t; c > z > e"))
    assert run.open() == []
    assert run.completed


def test_d6_a_compensation_throw_does_nothing() -> None:
    """D6: a compensation event is passed like an empty one."""
    run = Bare(bundle(start("s"), throw("t", "<compensateEventDefinition />"), user("z"), end("e"),
                      flows="s > t > z > e"))
    assert run.open() == ["z"]


def test_d6_a_referenced_timer_passes_at_once() -> None:
    """D6: eventDefinitionRef is not followed, so that a timer does not wait."""
    run = Bare(bundle(start("s"), catch("wait", REFERENCE.format("soon")), user("z"), end("e"),
                      flows="s > wait > z > e", declarations=ERROR + REFERENCED))
    assert run.open() == ["z"]


def test_d6_a_referenced_error_is_not_thrown() -> None:
    """D6: the end with a referenced error is an ordinary end."""
    run = Bare(bundle(
        start("s"), sub("inside", start("is"), end("ie", REFERENCE.format("bad")), flows="is > ie"),
        boundary("caught", "inside", refer("error", "refused")), user("z"), user("on"), end("e"),
        flows="s > inside > on > e; caught > z > e", declarations=ERROR + REFERENCED))
    assert run.open() == ["on"]


def test_d6_a_referenced_error_on_a_boundary_is_refused() -> None:
    """D6: a boundary with a referenced error cannot be loaded."""
    with pytest.raises(Exception, match="Unsupported Catch Event"):
        Bare(bundle(
            start("s"), sub("inside", start("is"), end("ie"), flows="is > ie"),
            boundary("caught", "inside", REFERENCE.format("bad")), end("e"),
            flows="s > inside > e; caught > e", declarations=ERROR + REFERENCED))


@pytest.mark.parametrize("definition", [refer("error", "refused"), refer("escalation", "rise")])
def test_d7_an_error_handler_runs_at_once(definition: str) -> None:
    """D7 (a): the handler is open when the case starts, although nothing happened."""
    run = Bare(bundle(start("s"), user("a"), end("e"), handler(definition), flows="s > a > e",
                      declarations=ERROR + ESCALATION))
    assert run.open() == ["a", "handler_task"]


def test_d7_an_interrupting_handler_does_not_interrupt() -> None:
    """D7 (b): the main task stays open beside the handler."""
    run = Bare(bundle(start("s"), user("a"), end("e"), handler(refer("message", "stop")), flows="s > a > e",
                      declarations=message("stop")))
    assert run.send("stop")
    assert run.open() == ["a", "handler_task"]


@pytest.mark.parametrize("definition", [refer("message", "stop"), refer("signal", "alarm"), conditional("flag")])
def test_d7_a_handler_inside_a_subprocess_never_starts(definition: str) -> None:
    """D7 (c): event subprocesses that are not at the top are never armed."""
    run = Bare(bundle(
        start("s"), sub("inside", start("is"), user("a"), user("b"), end("ie"), handler(definition),
                        flows="is > a > b > ie"),
        end("e"), flows="s > inside > e", declarations=message("stop") + SIGNAL), flag=False)
    assert not run.send("stop")
    assert not run.signal("alarm")
    assert run.do("a", flag=True).open() == ["b"]


def test_d7_a_conditional_handler_at_the_top_never_starts() -> None:
    """D7 (c): a condition that becomes true starts nothing."""
    run = Bare(bundle(start("s"), user("a"), user("b"), end("e"), handler(conditional("flag")), flows="s > a > b > e"),
               flag=False)
    assert run.do("a", flag=True).wake().open() == ["b"]


def test_d7_a_waiting_timer_handler_keeps_a_finished_process_open(at: Clock) -> None:
    """D7 (d): the case is over, but the timer of the handler holds it open and then still runs."""
    at(NOW)
    run = Bare(bundle(start("s"), user("a"), end("e"), handler(timer("'PT1H'")), flows="s > a > e"))
    run.do("a")
    assert not run.completed
    at(NOW + timedelta(hours=2))
    assert run.wake().open() == ["handler_task"]


def test_d12_a_second_call_is_lost() -> None:
    """D12: a non-interrupting message boundary works once; the second call finds nobody."""
    run = Bare(bundle(
        start("s"), user("a"), boundary("calls", "a", refer("message", "call"), interrupting=False), user("note"),
        end("e"), flows="s > a > e; calls > note > e", declarations=message("call")))
    assert run.send("call")
    assert run.open() == ["a", "note"]
    assert not run.send("call")
    assert run.open() == ["a", "note"]


def test_d12_the_escalation_of_a_second_instance_is_lost() -> None:
    """D12: two instances escalate, one note is written."""
    run = Bare(bundle(
        start("s"), sub("many", start("is"), user("a"), throw("t", refer("escalation", "rise")), user("b"), end("ie"),
                        flows="is > a > t > b > ie", repeat=repeated("2")),
        boundary("up", "many", refer("escalation", "rise"), interrupting=False), user("note"), end("e"),
        flows="s > many > e; up > note > e", declarations=ESCALATION))
    assert run.do("a").do("a").open() == ["b", "b", "note"]


def test_d18_a_signal_caught_inside_does_not_go_out() -> None:
    """D18: other cases never hear of a signal that somebody in this one waited for."""
    run = Bare(bundle(
        start("s"), gateway("parallel", "g"), catch("c", refer("signal", "alarm")), user("a"),
        throw("t", refer("signal", "alarm")), end("e"), flows="s > g > c > e; g > a > t > e", declarations=SIGNAL))
    run.do("a")
    assert run.passed("c") == 1
    assert run.workflow.get_events() == []


def test_d18_a_message_wakes_all_who_wait() -> None:
    """D18: one message goes to two waiting steps."""
    run = Bare(bundle(
        start("s"), gateway("parallel", "g"), catch("c", refer("message", "call")),
        catch("d", refer("message", "call")), user("x"), user("y"), end("e"), flows="s > g > c > x > e; g > d > y > e",
        declarations=message("call")))
    assert run.send("call")
    assert run.open() == ["x", "y"]


def test_d18_a_message_nobody_waits_for_is_not_kept() -> None:
    """D18: a message that comes a step too early is lost."""
    run = Bare(bundle(start("s"), user("a"), catch("c", refer("message", "call")), user("z"), end("e"),
                      flows="s > a > c > z > e", declarations=message("call")))
    assert not run.send("call")
    assert run.do("a").open() == []


def test_d19_a_process_started_by_a_message_runs_the_plain_path() -> None:
    """D19: with a plain and a message start every case runs the plain path, and the message finds nobody."""
    run = Bare(bundle(
        start("plain"), start("asked", refer("message", "call")), user("a"), user("b"), end("e"),
        flows="plain > a > e; asked > b > e", declarations=message("call")))
    assert not run.send("call")
    assert run.open() == ["a"]


def test_d20_a_condition_behind_an_event_gateway_is_not_looked_at() -> None:
    """D20: the condition is true from the start and nothing happens."""
    run = Bare(bundle(
        start("s"), user("a"), gateway("eventBased", "g"), catch("c", conditional("ready")),
        catch("m", refer("message", "call")), user("x"), user("y"), end("e"),
        flows="s > a > g > c > x > e; g > m > y > e", declarations=message("call")), ready=True)
    assert run.do("a").wake().open() == []


@pytest.mark.parametrize("kind", ["receiveTask", "sendTask"])
def test_d23_a_task_without_message_runs_straight_through(kind: str) -> None:
    """D23: a receive task without message does not wait, a send task without message sends nothing."""
    run = Bare(bundle(start("s"), element(kind, "r"), user("a"), end("e"), flows="s > r > a > e"))
    assert run.open() == ["a"]
    assert run.workflow.get_events() == []
