"""`carerelay simulate`: a case played at the terminal, with answers from a file, from a person, or both."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from web import cli, simulating
from workflow import studio

LIBRARY = Path(__file__).resolve().parents[2] / "bpmn"
SCENARIOS = [file for file in sorted(LIBRARY.glob("*/scenarios/*.yaml")) if file.name != "_answers.yaml"]
ORDINARY = LIBRARY / "msw_referral" / "scenarios" / "accept_to_closure.yaml"

DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="t">
  <bpmn:process id="visit" name="家访" isExecutable="true">
    <bpmn:startEvent id="begin"/>
    <bpmn:sequenceFlow id="f1" sourceRef="begin" targetRef="plan"/>
    <bpmn:userTask id="plan" name="安排家访">
      <bpmn:extensionElements>
        <zeebe:userTask/>
        <zeebe:formDefinition formId="plan"/>
        <zeebe:assignmentDefinition candidateGroups="medical_social_worker"/>
        <zeebe:taskSchedule dueDate="=now() + duration(&quot;P2D&quot;)"/>
        <zeebe:properties><zeebe:property name="carerelay:name_en" value="Plan the visit"/></zeebe:properties>
      </bpmn:extensionElements>
    </bpmn:userTask>
    <bpmn:boundaryEvent id="too_late" name="两天" attachedToRef="plan">
      <bpmn:timerEventDefinition id="t"><bpmn:timeDuration>P2D</bpmn:timeDuration></bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="f2" sourceRef="too_late" targetRef="end_late"/>
    <bpmn:endEvent id="end_late" name="未安排"/>
    <bpmn:sequenceFlow id="f3" sourceRef="plan" targetRef="inform"/>
    <bpmn:serviceTask id="inform" name="通知病区">
      <bpmn:extensionElements>
        <zeebe:taskDefinition type="notify"/>
        <zeebe:ioMapping><zeebe:input source="=plan.persons" target="persons"/></zeebe:ioMapping>
      </bpmn:extensionElements>
    </bpmn:serviceTask>
    <bpmn:sequenceFlow id="f4" sourceRef="inform" targetRef="end_planned"/>
    <bpmn:endEvent id="end_planned" name="已安排">
      <bpmn:extensionElements>
        <zeebe:properties><zeebe:property name="carerelay:name_en" value="Planned"/></zeebe:properties>
      </bpmn:extensionElements>
    </bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>"""


def field(kind: str, key: str, label: str, english: str, **more: Any) -> dict[str, Any]:
    """A component of a form; `properties` come on top of its English label."""
    properties = {"label_en": english, "class": "P2", **more.pop("properties", {})}
    return {"type": kind, "id": key.replace(".", "_"), "key": key, "label": label, "properties": properties, **more}


OPTIONS = [
    {"label": "步行", "value": "w", "label_en": "On foot"},
    {"label": "乘车", "value": "c", "label_en": "By car"},
]
FORM = {
    "type": "default",
    "id": "plan",
    "schemaVersion": 18,
    "components": [
        field("textfield", "plan.place", "地点", "Place", validate={"required": True, "maxLength": 5}),
        field("number", "plan.persons", "人数", "Persons", properties={"default": "2"}, validate={"max": 9}),
        field("radio", "plan.way", "方式", "Way", values=OPTIONS, validate={"required": True}),
        field("textfield", "plan.plate", "车牌", "Plate", conditional={"hide": '=plan.way = null or plan.way != "c"'}),
        field("checklist", "plan.both", "备选", "Spare ways", values=OPTIONS),
        field("checkbox", "plan.told", "已告知本人", "Person told", validate={"required": True}),
        field("select", "plan.who", "同行", "With", properties={"choices": "people:supervisor"}),
        field(
            "dynamiclist", "plan.topics", "话题", "Topics", path="plan.topics", properties={"max_items": "2"},
            components=[field("textfield", "topic", "内容", "Topic", validate={"required": True})],
        ),
    ],
}  # fmt: skip
TYPED = ["1", "太长太长太长", "巷口", "", "3", "By car", "贵A1", "1,乘车", "x", "y", "督导甲", "y", "睡眠", "n"]
"""What a person types in the form of `plan`, with a text that is too long, no such option, and no yes or no."""

Simulate = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A process folder with one task, which can be late, and one operation."""
    below = tmp_path / "visit"
    below.mkdir()
    (below / "visit.bpmn").write_text(DIAGRAM, encoding="utf-8")
    form = json.loads(json.dumps(FORM))
    del form["components"][-1]["key"]
    (below / "plan.form.json").write_text(json.dumps(form), encoding="utf-8")
    return below


@pytest.fixture
def simulate(tmp_path: Path) -> Simulate:
    """Run the command; `answers` is the text of an answers file."""

    def run(file: Path, *options: str, answers: str | bytes | None = None, typed: str | bytes = "") -> Result:
        if answers is not None:
            path = tmp_path / "answers.yaml"
            path.write_bytes(answers if isinstance(answers, bytes) else answers.encode())
            options = (*options, "--answers", str(path))
        result = CliRunner().invoke(cli.main, ["simulate", str(file), *options], input=typed)
        assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
        assert "Traceback" not in result.output
        return result

    return run


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: f"{file.parents[1].name}-{file.stem}")
def test_every_scenario_of_the_library_serves_as_answers(simulate: Simulate, file: Path) -> None:
    result = simulate(file.parents[1], "--answers", str(file))
    assert result.exit_code == 0, result.output


def test_the_path_the_clock_the_operations_and_the_outcome_are_printed(simulate: Simulate) -> None:
    result = simulate(LIBRARY / "msw_referral" / "msw_referral.bpmn", "--answers", str(ORDINARY))
    lines = result.output.splitlines()
    assert lines[1] == "◷ 2026-03-09 10:00 (+0800)"
    assert lines[2:4] == ["● 需要社工 / Social work is needed [start]", "● 发起转介 / Open a referral [open_referral]"]
    place = lines.index("● 登记为待接收 / Record as requested [set_requested]")
    assert lines[place + 1] == "    → set_case_state(state=requested, level=routine)"
    assert lines[-1].startswith("■ 结果 / outcome: ")
    assert "[end_completed]" in lines[-1]


def test_a_person_plays_a_case_to_its_end(simulate: Simulate, folder: Path) -> None:
    result = simulate(folder, "--ask", typed="\n".join(TYPED) + "\n")
    assert result.exit_code == 0, result.output
    assert "1  安排家访 / Plan the visit [plan] · medical_social_worker · 期限 / due " in result.output
    assert "地点 / Place * (文字 / text)" in result.output
    assert "人数 / Persons (数字 / number) [2]" in result.output
    assert "    2  乘车 / By car" in result.output
    assert "✗ “地点”最多 5 个字，现在是 6 个字。 / “Place” can have 5 characters at most; it has 6." in result.output
    assert "“Way” is not available" in result.output
    assert "✗ 请回答 y 或 n。" in result.output
    assert "● begin\n" in result.output
    assert "● 通知病区 [inform]\n    → notify(persons=2)" in result.output
    assert result.output.rstrip().endswith("■ 结果 / outcome: 已安排 / Planned [end_planned]")


def test_a_field_that_does_not_show_is_not_asked(simulate: Simulate, folder: Path) -> None:
    assert "车牌" in simulate(folder, "--ask", typed="\n巷口\n\n2\n").output
    assert "车牌" not in simulate(folder, "--ask", typed="\n巷口\n\n1\n").output


def test_the_clock_goes_to_the_next_timer(simulate: Simulate, folder: Path) -> None:
    result = simulate(folder, "--ask", answers="start: 2026-03-09T10:00:00+08:00", typed="t\n")
    assert result.exit_code == 0, result.output
    assert "t  快进到下一次计时 / fast-forward to the next timer: 2026-03-11 10:00 (+0800)" in result.output
    assert "◷ 2026-03-11 10:00 (+0800)\n● 两天 [too_late]" in result.output
    assert "outcome: 未安排 [end_late]" in result.output


def test_a_person_goes_on_where_the_answers_end(simulate: Simulate, folder: Path) -> None:
    answers = "start: 2026-03-09T10:00:00+08:00\nsteps: [{wait: 24}]\npath: [begin, too_late, end_late]\n"
    result = simulate(folder, "--ask", answers=answers, typed="9\nt\n")
    assert result.exit_code == 0, result.output
    assert "没有这一项" in result.output


@pytest.mark.parametrize(
    "typed", ["", "q\n", "1\n巷口\n", b"1\n\xff\xfe\n"], ids=["at once", "stop", "in a form", "no text"]
)
def test_ending_the_input_says_where_the_case_stands(simulate: Simulate, folder: Path, typed: str | bytes) -> None:
    result = simulate(folder, "--ask", typed=typed)
    assert result.exit_code == 2
    assert "stands at: 安排家访 / Plan the visit [plan]" in result.output
    assert "next timer" in result.output


WAITING = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="t">
  <bpmn:message id="reply" name="agency_replied">
    <bpmn:extensionElements><zeebe:subscription correlationKey="=&quot;k&quot;"/></bpmn:extensionElements>
  </bpmn:message>
  <bpmn:process id="visit" name="等待" isExecutable="true">
    <bpmn:startEvent id="begin"/>
    <bpmn:sequenceFlow id="f1" sourceRef="begin" targetRef="answer"/>
    <bpmn:intermediateCatchEvent id="answer" name="机构回复">
      <bpmn:messageEventDefinition id="m" messageRef="reply"/>
    </bpmn:intermediateCatchEvent>
    <bpmn:sequenceFlow id="f2" sourceRef="answer" targetRef="done"/>
    <bpmn:endEvent id="done"/>
  </bpmn:process>
</bpmn:definitions>"""


def test_a_message_that_is_waited_for_can_be_sent(simulate: Simulate, tmp_path: Path) -> None:
    (tmp_path / "visit.bpmn").write_text(WAITING, encoding="utf-8")
    result = simulate(tmp_path / "visit.bpmn", "--ask", typed="m1\n[\n3\n{accepted: true}\n")
    assert result.exit_code == 0, result.output
    assert "not valid YAML" in result.output
    assert "must be names with values: 3" in result.output
    assert "● 机构回复 [answer]" in result.output
    waiting = simulate(tmp_path / "visit.bpmn")
    assert waiting.exit_code == 2
    assert "waits for the message: agency_replied" in waiting.output


def test_nobody_is_asked_without_a_terminal(simulate: Simulate, folder: Path) -> None:
    result = simulate(folder)
    assert result.exit_code == 2
    assert "no answers are left" in result.output
    assert "what happens next" not in result.output


@pytest.mark.parametrize(("outcome", "asked"), [("", True), ("outcome: null", False), ("outcome: end_late", True)])
def test_at_a_terminal_a_person_is_asked_unless_the_case_shall_stay_open(
    folder: Path, tmp_path: Path, outcome: str, asked: bool
) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text(f"steps: [{{wait: 1}}]\n{outcome}", encoding="utf-8")
    at_terminal = simulating.Asking(forced=False, terminal=True)
    with CliRunner().isolation(input="t\n") as (printed, *_):
        code = simulating.simulate(*studio.open_process(folder), answers, at_terminal, datetime.now(UTC))
        output = printed.getvalue().decode()
    assert code == 0
    assert ("what happens next" in output) is asked


def test_a_case_may_be_expected_to_stay_open(simulate: Simulate, folder: Path) -> None:
    assert simulate(folder, answers="outcome: null").exit_code == 0
    assert simulate(folder, answers="path: [begin]").exit_code == 2


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ("steps: [{complete: plan, values: {plan: {place: 太长太长太长}}}]", "step 1: The form of plan was refused"),
        ("steps: [{complete: plan, values: {plan: {both: [{}]}}}]", "step 1: The values of plan do not fit its form"),
        ("steps: [{complete: plan, values: {plan: {topics: 3}}}]", "step 1: The values of plan do not fit its form"),
        ("steps: [{complete: inform}]", "step 1: Nothing to do at inform; open: plan"),
        ("steps: [{wait: 49}]\noutcome: end_planned", "outcome: expected end_planned, got end_late"),
        ("steps: [{wait: 49}]\npath: [begin, plan]", "path from place 2: expected [plan]"),
        ("steps: [{wait: 49}]\ncalls: [{operation: notify}]", "operation called: expected"),
        ("steps: [{wait: 1, then: {open: []}}]", "step 1: open tasks: expected [], got [plan]"),
        ("steps: [{until: 2020-01-01T00:00:00+08:00}]", "step 1: Time goes forward only"),
    ],
)
def test_what_is_not_as_it_should_be_ends_with_2(simulate: Simulate, folder: Path, answers: str, told: str) -> None:
    result = simulate(folder, answers=answers)
    assert result.exit_code == 2
    assert told in result.output


GOOD = (
    "choices: {'people:supervisor': [s]}\nsteps: [{complete: plan, values: {plan: {place: a, way: w, told: true}}}]\n"
)


def test_operations_give_what_the_answers_say(simulate: Simulate, folder: Path) -> None:
    assert simulate(folder, answers=GOOD).exit_code == 0
    assert simulate(folder, answers=GOOD + "operations: {notify: {returns: {sent: 1}}}").exit_code == 0


def test_an_error_that_nothing_catches_is_an_incident_with_its_reason(simulate: Simulate, folder: Path) -> None:
    result = simulate(folder, answers=GOOD + "operations: {notify: {error: NO_WARD}}")
    assert result.exit_code == 2
    assert "NO_WARD" in result.output
    assert "→ notify(persons=" in result.output
    assert "stands at: 通知病区 [inform]" in result.output


@pytest.mark.parametrize("named", ["", "visit.bpmn", "notes.txt"], ids=["folder", "diagram", "neither"])
def test_what_the_check_refuses_is_printed_as_it_prints_it(simulate: Simulate, folder: Path, named: str) -> None:
    (folder / "visit.bpmn").write_text(DIAGRAM.replace('type="notify"', 'type="destroy"'), encoding="utf-8")
    (folder / "notes.txt").touch()
    result = simulate(folder / named)
    assert result.exit_code == 1
    if named == "notes.txt":
        assert "notes.txt -: error [file-kind]" in result.output
        return
    checked = CliRunner().invoke(cli.main, ["check", str(folder)])
    assert checked.exit_code == 1
    assert "visit.bpmn inform: error [" in result.output
    assert sorted(result.output.splitlines()) == sorted(checked.output.splitlines())


@pytest.mark.parametrize(
    "bundle",
    ["not a diagram", '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>', "", "<a>" * 400, "\x1b[2J"],
    ids=["words", "doctype", "empty", "deep", "escape"],
)
def test_a_hostile_diagram_is_refused(simulate: Simulate, tmp_path: Path, bundle: str) -> None:
    (tmp_path / "x.bpmn").write_text(bundle, encoding="utf-8")
    result = simulate(tmp_path / "x.bpmn")
    assert result.exit_code == 1
    assert "x.bpmn -: error [" in result.output
    assert "\x1b" not in result.output


@pytest.mark.parametrize(
    ("answers", "place"),
    [
        (b"\xff\xfe\x00", "YAML"),
        (b"a: [", "line 1"),
        (b"[" * 5_000, "YAML"),
        (b"x" * 600_000, "500 kB"),
        (b"- 1", "nothing in the file"),
        (b"steps: &a [*a]", "values"),
        (b"a: &a [1,2,3,4,5,6,7,8,9]\n" + b"".join(b"%c: &%c [%s]\n" % (c, c, b",".join([b"*%c" % (c - 1)] * 9))
                                                  for c in b"bcdefgh"), "values"),
        (b"start: 1" + b":59" * 100_000, "too long"),
        (b"start: 9999-12-31T23:59:59-12:00", "start"),
        (b"start: 2026-13-45", "YAML"),
        (b"holidays: 5", "holidays"),
        (b"holidays: [2026-03-09T10:00:00Z]", "holidays.1"),
        (b"choices: {a: b}", "choices.a"),
        (b"operations: {notify: {returns: !!set {a}}}", "operations.notify.returns"),
        (b"operations: {notify: {returns: 0x" + b"f" * 90 + b"}}", "operations.notify.returns"),
        (b"operations: {notify: {returns: {1: 2}}}", "operations.notify.returns.1"),
        (b"steps: [{complete: [a]}]", "steps.1.complete"),
        (b"steps: [{wait: .inf}]", "steps.1.wait"),
        (b"steps: [{wait: -1}]", "steps.1.wait"),
        (b"steps: [{wait: true}]", "steps.1.wait"),
        (b"steps: [{complete: plan, values: 3}]", "steps.1.values"),
        (b"steps: [{complete: plan, then: {due: {plan: soon}}}]", "steps.1.then.due.plan"),
        (b"steps: [{}]", "steps.1"),
        (b"steps: [{wait: 1000000}, {wait: 1000000}, {wait: 1000000}, {wait: 1000000}, {wait: 1000000},"
         b"{wait: 1000000}, {wait: 1000000}, {wait: 1000000}, {wait: 1000000}]", "step 9"),
        (b'"\\e[2J": 1', "Unknown entries"),
        (b"!!python/object/apply:os.system [id]", "line 1"),
    ],
)  # fmt: skip
def test_hostile_answers_are_one_sentence(simulate: Simulate, folder: Path, answers: bytes, place: str) -> None:
    result = simulate(folder, answers=answers)
    assert result.exit_code == 2
    assert place in result.output
    assert "\x1b" not in result.output
    assert any("\u4e00" <= character <= "\u9fff" for character in result.output)
    assert max(map(len, result.output.splitlines())) < 400


def test_files_that_are_not_there_are_one_sentence(simulate: Simulate, folder: Path) -> None:
    assert "missing.bpmn" in simulate(folder / "missing.bpmn").output
    result = simulate(folder, "--answers", str(folder / "missing.yaml"))
    assert result.exit_code == 2
    assert "missing.yaml" in result.output
