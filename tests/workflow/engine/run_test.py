"""A run from outside: tasks, values, operations, called processes, messages, time, what it leaves behind."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.workflow.engine.build import (
    NOW,
    Play,
    boundary,
    bundle,
    catch,
    each,
    element,
    end,
    gateway,
    mapping,
    message,
    process,
    refer,
    script,
    service,
    start,
    sub,
    timer,
    user,
)
from workflow.engine import (
    Bundle,
    BundleRefused,
    BusinessError,
    EngineError,
    Moment,
    Passage,
    Run,
    StepFailed,
    TaskNotOpen,
    Text,
    World,
    compile,
)
from workflow.engine.script import FeelEngine

# Drawings are laid out by hand.
# fmt: off

ERROR = '<error id="refused" name="refused" errorCode="refused" />'


@pytest.fixture(params=[False, True], ids=["straight", "reloaded"])
def reload(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_a_task_says_who_when_and_how_urgent(reload: bool) -> None:
    extensions = (
        '<zeebe:taskSchedule dueDate="=due" followUpDate="=soon" /><zeebe:priorityDefinition priority="=level * 10" />'
        '<zeebe:properties><zeebe:property name="carerelay:party" value="ward" />'
        '<zeebe:property name="carerelay:name_en" value="Look" /></zeebe:properties>')
    drawing = bundle(start("s"), user("a", extensions=extensions).replace(
        'candidateGroups="worker"', 'candidateGroups="worker" assignee="=who"'), end("e"), flows="s > a > e")
    run = Play(drawing, {"due": date(2026, 3, 4), "soon": NOW, "level": 7, "who": "17"}, reload=reload)
    [task] = run.run.open_tasks()
    assert (task.element_id, task.role, task.party, task.assignee, task.form_key) == ("a", "worker", "ward", "17",
                                                                                      "any")
    assert task.due_at == datetime(2026, 3, 4, 15, 59, 59, tzinfo=UTC), "a day lasts until its end, in Shanghai"
    assert task.follow_up_at == NOW
    assert task.priority == 70
    assert task.name == Text("a", "Look")
    assert run.do("a", {"level": 1}).state == "completed"


@pytest.mark.parametrize(("expression", "value"), [("level", 101), ("level", 1.5), ("level", "high"), ("level", True)])
def test_a_priority_that_is_none_stops_the_step(expression: str, value: object) -> None:
    drawing = bundle(start("s"), user("a", extensions=f'<zeebe:priorityDefinition priority="={expression}" />'),
                     flows="s > a")
    with pytest.raises(StepFailed) as raised:
        Play(drawing, {"level": value})
    assert raised.value.element_id == "a"


def test_only_an_open_task_can_be_completed() -> None:
    run = Play(bundle(start("s"), user("a"), user("b"), end("e"), flows="s > a > b > e"))
    [task] = run.run.open_tasks()
    run.do("a")
    with pytest.raises(TaskNotOpen):
        run.run.complete(task.id, {})
    with pytest.raises(TaskNotOpen):
        run.run.complete("none", {})


def test_a_failing_formula_leaves_the_snapshot_as_it_was() -> None:
    run = Play(bundle(start("s"), user("a"), script("c", "x", "nothing_there + 1"), end("e"), flows="s > a > c > e"))
    before = run.run.snapshot()
    with pytest.raises(StepFailed) as raised:
        run.do("a", {"y": 1})
    assert raised.value.element_id == "c"
    assert "nothing_there" in raised.value.message.en
    again = Run.restore(run.process, run.world, before)
    assert [task.element_id for task in again.open_tasks()] == ["a"]
    assert again.variables == {}


def test_dates_and_nested_values_survive(reload: bool) -> None:
    run = Play(bundle(start("s"), user("a"), user("b"), end("e"), flows="s > a > b > e"), reload=reload)
    values = {"day": date(2026, 5, 1), "at": NOW, "list": [1, 2.5, None, {"$at": "text", "x": True}], "none": None}
    run.do("a", {"form": values})
    assert run.data == {"form": values}
    run.do("b", {"form": {"list": []}})
    assert run.data["form"]["list"] == []
    assert run.data["form"]["day"] == date(2026, 5, 1)


@pytest.mark.parametrize("value", [object(), datetime(2026, 1, 1), 2**60, float("nan"), {1: 2}, {"x": {1}}])
def test_values_that_cannot_be_kept_are_refused(value: object) -> None:
    run = Play(bundle(start("s"), user("a"), user("b"), flows="s > a > b"))
    with pytest.raises(StepFailed):
        run.do("a", {"x": value})


# operations -------------------------------------------------------------------------------------------------------

def test_an_operation_gets_headers_and_inputs_and_no_more(reload: bool) -> None:
    seen: list[dict[str, Any]] = []
    headers = ('<zeebe:taskHeaders><zeebe:header key="to" value="ward" /><zeebe:header key="why" value="header" />'
               "</zeebe:taskHeaders>")
    run = Play(
        bundle(start("s"), service("a", "send", headers + mapping({"why": "reason", "case.number": "case_number"})),
               end("e"),
               flows="s > a > e"),
        {"reason": "late", "case_number": 5, "secret": "narrative"}, operations={"send": seen.append}, reload=reload)
    assert seen == [{"to": "ward", "why": "late", "case": {"number": 5}}]
    assert run.data == {"reason": "late", "case_number": 5, "secret": "narrative"}, "inputs stay inside the step"


@pytest.mark.parametrize(("result", "outputs", "data"), [
    ({"x": 1, "y": 2}, {}, {"x": 1, "y": 2}), ({"x": 1, "y": 2}, {"z.deep": "x + y"}, {"z": {"deep": 3}}),
    (7, {}, {"result": 7}), (7, {"z": "result"}, {"z": 7}), (None, {}, {}),
])
def test_the_result_of_an_operation(result: object, outputs: dict[str, str], data: dict[str, object],
                                    reload: bool) -> None:
    run = Play(bundle(start("s"), service("a", "send", mapping({}, outputs)), end("e"), flows="s > a > e"),
               operations={"send": lambda inputs: result}, reload=reload)
    assert run.data == data


def fail(inputs: dict[str, Any]) -> None:
    raise BusinessError("refused")


def test_a_business_error_takes_the_boundary_with_its_code(reload: bool) -> None:
    run = Play(bundle(
        start("s"), service("a", "send"), boundary("any", "a", refer("error")), boundary("this", "a", refer("error",
                                                                                                            "refused")),
        user("x"), user("y"), end("e"), flows="s > a > e; any > x > e; this > y > e", declarations=ERROR),
        operations={"send": fail}, reload=reload)
    assert run.open() == ["y"]
    assert run.path == ["s", "this"]


def test_a_business_error_nobody_catches_is_an_incident(reload: bool) -> None:
    run = Play(bundle(start("s"), service("a", "send"), end("e"), flows="s > a > e"), operations={"send": fail},
               reload=reload)
    assert run.state == "incident"
    assert run.run.incident is not None
    assert run.run.incident.element_id == "a"


def test_an_error_of_the_program_is_a_failed_step_that_does_not_tell_secrets() -> None:
    def broken(inputs: dict[str, Any]) -> None:
        raise RuntimeError("password 1234")

    with pytest.raises(StepFailed) as raised:
        Play(bundle(start("s"), service("a", "send"), end("e"), flows="s > a > e"), operations={"send": broken})
    assert "1234" not in str(raised.value)


# decisions --------------------------------------------------------------------------------------------------------

TABLE = """
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
  <decision id="level" name="level"><decisionTable id="t" hitPolicy="UNIQUE">
    <input id="i"><inputExpression id="ie" typeRef="number"><text>score</text></inputExpression></input>
    <output id="o" name="o" typeRef="string" />
    <rule id="r"><inputEntry id="r1"><text>&lt; 5</text></inputEntry>
      <outputEntry id="r2"><text>"low"</text></outputEntry></rule>
    <rule id="q"><inputEntry id="q1"><text>[5..8]</text></inputEntry>
      <outputEntry id="q2"><text>"high"</text></outputEntry></rule>
  </decisionTable></decision>
</definitions>"""


def deciding(properties: str = "") -> Bundle:
    rule = element("businessRuleTask", "d1", '<zeebe:calledDecision decisionId="level" resultVariable="triage" />'
                   + properties + mapping({"score": "form.score"}, {"case.level": "triage"}))
    return bundle(start("s"), rule, user("a"), end("e"), flows="s > d1 > a > e", files={"level.dmn": TABLE})


@pytest.mark.parametrize(("score", "level"), [(4, "low"), (5, "high")])
def test_a_decision_goes_through_the_mappings(score: int, level: str, reload: bool) -> None:
    run = Play(deciding(), {"form": {"score": score}}, reload=reload)
    assert run.data == {"form": {"score": score}, "case": {"level": level}}


def test_a_decision_that_falls_through_stops_the_step_unless_that_is_allowed() -> None:
    with pytest.raises(StepFailed) as raised:
        Play(deciding(), {"form": {"score": 9}})
    assert raised.value.element_id == "d1"
    allowed = '<zeebe:properties><zeebe:property name="carerelay:no_match" value="null" /></zeebe:properties>'
    assert Play(deciding(allowed), {"form": {"score": 9}}).data["case"] == {"level": None}


def test_what_a_table_reads_is_kept_of_a_form() -> None:
    assert "score" in compile(deciding(), operations=(), roles=["worker"]).reads


# called processes -------------------------------------------------------------------------------------------------

def calling(extensions: str, *, inner: str = "x + 1", content: str = "") -> Bundle:
    called = process("q", start("t"), script("calc", "x", inner), user("u"), end("f"), flows="t > calc > u > f")
    caller = process(
        "p", start("s"), gateway("parallel", "g"), element("callActivity", "c", extensions, content), user("a"),
        user("z"),
        end("e"), flows="s > g > c > z > e; g > a > e")
    return Bundle({"p.bpmn": caller, "q.bpmn": called, "any.form.json": '{"id": "any"}'})


def test_a_called_process_hands_out_what_it_changed_and_nothing_stale(reload: bool) -> None:
    run = Play(calling('<zeebe:calledElement processId="q" />'), {"x": 1, "y": "old"}, reload=reload)
    assert run.open() == ["a", "u"]
    run.do("a", {"y": "new"}).do("u", {"w": 5})
    assert run.data == {"x": 2, "y": "new", "w": 5}


def test_a_called_process_without_propagation_gets_and_gives_the_mapped(reload: bool) -> None:
    extensions = ('<zeebe:calledElement processId="q" propagateAllParentVariables="false" '
                  'propagateAllChildVariables="false" />' + mapping({"x": "start"}, {"got": "x"}))
    run = Play(calling(extensions, inner="x * 10"), {"start": 4, "secret": 1}, reload=reload)
    task = next(task for task in run.run.open_tasks() if task.element_id == "u")
    assert run.run.task_variables(task.id) == {"x": 40}
    run.do("u", {"w": 5})
    assert run.data == {"start": 4, "secret": 1, "got": 40}


def test_an_error_leaves_a_called_process(reload: bool) -> None:
    called = process("q", start("t"), user("u"), end("f", refer("error", "refused")), flows="t > u > f",
                     declarations=ERROR)
    caller = process("p", start("s"), element("callActivity", "c", '<zeebe:calledElement processId="q" />'),
                     boundary("b", "c", refer("error", "refused2")), user("z"), end("e"), flows="s > c > e; b > z > e",
                     declarations='<error id="refused2" name="r" errorCode="refused" />')
    run = Play(Bundle({"p.bpmn": caller, "q.bpmn": called, "any.form.json": '{"id": "any"}'}), reload=reload)
    assert run.do("u").open() == ["z"]


def test_several_instances_of_a_called_process(reload: bool) -> None:
    run = Play(calling('<zeebe:calledElement processId="q" />', inner="item * 2",
                       content=each("[1,2,3]", output="doubled", output_item="x")), reload=reload)
    for _ in range(3):
        run.do("u")
    assert run.data == {"doubled": [2, 4, 6]}
    assert run.open() == ["a", "z"]


# scopes of data ---------------------------------------------------------------------------------------------------

def test_what_an_instance_enters_stays_with_it(reload: bool) -> None:
    run = Play(bundle(
        start("s"), sub("many", start("is"), user("a"), user("b"), end("ie"), flows="is > a > b > ie",
                        repeat=each('["x","y"]', "who", output="all", output_item="record.note")),
        end("e"), flows="s > many > e"), {"record": {"base": 1}}, reload=reload)
    run.do("a", {"record": {"note": "first"}}, nth=0).do("a", {"record": {"note": "second"}}, nth=0)
    task = run.run.open_tasks()[0]
    seen = run.run.task_variables(task.id)
    assert (seen["who"], seen["record"]) == ("x", {"base": 1, "note": "first"})
    run.do("b").do("b")
    assert run.data == {"record": {"base": 1}, "all": ["first", "second"]}


def test_results_stand_at_the_place_of_their_item(reload: bool) -> None:
    run = Play(bundle(start("s"), user("a", each("[1,2,3]", output="got", output_item="item * 10 + plus")), end("e"),
                      flows="s > a > e"), reload=reload)
    run.do("a", {"plus": 3}, nth=2).do("a", {"plus": 1}, nth=0).do("a", {"plus": 2})
    assert run.data == {"got": [11, 22, 33]}


def test_input_mappings_of_a_subprocess_are_its_own(reload: bool) -> None:
    run = Play(bundle(
        start("s"), sub("inside", start("is"), script("c", "x", "x + 1"), script("d", "out", "x"), user("a"), end("ie"),
                        flows="is > c > d > a > ie", extensions=mapping({"x": "10"})), end("e"),
        flows="s > inside > e"), {"x": 1}, reload=reload)
    run.do("a")
    assert run.data == {"x": 1, "out": 11}


def test_output_mappings_of_a_task_let_nothing_else_out(reload: bool) -> None:
    run = Play(bundle(start("s"), user("a", extensions=mapping({}, {"kept.level": "level"})), end("e"),
                      flows="s > a > e"),
               {"kept": {"other": 1}}, reload=reload)
    run.do("a", {"level": 3, "narrative": "long"})
    assert run.data == {"kept": {"other": 1, "level": 3}}


# events -----------------------------------------------------------------------------------------------------------

def test_a_message_brings_its_payload(reload: bool) -> None:
    run = Play(bundle(start("s"), catch("c", refer("message", "m")), user("z"), end("e"), flows="s > c > z > e",
                      declarations=message("m", "ref.number")), {"ref": {"number": "A1"}}, reload=reload)
    assert not run.send("m", "A2")
    assert not run.send("other", "A1")
    assert run.send("m", "A1", {"reply": {"ok": True}})
    assert run.open() == ["z"]
    assert run.data["reply"] == {"ok": True}
    assert not run.send("m", "A1"), "a message is taken once"


def test_a_cycle_reminds_until_the_task_is_done(reload: bool) -> None:
    sent: list[str] = []
    run = Play(bundle(
        start("s"), user("a"), boundary("r", "a", timer("R3/PT1H", "timeCycle"), interrupting=False), service("n",
                                                                                                              "send"),
        end("e"), end("f"), flows="s > a > e; r > n > f"), operations={"send": lambda inputs: sent.append("!")},
        reload=reload)
    for _ in range(5):
        run.later(hours=1)
    assert len(sent) == 3
    assert run.run.wake_at() is None
    assert run.do("a").state == "completed"


def test_an_endless_cycle_does_not_catch_up_a_weeks_outage(reload: bool) -> None:
    sent: list[str] = []
    run = Play(bundle(
        start("s"), user("a"), boundary("r", "a", timer("R/PT1H", "timeCycle"), interrupting=False), service("n",
                                                                                                             "send"),
        end("e"), flows="s > a > e; r > n > e"), operations={"send": lambda inputs: sent.append("!")}, reload=reload)
    run.later(days=7, minutes=20)
    assert len(sent) == 1
    assert run.run.wake_at() == datetime(2026, 3, 9, 2, 0, tzinfo=UTC), "it keeps its rhythm"


def test_a_due_instant_does_not_move_with_the_clock(reload: bool) -> None:
    run = Play(bundle(start("s"), user("a"), boundary("b", "a", timer("PT2H")), user("z"), end("e"),
                      flows="s > a > e; b > z > e"),
               reload=reload)
    run.later(hours=1)
    assert run.run.wake_at() == datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
    run.later(hours=1)
    assert run.open() == ["z"]


def test_a_join_that_can_never_open_is_an_incident_not_silence(reload: bool) -> None:
    run = Play(bundle(
        start("s"), gateway("exclusive", "x", "x_b"), user("a"), user("b"), gateway("parallel", "j"), end("e"),
        flows="s > x; x > a : false; x > b; a > j; b > j; j > e"), reload=reload)
    run.do("b")
    assert run.state == "incident"
    assert run.run.incident is not None
    assert run.run.incident.element_id == "j"


def test_a_circle_of_automatic_steps_is_stopped() -> None:
    drawing = bundle(start("s"), gateway("exclusive", "x"), element("task", "t"), gateway("exclusive", "y", "y_x"),
                     end("e"),
                     flows="s > x > t > y; y > e : false; y > x")
    with pytest.raises(StepFailed) as raised:
        Play(drawing)
    assert "circles" in raised.value.message.en


# what a run leaves behind -----------------------------------------------------------------------------------------

def test_trace_marks_and_outcome() -> None:
    run = Play(bundle(start("s"), sub("inside", start("is"), user("a"), end("ie"), flows="is > a > ie"),
                      boundary("b", "inside", timer("PT1H")), end("e"), end("f"), flows="s > inside > e; b > f"))
    assert run.run.marks() == {"active": ["a", "inside"]}
    [task] = run.run.open_tasks()
    run.run.complete(task.id, {})
    assert run.run.take_trace() == [
        Passage("a", "userTask", Text("a", "")), Passage("ie", "endEvent", Text("ie", "")),
        Passage("inside", "subProcess", Text("inside", "")), Passage("e", "endEvent", Text("e", ""))]
    assert run.run.take_trace() == []
    assert run.run.outcome == "e"
    assert run.run.marks() == {"active": []}


def test_a_stopped_run_tells_why_and_keeps_its_tasks() -> None:
    run = Play(bundle(start("s"), user("a"), end("e"), flows="s > a > e"))
    run.run.stop("a", Text("停", "stopped"))
    again = Run.restore(run.process, run.world, run.run.snapshot())
    assert again.state == "incident"
    assert [task.element_id for task in again.open_tasks()] == ["a"]
    assert again.wake_at() is None
    with pytest.raises(StepFailed, match="stopped"):
        again.complete(again.open_tasks()[0].id, {})


def test_the_process_describes_itself() -> None:
    of = bundle(
        '<laneSet id="lanes"><lane id="l1" name="病区"><extensionElements><zeebe:properties><zeebe:property '
        'name="carerelay:name_en" value="Ward" /></zeebe:properties></extensionElements>'
        "<flowNodeRef>a</flowNodeRef></lane></laneSet>",
        start("s"), user("a"), gateway("exclusive", "g", "g_e"), end("e"), end("f"),
        flows="s > a > g; g > f : form.level > 2 and note = null; g > e")
    made = compile(of, operations=(), roles=["worker"])
    assert made is compile(Bundle(dict(reversed(of.files.items()))), operations=(), roles=["worker"])
    assert made.content_hash == of.content_hash
    assert set(made.steps) == {"s", "a", "g", "e", "f"}
    assert made.first_task is made.steps["a"]
    assert (made.steps["a"].role, made.steps["a"].form_key, made.steps["a"].lane) == ("worker", "any", Text("病区",
                                                                                                            "Ward"))
    assert {"form.level", "note"} <= made.reads
    assert made.select({"form": {"level": 3, "story": "…"}, "other": 1}) == {"form": {"level": 3}}


def test_a_published_version_runs_on_when_its_role_and_operation_are_given_up() -> None:
    of = bundle(start("s"), user("a"), service("b", "given_up"), end("e"), flows="s > a > b > e")
    with pytest.raises(BundleRefused):
        compile(of, operations=(), roles=["another"])
    made = compile(of, operations=(), roles=["another"], published=True)
    run = Run.start(made, World(Moment(NOW)), {})
    with pytest.raises(StepFailed, match="given_up"):
        run.complete(run.open_tasks()[0].id, {})


def test_threads_share_a_process_but_no_case() -> None:
    of = bundle(
        start("s"), user("a"), script("c", "twice", "mine * 2"), gateway("inclusive", "g", "g_j"), user("b"),
        gateway("inclusive", "j"), user("z"), end("e"),
        flows="s > a > c > g; g > b : mine > 10; g > j; b > j; j > z > e")

    def one(mine: int) -> tuple[list[str], Any]:
        run = Play(of, reload=True)
        run.do("a", {"mine": mine})
        if mine > 10:
            run.do("b")
        return run.do("z").path, run.data

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(one, range(40)))
    assert [data for _, data in results] == [{"mine": mine, "twice": mine * 2} for mine in range(40)]
    assert {tuple(path) for path, data in results if data["mine"] <= 10} == {("s", "a", "c", "g", "j", "z", "e")}


def test_no_python_can_be_reached_through_the_script_engine() -> None:
    engine = FeelEngine(World(Moment(NOW)))
    for attempt in (
        lambda: engine.evaluate(None, "1 + 1"), lambda: engine.execute(None, "import os"),
        lambda: engine.call_service(None), lambda: engine.environment.evaluate("1", {}),
        lambda: engine.environment.execute("1", {}), lambda: engine.environment.call_service({}),
    ):
        with pytest.raises(EngineError):
            attempt()


# What the world gives, whom a task is for, what is waited for ---------------------------------------------------------

GIVEN = {"setting": {"days": 3}, "case": {"id": "c-1", "opened_by": "nurse"}}


def world(now: datetime = NOW) -> World:
    return World(Moment(now), {}, GIVEN)


def test_formulas_read_what_the_world_gives_in_called_processes_too_and_no_snapshot_holds_it() -> None:
    inner = process("inner", start("is"), script("c", "inside", 'case.id + "!"'), user("i"), end("ie"),
                    flows="is > c > i > ie")
    call = element("callActivity", "call", '<zeebe:calledElement processId="inner" />')
    of = bundle(start("s"), script("a", "twice", "setting.days * 2"), call, end("e"), flows="s > a > call > e",
                files={"inner.bpmn": inner})
    run = Run.start(compile(of, operations=(), roles=("worker",)), world(), {})
    assert run.variables == {"twice": 6}
    assert "setting" not in str(run.snapshot())
    again = Run.restore(run.process, world(), run.snapshot())
    again.complete(again.open_tasks()[0].id, {})
    assert again.variables == {"twice": 6, "inside": "c-1!"}


def test_data_of_the_same_name_hides_what_the_world_gives() -> None:
    of = bundle(start("s"), script("a", "seen", "case.id"), end("e"), flows="s > a > e")
    run = Run.start(compile(of, operations=(), roles=("worker",)), world(), {"case": {"id": "mine"}})
    assert run.variables["seen"] == "mine"


def test_a_task_can_name_its_organisation_and_who_may_not_do_it(reload: bool) -> None:
    properties = (
        '<zeebe:properties><zeebe:property name="carerelay:organisation" value="=to" />'
        '<zeebe:property name="carerelay:not_by" value="=case.opened_by" /></zeebe:properties>'
    )
    of = bundle(start("s"), user("a", extensions=properties), user("b"), end("e"), flows="s > a > b > e")
    run = Run.start(compile(of, operations=(), roles=("worker",)), world(), {"to": "agency-7"})
    if reload:
        run = Run.restore(run.process, world(), run.snapshot())
    assert [(task.organisation, task.not_by) for task in run.open_tasks()] == [("agency-7", "nurse")]
    run.complete(run.open_tasks()[0].id, {})
    assert [(task.organisation, task.not_by) for task in run.open_tasks()] == [(None, None)]


def test_a_run_tells_which_messages_it_waits_for(reload: bool) -> None:
    handler = sub("path", element("startEvent", "noted", content=refer("message", "note"), isInterrupting="false"),
                  user("write"), end("written"), flows="noted > write > written", triggeredByEvent="true")
    of = bundle(start("s"), user("a"), boundary("bl", "a", refer("message", "left"), interrupting=False),
                gateway("eventBased", "g"), catch("cy", refer("message", "yes")), catch("cn", timer("P1D")), end("e"),
                end("f"), end("h"), handler, flows="s > a > g > cy > e; g > cn > f; bl > h",
                declarations=message("note", "case.id") + message("left", "case.id") + message("yes", "case.id"))
    playing = Run.start(compile(of, operations=(), roles=("worker",)), world(), {})

    def awaited() -> list[tuple[str, str, Any]]:
        run = Run.restore(playing.process, world(), playing.snapshot()) if reload else playing
        return sorted((each.step.element_id, each.message, each.key) for each in run.awaited())

    assert awaited() == [("bl", "left", "c-1"), ("noted", "note", "c-1")]
    assert playing.receive("note", "c-1", {})
    assert playing.receive("left", "c-1", {})
    assert awaited() == [("bl", "left", "c-1"), ("noted", "note", "c-1")], "neither interrupts: both wait again"
    playing.complete(next(task.id for task in playing.open_tasks() if task.element_id == "a"), {})
    assert awaited() == [("cy", "yes", "c-1"), ("noted", "note", "c-1")]
