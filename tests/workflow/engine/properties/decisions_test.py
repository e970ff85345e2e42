"""What the checker says about gateways and tables holds for values drawn at random and decided by the engine."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from tests.workflow.engine.checker.drawing import bundle
from tests.workflow.engine.checker.tables import table
from workflow.engine import Moment, dmn, feel
from workflow.engine.checker import analyse

MOMENT = Moment(datetime(2026, 3, 2, tzinfo=UTC))
FORM: dict[str, Any] = {
    "kind": ["red", "green", "blue"],
    "score": {"type": "number", "validate": {"required": True, "min": 0, "max": 9}},
    "share": {"type": "number", "decimalDigits": 1, "validate": {"required": True, "min": 0, "max": 9}},
    "marks": {"type": "checklist", "values": [{"label": each, "value": each} for each in ("a", "b", "c")]},
}
VALUES = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["red", "green", "blue"]),
        "score": st.integers(0, 9),
        "share": st.integers(0, 90).map(lambda tenths: tenths / 10),
        "marks": st.sets(st.sampled_from(["a", "b", "c"])).map(sorted),
    }
)
LIMITS = settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

COLOURS, NUMBERS = st.sampled_from(["red", "green", "blue"]), st.integers(0, 9)
ATOMS = st.one_of(
    st.builds('kind = "{}"'.format, COLOURS),
    st.builds('kind != "{}"'.format, COLOURS),
    st.builds('kind in ("{}", "{}")'.format, COLOURS, COLOURS),
    st.builds("score {} {}".format, st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), NUMBERS),
    st.builds("share {} {}".format, st.sampled_from(["<", "<=", ">", ">="]), NUMBERS),
    st.builds('list contains(marks, "{}")'.format, st.sampled_from(["a", "b", "c"])),
)
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("not({})".format, inner),
    ),
    max_leaves=3,
)
RANGES = st.builds(
    lambda low, high, opens, closes: f"{opens}{min(low, high)}..{max(low, high)}{closes}",
    NUMBERS,
    NUMBERS,
    st.sampled_from("[("),
    st.sampled_from("])"),
)
NUMBER_CELLS = st.one_of(
    st.just("-"), RANGES, st.builds("{} {}".format, st.sampled_from(["<", "<=", ">", ">="]), NUMBERS)
)
KIND_CELLS = st.one_of(st.just("-"), st.builds('"{}"'.format, COLOURS), st.builds('"{}","{}"'.format, COLOURS, COLOURS))
ROWS = st.lists(st.tuples(KIND_CELLS, NUMBER_CELLS, NUMBER_CELLS), min_size=1, max_size=6)
CASES = st.lists(VALUES, min_size=20, max_size=20)


@LIMITS
@given(st.lists(CONDITIONS, min_size=1, max_size=3), st.booleans(), CASES)
def test_a_gateway_found_complete_always_has_a_branch(
    conditions: list[str],
    complement: bool,
    cases: list[Any],
) -> None:
    if complement:
        conditions.append(f"not({' or '.join(conditions)})")
    assume(len(conditions) > 1)
    steps = "\n".join(
        f"user t{number}\nx -> t{number} : {condition}\nt{number} -> e" for number, condition in enumerate(conditions)
    )
    drawn = bundle(f"start s\nuser ask form=ask\nxor x\nstop e\ns -> ask -> x\n{steps}", forms={"ask": FORM})
    rules = {finding.rule for finding in analyse(drawn)}
    event(str(sorted(rules)))
    assert rules <= {"gateway-incomplete", "condition-never"}
    assert not (complement and "gateway-incomplete" in rules)
    if "gateway-incomplete" not in rules:
        for case in cases:
            assert any(feel.condition(condition, case, MOMENT) for condition in conditions)


@LIMITS
@given(st.sampled_from(["UNIQUE", "FIRST"]), ROWS, st.booleans(), CASES)
def test_a_table_found_right_always_decides(
    policy: str,
    cells: list[tuple[str, str, str]],
    catch_all: bool,
    cases: list[Any],
) -> None:
    if catch_all:
        cells.append(("-", "-", "-"))
    rows = [[*row, f'"row{number}"'] for number, row in enumerate(cells)]
    text = table(policy, [("kind", "string"), ("score", "number"), ("share", "number")], rows)
    drawn = bundle(
        "start s\nuser ask form=ask\nrule r decides=level sets=level\nstop e\ns -> ask -> r -> e",
        forms={"ask": FORM},
        level__dmn=text,
    )
    found = analyse(drawn)
    rules = {finding.rule for finding in found}
    event(str(sorted(rules)))
    assert rules <= {"table-gap", "table-overlap", "table-row-unreachable"}
    unused = {finding.element_id for finding in found if finding.rule == "table-row-unreachable"}
    decisions = dmn.read(text)
    for case in cases:
        matching = [
            number
            for number, row in enumerate(cells)
            if all(
                cell == "-" or feel.test(cell, value, {}, MOMENT)
                for cell, value in zip(row, (case["kind"], case["score"], case["share"]), strict=True)
            )
        ]
        assert matching or "table-gap" in rules
        assert len(matching) < 2 or policy == "FIRST" or "table-overlap" in rules
        if matching and (policy == "FIRST" or len(matching) == 1):
            assert decisions.decide("level", case, MOMENT).value == f"row{matching[0]}"
            assert f"row{matching[0] + 1}" not in unused
