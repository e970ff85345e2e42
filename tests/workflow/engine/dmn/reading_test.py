"""What is read as a decision file, and what is refused by name; hostile files do no harm."""

import time

import pytest

from tests.workflow.engine.dmn.conftest import file, formula, table, text
from workflow.engine import dmn
from workflow.engine.findings import Severity
from workflow.engine.xml import XmlRefused

GOOD = file(table([["< 3", '"a"'], ["-", '"b"']], policy="FIRST"))


def rules(drawn: str) -> set[str]:
    found = dmn.check(drawn, "t.dmn")
    for finding in found:
        assert finding.file == "t.dmn"
        assert finding.severity is Severity.ERROR
        assert finding.message.zh
        assert finding.message.en
    return {finding.rule for finding in found}


def body(content: str) -> str:
    return file(f'<decision id="d" name="d">{content}</decision>')


def test_a_good_file_is_clean():
    assert dmn.check(GOOD, "t.dmn") == []
    assert set(dmn.read(GOOD).decisions) == {"d"}


@pytest.mark.parametrize(
    "namespace", [f"https://www.omg.org/spec/DMN/{year}/MODEL/" for year in (20191111, 20211108, 20230324)]
)
def test_the_versions_that_are_read(namespace):
    assert dmn.check(file(formula("1"), namespace=namespace), "t.dmn") == []


@pytest.mark.parametrize(
    ("drawn", "rule"),
    [
        (file(formula("1"), namespace="http://www.omg.org/spec/DMN/20151101/dmn.xsd"), "dmn-not-dmn"),
        ("<definitions/>", "dmn-not-dmn"),
        (file(), "dmn-empty"),
        (body(""), "dmn-empty"),
        (file(table([])), "dmn-empty"),
        (file(table([["-", '"a"']], inputs=[":number"])), "dmn-empty-input"),
        (file(table([["-", ""]])), "dmn-empty-output"),
        (file(table([["-", '"a"']], policy="BEST")), "dmn-hit-policy"),
        (file(table([["-", "1"]], policy="COLLECT", aggregation="AVERAGE")), "dmn-hit-policy"),
        (file(table([["-", "1"]], policy="FIRST", aggregation="SUM")), "dmn-hit-policy"),
        (file(table([["-", '"a"']], policy="PRIORITY")), "dmn-no-priorities"),
        (file(table([["-", '"a"']], policy="OUTPUT ORDER")), "dmn-no-priorities"),
        (
            file(table([["-", "1", "2"]], outputs=["a:number", "b:number"], policy="COLLECT", aggregation="SUM")),
            "dmn-aggregation",
        ),
        (file(table([["-", "1", "2"]], outputs=["a:number", "a:number"])), "dmn-output-names"),
        (file(table([["-", '"a"']], inputs=["x:patient"])), "dmn-type"),
        (file(table([["-", '"a"', '"b"']])), "dmn-row"),
        (file(formula("1"), formula("2")), "dmn-duplicate"),
        (file(formula("a", needs=["a"])), "dmn-missing"),
        (file(formula("b", id="a", needs=["b"]), formula("a", id="b", needs=["a"])), "dmn-circle"),
        (file(formula("d", needs=["d"])), "dmn-circle"),
        (
            body(f"<context><contextEntry><literalExpression>{text('1')}</literalExpression></contextEntry></context>"),
            "dmn-unsupported",
        ),
        (body(f"<invocation><literalExpression>{text('1')}</literalExpression></invocation>"), "dmn-unsupported"),
        (body(f"<list><literalExpression>{text('1')}</literalExpression></list>"), "dmn-unsupported"),
        (file(formula("1"), '<businessKnowledgeModel id="b" name="b"/>'), "dmn-unsupported"),
        (file(formula("1"), '<decisionService id="s" name="s"/>'), "dmn-unsupported"),
        (
            file('<import namespace="n" locationURI="file:///etc/passwd" importType="x"/>', formula("1")),
            "dmn-unsupported",
        ),
        (file('<itemDefinition id="i" name="i"/>', formula("1")), "dmn-unsupported"),
        (
            body('<literalExpression expressionLanguage="javascript"><text>1</text></literalExpression>'),
            "dmn-language",
        ),
        (
            body('<literalExpression expressionLanguage="python"><text>open("x")</text></literalExpression>'),
            "dmn-language",
        ),
        (file(table([["< <", '"a"']])), "feel-syntax"),
        (file(table([["-", "shell(1)"]])), "feel-function"),
        (file(table([["-", '"a"']], inputs=["${x}:number"])), "feel-foreign"),
        (file(formula("(today() - x).days")), "feel-component"),
    ],
)
def test_what_is_refused(drawn, rule):
    assert rule in rules(drawn)


def test_a_finding_points_at_the_cell():
    found = dmn.check(file(table([["-", '"a"'], ["< <", '"a"'], ["-", "x +"]])), "t.dmn")
    assert [finding.element_id for finding in found] == ["r2i0", "r3o0"]


def test_reading_raises_what_checking_finds():
    with pytest.raises(dmn.DmnError) as caught:
        dmn.read(file(table([["-", ""]])))
    assert caught.value.element_id == "r1o0"


ENTITIES = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    "drawn",
    [
        f'<!DOCTYPE x [<!ENTITY a0 "boom">{ENTITIES}]>'
        + GOOD.removeprefix('<?xml version="1.0" encoding="UTF-8"?>').replace('"a"', "&a11;"),
        GOOD.replace("?>", '?><!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd">', 1),
        GOOD.replace("?>", '?><!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/passwd">]>', 1).replace('"a"', "&f;"),
        GOOD.replace("<decision ", "<decision " + "x" * 5_000_001, 1),
        "<a>" * 20_000,
        GOOD[:-5],
        "not xml at all",
        "",
        "<definitions",
    ],
)
def test_hostile_files_are_refused(drawn):
    began = time.monotonic()
    with pytest.raises(XmlRefused):
        dmn.read(drawn)
    assert len(dmn.check(drawn, "t.dmn")) == 1
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "cell",
    ["for i in 1..10**9 return i", "__import__('os')", 'open("/etc/passwd")', "count(for i in 1..10**9 return 1) > 3"],
)
def test_hostile_cells_are_stopped(moment, cell):
    began = time.monotonic()
    with pytest.raises(dmn.DmnError) as caught:
        dmn.read(file(table([["-", cell]]))).decide("d", {"x": 1}, moment)
    assert caught.value.element_id == "r1o0"
    assert time.monotonic() - began < 2


def test_a_long_chain_of_needs_is_no_trouble(moment):
    chain = [
        formula("1", id="d0"),
        *(formula(f"d{n - 1} + 1", id=f"d{n}", needs=[f"d{n - 1}"]) for n in range(1, 1500)),
    ]
    assert dmn.read(file(*chain)).decide("d1499", {}, moment).value == 1500
