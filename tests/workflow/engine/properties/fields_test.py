"""What the checker says about fields is what happens: a run that misses one was warned of, and no warning is idle."""

import re

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.workflow.engine.properties.blocks import BLOCKS
from tests.workflow.engine.properties.plan import Plan
from tests.workflow.engine.properties.play import BEGIN
from workflow.engine import Bundle, Moment, Process, Run, RunState, StepFailed, World, compile
from workflow.engine.checker import analyse

FIELDS = ["one", "two", "three"]
STEPS = 40


@st.composite
def cases(draw: st.DrawFn) -> tuple[Bundle, Plan]:
    """A random process whose tasks fill in some fields and whose automatic steps each read one."""
    plan = Plan(draw(BLOCKS))
    forms: dict[str, dict[str, object]] = {
        f"form{number}": {name: {"type": "number"} for name in FIELDS[:number]} for number in range(4)
    }

    def change(text: str) -> str:
        text = re.sub(
            r"^user (user\d+)",
            lambda found: f"user {found[1]} form=form{draw(st.integers(0, 3))}",
            text,
            flags=re.MULTILINE,
        )
        return re.sub(
            r"^task (task\d+)",
            lambda found: f"script {found[1]} is={draw(st.sampled_from(FIELDS))} sets=read_{found[1]}",
            text,
            flags=re.MULTILINE,
        )

    return plan.bundle(change, forms), plan


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(cases(), st.data())
def test_a_field_that_is_missing_was_found_missing(case: tuple[Bundle, Plan], data: st.DataObject) -> None:
    of, plan = case
    start = {
        name: 1 if name.startswith("always") else data.draw(st.integers(0, count - 1))
        for name, count in plan.choices.items()
    }
    later = dict.fromkeys(plan.decides.values(), 0)
    found = {
        each.element_id: each.rule
        for each in analyse(of, variables={*start, *later})
        if each.rule in {"field-unknown", "field-perhaps-missing"}
    }
    passed, missed = _run(of, plan, {**start, **later}, data)
    event(f"missed: {missed is not None}, found: {sorted(set(found.values()))}")
    assert missed is None or missed in found
    never = {element for element, rule in found.items() if rule == "field-unknown"}
    assert not never & passed


def _run(of: Bundle, plan: Plan, variables: dict[str, int], data: st.DataObject) -> tuple[set[str], str | None]:
    """Runs at random; answers the elements passed, and the one that missed a field."""
    process = compile(of, operations=(), roles=("nurse",))
    passed: set[str] = set()
    try:
        run = Run.start(process, World(Moment(BEGIN)), variables)
        for _ in range(STEPS):
            passed |= {passage.element_id for passage in run.take_trace()}
            if run.state is not RunState.ACTIVE:
                break
            run = _step(run, process, plan, data)
    except StepFailed as failure:
        return passed, failure.element_id
    return passed, None


def _step(run: Run, process: Process, plan: Plan, data: st.DataObject) -> Run:
    tasks, due = run.open_tasks(), run.wake_at()
    choice = data.draw(st.integers(0, len(tasks) + (due is not None))) - 1
    if choice < 0 or not (tasks or due):
        names = [name for name, node in plan.nodes.items() if node.waits == "message"]
        for name in data.draw(st.permutations(names)):
            if run.receive(name, "one", {}):
                break
    elif choice < len(tasks):
        number = int((tasks[choice].form_key or "form0")[-1])
        values = dict.fromkeys(FIELDS[:number], 1)
        if tasks[choice].element_id in plan.decides:
            values[plan.decides[tasks[choice].element_id]] = data.draw(st.integers(0, 1))
        run.complete(tasks[choice].id, values)
    elif due is not None:
        run = Run.restore(process, World(Moment(due)), run.snapshot())
        run.wake()
    return run
