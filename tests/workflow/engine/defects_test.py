"""One drawing for each defect of the bare engine (engine-defects.md), from the line that says what was seen.

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
    element,
    end,
    gateway,
    message,
    refer,
    script,
    service,
    start,
    sub,
    throw,
    timer,
    user,
)
from workflow.engine import BusinessError, StepFailed

ERROR = '<error id="refused" name="refused" errorCode="refused" />'
SIGNAL = '<signal id="alarm" name="alarm" />'
ESCALATION = '<escalation id="rise" name="rise" escalationCode="rise" />'


@pytest.fixture(params=[False, True], ids=["straight", "reloaded"])
def reload(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def play(of: Bundle, reload: bool, **more: object) -> Play:
    return Play(of, reload=reload, **more)  # type: ignore[arg-type]


# D1 ---------------------------------------------------------------------------------------------------------------

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


# D2 ---------------------------------------------------------------------------------------------------------------

def test_d2_several_flows_out_of_a_task_run_in_parallel(reload: bool) -> None:
    run = play(bundle(start("s"), user("a"), user("b"), user("c"), end("e"), flows="s > a > b > e; a > c > e"), reload)
    run.do("a")
    assert run.open() == ["b", "c"]


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


# D3 ---------------------------------------------------------------------------------------------------------------

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


# D4 ---------------------------------------------------------------------------------------------------------------

def test_d4_arrows_to_data_objects_and_stores_are_drawings(reload: bool) -> None:
    association = ('<dataOutputAssociation id="out"><targetRef>paper</targetRef></dataOutputAssociation>')
    incoming = ('<property id="slot" name="slot" /><dataInputAssociation id="in">'
                '<sourceRef>archive</sourceRef><targetRef>slot</targetRef></dataInputAssociation>')
    run = play(bundle(
        start("s"), user("a", association), user("b", incoming), end("e"),
        '<dataObject id="object" /><dataObjectReference id="paper" dataObjectRef="object" />',
        '<dataStoreReference id="archive" />', flows="s > a > b > e",
    ), reload, variables={"kept": 1})
    run.do("a", {"x": 1}).do("b")
    assert run.state == "completed"
    assert run.data == {"kept": 1, "x": 1}


def test_d4_a_declared_data_store_does_not_refuse_the_file(reload: bool) -> None:
    run = play(bundle(
        start("s"), user("a"), end("e"), '<dataStoreReference id="archive" dataStoreRef="store" />',
        flows="s > a > e", declarations='<dataStore id="store" name="Archive" />'), reload)
    assert run.do("a").state == "completed"


# D5 ---------------------------------------------------------------------------------------------------------------

def test_d5_a_process_and_a_subprocess_without_start_and_end_events(reload: bool) -> None:
    run = play(bundle(sub("inside", user("a"), user("b")), user("z"), flows="inside > z"), reload)
    assert run.open() == ["a", "b"]
    run.do("a")
    assert run.open() == ["b"]
    run.do("b").do("z")
    assert run.state == "completed"


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


# D14 --------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("repeat", ["", each("[1]", output="got", output_item="1")], ids=["subprocess", "instances"])
def test_d14_an_inclusive_join_waits_for_a_token_inside_a_subprocess(repeat: str, reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("inclusive", "split"), user("a"),
        sub("inside", start("is"), user("b"), end("ie"), flows="is > b > ie", repeat=repeat),
        gateway("exclusive", "x", "x_join"), user("c"), gateway("inclusive", "join"), user("z"), end("e"),
        flows="s > split; split > a : true; split > inside : true; a > join; inside > x; x > join; x > c : false;"
              "c > join; join > z > e"), reload)
    run.do("a")
    assert run.open() == ["b"]
    run.do("b")
    assert run.open() == ["z"]
    assert run.do("z").state == "completed"


def test_d14_an_inclusive_join_waits_for_a_token_that_comes_over_the_second_flow_of_a_merge(reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("inclusive", "split"), user("a"), user("b"), user("c"), gateway("exclusive", "merge"),
        gateway("inclusive", "join"), user("z"), end("e"),
        flows="s > split; split > a : true; split > b : false; split > c : true; a > join; b > merge; c > merge;"
              "merge > join; join > z > e"), reload)
    run.do("a")
    assert run.open() == ["c"]
    run.do("c")
    assert run.open() == ["z"]
    assert run.path.count("join") == 1


# D15 --------------------------------------------------------------------------------------------------------------

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


# D17 --------------------------------------------------------------------------------------------------------------

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


# D21 --------------------------------------------------------------------------------------------------------------

def test_d21_elements_may_be_called_start_and_end(reload: bool) -> None:
    run = play(bundle(
        start("Start"), gateway("parallel", "g"), user("End"), user("a"), element("task", "p.EndJoin"), end("e"),
        flows="Start > g > End > e; g > a > p.EndJoin > e"), reload)
    run.do("End")
    assert run.state == "active"
    assert run.open() == ["a"]
    assert run.do("a").state == "completed"


# D22 --------------------------------------------------------------------------------------------------------------

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


# D23 --------------------------------------------------------------------------------------------------------------
# Refused when loading: see refusals_test.py, "message-missing".

# D24 --------------------------------------------------------------------------------------------------------------

def test_d24_an_instantiating_receive_task_starts_a_case(reload: bool) -> None:
    run = play(bundle(
        element("receiveTask", "r", instantiate="true", messageRef="call"), user("a"), end("e"), flows="r > a > e",
        declarations='<message id="call" name="call" />'), reload, variables={"from": "ward"})
    assert run.open() == ["a"]
    assert run.path == ["r"]


def test_results_of_a_script_are_case_data(reload: bool) -> None:
    run = play(bundle(start("s"), script("c", "sum_of", "1 + 2"), user("a"), end("e"), flows="s > c > a > e"), reload)
    assert run.data == {"sum_of": 3}
