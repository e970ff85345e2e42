"""Bundles made to hurt: each is refused or stopped with a sentence, within two seconds of work and little memory."""

import resource
import time
from collections.abc import Iterator

import pytest

from tests.workflow.engine.build import Play, bundle, each, element, end, gateway, process, script, start, sub, user
from workflow.engine import Bundle, BundleRefused, EngineError, StepFailed, check, compile

# Drawings are laid out by hand.
# fmt: off

SECONDS, MEGABYTES = 2.0, 200


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    yield
    assert time.process_time() - began < SECONDS
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < MEGABYTES


def refused(of: Bundle) -> set[str]:
    with pytest.raises(BundleRefused) as raised:
        compile(of, operations=(), roles=["worker"])
    assert raised.value.message.zh
    assert check(of, operations=(), roles=["worker"])
    return {finding.rule for finding in raised.value.findings}


def test_an_entity_bomb() -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    text = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "boom">{entities}]><x>&a11;</x>'
    assert refused(Bundle({"p.bpmn": text})) == {"xml-doctype"}


def test_a_file_that_reads_another() -> None:
    text = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x>&a;</x>'
    assert refused(Bundle({"p.bpmn": text})) == {"xml-doctype"}


def test_fifty_megabytes_of_text() -> None:
    assert refused(Bundle({"p.bpmn": "<x>" + "a" * 50_000_000 + "</x>"})) == {"file-too-large"}


def test_ten_thousand_nested_elements() -> None:
    assert refused(Bundle({"p.bpmn": "<x>" * 10_000 + "</x>" * 10_000})) == {"xml-broken"}


def test_subprocesses_nested_beyond_use() -> None:
    inside = user("deepest")
    for level in range(100):
        inside = sub(f"level{level}", inside)
    assert "nested-too-deep" in refused(bundle(inside))


def test_processes_that_call_each_other_in_a_circle() -> None:
    def calling(identifier: str, other: str) -> str:
        return process(identifier, start(f"{identifier}_s"), element(
            "callActivity", f"{identifier}_c", f'<zeebe:calledElement processId="{other}" />'),
            flows=f"{identifier}_s > {identifier}_c")

    assert "process-calls-itself" in refused(Bundle({"a.bpmn": calling("a", "b"), "b.bpmn": calling("b", "a")}))


def test_an_automatic_circle_that_grows() -> None:
    drawing = bundle(start("s"), gateway("exclusive", "x"), gateway("parallel", "g"), end("e"),
                     flows="s > x > g > x; g > x; g > e")
    with pytest.raises(StepFailed):
        Play(drawing)


@pytest.mark.parametrize("expression", [
    "for i in 1..1000000000 return i", "for i in 1..3000, j in 1..3000 return i * j",
    'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "^(a+)+$")', "x.constructor", "globalThis", "open(\"/etc/passwd\")",
    "__import__(\"os\")", "(function(f) f(f))(function(f) f(f))",
])
def test_an_expression_that_loops_eats_memory_or_reaches_out(expression: str) -> None:
    drawing = bundle(start("s"), user("a"), script("c", "r", expression), end("e"), flows="s > a > c > e")
    try:
        run = Play(drawing, {"x": "text"})
    except BundleRefused:
        return
    before = run.run.snapshot()
    with pytest.raises(StepFailed) as raised:
        run.do("a")
    assert raised.value.message.zh
    assert raised.value.element_id == "c"
    run._again() if run.run.snapshot() == before else None


def test_a_list_made_to_open_a_million_tasks() -> None:
    drawing = bundle(start("s"), user("a", each("for i in 1..1000000 return i", output="r", output_item="1")), end("e"),
                     flows="s > a > e")
    with pytest.raises(EngineError):
        Play(drawing)


def test_a_very_long_process_is_read_in_time() -> None:
    steps = "".join(element("task", f"t{n}") for n in range(1_900))
    flows = "; ".join(f"t{n} > t{n + 1}" for n in range(1_899))
    run = Play(bundle(start("s"), steps, user("z"), end("e"), flows=f"s > t0; {flows}; t1899 > z > e"))
    assert run.open() == ["z"]


def test_twenty_thousand_steps() -> None:
    assert refused(bundle("".join(element("task", f"t{n}") for n in range(20_000)))) == {"diagram-too-large"}


def test_ten_thousand_formulas() -> None:
    lines = "".join(f'<zeebe:input source="=x + {n}" target="y{n}" />' for n in range(10_000))
    many = element("task", "a", f"<zeebe:ioMapping>{lines}</zeebe:ioMapping>")
    assert refused(bundle(many)) == {"diagram-too-large"}


def test_a_table_of_twenty_thousand_cells() -> None:
    rows = "".join(f"<rule><inputEntry><text>{n}</text></inputEntry></rule>" for n in range(20_000))
    table = f'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/">{rows}</definitions>'
    assert refused(Bundle({**bundle(user("a")).files, "d.dmn": table})) == {"table-too-large"}
