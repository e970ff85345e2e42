"""The flow of tokens: what the checker must find in a drawing, and what it must leave alone."""

import pytest

from tests.workflow.engine.checker.drawing import draw
from workflow.engine.checker import reading, soundness
from workflow.engine.checker.report import Report


def found(text: str) -> set[tuple[str, str | None]]:
    report = Report()
    for diagram in reading.read("drawing.bpmn", draw(text)):
        soundness.check(diagram, report)
    return {(finding.rule, finding.element_id) for finding in report.findings}


RIGHT = {
    "a straight line": "start s\nuser a\nstop e\ns -> a -> e",
    "an exclusive block": """
        start s\nxor x\nuser a\nuser b\nxor j\nstop e
        s -> x -> a -> j -> e\nx -> b -> j""",
    "an exclusive split straight into one task": """
        start s\nxor x\nuser a\nuser b\nuser c\nstop e
        s -> x -> a -> c -> e\nx -> b -> c""",
    "a parallel block": """
        start s\nand x\nuser a\nuser b\nand j\nstop e
        s -> x -> a -> j -> e\nx -> b -> j""",
    "rework until it is right": """
        start s\nuser a\nxor x\nstop e
        s -> a -> x -> e\nx -> a""",
    "a parallel block inside a loop": """
        start s\nxor m\nand x\nuser a\nuser b\nand j\nxor again\nstop e
        s -> m -> x -> a -> j -> again -> e\nx -> b -> j\nagain -> m""",
    "a parallel split with different ends": """
        start s\nand x\nuser a\nuser b\nstop e\nstop f
        s -> x -> a -> e\nx -> b -> f""",
    "an inclusive block": """
        start s\nor x\nuser a\nuser b\nuser c\nor j\nstop e
        s -> x\nx -> a : a = 1\nx -> b : b = 1\nx -> c : c = 1\na -> j -> e\nb -> j\nc -> j""",
    "a parallel split joined by an inclusive join": """
        start s\nand x\nuser a\nuser b\nor j\nstop e
        s -> x -> a -> j -> e\nx -> b -> j""",
    "a reminder beside the task": """
        start s\nuser a\nboundary t on=a beside timer=PT1H\nservice n\nstop e\nstop f
        s -> a -> e\nt -> n -> f""",
    "a reminder beside a task that is done again and again": """
        start s\nuser a\nboundary t on=a beside timer=PT1H\nservice n\nuser m\nstop f\nxor x\nstop e
        s -> a -> x -> e\nx -> a\nt -> n -> m -> f""",
    "a timeout that takes another way and comes back": """
        start s\nuser a\nboundary t on=a timer=PT1H\nuser b\nxor j\nstop e
        s -> a -> j -> e\nt -> b -> j""",
    "a timeout inside a parallel branch that merges before the join": """
        start s\nand x\nuser a\nboundary t on=a timer=PT1H\nuser b\nxor m\nuser c\nand j\nstop e
        s -> x -> a -> m -> j -> e\nt -> b -> m\nx -> c -> j""",
    "a subprocess with an error that is caught": """
        start s\nsub p\nstart i\nuser a\nxor x\nstop ok\nstop bad error=refused\ni -> a -> x -> ok\nx -> bad\nend sub
        boundary c on=p error=refused\nuser b\nstop e\nstop f
        s -> p -> e\nc -> b -> f""",
    "an endless reminder loop that a terminate end stops": """
        start s\nand x\nuser a\nstop done terminate\ncatch t timer=P1D\nservice n
        s -> x -> a -> done\nx -> t -> n -> t""",
    "an endless loop inside a subprocess that a timer leaves": """
        start s\nsub p\nstart i\nuser a\ni -> a -> a\nend sub\nboundary t on=p timer=P30D\nstop e
        s -> p\nt -> e""",
    "waiting for either of two events": """
        start s\neither g\ncatch m message=reply\ncatch t timer=P1D\nxor j\nstop e
        s -> g -> m -> j -> e\ng -> t -> j""",
    "a multi-instance task": "start s\nuser a each=item:items\nstop e\ns -> a -> e",
    "an event subprocess beside": """
        start s\nuser a\nstop e\nsub h handler\nstart m message=note beside\nuser b\nstop f\nm -> b -> f\nend sub
        s -> a -> e""",
    "an event subprocess that takes over": """
        start s\nuser a\nstop e\nsub h handler\nstart m message=stop\nuser b\nstop f\nm -> b -> f\nend sub
        s -> a -> e""",
    "an escalation that opens a side path": """
        start s\nsub p\nstart i\nthrow t escalation=late\nuser a\nstop ie\ni -> t -> a -> ie\nend sub
        boundary c on=p escalation=late beside\nuser b\nstop e\nstop f
        s -> p -> e\nc -> b -> f""",
    "two starts": """
        start s\nstart m message=hello\nuser a\nstop e
        s -> a -> e\nm -> a""",
    "parallel branches that cross": """
        start s\nand x\nuser a\nuser b\nand y\nuser c\nuser d\nand j\nand k\nstop e
        s -> x -> a -> y -> c -> j -> k -> e\nx -> b -> j\ny -> d -> k""",
    "many reminders that all lead to the one end": "\n".join(
        [
            "start s\nstop e\ns -> a0",
            *(
                f"user a{n}\nboundary t{n} on=a{n} beside timer=PT1H\nservice m{n}\nt{n} -> m{n} -> e\n"
                f"a{n} -> {f'a{n + 1}' if n < 29 else 'e'}"
                for n in range(30)
            ),
        ]
    ),
    "a choice of steps offered at once": """
        start s\nadhoc p\nuser a\nuser b\nuser c\nb -> c\nend sub\nstop e\ns -> p -> e""",
    "a list of subprocesses with a timeout": """
        start s\nsub p each=item:items\nstart i\nuser a\nstop ie\ni -> a -> ie\nend sub
        boundary t on=p timer=P1D\nuser b\nxor j\nstop e\ns -> p -> j -> e\nt -> b -> j""",
    "an error thrown two levels down": """
        start s\nsub p\nstart i\nsub q\nstart k\nuser a\nxor x\nstop ke\nstop bad error=lost\nk -> a -> x -> ke
        x -> bad\nend sub\nstop ie\ni -> q -> ie\nend sub\nboundary c on=p error=lost\nuser b\nstop e\nstop f
        s -> p -> e\nc -> b -> f""",
    "an event subprocess that catches an error": """
        start s\nuser a\nxor x\nstop e\nstop bad error=lost\ns -> a -> x -> e\nx -> bad
        sub h handler\nstart m error=lost\nuser b\nstop f\nm -> b -> f\nend sub""",
    "a called process that may fail": """
        start s\ncall c calls=other\nboundary b on=c error=any\nuser a\nxor j\nstop e\ns -> c -> j -> e\nb -> a -> j""",
    "an implicit end": "start s\nand x\nuser a\nuser b\ns -> x -> a\nx -> b",
    "a parallel loop on each side": """
        start s\nand x\nxor m\nuser a\nxor p\nxor n\nuser b\nxor q\nand j\nstop e
        s -> x -> m -> a -> p -> j -> e\np -> m\nx -> n -> b -> q -> j\nq -> n""",
    "links": """
        start s\nuser a\nthrow t link=over\ncatch c link=over\nuser b\nstop e
        s -> a -> t\nc -> b -> e""",
    "a task that splits by conditions into a common inclusive join": """
        start s\nuser a\nuser b\nuser c\nor j\nstop e
        s -> a\na -> b : x = 1\na -> c : x != 1\nb -> j -> e\nc -> j""",
}


WRONG = {
    "an exclusive split joined by a parallel join": (
        """
        start s\nxor x\nuser a\nuser b\nand j\nstop e
        s -> x -> a -> j -> e\nx -> b -> j""",
        {("join-waits", "j")},
    ),
    "a parallel split joined by an exclusive join": (
        """
        start s\nand x\nuser a\nuser b\nxor j\nuser c\nstop e
        s -> x -> a -> j -> c -> e\nx -> b -> j""",
        {("step-twice", "j")},
    ),
    "a parallel split straight into one task": (
        """
        start s\nand x\nuser a\nuser b\nuser c\nstop e
        s -> x -> a -> c -> e\nx -> b -> c""",
        {("step-twice", "c")},
    ),
    "an inclusive split joined by a parallel join": (
        """
        start s\nor x\nuser a\nuser b\nand j\nstop e
        s -> x\nx -> a : a = 1\nx -> b : b = 1\na -> j -> e\nb -> j""",
        {("join-waits", "j")},
    ),
    "an inclusive split joined by an exclusive join": (
        """
        start s\nor x\nuser a\nuser b\nxor j\nuser c\nstop e
        s -> x\nx -> a : a = 1\nx -> b : b = 1\na -> j -> c -> e\nb -> j""",
        {("step-twice", "j")},
    ),
    "two parallel branches into one end": (
        """
        start s\nand x\nuser a\nuser b\nstop e
        s -> x -> a -> e\nx -> b -> e""",
        {("end-twice", "e")},
    ),
    "a loop back into a parallel join": (
        """
        start s\nand j\nuser a\nxor x\nstop e
        s -> j -> a -> x -> e\nx -> j""",
        {("join-waits", "j")},
    ),
    "a reminder path that runs into the main path": (
        """
        start s\nuser a\nboundary t on=a beside timer=PT1H\nservice n\nuser b\nstop e
        s -> a -> b -> e\nt -> n -> b""",
        {("step-twice", "b")},
    ),
    "a timeout past the split that then waits": (
        """
        start s\nand x\nuser a\nboundary t on=a timer=PT1H\nuser b\nand j\nstop e\nstop f
        s -> x -> a -> j -> e\nx -> b -> j\nt -> f""",
        {("join-waits", "j")},
    ),
    "a step with no arrow to it": ("start s\nuser a\nuser b\nstop e\ns -> a -> e\nb -> e", {("step-unreachable", "b")}),
    "a circle without a way out": (
        """
        start s\nxor x\nuser a\nuser b\nstop e
        s -> x -> e\nx -> a -> b -> a""",
        {("end-unreachable", "a")},
    ),
    "an error nobody catches": ("start s\nuser a\nstop e error=lost\ns -> a -> e", {("error-uncaught", "e")}),
    "an error event for an error that never comes": (
        """
        start s\nuser a\nboundary c on=a error=lost\nstop e\nstop f\ns -> a -> e\nc -> f""",
        {("boundary-never", "c")},
    ),
    "each round opens a branch nobody waits for": (
        """
        start s\nxor m\nuser a\nand x\nuser note\nstop f\nxor again\nstop e
        s -> m -> a -> x -> note -> f\nx -> again -> e\nagain -> m""",
        {("loop-doubles", "note")},
    ),
    "an end that kills a branch the join waits for": (
        """
        start s\nand x\nuser a\nxor q\nuser b\nand j\nstop e\nstop f
        s -> x -> a -> q -> j -> e\nx -> b -> j\nq -> f""",
        {("join-waits", "j")},
    ),
    "a deadlock inside a subprocess with a timeout": (
        """
        start s\nsub p\nstart i\nxor x\nuser a\nuser b\nand j\nstop ie\ni -> x -> a -> j -> ie\nx -> b -> j\nend sub
        boundary t on=p timer=P1D\nstop e\nstop f
        s -> p -> e\nt -> f""",
        {("join-waits", "j")},
    ),
    "either of two events, but both waited for": (
        """
        start s\neither g\ncatch m message=reply\ncatch t timer=P1D\nand j\nstop e
        s -> g -> m -> j -> e\ng -> t -> j""",
        {("join-waits", "j")},
    ),
    "a message that is sent twice at the end": (
        """
        start s\nand x\nuser a\nuser b\nstop e escalation=done
        s -> x -> a -> e\nx -> b -> e""",
        {("step-twice", "e")},
    ),
    "a loop that comes back into the middle of a parallel block": (
        """
        start s\nand x\nxor m\nuser a\nuser b\nand j\nxor again\nstop e
        s -> x -> m -> a -> j -> again -> e\nx -> b -> j\nagain -> m""",
        {("join-waits", "j")},
    ),
    "a subprocess entered twice": (
        """
        start s\nand x\nuser a\nuser b\nsub p\nstart i\nuser c\nstop ie\ni -> c -> ie\nend sub\nstop e
        s -> x -> a -> p -> e\nx -> b -> p""",
        {("step-twice", "p")},
    ),
    "inclusive joins that wait for each other": (
        """
        start s\nand x\nor j\nor k\nand y\nand z\nuser a\nuser b\nstop e\nstop f
        s -> x -> j -> y -> a -> e\nx -> k -> z -> b -> f\ny -> k\nz -> j""",
        {("join-waits", "j"), ("join-waits", "k")},
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_nothing_is_found_in_what_works(name: str) -> None:
    assert found(RIGHT[name]) == set()


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_work_is_found_and_nothing_else(name: str) -> None:
    text, expected = WRONG[name]
    assert found(text) == expected
