"""For each rule of the checker a drawing that is right and one that breaks just this rule."""

from dataclasses import dataclass, field
from typing import Any

from tests.workflow.engine.checker.drawing import bundle
from tests.workflow.engine.checker.tables import table
from workflow.engine.bundle import Bundle

ASK: dict[str, Any] = {
    "answer.kind": ["yes", "no", "later"],
    "answer.score": {"type": "number", "validate": {"required": True, "min": 0, "max": 10}},
    "answer.reasons": {"type": "checklist", "values": [{"label": "钱", "value": "money"}]},
    "answer.day": {"type": "datetime", "subtype": "date", "validate": {"required": True}},
    "answer.note": {"type": "textfield"},
}
BLOCK = """
    start s\nuser ask form=ask\nxor x{default}\nuser a\nuser b\nxor j\nstop e
    s -> ask -> x\nx -> a{one}\nx -> b{two}\na -> j -> e\nb -> j"""


@dataclass(frozen=True)
class Example:
    """Two bundles that differ in one point, and the element at which the rule must find the wrong one."""

    right: Bundle
    wrong: Bundle
    element: str | None
    variables: frozenset[str] = field(default=frozenset())


def branch(one: str, two: str = "", *, form: dict[str, Any] | None = None) -> Bundle:
    """A form, then two branches; without `two` the second is the default."""
    text = BLOCK.format(default="" if two else " default=x_b", one=f" : {one}", two=f" : {two}" if two else "")
    return bundle(text, forms={"ask": form or ASK})


def line(steps: str, arrows: str, **values: Any) -> Bundle:
    """A drawing of steps and arrows."""
    return bundle(f"{steps}\n{arrows}", **values)


def decide(text: str) -> Bundle:
    """The form, then a decision table."""
    return bundle(
        "start s\nuser ask form=ask\nrule r decides=level sets=level\nstop e\ns -> ask -> r -> e",
        forms={"ask": ASK},
        level__dmn=text,
    )


def meetings(size: int) -> Bundle:
    """Parallel branches that each choose one of two joins: the ways through double with every branch."""
    branches = range(size)
    steps = "\n".join(f"xor x{number} default=x{number}_one" for number in branches)
    arrows = "\n".join(f"split -> x{number} -> one\nx{number} -> two : go = {number}" for number in branches)
    return line(
        f"start s\nand split\n{steps}\nor one\nor two\nstop e\nstop f", f"s -> split\n{arrows}\none -> e\ntwo -> f"
    )


KIND = "answer.kind"
EXAMPLES: dict[str, Example] = {
    "expression-unreadable": Example(
        branch(
            'answer.kind = "yes"',
            form={**ASK, "answer.note": {"type": "textfield", "conditional": {"hide": '=answer.kind = "no"'}}},
        ),
        branch(
            'answer.kind = "yes"',
            form={**ASK, "answer.note": {"type": "textfield", "conditional": {"hide": "=answer.kind ="}}},
        ),
        "answer.note",
    ),
    "field-unknown": Example(branch('answer.kind = "yes"'), branch('answer.kimd = "yes"'), "x_a"),
    "field-perhaps-missing": Example(
        bundle(
            """start s\nxor w default=w_x\nuser ask form=ask\nxor x default=x_b\nuser a\nuser b\nstop e
            s -> w\nw -> ask : first = 1\nw -> x\nask -> x\nx -> a : answer != null and answer.score > 5\nx -> b
            a -> e\nb -> e""",
            forms={"ask": ASK},
        ),
        bundle(
            """start s\nxor w default=w_x\nuser ask form=ask\nxor x default=x_b\nuser a\nuser b\nstop e
            s -> w\nw -> ask : first = 1\nw -> x\nask -> x\nx -> a : answer.score > 5\nx -> b
            a -> e\nb -> e""",
            forms={"ask": ASK},
        ),
        "x_a",
        frozenset({"first"}),
    ),
    "field-collision": Example(
        line(
            "start s\nuser ask form=ask\nuser b form=other\nstop e",
            "s -> ask -> b -> e",
            forms={"ask": ASK, "other": {"answer.kind": ["yes", "no"]}},
        ),
        line(
            "start s\nuser ask form=ask\nuser b form=other\nstop e",
            "s -> ask -> b -> e",
            forms={"ask": ASK, "other": {"answer.kind": {"type": "number"}}},
        ),
        "b",
    ),
    "type-mismatch": Example(branch("answer.score > 5"), branch('answer.score > "5"'), "x_a"),
    "value-kind": Example(branch("answer.score > 5"), branch("answer.score"), "x_a"),
    "kind-calculated": Example(branch("answer.score + 1 > 5"), branch("answer.note + 1 > 5"), "x_a"),
    "option-unknown": Example(branch('answer.kind = "later"'), branch('answer.kind = "latter"'), "x_a"),
    "step-unreachable": Example(
        line("start s\nuser a\nuser b\nstop e", "s -> a -> b -> e"),
        line("start s\nuser a\nuser b\nstop e", "s -> a -> e\nb -> e"),
        "b",
    ),
    "end-unreachable": Example(
        line(
            "start s\nxor x default=x_e\nuser a\nxor y default=y_e\nuser b\nstop e",
            "s -> x -> e\nx -> a : go = 1\na -> y -> e\ny -> b : again = 1\nb -> a",
        ),
        line("start s\nxor x default=x_e\nuser a\nuser b\nstop e", "s -> x -> e\nx -> a : go = 1\na -> b -> a"),
        "a",
        frozenset({"go", "again"}),
    ),
    "join-waits": Example(
        line("start s\nand x\nuser a\nuser b\nand j\nstop e", "s -> x -> a -> j -> e\nx -> b -> j"),
        line(
            "start s\nxor x default=x_a\nuser a\nuser b\nand j\nstop e",
            "s -> x -> a -> j -> e\nx -> b : start = 1\nb -> j",
        ),
        "j",
        frozenset({"start"}),
    ),
    "step-twice": Example(
        line("start s\nand x\nuser a\nuser b\nand j\nuser c\nstop e", "s -> x -> a -> j -> c -> e\nx -> b -> j"),
        line("start s\nand x\nuser a\nuser b\nxor j\nuser c\nstop e", "s -> x -> a -> j -> c -> e\nx -> b -> j"),
        "j",
    ),
    "loop-doubles": Example(
        bundle(
            """start s\nxor m\nuser ask form=ask\nand x\nuser note\nand k\nxor again default=again_m\nstop e
            s -> m -> ask -> x -> note -> k -> again -> m\nx -> k\nagain -> e : answer.kind = "yes\"""",
            forms={"ask": ASK},
        ),
        bundle(
            """start s\nxor m\nuser ask form=ask\nand x\nuser note\nstop f\nxor again default=again_m\nstop e
            s -> m -> ask -> x -> note -> f\nx -> again -> m\nagain -> e : answer.kind = "yes\"""",
            forms={"ask": ASK},
        ),
        "note",
    ),
    "end-twice": Example(
        line("start s\nand x\nuser a\nuser b\nstop e\nstop f", "s -> x -> a -> e\nx -> b -> f"),
        line("start s\nand x\nuser a\nuser b\nstop e", "s -> x -> a -> e\nx -> b -> e"),
        "e",
    ),
    "never-happens": Example(
        line("start s\nsub p\nstart i\nuser a\nstop ok\ni -> a -> ok\nend sub\nuser z\nstop e", "s -> p -> z -> e"),
        line(
            "start s\nsub p\nstart i\nuser a\nstop bad error=lost\ni -> a -> bad\nend sub\nuser z\nstop e\n"
            "boundary c on=p error=lost\nuser b\nstop f",
            "s -> p -> z -> e\nc -> b -> f",
        ),
        "z",
    ),
    "not-fully-explored": Example(meetings(4), meetings(16), "drawing", frozenset({"go"})),
    "error-uncaught": Example(
        line(
            "start s\nsub p\nstart i\nuser a\nxor x default=x_ok\nstop ok\nstop bad error=lost\n"
            "i -> a -> x -> ok\nx -> bad : go = 1\nend sub\nboundary c on=p error=lost\nstop e\nstop f",
            "s -> p -> e\nc -> f",
        ),
        line(
            "start s\nsub p\nstart i\nuser a\nxor x default=x_ok\nstop ok\nstop bad error=lost\n"
            "i -> a -> x -> ok\nx -> bad : go = 1\nend sub\nstop e",
            "s -> p -> e",
        ),
        "bad",
        frozenset({"go"}),
    ),
    "boundary-never": Example(
        line("start s\nservice a\nboundary c on=a error=lost\nstop e\nstop f", "s -> a -> e\nc -> f"),
        line("start s\nuser a\nboundary c on=a error=lost\nstop e\nstop f", "s -> a -> e\nc -> f"),
        "c",
    ),
    "boundary-nowhere": Example(
        line("start s\nuser a\nboundary t on=a timer=P1D\nuser b\nstop e", "s -> a -> e\nt -> b"),
        line("start s\nuser a\nboundary t on=a timer=P1D\nstop e", "s -> a -> e"),
        "t",
    ),
    "gateway-incomplete": Example(
        branch('answer.kind = "yes"', 'answer.kind in ("no", "later")'),
        branch('answer.kind = "yes"', 'answer.kind = "no"'),
        "x",
    ),
    "gateway-unproven": Example(
        branch("answer.score + 1 > 5"), branch("answer.score + 1 > 5", "answer.score + 1 <= 5"), "x"
    ),
    "condition-never": Example(branch("answer.score > 9"), branch("answer.score > 10"), "x"),
    "table-gap": Example(
        decide(table("FIRST", [(KIND, "string")], [['"yes"', '"a"'], ["-", '"b"']])),
        decide(table("FIRST", [(KIND, "string")], [['"yes"', '"a"'], ['"no"', '"b"']])),
        "level",
    ),
    "table-overlap": Example(
        decide(table("UNIQUE", [(KIND, "string")], [['"yes"', '"a"'], ['"no","later"', '"b"']])),
        decide(table("UNIQUE", [(KIND, "string")], [['"yes"', '"a"'], ["-", '"b"']])),
        "row2",
    ),
    "table-row-unreachable": Example(
        decide(table("FIRST", [(KIND, "string")], [['"yes"', '"a"'], ["-", '"b"']])),
        decide(table("FIRST", [(KIND, "string")], [["-", '"b"'], ['"yes"', '"a"']])),
        "row2",
    ),
    "table-not-checked": Example(
        decide(table("FIRST", [("answer.score", "number")], [["? * 2 > 5", '"a"'], ["-", '"b"']])),
        decide(table("FIRST", [("answer.score", "number")], [["? * 2 > 5", '"a"'], ["? * 2 <= 5", '"b"']])),
        "level",
    ),
    "timer-unreadable": Example(
        line(
            'start s\nuser ask form=ask\ncatch t as=timeDate timer="=answer.day"\nstop e',
            "s -> ask -> t -> e",
            forms={"ask": ASK},
        ),
        line(
            'start s\nuser ask form=ask\ncatch t as=timeDate timer="=answer.score"\nstop e',
            "s -> ask -> t -> e",
            forms={"ask": ASK},
        ),
        "t",
    ),
    "name-missing": Example(
        line("start s\nuser a\nstop e", "s -> a -> e"), line("start s\nuser a no_english\nstop e", "s -> a -> e"), "a"
    ),
}
