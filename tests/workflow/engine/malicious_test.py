"""Bundles made to hurt: each is refused or stopped with a sentence, within two seconds of work and little memory."""

import json
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.workflow.engine.build import Play, bundle, each, element, end, gateway, process, script, start, sub, user
from workflow.engine import Bundle, BundleRefused, EngineError, Severity, StepFailed, check, compile

# Drawings are laid out by hand.
# fmt: off

SECONDS, MEGABYTES = 2.0, 200


def peak(*, anew: bool = False) -> float:
    """The most memory this process held, in megabytes; `anew` counts from now on, where the system can do that."""
    if not Path("/proc/self/clear_refs").exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if anew:
        Path("/proc/self/clear_refs").write_text("5")
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    before, began = peak(anew=True), time.process_time()
    yield
    assert time.process_time() - began < SECONDS
    assert peak() - before < MEGABYTES


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


@pytest.mark.parametrize("character", ["a", "字"])
@pytest.mark.parametrize("name", ["p.bpmn", "p.dmn", "p.form.json"])
def test_fifty_megabytes_of_text(name: str, character: str) -> None:
    text = character * (50_000_000 // len(character.encode()))
    assert "file-too-large" in refused(Bundle({name: f"<x>{text}</x>"}))


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


def test_a_table_of_six_thousand_cells() -> None:
    rows = "".join(f"<rule><inputEntry><text>{n}</text></inputEntry></rule>" for n in range(6_000))
    table = f'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/">{rows}</definitions>'
    assert refused(Bundle({**bundle(user("a")).files, "d.dmn": table})) == {"table-too-large"}


FORM = '{"type": "default", "id": "f", "components": %s}'
GROUPS = '[{"type": "group", "components": '
BAD = '<collaboration>' + '<participant bad="1"/>' * 4_999 + '</collaboration>'
BOMB = "(" * 1_990 + "{}" + ")" * 1_990


def beside(**files: str) -> Bundle:
    """An ordinary process with further files."""
    return Bundle({**bundle(start("s"), user("a"), end("e"), flows="s > a > e").files, **{
        name.replace("__", "."): text for name, text in files.items()}})


def into(place: str, more: str) -> Bundle:
    """An ordinary process with something put in before a tag."""
    files = dict(beside().files)
    files["p.bpmn"] = files["p.bpmn"].replace(place, more + place, 1)
    return Bundle(files)


def formulas(texts: list[str]) -> Bundle:
    lines = "".join(f'<zeebe:input source="={text}" target="y{n}" />' for n, text in enumerate(texts))
    return bundle(start("s"), element("subProcess", "a", f"<zeebe:ioMapping>{lines}</zeebe:ioMapping>", user("u")),
                  end("e"), flows="s > a > e")


LARGE: dict[str, tuple[str, Callable[[], Bundle]]] = {
    "a million elements": ("bundle-too-large", lambda: into("</process>", "<a/>" * 1_200_000)),
    "a long row of elements": ("diagram-too-large", lambda: into("</process>", "<a/>" * 60_000)),
    "faults in every element": ("bpmn-schema", lambda: into("<process", BAD * 9)),
    "a formula of five million characters": ("expression-too-long", lambda: formulas(["1+" * 2_400_000 + "1"])),
    "formulas that each run into a limit": ("bundle-too-large", lambda: formulas([BOMB.format(n) for n in range(30)])),
    "some formulas that run into a limit": (
        "expression-unreadable", lambda: formulas([BOMB.format(n) for n in range(14)])),
    "thousands of files": ("bundle-too-large", lambda: beside(**{f"f{n}__form__json": "{}" for n in range(5_000)})),
    "files that are large together": (
        "bundle-too-large", lambda: beside(**{f"f{n}__form__json": FORM % f'"{"a" * 4_900_000}"' for n in range(3)})),
    "a form of fifty megabytes": ("file-too-large", lambda: beside(f__form__json=FORM % f'"{"a" * 50_000_000}"')),
    "a table of fifty megabytes": ("file-too-large", lambda: beside(d__dmn="<x>" + "a" * 50_000_000 + "</x>")),
    "a form nested hundreds of levels": (
        "form-too-large", lambda: beside(f__form__json=FORM % (GROUPS * 300 + "[]" + "}]" * 300))),
    "a form nested ten thousand levels": (
        "form-unreadable", lambda: beside(f__form__json=FORM % (GROUPS * 10_000 + "[]" + "}]" * 10_000))),
    "a form of thousands of formulas": ("bundle-too-large", lambda: beside(
        f__form__json=FORM % json.dumps([{"conditional": {"hide": f"=k{n} = {n}"}} for n in range(2_000)]))),
}


@pytest.mark.parametrize("name", LARGE)
def test_a_bundle_beyond_all_measure_is_refused(name: str) -> None:
    rule, made = LARGE[name]
    of = made()
    began = time.process_time()
    found = check(of, operations=(), roles=["worker"])
    assert rule in {finding.rule for finding in found if finding.severity is Severity.ERROR}
    assert time.process_time() - began < SECONDS


def test_a_drawing_of_two_thousand_steps_fits() -> None:
    steps = "".join(user(f"t{n}") for n in range(1_990))
    flows = "; ".join(f"t{n} > t{n + 1}" for n in range(1_989))
    of = bundle(start("s"), steps, end("e"), flows=f"s > t0; {flows}; t1989 > e")
    assert "diagram-too-large" not in {finding.rule for finding in check(of, operations=(), roles=["worker"])}


def test_a_gateway_of_a_thousand_branches_is_checked_in_time() -> None:
    steps = "".join(user(f"t{n}") for n in range(1_000))
    flows = "; ".join(f"g > t{n} : x = {n}; t{n} > e" for n in range(1_000))
    of = bundle(start("s"), gateway("exclusive", "g", "g_e"), steps, end("e"), flows=f"s > g; g > e; {flows}")
    assert not [finding for finding in check(of, operations=(), roles=["worker"], variables=["x"])
                if finding.rule not in {"name-missing"}]
