"""That the defects in errors and interruptions are there in the bare engine (D8-D11).

If a test here fails, the library has mended that defect, and our repair can be looked at again. The drawings are those
of defects_error_test.py, without what only we read.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from SpiffWorkflow.exceptions import TaskNotFoundException

from tests.workflow.engine.bare import Bare, repeated, script
from tests.workflow.engine.build import (
    ERROR,
    ESCALATION,
    NOW,
    SIGNAL,
    boundary,
    bundle,
    conditional,
    end,
    gateway,
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


@pytest.mark.parametrize("repeat", [repeated("3"), repeated("3", sequential=True),
                                    '<standardLoopCharacteristics loopMaximum="3" />'],
                         ids=["parallel", "sequential", "loop"])
def test_d8_an_interrupting_boundary_on_a_repeated_subprocess_kills_the_case(repeat: str, at: Clock) -> None:
    """D8: the step after the timeout raises, and so does every later one."""
    at(NOW)
    run = Bare(bundle(
        start("s"), sub("many", start("is"), user("a"), end("ie"), flows="is > a > ie", repeat=repeat),
        boundary("late", "many", timer("'PT1H'")), user("z"), end("e"), flows="s > many > e; late > z > e"))
    at(NOW + timedelta(hours=2))
    run.workflow.refresh_timers()
    for _ in range(2):
        with pytest.raises(TaskNotFoundException):
            run.workflow.do_engine_steps()


def test_d9_an_error_nobody_catches_goes_on_as_if_all_were_well() -> None:
    """D9: the normal flow behind the subprocess is taken."""
    run = Bare(bundle(
        start("s"), sub("inside", start("is"), end("ie", refer("error", "refused")), flows="is > ie"), user("z"),
        end("e"), flows="s > inside > z > e", declarations=ERROR))
    assert run.open() == ["z"]


def test_d9_an_error_at_the_top_completes_the_case() -> None:
    """D9: the case ends as completed."""
    run = Bare(bundle(start("s"), user("a"), end("e", refer("error", "refused")), flows="s > a > e",
                      declarations=ERROR))
    assert run.do("a").completed


def test_d10_an_error_hits_the_neighbour() -> None:
    """D10: the error inside x triggers the boundary of y as well and takes its work away."""
    def risky(id: str) -> str:
        return sub(id, start(f"{id}s"), user(f"{id}a"), end(f"{id}e", refer("error", "refused")),
                   flows=f"{id}s > {id}a > {id}e")

    run = Bare(bundle(
        start("s"), gateway("parallel", "g"), risky("x"), risky("y"), boundary("bx", "x", refer("error", "refused")),
        boundary("by", "y", refer("error", "refused")), user("zx"), user("zy"), end("e"),
        flows="s > g > x > e; g > y > e; bx > zx > e; by > zy > e", declarations=ERROR))
    assert run.do("xa").open() == ["zx", "zy"]


def test_d10_an_error_end_beside_a_task_triggers_that_tasks_boundary() -> None:
    """D10: an error that did not come out of the task is caught at its border."""
    run = Bare(bundle(
        start("s"), gateway("parallel", "g"), user("a"), user("b"), boundary("ba", "a", refer("error", "refused")),
        user("z"), end("e"), end("bad", refer("error", "refused")), flows="s > g > a > e; g > b > bad; ba > z > e",
        declarations=ERROR))
    assert run.do("b").open() == ["z"]


@pytest.mark.parametrize("kind", ["signal", "escalation"])
def test_d11_the_step_behind_the_throw_still_runs(kind: str) -> None:
    """D11: the boundary interrupts, yet the automatic step behind the throw has run."""
    name = "alarm" if kind == "signal" else "rise"
    run = Bare(bundle(
        start("s"), sub("inside", start("is"), throw("t", refer(kind, name)), script("mail", "sent = 1"), end("ie"),
                        flows="is > t > mail > ie"),
        boundary("b", "inside", refer(kind, name)), user("z"), end("e"), flows="s > inside > e; b > z > e",
        declarations=SIGNAL + ESCALATION))
    assert run.passed("mail") == 1
    assert "z" in run.open()


def test_d11_a_condition_true_on_entry_comes_after_what_is_inside() -> None:
    """D11: the mail of the subprocess goes out although its boundary is true from the start."""
    run = Bare(bundle(
        start("s"), sub("inside", start("is"), script("mail", "sent = 1"), user("a"), end("ie"),
                        flows="is > mail > a > ie"),
        boundary("b", "inside", conditional("urgent")), user("z"), end("e"), flows="s > inside > e; b > z > e"),
        urgent=True)
    assert run.passed("mail") == 1
    assert run.open() == ["z"], "and only then it is interrupted"


def test_d11_an_error_that_crosses_an_inner_subprocess_leaves_steps_running() -> None:
    """D11: beside the error, the step in the inner subprocess still runs."""
    inner = sub("deep", start("ds"), gateway("parallel", "dg"), end("de", refer("error", "refused")),
                script("one", "x = 1"), script("mail", "sent = 1"), end("df"),
                flows="ds > dg > de; dg > one > mail > df")
    run = Bare(bundle(
        start("s"), sub("inside", start("is"), inner, end("ie"), flows="is > deep > ie"),
        boundary("b", "inside", refer("error", "refused")), user("z"), end("e"), flows="s > inside > e; b > z > e",
        declarations=ERROR))
    assert run.passed("mail") == 1
    assert "z" in run.open()


def test_d11_a_timer_that_has_become_due_comes_after_the_next_automatic_step(at: Clock) -> None:
    """D11: the time is up, yet the mail behind the task goes out and the timeout path is not taken."""
    at(NOW)
    run = Bare(bundle(
        start("s"), sub("inside", start("is"), user("a"), script("mail", "sent = 1"), end("ie"),
                        flows="is > a > mail > ie"),
        boundary("b", "inside", timer("'PT1H'")), user("z"), end("e"), flows="s > inside > e; b > z > e"))
    at(NOW + timedelta(hours=2))
    run.do("a")
    assert run.passed("mail") == 1
    assert run.open() == []
