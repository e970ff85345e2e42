"""That the listed defects are there in the bare engine: if a test here fails, the library has mended one.

Then the repair of ours can be looked at again. The drawings are those of the defects tests, without what only we read.
"""

import pytest
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from tests.workflow.engine.build import Bundle, boundary, bundle, end, gateway, message, refer, start, sub, timer, user

# Drawings are laid out by hand.
# fmt: off

def stock(of: Bundle) -> BpmnWorkflow:
    """The drawing on the bare engine, run to the first tasks of people."""
    parser = BpmnParser()
    parser.add_bpmn_str(of.files["p.bpmn"].replace(">=", ">").encode())
    workflow = BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"))
    workflow.do_engine_steps()
    return workflow


def tasks(workflow: BpmnWorkflow) -> list[Task]:
    return [task for task in workflow.get_tasks(state=TaskState.READY) if task.task_spec.manual]


def do(workflow: BpmnWorkflow, name: str, **values: object) -> None:
    task = next(task for task in tasks(workflow) if task.task_spec.name == name)
    task.data.update(values)
    task.run()
    workflow.do_engine_steps()


def names(workflow: BpmnWorkflow) -> list[str]:
    return [task.task_spec.name for task in tasks(workflow)]


def test_d1_an_untouched_branch_brings_the_old_value_back() -> None:
    workflow = stock(bundle(
        start("s"), user("first"), gateway("parallel", "split"), user("a"), user("b"), gateway("parallel", "join"),
        user("z"),
        end("e"), flows="s > first > split; split > a > join; split > b > join; join > z > e"))
    do(workflow, "first", v="old")
    do(workflow, "a", v="new")
    do(workflow, "b")
    assert tasks(workflow)[0].data["v"] == "old"


def test_d2_a_condition_behind_a_task_is_dropped() -> None:
    workflow = stock(bundle(start("s"), user("a"), user("b"), end("e"), flows="s > a; a > b : False; b > e"))
    do(workflow, "a")
    assert names(workflow) == ["b"]


def test_d2_several_flows_out_of_a_task_are_refused() -> None:
    with pytest.raises(ValidationException):
        stock(bundle(start("s"), user("a"), user("b"), user("c"), end("e"), flows="s > a > b > e; a > c > e"))


def test_d3_a_join_in_a_loop_does_not_wait_in_the_second_round() -> None:
    workflow = stock(bundle(
        start("s"), gateway("exclusive", "again"), gateway("parallel", "split"), user("a"), user("b"),
        gateway("parallel", "join"), user("judge"), gateway("exclusive", "good", "good_e"), end("e"),
        flows="s > again > split; split > a > join; split > b > join; join > judge > good; good > again : True;"
              " good > e"))
    for name in ("a", "b", "judge", "b"):
        do(workflow, name)
    assert "judge" in names(workflow)


def test_d6_a_signal_end_event_sends_nothing() -> None:
    workflow = stock(bundle(start("s"), end("e", refer("signal", "alarm")), flows="s > e",
                            declarations='<signal id="alarm" name="alarm" />'))
    assert workflow.is_completed()
    assert workflow.get_events() == []


def test_d9_an_uncaught_error_completes_the_case() -> None:
    workflow = stock(bundle(
        start("s"), sub("inside", start("is"), end("ie", refer("error", "bad")), flows="is > ie"), user("z"), end("e"),
        flows="s > inside > z > e", declarations='<error id="bad" name="bad" errorCode="bad" />'))
    assert names(workflow) == ["z"]


def test_d12_a_second_call_is_lost() -> None:
    workflow = stock(bundle(
        start("s"), user("a"), boundary("calls", "a", refer("message", "call"), interrupting=False), user("note"),
        end("e"),
        flows="s > a > e; calls > note > e", declarations=message("call")))
    boundary_task = workflow.get_next_task(spec_name="calls")
    boundary_task.task_spec.catch(boundary_task, _event(boundary_task))
    boundary_task.task_spec._update(boundary_task)
    workflow.do_engine_steps()
    assert names(workflow).count("note") == 1
    assert workflow.waiting_events() == []


def _event(task: Task) -> object:
    from SpiffWorkflow.bpmn.util.event import BpmnEvent

    return BpmnEvent(task.task_spec.event_definition, payload={})


def test_d15_a_long_loop_counts_as_finished_with_work_open() -> None:
    workflow = stock(bundle(
        start("s"), gateway("exclusive", "again"), user("a"), gateway("exclusive", "g", "g_again"), end("e"),
        flows="s > again > a > g; g > e : False; g > again"))
    for _ in range(400):
        if not tasks(workflow):
            break
        do(workflow, "a")
    assert tasks(workflow) == []
    assert workflow.is_completed()


def test_d16_a_bare_duration_fails_when_it_is_reached() -> None:
    with pytest.raises(Exception, match="PT5M"):
        stock(bundle(start("s"), user("a"), boundary("b", "a", timer("PT5M")), end("e"), flows="s > a > e; b > e"))


def test_d21_an_element_called_start_makes_the_process_impossible() -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011  # whatever it is: the drawing is a good one
        stock(bundle(start("Start"), user("a"), end("e"), flows="Start > a > e"))


def test_d23_a_receive_task_without_message_does_not_wait() -> None:
    workflow = stock(bundle(start("s"), '<receiveTask id="r" name="r" />', user("a"), end("e"), flows="s > r > a > e"))
    assert names(workflow) == ["a"]
