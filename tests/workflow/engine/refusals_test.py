"""Each refusal of level 1, with a drawing that deserves it; and the drawings next to it that do not."""

import re
from pathlib import Path

import pytest

from tests.workflow.engine.build import (
    ROLES,
    boundary,
    bundle,
    catch,
    conditional,
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
    throw,
    timer,
    user,
)
from workflow.engine import Bundle, BundleRefused, Severity, compile, refusals
from workflow.engine.refusals import check
from workflow.engine.refusals.sentences import SENTENCES

# Drawings are laid out by hand.
# fmt: off

OPERATIONS = ("send",)
DMN = """
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
  <decision id="level" name="level"><decisionTable id="t" hitPolicy="UNIQUE">
    <input id="i"><inputExpression id="ie" typeRef="string"><text>x</text></inputExpression></input>
    <output id="o" name="o" typeRef="string" />
    <rule id="r"><inputEntry id="r1"><text>"a"</text></inputEntry>
      <outputEntry id="r2"><text>"b"</text></outputEntry></rule>
  </decisionTable></decision>
</definitions>"""
OLD_CAMUNDA = '<userTask xmlns:c="http://camunda.org/schema/1.0/bpmn" c:asyncBefore="true"'
XPATH = "http://www.w3.org/1999/XPath"
NO_CONDITION = "<conditionalEventDefinition><condition></condition></conditionalEventDefinition>"


def found(of: Bundle) -> dict[str, str | None]:
    """Rule -> element of the errors."""
    findings = check(of, operations=OPERATIONS, roles=ROLES)
    for finding in findings:
        assert finding.message.zh
        assert finding.message.en
        assert "{" not in finding.message.zh + finding.message.en or "formula" in finding.message.en
    return {finding.rule: finding.element_id for finding in findings if finding.severity is Severity.ERROR}


def line(*content: str, flows: str, declarations: str = "") -> Bundle:
    """A process with a start `s` and an end `e` around the content."""
    return bundle(start("s"), *content, end("e"), flows=flows, declarations=declarations)


def around(content: str, declarations: str = "") -> Bundle:
    """A straight line through the one step `a`."""
    return line(content, flows="s > a > e", declarations=declarations)


def nested(levels: int) -> str:
    """Subprocesses inside each other, the outermost called `d0`."""
    inside = user("deepest")
    for level in reversed(range(levels)):
        inside = sub(f"d{level}", inside)
    return inside


WRONG: list[tuple[str, str | None, Bundle]] = [
    ("not-supported", "a", around(element("complexGateway", "a"))),
    ("not-supported", "a", around(element("transaction", "a", content=start("x") + end("y")))),
    ("not-supported", "b", line(user("a"), boundary("b", "a", '<compensateEventDefinition />'),
                                flows="s > a > e; b > e")),
    ("not-supported", "a", around(user("a").replace("<userTask", '<userTask startQuantity="2"'))),
    ("not-supported", "a", around(user("a").replace("<userTask", '<userTask completionQuantity="0"'))),
    ("not-supported", "a", around(user("a").replace("<userTask", '<userTask isForCompensation="true"'))),
    ("not-supported", "a", around(service("a", "send", content=each("xs").replace("isSeq", 'behavior="One" isSeq')))),
    ("extension-unknown", "a", around(user("a", extensions='<zeebe:executionListeners />'))),
    ("extension-unknown", "a", around(user("a").replace("formId=", "externalReference='x' formId="))),
    ("extension-unknown", "a", around(user("a").replace("candidateGroups", "candidateUsers"))),
    ("extension-unknown", "a", around(user("a").replace("<userTask", OLD_CAMUNDA))),
    ("extension-unknown", "a", around(service("a", "send").replace('type="send"', 'type="send" retries="=3"'))),
    ("extension-misplaced", "s", bundle(element("startEvent", "s", '<zeebe:formDefinition formId="any" />'),
                                        user("a"), flows="s > a")),
    ("extension-misplaced", "s", bundle(element("startEvent", "s", mapping(None, {"y": "x"})), user("a"),
                                        flows="s > a")),
    ("extension-misplaced", "f", line(user("a"), element("endEvent", "f", mapping({"y": "x"})), flows="s > a > f")),
    ("extension-misplaced", "b", line(user("a"), boundary("b", "a", timer("PT1H"), extensions=mapping({"y": "x"})),
                                      flows="s > a > e; b > e")),
    ("extension-twice", "a", around(user("a", extensions='<zeebe:formDefinition formId="any" />'))),
    ("extension-twice", "a", around(user("a", extensions=mapping({"y": "x"}) + mapping({"z": "x"})))),
    ("mapping-empty", "a", around(service(
        "a", "send", '<zeebe:ioMapping><zeebe:input target="y" /></zeebe:ioMapping>'))),
    ("not-supported", "a", around(user("a", "<potentialOwner />"))),
    ("not-supported", "a", around(user("a", "<humanPerformer />"))),
    ("not-supported", "definitions", around(
        user("a"), '<import namespace="n" location="other.bpmn" importType="http://www.omg.org/spec/BPMN/2.0" />')),
    ("extension-unknown", "definitions", around(user("a"), '<extension mustUnderstand="true" />')),
    ("expression-language", "c", line(catch("c", timer("PT1H").replace(
        "<timeDuration>", f'<timeDuration xsi:type="tFormalExpression" language="{XPATH}">')), flows="s > c > e")),
    ("not-supported", "s", bundle(
        start("s", refer("message", "m") + refer("message", "n"), parallelMultiple="true"), user("a"), flows="s > a",
        declarations=message("m") + message("n"))),
    ("bpmn-schema", "a", around(user("a").replace("</userTask>", '<zeebe:input source="=x" target="y" /></userTask>'))),
    ("operation-unknown", "a", around(service("a", "launch"))),
    ("operation-missing", "a", around(element("serviceTask", "a"))),
    ("operation-missing", "a", around(element("sendTask", "a"))),
    ("operation-missing", "t", line(throw("t", refer("message", "call")), flows="s > t > e",
                                    declarations=message("call"))),
    ("name-computed", "a", around(service("a", "=x"))),
    ("role-unknown", "a", around(user("a", role="nobody"))),
    ("task-without-role", "a", around(user("a", role=""))),
    ("task-without-form", "a", around(user("a").replace('formId="any"', 'formId=""'))),
    ("form-missing", "a", around(user("a").replace('formId="any"', 'formId="other"'))),
    ("priority-unreadable", "a", around(user("a", extensions='<zeebe:priorityDefinition priority="high" />'))),
    ("date-unreadable", "a", around(user("a", extensions='<zeebe:taskSchedule dueDate="tomorrow" />'))),
    ("date-unreadable", "a", around(user("a", extensions='<zeebe:taskSchedule followUpDate="P3D" />'))),
    ("script-missing", "a", around(script("a", "x", ""). replace('expression="="', ""))),
    ("script-foreign", "a", around(element("scriptTask", "a", content="<script>print(1)</script>"))),
    ("variable-name", "a", around(script("a", "a-b", "1"))),
    ("variable-name", "a", around(service("a", "send", mapping({"to.1": "1"})))),
    ("decision-missing", "a", around(element(
        "businessRuleTask", "a", '<zeebe:calledDecision decisionId="other" resultVariable="x" />'))),
    ("process-missing", "a", around(element("callActivity", "a", '<zeebe:calledElement processId="other" />'))),
    ("called-without-start", "c", Bundle({
        "p.bpmn": process("p", start("s"), element("callActivity", "c", '<zeebe:calledElement processId="q" />'),
                          flows="s > c"),
        "q.bpmn": process("q", start("t", refer("message", "m")), declarations='<message id="m" name="m" />')})),
    ("process-calls-itself", "p", around(element("callActivity", "a", '<zeebe:calledElement processId="p" />'))),
    ("expression-unreadable", "a_e", line(user("a"), flows="s > a; a > e : x >")),
    ("expression-unreadable", "a", around(script("a", "x", "${x}"))),
    ("expression-too-long", "a", around(script("a", "x", "1" + " + 1" * 1000))),
    ("condition-missing", "g_e", line(gateway("exclusive", "g"), end("f"), flows="s > g > e; g > f : x")),
    ("condition-ignored", "g_f", line(gateway("parallel", "g"), end("f"), flows="s > g > e; g > f : x")),
    ("condition-ignored", "g_f", line(gateway("exclusive", "g", "g_f"), end("f"), flows="s > g; g > e : y; g > f : x")),
    ("default-dangling", "g", line(gateway("exclusive", "g", "s_g"), end("f"), flows="s > g; g > e : y; g > f : x")),
    ("flow-dangling", "a_x", line(user("a"), flows="s > a > e; a > x")),
    ("flow-dangling", "s_x", line(sub("a", user("x")), flows="s > a > e; s > x")),
    ("flow-into-start", "s", line(user("a"), flows="s > a > e; a > s")),
    ("flow-out-of-end", "e", line(user("a"), flows="s > a > e; e > a")),
    ("boundary-detached", "b", line(user("a"), boundary("b", "s", timer("PT1H")), flows="s > a > e; b > e")),
    ("step-unreachable", "x", line(user("a"), user("x"), flows="s > a > e; x > e")),
    ("scope-empty", "a", around(sub("a"))),
    ("several-starts", "p", line(start("s2"), user("a"), flows="s > a > e; s2 > a")),
    ("subprocess-start", "a", around(sub("a", start("x", timer("PT1H")), user("y"), flows="x > y"))),
    ("handler-start", "h", line(user("a"), sub("h", start("x"), user("y"), flows="x > y", triggeredByEvent="true"),
                                flows="s > a > e")),
    ("adhoc-events", "a", around(element("adHocSubProcess", "a", content=start("x") + user("y")))),
    ("event-empty", "c", line(catch("c", ""), flows="s > c > e")),
    ("event-misplaced", "c", line(catch("c", refer("error")), flows="s > c > e")),
    ("event-misplaced", "b", line(user("a"), boundary("b", "a", refer("error"), interrupting=False),
                                  flows="s > a > e; b > e")),
    ("event-mixed", "b", line(user("a"), boundary("b", "a", refer("error") + timer("PT1H")), flows="s > a > e; b > e")),
    ("nested-too-deep", "d19", around(nested(20).replace('"d0"', '"a"'))),
    ("event-incomplete", "f", line(user("a"), end("f", refer("error")), flows="s > a > f")),
    ("event-incomplete", "c", line(catch("c", refer("signal")), flows="s > c > e")),
    ("event-incomplete", "c", line(catch("c", NO_CONDITION), flows="s > c > e")),
    ("reference-missing", "c", line(catch("c", refer("signal", "none")), flows="s > c > e")),
    ("reference-missing", "c", line(catch("c", "<eventDefinitionRef>none</eventDefinitionRef>"), flows="s > c > e")),
    ("message-missing", "r", line(element("receiveTask", "r"), flows="s > r > e")),
    ("message-missing", "c", line(catch("c", refer("message")), flows="s > c > e")),
    ("message-without-key", "c", line(catch("c", refer("message", "m")), flows="s > c > e",
                                      declarations='<message id="m" name="m" />')),
    ("name-computed", "c", line(catch("c", refer("message", "m")), flows="s > c > e",
                                declarations=message("m").replace('name="m"', 'name="=x"'))),
    ("timer-unreadable", "c", line(catch("c", timer("1 hour")), flows="s > c > e")),
    ("timer-unreadable", "c", line(catch("c", timer("2026-02-30", "timeDate")), flows="s > c > e")),
    ("timer-unreadable", "b", line(user("a"), boundary("b", "a", timer("0 0 9 * * *", "timeCycle"),
                                                       interrupting=False), flows="s > a > e; b > e")),
    ("timer-unreadable", "b", line(user("a"), boundary("b", "a", timer("R/PT0S", "timeCycle"), interrupting=False),
                                   flows="s > a > e; b > e")),
    ("timer-repeats", "c", line(catch("c", timer("R3/PT1H", "timeCycle")), flows="s > c > e")),
    ("timer-missing", "c", line(catch("c", "<timerEventDefinition />"), flows="s > c > e")),
    ("link-unmatched", "t", line(throw("t", '<linkEventDefinition name="x" />'), flows="s > t; s > e")),
    ("gateway-option", "u", line(gateway("eventBased", "g"), catch("c", timer("PT1H")), user("u"),
                                 flows="s > g > c > e; g > u > e")),
    ("not-supported", "g", line(element("eventBasedGateway", "g", instantiate="true"), catch("c", timer("PT1H")),
                                catch("d", timer("PT2H")), flows="s > g > c > e; g > d > e")),
    ("instances-without-collection", "a", around(service("a", "send", content='<multiInstanceLoopCharacteristics />'))),
    ("instances-output", "a", around(user("a", each("xs")))),
    ("instances-output", "a", around(service("a", "send", content=each("xs", output="ys").replace(
        'outputElement="=null"', "")))),
    ("loop-count", "a", around(user("a", '<standardLoopCharacteristics loopMaximum="-1" />'))),
    ("loop-endless", "a", around(user("a", "<standardLoopCharacteristics />"))),
    ("not-supported", "a", around(service("a", "send",
                                          content='<multiInstanceLoopCharacteristics><loopCardinality>-1</loopCardinality></multiInstanceLoopCharacteristics>'))),
    ("process-not-executable", "p", Bundle({"p.bpmn": process("p", start("s"), end("e"),
                                                              flows="s > e").replace('isExecutable="true"', "")})),
    ("main-process-unclear", None, Bundle({"p.bpmn": process("p", start("s")), "q.bpmn": process("q", start("t"))})),
    ("id-twice", "s", Bundle({"p.bpmn": process("p", start("s")), "q.bpmn": process("q", start("s"))})),
    ("platform-unknown", None, Bundle({"p.bpmn": process("p", start("s")).replace('"Camunda Cloud"',
                                                                                  '"Camunda Platform"')})),
    ("no-diagram", None, Bundle({"any.form.json": '{"id": "any"}'})),
    ("form-id-differs", None, Bundle({"p.bpmn": process("p", start("s")), "x.form.json": '{"id": "y"}'})),
    ("form-unreadable", None, Bundle({"p.bpmn": process("p", start("s")), "x.form.json": "{"})),
    ("xml-broken", None, Bundle({"p.bpmn": "<definitions>"})),
    ("xml-doctype", None, Bundle({"p.bpmn": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'})),
    ("xml-doctype", None, Bundle({"p.bpmn": '<!-- <a> --><!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>'})),
    ("not-bpmn", None, Bundle({"p.bpmn": "<svg/>"})),
    ("bpmn-schema", "p", Bundle({"p.bpmn": process("p", start("s"), "<wish />")})),
    ("file-too-large", None, Bundle({"p.bpmn": "<x>" + " " * 5_000_001 + "</x>"})),
]


@pytest.mark.parametrize(("rule", "element_id", "of"), WRONG, ids=[f"{rule}-{at}" for rule, at, _ in WRONG])
def test_is_refused_by_name(rule: str, element_id: str | None, of: Bundle) -> None:
    assert found(of).get(rule, "nothing found") == element_id
    with pytest.raises(BundleRefused) as raised:
        compile(of, operations=OPERATIONS, roles=ROLES)
    assert rule in {finding.rule for finding in raised.value.findings}


RIGHT = {
    "a full user task": around(user("a", extensions=(
        '<zeebe:taskSchedule dueDate="=now()" followUpDate="2026-05-01" /><zeebe:priorityDefinition priority="70" />'
        '<zeebe:properties><zeebe:property name="carerelay:name_en" value="A" /></zeebe:properties>'))),
    "a service with mappings": around(service("a", "send", mapping({"to": "x.y"}, {"a.b": "result"}))),
    "a message end by an operation": line(user("a"), element(
        "endEvent", "f", '<zeebe:taskDefinition type="send" />', refer("message", "m")), flows="s > a > f; a > e",
        declarations=message("m")),
    "boundaries of every kind": line(
        user("a"), boundary("b1", "a", timer("R/P1D", "timeCycle"), interrupting=False), boundary("b2", "a",
                                                                                                  refer("error")),
        boundary("b3", "a", conditional("x")), boundary("b4", "a", refer("escalation")), boundary("b5", "a",
                                                                                                  refer("message",
                                                                                                        "m")),
        flows="s > a > e; b1 > e; b2 > e; b3 > e; b4 > e; b5 > e", declarations=message("m")),
    "a multi-instance service that only acts": around(service("a", "send", content=each("xs"))),
    "a loop": around(user("a", '<standardLoopCharacteristics loopMaximum="3" testBefore="true" />')),
    "an ad-hoc subprocess": around(element("adHocSubProcess", "a", content=user("x") + user("y"))),
    "foreign namespaces and templates": Bundle({
        "any.form.json": '{"id": "any"}', "p.bpmn": process(
            "p", start("s"), user("a").replace("<userTask",
                                               '<userTask zeebe:modelerTemplate="t" xmlns:o="urn:o" o:color="red"'),
            end("e"), flows="s > a > e")}),
}


@pytest.mark.parametrize("name", RIGHT)
def test_is_accepted(name: str) -> None:
    assert found(RIGHT[name]) == {}
    compile(RIGHT[name], operations=OPERATIONS, roles=ROLES)


def test_a_decision_of_the_bundle_is_found() -> None:
    rule = element("businessRuleTask", "a", '<zeebe:calledDecision decisionId="level" resultVariable="x" />')
    of = bundle(start("s"), rule, end("e"), flows="s > a > e", files={"level.dmn": DMN})
    assert found(of) == {}


def test_every_sentence_is_used_and_every_rule_has_a_wrong_drawing() -> None:
    folder = Path(refusals.__file__).parent
    files = [file for file in folder.glob("*.py") if not file.name.startswith("sentences")]
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    assert [key for key in SENTENCES if f'"{key}"' not in text] == []
    elsewhere = {"diagram-too-large", "table-too-large", "bundle-too-large", "form-too-large"}  # malicious_test.py
    elsewhere |= {"file-unknown", "id-missing", "data-objects-drawn", "start-from-outside"}
    elsewhere |= {"no-effect", "property-unknown", "foreign-kept"}  # refusals_kept_test.py
    assert {key.partition(":")[0] for key in SENTENCES} - {rule for rule, _, _ in WRONG} - elsewhere == set()


def test_every_sentence_says_how_to_mend_it_in_both_languages() -> None:
    for sentence in SENTENCES.values():
        assert sentence.hint.zh
        assert sentence.hint.en
        assert set(re.findall(r"{\w+}", sentence.message.zh)) == set(re.findall(r"{\w+}", sentence.message.en))


def test_data_objects_are_a_warning() -> None:
    of = line(user("a"), '<dataObject id="o" />', flows="s > a > e")
    [finding] = check(of, operations=OPERATIONS, roles=ROLES)
    assert (finding.rule, finding.severity) == ("data-objects-drawn", Severity.WARNING)


def test_a_start_that_something_outside_must_trigger_is_a_warning() -> None:
    of = line(start("t", timer("R/P1D", "timeCycle")), user("a"), flows="s > a > e; t > a")
    assert [finding.rule for finding in check(of, operations=OPERATIONS, roles=ROLES)] == ["start-from-outside"]


def test_the_main_process_is_the_one_nobody_calls() -> None:
    caller = process("p", start("s"), element("callActivity", "c", '<zeebe:calledElement processId="q" />'),
                     flows="s > c")
    of = Bundle({"a.bpmn": process("q", start("t")), "b.bpmn": caller})
    assert found(of) == {}
    assert compile(of, operations=(), roles=ROLES).process_id == "p"
