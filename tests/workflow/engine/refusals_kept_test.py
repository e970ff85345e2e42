"""What a drawing may hold without effect is named, and what stands beside the process is left alone."""

import re
from pathlib import Path

import pytest

from tests.workflow.engine.build import ATTRIBUTES, ROLES, element, mapping, process, service, start, user
from tests.workflow.engine.refusals_test import OPERATIONS, around, found
from workflow import engine
from workflow.engine import Bundle, Severity, compile, refusals
from workflow.engine.refusals import check, unused

# Drawings are laid out by hand.
# fmt: off

@pytest.mark.parametrize(("kind", "setting"), [
    ("serviceTask", '<zeebe:taskDefinition type="send" /><zeebe:userTask />'),
    ("serviceTask", '<zeebe:taskDefinition type="send" /><zeebe:formDefinition formId="any" />'),
    ("manualTask", '<zeebe:assignmentDefinition candidateGroups="worker" />'),
    ("task", '<zeebe:taskSchedule dueDate="=now()" />'),
    ("task", '<zeebe:priorityDefinition priority="70" />'),
    ("task", '<zeebe:taskDefinition type="send" />'),
    ("serviceTask", '<zeebe:taskDefinition type="send" /><zeebe:script expression="=1" resultVariable="r" />'),
    ("serviceTask", '<zeebe:taskDefinition type="send" /><zeebe:calledDecision decisionId="d" />'),
    ("businessRuleTask", '<zeebe:taskDefinition type="send" /><zeebe:calledDecision decisionId="d" />'),
    ("businessRuleTask", '<zeebe:calledDecision decisionId="d" /><zeebe:taskHeaders />'),
    ("serviceTask", '<zeebe:taskDefinition type="send" /><zeebe:calledElement processId="q" />'),
    ("serviceTask", '<zeebe:taskDefinition type="send" /><zeebe:loopCharacteristics inputCollection="=xs" />'),
    ("serviceTask", '<zeebe:taskDefinition type="send" /><zeebe:subscription correlationKey="=x" />'),
    ("serviceTask", '<zeebe:taskDefinition type="send" /><zeebe:versionTag value="1" />'),
    ("serviceTask", '<zeebe:taskDefinition type="send" /><zeebe:input source="=x" target="y" />'),
    ("serviceTask", '<zeebe:taskDefinition type="send" /><zeebe:property name="n" value="v" />'),
    ("manualTask", mapping({"y": "x"})),
    ("exclusiveGateway", mapping({"y": "x"})),
])
def test_a_setting_where_nothing_reads_it_is_refused(kind: str, setting: str) -> None:
    assert found(around(element(kind, "a", setting)))["extension-misplaced"] == "a"


WARNED: dict[str, tuple[str | None, str]] = {
    "no-effect": ("a", service("a", "send").replace("<serviceTask", '<serviceTask implementation="##WebService"')),
    "property-unknown": ("a", user(
        "a", extensions='<zeebe:properties><zeebe:property name="carerelay:partey" value="x" /></zeebe:properties>')),
    "foreign-kept": (None, user("a").replace(
        "<userTask", '<userTask xmlns:activiti="http://activiti.org/bpmn" activiti:assignee="kermit"')),
}


@pytest.mark.parametrize("rule", WARNED)
def test_what_is_kept_without_effect_is_a_warning(rule: str) -> None:
    at, content = WARNED[rule]
    [finding] = check(around(content), operations=OPERATIONS, roles=ROLES)
    assert (finding.rule, finding.element_id, finding.severity) == (rule, at, Severity.WARNING)


@pytest.mark.parametrize("content", [
    service("a", "send").replace('type="send"', 'type="send" retries="5"'),
    user("a", "<rendering />"),
    service("a", "send").replace("<serviceTask", '<serviceTask operationRef="o"'),
])
def test_settings_that_nothing_reads_are_named(content: str) -> None:
    assert [finding.rule for finding in check(around(content), operations=OPERATIONS, roles=ROLES)] == ["no-effect"]


def test_a_drawing_that_names_another_process_than_it_calls_is_a_warning() -> None:
    call = element("callActivity", "c", '<zeebe:calledElement processId="q" />', calledElement="r")
    of = Bundle({"p.bpmn": process("p", start("s"), call, flows="s > c"), "q.bpmn": process("q", start("t"))})
    assert [finding.rule for finding in check(of, operations=OPERATIONS, roles=ROLES)] == ["no-effect"]


def test_every_property_that_something_reads_is_known() -> None:
    folder = Path(refusals.__file__).parents[3]
    text = "".join(file.read_text(encoding="utf-8") for part in ("workflow", "web") for file in folder.glob(
        f"{part}/**/*.py"))
    assert set(re.findall(r"carerelay:[a-z_]+", text)) == unused.PROPERTIES


def test_colours_and_the_diagram_are_no_settings_of_another_program() -> None:
    drawn = around(user("a")).files["p.bpmn"].replace("</definitions>", (
        '<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" id="d"><bpmndi:BPMNPlane id="pl" '
        'bpmnElement="p"><bpmndi:BPMNShape id="sh" bpmnElement="a" '
        'xmlns:bioc="http://bpmn.io/schema/bpmn/biocolor/1.0" '
        'xmlns:color="http://www.omg.org/spec/BPMN/non-normative/color/1.0" bioc:stroke="#205022" '
        'color:border-color="#205022"><dc:Bounds xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" x="1" y="1" '
        'width="9" height="9" /></bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram></definitions>'))
    of = Bundle({**around(user("a")).files, "p.bpmn": drawn})
    assert check(of, operations=OPERATIONS, roles=ROLES) == []


POOLS = '''<collaboration id="co"><participant id="us" name="us" processRef="p" /><participant id="them" name="them"
processRef="q" /><messageFlow id="mf" sourceRef="a" targetRef="b" /></collaboration>'''
PARTNER = (
    '<process id="q" name="q"><startEvent id="s2"><timerEventDefinition /></startEvent><userTask id="b" />'
    '<sequenceFlow id="f" sourceRef="s2" targetRef="b" /></process></definitions>')


def with_partner(of: Bundle) -> Bundle:
    """The bundle with a second process beside the first that is not executable."""
    return Bundle({**of.files, "p.bpmn": of.files["p.bpmn"].replace("</definitions>", PARTNER)})


def test_the_pool_of_a_partner_may_be_a_mere_drawing() -> None:
    of = with_partner(around(user("a"), POOLS))
    found = engine.check(of, operations=OPERATIONS, roles=ROLES)
    assert [(each.rule, each.element_id, each.severity) for each in found if each.rule != "name-missing"] == [
        ("process-not-executable", "q", Severity.WARNING)]
    assert not {each.element_id for each in found} & {"b", "s2"}
    assert "b" not in compile(of, operations=OPERATIONS, roles=ROLES).steps


def test_a_called_process_that_is_a_mere_drawing_is_an_error() -> None:
    of = with_partner(around(element("callActivity", "a", '<zeebe:calledElement processId="q" />')))
    assert found(of) == {"process-not-executable": "q", "process-missing": "a"}


@pytest.mark.parametrize("kind", ["complexGateway", "transaction"])
def test_arrows_at_a_step_that_is_refused_are_not_blamed(kind: str) -> None:
    assert found(around(element(kind, "a"))) == {"not-supported": "a"}


def test_namespaces_of_the_builder_are_the_real_ones() -> None:
    assert "http://www.omg.org/spec/BPMN/20100524/MODEL" in ATTRIBUTES
