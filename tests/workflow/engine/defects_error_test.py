"""Defects of the bare engine in errors and interruptions (engine-defects.md): one drawing each, from what was seen.

Every test of a run is made twice: straight through, and saved and restored after every step.
"""

from datetime import UTC, datetime

import pytest

from tests.workflow.engine.build import (
    ERROR,
    ESCALATION,
    SIGNAL,
    boundary,
    bundle,
    catch,
    conditional,
    each,
    end,
    gateway,
    play,
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

# D8 -----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("repeat", [
    each("[1,2,3]", output="got", output_item="1"), each("[1,2,3]", output="got", output_item="1", sequential=True),
    '<standardLoopCharacteristics loopMaximum="3" />',
], ids=["parallel", "sequential", "loop"])
def test_d8_an_interrupting_boundary_on_a_repeated_subprocess(repeat: str, reload: bool) -> None:
    run = play(bundle(
        start("s"), sub("many", start("is"), user("a"), catch("w", timer("P9D")), end("ie"), flows="is > a > w > ie",
                        repeat=repeat),
        boundary("late", "many", timer("PT1H")), user("z"), end("e"), end("f"), flows="s > many > e; late > z > f"),
        reload)
    run.do("a")
    run.later(hours=1)
    assert run.open() == ["z"]
    assert run.run.wake_at() is None
    assert run.do("z").state == "completed"
    assert run.run.snapshot()["scopes"][0]["tokens"] == []


# D9 -----------------------------------------------------------------------------------------------------------------

def test_d9_an_error_nobody_catches_stops_the_case(reload: bool) -> None:
    run = play(bundle(
        start("s"), user("a"), sub("inside", start("is"), end("ie", refer("error", "refused")), flows="is > ie"),
        user("z"), end("e"), flows="s > a > inside > z > e", declarations=ERROR), reload)
    run.do("a")
    assert run.state == "incident"
    assert run.open() == []
    assert run.run.incident is not None
    assert run.run.incident.element_id == "ie"
    assert "refused" in run.run.incident.message.en
    assert run.path == ["s", "a", "is", "ie"], "the end that was reached is in the trace"
    with pytest.raises(StepFailed):
        run.run.wake()


def test_d9_an_error_at_the_top_is_no_completion(reload: bool) -> None:
    run = play(bundle(start("s"), user("a"), end("e", refer("error", "refused")), flows="s > a > e",
                      declarations=ERROR), reload)
    assert run.do("a").state == "incident"


# D10 ----------------------------------------------------------------------------------------------------------------

def test_d10_an_error_does_not_hit_the_neighbour(reload: bool) -> None:
    def risky(id: str) -> str:
        return sub(id, start(f"{id}s"), user(f"{id}a"), end(f"{id}e", refer("error", "refused")),
                   flows=f"{id}s > {id}a > {id}e")

    run = play(bundle(
        start("s"), gateway("parallel", "g"), risky("x"), risky("y"), boundary("bx", "x", refer("error", "refused")),
        boundary("by", "y", refer("error", "refused")), user("zx"), user("zy"), end("e"),
        flows="s > g > x > e; g > y > e; bx > zx > e; by > zy > e", declarations=ERROR), reload)
    run.do("xa")
    assert run.open() == ["ya", "zx"]


def test_d10_an_error_end_beside_a_task_does_not_trigger_that_tasks_boundary(reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("parallel", "g"), user("a"), user("b"), boundary("ba", "a", refer("error", "refused")),
        user("z"), end("e"), end("bad", refer("error", "refused")), flows="s > g > a > e; g > b > bad; ba > z > e",
        declarations=ERROR), reload)
    run.do("b")
    assert run.state == "incident"
    assert run.open() == ["a"]


# D11 ----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("kind", ["signal", "escalation"])
def test_d11_nothing_runs_behind_the_throw_that_interrupts(kind: str, reload: bool) -> None:
    sent: list[str] = []
    name = "alarm" if kind == "signal" else "rise"
    run = play(bundle(
        start("s"), sub("inside", start("is"), throw("t", refer(kind, name)), service("mail", "send"), end("ie"),
                        flows="is > t > mail > ie"),
        boundary("b", "inside", refer(kind, name)), user("z"), end("e"), end("f"), flows="s > inside > e; b > z > f",
        declarations=SIGNAL + ESCALATION), reload, operations={"send": lambda inputs: sent.append("mail")})
    assert sent == []
    assert run.open() == ["z"]


def test_d11_a_condition_true_on_entry_interrupts_before_anything_inside(reload: bool) -> None:
    sent: list[str] = []
    run = play(bundle(
        start("s"), sub("inside", start("is"), service("mail", "send"), end("ie"), flows="is > mail > ie"),
        boundary("b", "inside", conditional("urgent")), user("z"), end("e"), flows="s > inside > e; b > z > e"),
        reload, variables={"urgent": True}, operations={"send": lambda inputs: sent.append("mail")})
    assert sent == []
    assert run.open() == ["z"]


def test_d11_an_error_that_crosses_an_inner_subprocess_leaves_nothing_running(reload: bool) -> None:
    sent: list[str] = []
    inner = sub("deep", start("ds"), gateway("parallel", "dg"), end("de", refer("error", "refused")),
                service("mail", "send"), end("df"), flows="ds > dg > de; dg > mail > df")
    run = play(bundle(
        start("s"), sub("inside", start("is"), inner, end("ie"), flows="is > deep > ie"),
        boundary("b", "inside", refer("error", "refused")), user("z"), end("e"), flows="s > inside > e; b > z > e",
        declarations=ERROR), reload, operations={"send": lambda inputs: sent.append("mail")})
    assert sent == []
    assert run.open() == ["z"]


def test_d11_a_timer_that_has_become_due_comes_before_the_next_automatic_step(reload: bool) -> None:
    sent: list[str] = []
    run = play(bundle(
        start("s"), sub("inside", start("is"), user("a"), service("mail", "send"), end("ie"),
                        flows="is > a > mail > ie"),
        boundary("b", "inside", timer("PT1H")), user("z"), end("e"), flows="s > inside > e; b > z > e"),
        reload, operations={"send": lambda inputs: sent.append("mail")})
    run.now = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
    run._again()
    run.do("a")
    assert sent == []
    assert run.open() == ["z"]
