"""The form with every component, what a complete answer looks like, and short forms written in a test."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workflow import forms
from workflow.engine import Moment, Text

EVERYTHING = Path(__file__).parent / "data" / "everything.form.json"
FILE_ONE, FILE_TWO, FILE_THREE = (f"01890000-0000-7000-8000-00000000000{number}" for number in (1, 2, 3))

CHOICES = {
    "people:medical_social_worker": [
        forms.Choice("w1", Text("林社工", "Lin"), Text("在办 3 件", "3 open cases")),
        forms.Choice("w2", Text("周社工", "Zhou")),
    ],
    "attachments": [
        forms.Choice(each, Text(f"{name}.pdf", f"{name}.pdf"))
        for each, name in ((FILE_ONE, "转介单"), (FILE_TWO, "评估"), (FILE_THREE, "照片"))
    ],
}

ANSWERS: Mapping[str, Sequence[str]] = {
    "subject.name": ["李某"],
    "referral.bed_no": ["7-12"],
    "subject.age": ["34"],
    "referral.source": ["ward"],
    "flag.self_harm": ["no"],
    "referral.reasons": ["finance", "emotional"],
    "referral.summary": ["住院三周，医疗费用来源不明，家属未到。"],
    "money.amount": ["2500.50"],
    "referral.expected_discharge": ["2026-03-12"],
    "contact.at": ["2026-03-09T09:30"],
    "contact.call_at": ["14:30"],
    "intake.worker": ["w1"],
    "pa.needs.0.need": ["医疗费用"],
    "pa.needs.0.weight": ["high"],
    "pa.needs.0.why": ["怕拖累家人"],
    "pa.needs.0.until": ["2026-04-01"],
    "attach": [FILE_ONE],
    "told": ["true"],
}


def component(kind: str, key: str, **settings: Any) -> dict[str, Any]:
    """One component with a label in both languages."""
    properties = {"label_en": f"Label of {key}", **settings.pop("properties", {})}
    return {
        "type": kind,
        "id": f"id_{key.replace('.', '_')}",
        "key": key,
        "label": f"“{key}”的标签",
        "properties": properties,
        **settings,
    }


def form_text(*components: Any, **root: Any) -> str:
    """The JSON text of a form with these components."""
    return json.dumps({"type": "default", "id": "f", "schemaVersion": 18, "components": list(components), **root})


def form_of(*components: Any) -> forms.Form:
    """A form with these components, loaded."""
    return forms.load(form_text(*components))


def errors_of(result: forms.Submitted) -> dict[str, str]:
    """The codes of the errors by path."""
    return {error.path: error.code for error in result.errors}


def send(form: forms.Form, moment: Moment, **raw: str) -> forms.Submitted:
    """Send one text for each name; `a__b` stands for the name `a.b`."""
    given = {name.replace("__", "."): [value] for name, value in raw.items()}
    return form.submit(given, context={}, choices={}, moment=moment)


def rules(*components: Any) -> list[str]:
    """The rules that a form with these components breaks."""
    return [finding.rule for finding in forms.check("f.form.json", form_text(*components))]
