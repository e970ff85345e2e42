"""Defects of the bare engine in events, errors and time (engine-defects.md): one drawing each, from what was seen.

Every test runs twice: straight through, and saved and restored after every step.
"""

from datetime import UTC, datetime

import pytest

from tests.workflow.engine.build import (
    Bundle,
    Play,
    boundary,
    bundle,
    catch,
    conditional,
    each,
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
from workflow.engine import BusinessError, StepFailed

# Drawings are laid out by hand.
# fmt: off

ERROR = '<error id="refused" name="refused" errorCode="refused" />'
SIGNAL = '<signal id="alarm" name="alarm" />'
ESCALATION = '<escalation id="rise" name="rise" escalationCode="rise" />'


@pytest.fixture(params=[False, True], ids=["straight", "reloaded"])
def reload(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def play(of: Bundle, reload: bool, **more: object) -> Play:
    return Play(of, reload=reload, **more)  # type: ignore[arg-type]


# D6 ---------------------------------------------------------------------------------------------------------------

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


# D7 ---------------------------------------------------------------------------------------------------------------

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


# D8 ---------------------------------------------------------------------------------------------------------------

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


# D9 ---------------------------------------------------------------------------------------------------------------

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


# D10 --------------------------------------------------------------------------------------------------------------

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


# D11 --------------------------------------------------------------------------------------------------------------

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


# D12 --------------------------------------------------------------------------------------------------------------

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


# D13 --------------------------------------------------------------------------------------------------------------

def test_d13_a_timeout_path_sees_what_was_entered_inside(reload: bool) -> None:
    run = play(bundle(
        start("s"), sub("inside", start("is"), user("a"), user("b"), end("ie"), flows="is > a > b > ie"),
        boundary("late", "inside", timer("PT1H")), gateway("exclusive", "g", "g_no"), user("yes"), user("no"), end("e"),
        flows="s > inside > e; late > g; g > yes : answer = 42; g > no; yes > e; no > e"), reload,
        variables={"answer": 0})
    run.do("a", {"answer": 42}).later(hours=1)
    assert run.open() == ["yes"]


def test_d13_a_conditional_event_notices_a_change_made_elsewhere(reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("parallel", "g"), catch("c", conditional("ready")), user("z"),
        sub("inside", start("is"), user("a"), user("b"), end("ie"), flows="is > a > b > ie"), end("e"),
        flows="s > g > c > z > e; g > inside > e"), reload, variables={"ready": False})
    assert run.open() == ["a"]
    run.do("a", {"ready": True})
    assert run.open() == ["b", "z"]


def test_d13_a_gateway_sees_what_another_branch_entered(reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("parallel", "g"), user("a"), user("b"), gateway("exclusive", "x", "x_no"), user("yes"),
        user("no"),
        end("e"), flows="s > g > a > e; g > b > x; x > yes : seen; x > no; yes > e; no > e"), reload,
        variables={"seen": False})
    run.do("a", {"seen": True}).do("b")
    assert run.open() == ["yes"]


# D16 --------------------------------------------------------------------------------------------------------------

def due(text: str, kind: str, now: datetime, reload: bool, timezone: str = "Asia/Shanghai") -> datetime | None:
    return Play(bundle(start("s"), catch("c", timer(text, kind)), end("e"), flows="s > c > e"),
                reload=reload, now=now, timezone=timezone).run.wake_at()


def test_d16_a_bare_duration_works(reload: bool) -> None:
    assert due("PT5M", "timeDuration", datetime(2026, 3, 2, 1, 0, tzinfo=UTC), reload) == datetime(2026, 3, 2, 1, 5,
                                                                                                   tzinfo=UTC)


def test_d16_one_month_from_the_31st_is_the_last_day_of_the_next(reload: bool) -> None:
    now = datetime(2026, 1, 31, 1, 0, tzinfo=UTC)
    assert due("P1M", "timeDuration", now, reload) == datetime(2026, 2, 28, 1, 0, tzinfo=UTC)


def test_d16_local_times_follow_the_clock_change(reload: bool) -> None:
    # Summer time begins in Berlin on 29 March 2026 at 02:00.
    now = datetime(2026, 3, 28, 8, 0, tzinfo=UTC)
    assert due("P1D", "timeDuration", now, reload, "Europe/Berlin") == datetime(2026, 3, 29, 7, 0, tzinfo=UTC)
    assert due("PT24H", "timeDuration", now, reload, "Europe/Berlin") == datetime(2026, 3, 29, 8, 0, tzinfo=UTC)
    assert due("2026-06-01T09:00:00", "timeDate", now, reload, "Europe/Berlin") == datetime(2026, 6, 1, 7, 0,
                                                                                            tzinfo=UTC)


def test_d16_a_timer_fires_at_its_instant(reload: bool) -> None:
    run = play(bundle(start("s"), catch("c", timer("PT1H")), user("z"), end("e"), flows="s > c > z > e"), reload)
    run.later(minutes=59)
    assert run.open() == []
    run.later(minutes=1)
    assert run.open() == ["z"]


# D18 --------------------------------------------------------------------------------------------------------------

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


# D19 --------------------------------------------------------------------------------------------------------------

def test_d19_a_process_starts_where_it_is_told_to(reload: bool) -> None:
    drawing = bundle(
        start("plain"), start("asked", refer("message", "call")), user("a"), user("b"), end("e"),
        flows="plain > a > e; asked > b > e", declarations='<message id="call" name="call" />')
    assert play(drawing, reload).open() == ["a"]
    assert play(drawing, reload, start_id="asked").open() == ["b"]
    assert play(drawing, reload, start_id="plain").open() == ["a"]


# D20 --------------------------------------------------------------------------------------------------------------

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


# D23 --------------------------------------------------------------------------------------------------------------
# Refused when loading: see refusals_test.py, "message-missing".
