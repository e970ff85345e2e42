"""Whatever is sent, the form answers; what it accepts survives storing and being sent again."""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workflow.forms.samples import ANSWERS, CHOICES, EVERYTHING
from workflow import forms
from workflow.engine import Moment
from workflow.forms.form import Form

FORM: Form = forms.load(EVERYTHING.read_text(encoding="utf-8"))
MOMENT = Moment(now=datetime(2026, 3, 9, 2, 0, tzinfo=UTC))
KNOWN: dict[str, Any] = {"context": {}, "choices": CHOICES, "moment": MOMENT}

NAMES = st.one_of(
    st.sampled_from(
        [*ANSWERS, "flag.self_harm_when", "flag.plan", "_add", "_remove", "pa.needs", "subject", "pa.needs.1.need"]
    ),
    st.text(max_size=20),
)
TYPED = st.one_of(
    st.text(max_size=60),
    st.sampled_from([value for values in ANSWERS.values() for value in values]),
    st.sampled_from(
        [
            "yes",
            "current",
            "1e5",
            "-0",
            "1_0",
            "9" * 40,
            "1e-999",
            "0x1F",
            "2026-13-01",
            "24:00",
            "true",
            "pa.needs",
            "pa.needs.0",
        ]
    ),
    st.dates().map(str),
    st.datetimes().map(str),
    st.times().map(str),
    st.floats().map(str),
)
RAW = st.dictionaries(NAMES, st.lists(TYPED, max_size=4), max_size=30)
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(RAW)
def test_any_raw_input_is_answered_and_can_be_drawn_again(raw: dict[str, list[str]]) -> None:
    result = FORM.submit(raw, **KNOWN)
    fields = {field.key for field in FORM.fields}
    for error in result.errors:
        assert error.message.zh
        assert error.message.en
        assert "{" not in error.message.zh + error.message.en
        assert any(error.path == key or error.path.startswith(f"{key}.") for key in fields)
    bound = FORM.bind(result.typed, errors=result.errors, **KNOWN)
    assert bound.errors == tuple(result.errors)
    assert FORM.typed(FORM.to_raw(result.typed)).keys() == result.typed.keys()
    json.dumps(result.typed)


@QUICK
@given(RAW)
def test_a_button_press_never_fails(raw: dict[str, list[str]]) -> None:
    changed = forms.row_action(raw)
    assert not forms.wants_row(changed)
    FORM.bind(FORM.typed(changed), **KNOWN)


@QUICK
@given(st.dictionaries(st.sampled_from(sorted(ANSWERS)), st.lists(TYPED, max_size=3)))
def test_what_is_accepted_survives_storing_and_sending_again(changes: dict[str, list[str]]) -> None:
    result = FORM.submit({**{name: list(values) for name, values in ANSWERS.items()}, **changes}, **KNOWN)
    if not result.ok:
        return
    stored = json.loads(json.dumps(FORM.to_json(result.values)))
    assert FORM.from_json(stored) == result.values
    again = FORM.submit(FORM.to_raw(result.values), **KNOWN)
    assert (again.values, again.errors) == (result.values, [])


@QUICK
@given(
    age=st.integers(0, 120),
    amount=st.decimals(0, 10**9, places=2).map(float),
    day=st.dates(datetime(2026, 3, 9).date(), datetime(2200, 1, 1).date()),
    words=st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), min_size=10, max_size=200),
)
def test_every_value_of_the_right_kind_is_accepted_as_it_is(age: int, amount: float, day: Any, words: str) -> None:
    typed = {
        **{name: list(values) for name, values in ANSWERS.items()},
        "subject.age": [str(age)],
        "money.amount": [f"{amount:.2f}"],
        "referral.expected_discharge": [day.isoformat()],
    }
    if len(words.strip()) >= 10:
        typed["referral.summary"] = [words]
    result = FORM.submit(typed, **KNOWN)
    assert result.ok, result.errors
    assert (result.values["subject"]["age"], result.values["referral"]["expected_discharge"]) == (age, day)
    assert result.values["money"]["amount"] == amount
    if "referral.summary" in typed and len(words.strip()) >= 10:
        assert result.values["referral"]["summary"] == words.strip()


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.text(max_size=8)
    | st.sampled_from(["=a", "=", "P1", "textfield", "group", "today"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "id",
                    "key",
                    "path",
                    "label",
                    "components",
                    "values",
                    "validate",
                    "properties",
                    "conditional",
                    "hide",
                    "required",
                    "min",
                    "max",
                    "pattern",
                    "class",
                    "choices",
                    "expression",
                    "value",
                    "subtype",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)
COMPONENT = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            ["textfield", "number", "datetime", "select", "group", "dynamiclist", "expression", "text", "nonsense"]
        )
    },
    optional={
        "id": JSON,
        "key": st.sampled_from(["a", "b", "a.b"]) | JSON,
        "label": JSON,
        "values": JSON,
        "validate": JSON,
        "properties": JSON,
        "conditional": JSON,
        "components": st.lists(JSON, max_size=3) | JSON,
        "expression": JSON,
        "path": JSON,
    },
)


@QUICK
@given(st.lists(COMPONENT | JSON, max_size=5))
def test_any_definition_is_either_refused_with_reasons_or_can_be_used(components: list[Any]) -> None:
    text = json.dumps({"type": "default", "id": "f", "components": components})
    found = forms.check("f.form.json", text)
    assert all(finding.message.zh and finding.message.en for finding in found)
    if not found:
        form = forms.load(text)
        choices = {source: [] for source in form.choice_sources}
        form.submit({"a": ["x"]}, context={}, choices=choices, moment=MOMENT)
        form.bind({}, context={}, choices=choices, moment=MOMENT)


@QUICK
@given(st.text(max_size=200))
def test_any_text_is_checked_without_failing(text: str) -> None:
    assert forms.check("f.form.json", text)
