"""Which formulas find what they read: along sequences, merges, joins, loops, subprocesses, calls and lists."""

import pytest

from tests.workflow.engine.checker.drawing import bundle, draw
from workflow.engine.checker import analyse

FORMS = {"one": {"one": {"type": "number"}}, "two": {"two": {"type": "number"}}}
RULES = {"field-unknown", "field-perhaps-missing"}


def found(text: str, *variables: str, **files: str) -> list[tuple[str, str | None]]:
    known = {"go", "items", *variables}
    findings = analyse(bundle(text, forms=FORMS, **files), variables=known)  # type: ignore[arg-type]
    return [(each.rule, each.element_id) for each in findings if each.rule in RULES]


READ = "script r is=one+1 sets=seen\nstop e"

FOUND_RIGHT = {
    "set before": f"start s\nuser a form=one\n{READ}\ns -> a -> r -> e",
    "set on both branches": f"""
        start s\nxor x default=x_b\nuser a form=one\nuser b form=one
        {READ}\ns -> x\nx -> a : go = 1\nx -> b\na -> r\nb -> r -> e""",
    "set in one of two parallel branches": f"""
        start s\nand x\nuser a form=one\nuser b\nand j\n{READ}\ns -> x -> a -> j -> r -> e\nx -> b -> j""",
    "set in the first round of a loop": f"""
        start s\nuser a form=one\nxor x default=x_e\n{READ}\ns -> a -> x -> e\nx -> r : go = 1\nr -> a""",
    "set inside a subprocess": f"""
        start s\nsub p\nstart i\nuser a form=one\nstop ie\ni -> a -> ie\nend sub\n{READ}\ns -> p -> r -> e""",
    "set before the step with the reminder": f"""
        start s\nuser a form=one\nuser b\nboundary t on=b beside timer=PT1H\n{READ}\nstop f
        s -> a -> b -> f\nt -> r -> e""",
    "asked first whether it is there": """
        start s\nxor x default=x_j\nuser a form=one\nxor j\nxor y default=y_e\nuser b\nstop e
        s -> x -> j\nx -> a : go = 1\na -> j -> y -> e\ny -> b : one != null and one > 3\nb -> e""",
    "an item of a list": 'start s\nuser a each=item:items assignee="=item"\nstop e\ns -> a -> e',
    "a mapped input": 'start s\nuser a input="who:=items" assignee="=who"\nstop e\ns -> a -> e',
    "a mapped input that uses the one above it": (
        'start s\nuser a input="who:=items;them:=who" assignee="=them"\nstop e\ns -> a -> e'
    ),
    "a mapped output": f'start s\nservice a output="one:=anything"\n{READ}\ns -> a -> r -> e',
    "the results of a list": """
        start s\nuser a form=one each=item:items collect=all\nscript r is=count(all) sets=n\nstop e
        s -> a -> r -> e""",
    "the results of a list of subprocesses": """
        start s\nsub p each=item:items collect=all gives=one\nstart i\nuser a form=one\nstop ie\ni -> a -> ie
        end sub\nscript r is=count(all) sets=n\nstop e\ns -> p -> r -> e""",
    "the mapped output of a subprocess": f"""
        start s\nsub p output="one:=two"\nstart i\nuser a form=two\nstop ie\ni -> a -> ie\nend sub\n{READ}
        s -> p -> r -> e""",
    "a condition that waits for what comes later": """
        start s\nuser a form=one\nboundary c on=a beside when="one > 3"\nstop f\nstop e\ns -> a -> e\nc -> f""",
    "what a script set": f"start s\nscript a is=2 sets=one\n{READ}\ns -> a -> r -> e",
    "a part of an answer that is not known": """
        start s\nservice a output="answer:=anything"\nscript r is=answer.part sets=n\nstop e\ns -> a -> r -> e""",
}

FOUND_WRONG = {
    "a mapped input that uses the one below it": (
        'start s\nuser a input="them:=who;who:=items"\nstop e\ns -> a -> e',
        ("field-unknown", "a"),
    ),
    "a condition that waits for what never comes": (
        """
        start s\nuser a form=one\nboundary c on=a beside when="onne > 3"\nstop f\nstop e\ns -> a -> e\nc -> f""",
        ("field-unknown", "c"),
    ),
    "never set": (f"start s\nuser a\n{READ}\ns -> a -> r -> e", ("field-unknown", "r")),
    "set only later": (f"start s\n{READ}\nuser a form=one\ns -> r -> a -> e", ("field-unknown", "r")),
    "set on one branch": (
        f"""
        start s\nxor x default=x_r\nuser a form=one\n{READ}\ns -> x -> r -> e\nx -> a : go = 1\na -> r""",
        ("field-perhaps-missing", "r"),
    ),
    "set beside": (
        f"""
        start s\nand x\nuser a form=one\n{READ}\nand j\ns -> x -> a -> j\nx -> r -> j -> e""",
        ("field-perhaps-missing", "r"),
    ),
    "set in the step that the timeout cut short": (
        f"""
        start s\nuser a form=one\nboundary t on=a timer=PT1H\n{READ}\nstop f\ns -> a -> f\nt -> r -> e""",
        ("field-unknown", "r"),
    ),
    "set inside instances only": (
        f"start s\nuser a form=one each=item:items\n{READ}\ns -> a -> r -> e",
        ("field-unknown", "r"),
    ),
    "misspelt, though an operation may set anything": (
        "start s\nuser a form=one\nservice b\nscript r is=onne sets=n\nstop e\ns -> a -> b -> r -> e",
        ("field-unknown", "r"),
    ),
    "perhaps set by an operation": (
        "start s\nservice b\nscript r is=answer sets=n\nstop e\ns -> b -> r -> e",
        ("field-perhaps-missing", "r"),
    ),
}


@pytest.mark.parametrize("name", FOUND_RIGHT)
def test_what_is_set_is_found(name: str) -> None:
    assert found(FOUND_RIGHT[name]) == []


@pytest.mark.parametrize("name", FOUND_WRONG)
def test_what_is_not_set_is_reported(name: str) -> None:
    text, expected = FOUND_WRONG[name]
    assert found(text) == [expected]


def test_a_called_process_knows_what_its_caller_knows() -> None:
    caller = "start s\nuser a form=one\ncall c calls=inner\nscript r is=two sets=n\nstop e\ns -> a -> c -> r -> e"
    inner = draw(
        "start is\nuser b form=two\nscript ir is=one+two sets=m\nstop ie\nis -> b -> ir -> ie", process="inner"
    )
    assert found(caller, inner__bpmn=inner) == []
    assert found(caller.replace("form=one", "form=plain"), inner__bpmn=inner) == [("field-unknown", "ir")]


def test_a_form_may_read_its_own_fields_and_what_came_before() -> None:
    form = {
        "two": {"type": "number", "conditional": {"hide": "=one > 3"}},
        "three": {"type": "number", "conditional": {"hide": "=two > 3"}},
    }
    right = bundle("start s\nuser a form=one\nuser b form=own\nstop e\ns -> a -> b -> e", forms={**FORMS, "own": form})
    wrong = bundle("start s\nuser b form=own\nstop e\ns -> b -> e", forms={**FORMS, "own": form})
    assert analyse(right) == []
    assert [(each.rule, each.file, each.element_id) for each in analyse(wrong)] == [
        ("field-unknown", "own.form.json", "two")
    ]


def test_a_decision_must_find_its_inputs() -> None:
    from tests.workflow.engine.checker.tables import table

    text = "start s\nuser a form={form}\nrule r decides=level sets=level\nstop e\ns -> a -> r -> e"
    dmn = table("FIRST", [("one", "number")], [["> 3", '"a"'], ["-", '"b"']])
    assert found(text.format(form="one"), level__dmn=dmn) == []
    assert found(text.format(form="two"), level__dmn=dmn) == [("field-unknown", "r")]
